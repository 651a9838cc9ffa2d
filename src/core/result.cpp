#include <stdexcept>

#include <imps/result.h>

namespace imps {

void throw_exception_from_error(const Error& error, const boost::source_location&) {
  throw std::logic_error("an error was taken for a value: " + error.message);
}

}  // namespace imps
