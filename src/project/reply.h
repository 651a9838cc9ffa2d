// Requests into JSON, and JSON into replies.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include <imps/result.h>

#include "web/api.h"

namespace imps::project {

using Json = nlohmann::ordered_json;

/// What is not UTF-8 in its texts becomes U+FFFD.
std::string text_of(const Json& json);
ApiReply reply(const Json& json, unsigned status = 200);

/// The object in a request's body.
Result<Json> object_in(const ApiRequest& request);

}  // namespace imps::project
