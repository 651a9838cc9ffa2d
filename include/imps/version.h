// Which imps this is.
#pragma once

#include <string_view>

namespace imps {

/// "major.minor.patch".
std::string_view version() noexcept;

}  // namespace imps
