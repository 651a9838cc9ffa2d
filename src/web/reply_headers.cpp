#include "web/reply_headers.h"

namespace imps {
namespace {

/// Nothing is loaded, framed or sent elsewhere, and no script runs that we did not write.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; media-src 'self' blob:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

}  // namespace

void add_safety(WebResponse& response) {
  response.set("Content-Security-Policy", kPolicy);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
}

bool takes_gzip(std::string_view accepted) noexcept {
  return accepted.find("gzip") != std::string_view::npos;
}

// With a name that needs no quoting beyond this.
std::string attachment(std::string name) {
  for (char& c : name)
    if (static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' || c == 0x7f) c = '_';
  return "attachment; filename=\"" + name + "\"";
}

}  // namespace imps
