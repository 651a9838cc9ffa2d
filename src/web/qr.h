// A link as a picture that telephones read.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace imps {

/// The rows of a QR code, '1' where it is dark, without its quiet border. Nothing for a text that
/// is too long for one (about 2,300 bytes).
std::vector<std::string> qr_rows(std::string_view text);

/// The same for a terminal that is dark: two rows in a line of half blocks, light where it is
/// light, with the border that readers need.
std::vector<std::string> qr_lines(std::string_view text);

}  // namespace imps
