#include "web/api.h"

#include <nlohmann/json.hpp>

namespace imps {

ApiReply api_error(unsigned status, std::string_view why) {
  const nlohmann::json body{{"error", why}};
  return {.status = status,
          .body = body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)};
}

}  // namespace imps
