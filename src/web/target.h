// The target of a request: a path and what is asked of it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <imps/result.h>

namespace imps {

struct RequestTarget {
  std::vector<std::string> path;  ///< decoded segments; none for "/"
  std::map<std::string, std::string> query;
};

/// "/api/v1/takes/a%20b?width=200". An error when it is no path, is too long or has too many parts,
/// is wrongly encoded, or when a segment is "..", ".", empty, or holds a slash or a NUL once it is
/// decoded: such a path means nothing here.
Result<RequestTarget> read_target(std::string_view target);

/// The value of a cookie in a Cookie header; "" when there is none.
std::string_view cookie(std::string_view header, std::string_view name) noexcept;

}  // namespace imps
