#include "config/origin.h"

#include <algorithm>
#include <locale>

#include <boost/algorithm/string/predicate.hpp>
#include <boost/asio/ip/address.hpp>

namespace imps {

namespace ip = boost::asio::ip;

std::string_view host_without_port(std::string_view host) noexcept {
  const bool is_bracketed = host.starts_with('[');
  const auto end = is_bracketed ? host.find(']') : host.find(':');
  std::string_view name = host.substr(0, end);
  std::string_view port = end == std::string_view::npos ? std::string_view() : host.substr(end);
  if (is_bracketed) {
    if (port.empty()) return {};
    name.remove_prefix(1);
    port.remove_prefix(1);
  }
  if (!port.empty()) {
    if (port.front() != ':' || port.find_first_not_of("0123456789", 1) != std::string_view::npos)
      return {};
  }
  return name;
}

bool is_loopback_host(std::string_view host) noexcept {
  if (host == "::1") return true;  // of a configuration: in a header it has brackets
  const std::string_view name = host_without_port(host);
  if (boost::algorithm::iequals(name, "localhost", std::locale::classic()) || name == "::1")
    return true;
  // 127.0.0.0/8, in numbers: "127.evil.example" is a name.
  boost::system::error_code error;
  const auto address = ip::make_address_v4(std::string(name), error);
  return !error && address.is_loopback();
}

bool is_numeric_host(std::string_view host) noexcept {
  boost::system::error_code error;
  static_cast<void>(ip::make_address(std::string(host_without_port(host)), error));
  return !error;
}

bool is_allowed_origin(std::string_view origin, const std::vector<std::string>& allowed) noexcept {
  if (origin.empty()) return true;
  if (std::find(allowed.begin(), allowed.end(), origin) != allowed.end()) return true;
  for (const std::string_view scheme : {"http://", "https://"})
    if (origin.starts_with(scheme)) return is_loopback_host(origin.substr(scheme.size()));
  return false;
}

}  // namespace imps
