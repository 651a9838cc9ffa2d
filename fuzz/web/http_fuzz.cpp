// Any bytes as a request: no path that leaves its place may come of them, and nobody may be let in
// who has not shown the token.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http.hpp>

#include "web/guard.h"
#include "web/target.h"

namespace {

namespace http = boost::beast::http;

constexpr std::string_view kToken = "0123456789abcdef0123456789abcdef";

void require(bool promise) {
  if (!promise) std::abort();
}

std::string_view view(boost::beast::string_view text) { return {text.data(), text.size()}; }

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  http::request_parser<http::string_body> parser;
  parser.header_limit(16 * 1024);
  parser.body_limit(64 * 1024);
  parser.eager(true);
  boost::system::error_code error;
  parser.put(boost::asio::buffer(data, size), error);
  if (!parser.is_header_done()) return 0;
  const auto& request = parser.get();
  const auto target = imps::read_target(view(request.target()));
  if (target) {
    for (const std::string& part : target->path) {
      require(!part.empty() && part != "." && part != "..");
      require(part.find_first_of(std::string_view("/\\\0", 3)) == std::string_view::npos);
    }
    require(target->path.size() <= 16 && target->query.size() <= 16);
  }
  const std::string_view token = imps::cookie(view(request[http::field::cookie]), "imps");
  require(token.find(';') == std::string_view::npos);
  const imps::Visitor visitor{.is_here = false,
                              .changes = true,
                              .host = view(request[http::field::host]),
                              .origin = view(request[http::field::origin]),
                              .fetch_site = view(request["Sec-Fetch-Site"]),
                              .token = token};
  require(imps::look_at(visitor, "") != imps::Entry::granted);
  require((imps::look_at(visitor, kToken) != imps::Entry::granted) || token == kToken);
  return 0;
}
