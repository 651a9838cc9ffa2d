#include "config/endpoint.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "config/text.h"

namespace imps {
namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

bool is_address6(std::string_view host) noexcept {
  return host.find(':') != std::string_view::npos;
}

/// Fills `into`, or says what is wrong.
std::string parse(std::string_view text, EndpointUse use, Endpoint& into) {
  std::string_view host;
  std::string_view port = text;
  if (text.starts_with('[')) {
    const std::size_t close = text.find("]:");
    if (close == std::string_view::npos) return "is not an address and a port";
    host = text.substr(1, close - 1);
    port = text.substr(close + 2);
    if (!is_address6(host)) return "has brackets around what is not an IPv6 address";
  } else if (const std::size_t colon = text.rfind(':'); colon != std::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon + 1);
    if (is_address6(host)) return "needs brackets around its IPv6 address";
  } else if (text.find_first_not_of("0123456789") != std::string_view::npos) {
    return "has no port";
  }

  into.host = host.empty() ? "localhost" : std::string(host);
  const char* const end = port.data() + port.size();
  const auto [rest, failure] = std::from_chars(port.data(), end, into.port);
  if (failure != std::errc{} || rest != end) return "has no port from 1 to 65535";
  if (into.port == 0 && use == EndpointUse::send) return "has port 0, which nothing can be sent to";
  return host_fault(into.host, use);
}

}  // namespace

bool is_any_address(std::string_view host) noexcept {
  if (host == "0.0.0.0") return true;
  // "::", "0::0", "0:0:0:0:0:0:0:0": zeros and colons only.
  return is_address6(host) && host.find_first_not_of("0:") == std::string_view::npos;
}

std::string host_fault(std::string_view host, EndpointUse use) {
  constexpr std::size_t kLongestHost = 253;  // of a name in the DNS, RFC 1035 with its last dot off
  if (host.empty()) return "has no host";
  if (host.size() > kLongestHost) return "has a host of more than 253 letters";
  const auto is_hex = [](char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  };
  const auto is_plain = [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || is_digit(c) || c == '.' || c == '-' || c == '_';
  };
  bool plain = false;
  if (is_address6(host)) {
    // A link-local address ends in '%' and its zone, a network card's name.
    const std::size_t zone = host.find('%');
    const std::string_view address = host.substr(0, zone);
    const std::string_view card = zone == std::string_view::npos ? "" : host.substr(zone + 1);
    plain = std::all_of(address.begin(), address.end(),
                        [&](char c) { return is_hex(c) || c == ':' || c == '.'; }) &&
            std::all_of(card.begin(), card.end(), is_plain);
  } else {
    plain = std::all_of(host.begin(), host.end(), is_plain);
  }
  if (!plain) return "has a host with letters that no host has";
  if (use == EndpointUse::send && is_any_address(host)) {
    return "means every network, which nothing can be sent to";
  }
  return "";
}

std::string endpoint_fault(std::string_view text, EndpointUse use) {
  Endpoint endpoint;
  return parse(text, use, endpoint);
}

Result<Endpoint> endpoint_from_text(std::string_view text, EndpointUse use) {
  Endpoint endpoint;
  const std::string fault = parse(text, use, endpoint);
  if (fault.empty()) return endpoint;
  return Error{
      fmt::format("\"{}\" {}: write \"host:port\", e.g. \"localhost:5000\" or \"[::1]:5000\"",
                  shortened(text), fault)};
}

std::string to_text(const Endpoint& endpoint) {
  if (is_address6(endpoint.host)) return fmt::format("[{}]:{}", endpoint.host, endpoint.port);
  return fmt::format("{}:{}", endpoint.host, endpoint.port);
}

std::string to_text(const std::vector<Endpoint>& endpoints) {
  std::string text;
  for (const Endpoint& endpoint : endpoints)
    text += (text.empty() ? "" : ", ") + to_text(endpoint);
  return text.empty() ? "nobody" : text;
}

}  // namespace imps
