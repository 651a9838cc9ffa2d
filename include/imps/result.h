// How imps says that something failed: as a value.
#pragma once

#include <string>
#include <utility>

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

namespace imps {

/// Why something could not be done, in words a musician can act on: what, where, and what to do.
/// One or more whole sentences' worth without a final newline, e.g.
/// "models/a.keras: tensor lstm_0/kernel: 128 values, expected 256: the file is damaged; copy it
/// again".
struct Error {
  std::string message;

  friend bool operator==(const Error&, const Error&) = default;
};

/// Puts `where` in front: "where: message".
inline Error in(const std::string& where, Error error) {
  return Error{where + ": " + std::move(error.message)};
}

/// A T, or the Error that says why there is none. The library never throws one of these and never
/// prints: callers ask has_value() first. value() on an error throws std::logic_error, a bug in the
/// caller.
template <class T>
using Result = boost::system::result<T, Error>;

[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& at);

}  // namespace imps
