#include "project/reply.h"

#include <fmt/format.h>

namespace imps::project {

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

ApiReply reply(const Json& json, unsigned status) {
  return {.status = status, .body = text_of(json)};
}

Result<Json> object_in(const ApiRequest& request) {
  Json json = Json::parse(request.body, nullptr, false);
  if (!json.is_object()) return Error{"the request's body: is no JSON object"};
  return Result<Json>(boost::system::in_place_value, std::move(json));
}

}  // namespace imps::project
