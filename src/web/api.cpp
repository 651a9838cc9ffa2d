#include "web/api.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imps {

ApiReply api_error(unsigned status, std::string_view why) {
  const nlohmann::json body{{"error", why}};
  return {.status = status,
          .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

ApiReply not_allowed(std::string_view method, std::string_view allowed) {
  ApiReply reply =
      api_error(405, fmt::format("{} is not possible here: there is {}", method, allowed));
  reply.allow = allowed;
  if (reply.allow.starts_with("GET")) reply.allow.insert(3, ", HEAD");
  return reply;
}

}  // namespace imps
