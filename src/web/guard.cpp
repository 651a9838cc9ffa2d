#include "web/guard.h"

#include <cstdint>
#include <cstdlib>
#include <random>

#include <fmt/format.h>

#include "config/origin.h"

namespace imps {
namespace {

/// In the environment, which only the same user can read.
constexpr const char* kHandedOver = "IMPS_PAGE_TOKEN";

}  // namespace

Entry look_at(const Visitor& visitor, std::string_view token) noexcept {
  // A browser sends the name that the page's address has: of a page that was made to point here, a
  // name that we do not have. In numbers it is no name.
  const bool host_is_ours = is_loopback_host(visitor.host);
  if (!host_is_ours && (token.empty() || !is_numeric_host(visitor.host))) {
    // Machines have names in their own network; the token shows that it was meant.
    if (token.empty() || !is_same(visitor.token, token)) return Entry::wrong_host;
  }
  if (!visitor.origin.empty()) {
    std::string_view origin = visitor.origin;
    // What came to us in clear may have been encrypted as far as a proxy, but not the other way.
    for (const std::string_view scheme : {"http://", "https://"})
      if (origin.starts_with(scheme) && (scheme == "https://" || !visitor.is_secure))
        origin.remove_prefix(scheme.size());
    if (origin != visitor.host) return Entry::wrong_origin;
  } else if (visitor.changes && visitor.fetch_site == "cross-site") {
    return Entry::wrong_origin;
  }
  if (visitor.is_here && host_is_ours) return Entry::granted;
  return !token.empty() && is_same(visitor.token, token) ? Entry::granted : Entry::no_token;
}

std::string make_token() {
  std::random_device device;
  std::string token;
  for (int k = 0; k < 4; ++k)
    token += fmt::format("{:08x}", static_cast<std::uint32_t>(device()));
  return token;
}

void hand_over_token() { ::setenv(kHandedOver, make_token().c_str(), 1); }

std::string take_token() {
  const char* const given = std::getenv(kHandedOver);
  std::string token = given == nullptr ? "" : given;
  const bool is_one =
      token.size() == 32 && token.find_first_not_of("0123456789abcdef") == std::string::npos;
  return is_one ? token : make_token();
}

bool is_same(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t k = 0; k < a.size(); ++k)
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(a[k]) ^ static_cast<unsigned char>(b[k])));
  return difference == 0;
}

}  // namespace imps
