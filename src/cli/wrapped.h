// Text in lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace imps::cli {

/// Paragraphs broken into lines of 80 columns, all with `indent` spaces in front.
std::string wrapped(std::string_view text, std::size_t indent = 0);

}  // namespace imps::cli
