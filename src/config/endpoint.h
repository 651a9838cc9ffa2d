// Where messages come from and go to: a host and a port, as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <imps/result.h>

#include "config/settings.h"

namespace imps {

/// What an endpoint is for: to listen at (port 0 takes any free one, and "0.0.0.0" or "[::]" mean
/// every network), or to send to (neither makes sense).
enum class EndpointUse { listen, send };

/// "host:port", "[::1]:5000", ":5000" or "5000"; without a host it is localhost. A host is a name,
/// an IPv4 address, or an IPv6 address in brackets; port 1–65535.
Result<Endpoint> endpoint_from_text(std::string_view text, EndpointUse use);

/// The text that endpoint_from_text() reads as `endpoint`: "localhost:5000", "[::1]:5000".
std::string to_text(const Endpoint& endpoint);
/// For people: "localhost:5000, [::1]:6001"; "nobody" when there are none.
std::string to_text(const std::vector<Endpoint>& endpoints);

/// What is wrong with a text or a host (here without brackets), completing "which …"; "" when
/// nothing is.
std::string endpoint_fault(std::string_view text, EndpointUse use);
std::string host_fault(std::string_view host, EndpointUse use);

/// True for the addresses that stand for every network of the machine: "0.0.0.0", "::".
bool is_any_address(std::string_view host) noexcept;

}  // namespace imps
