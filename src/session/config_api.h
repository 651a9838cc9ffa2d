// The configuration, for the page: read, checked, edited.
#pragma once

#include <filesystem>
#include <string>

#include <imps/result.h>

#include "web/api.h"

namespace imps {

/// doc/api.md, "config". The file need not be there: writing makes it.
/// Thread-safe for distinct files; blocks.
/// @param written  becomes true when the file was written
ApiReply answer_config(const ApiRequest& request, const std::filesystem::path& path, bool& written);

/// The file's text; "" where there is none. An Error when it cannot be read, or is longer than
/// kLongestConfig.
Result<std::string> read_config_text(const std::filesystem::path& path);
/// Writes it if it has no errors (422), and answers as GET does.
ApiReply write_config_text(const std::string& text, const std::filesystem::path& path);

}  // namespace imps
