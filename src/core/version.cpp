#include <imps/version.h>

namespace imps {

std::string_view version() noexcept { return IMPS_VERSION; }

}  // namespace imps
