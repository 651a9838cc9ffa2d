// The configuration, for the page: read, checked, edited.
#pragma once

#include <filesystem>

#include "web/api.h"

namespace imps {

/// doc/api.md, "config". The file need not be there: writing makes it.
/// Thread-safe for distinct files; blocks.
ApiReply answer_config(const ApiRequest& request, const std::filesystem::path& path);

}  // namespace imps
