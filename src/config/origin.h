// Who may speak to a server of ours from a browser.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace imps {

/// "[::1]:5001" → "::1", "localhost:5001" → "localhost"; "" of what is no host and port (RFC 9110,
/// 7.2), such as "localhost:5001@elsewhere".
std::string_view host_without_port(std::string_view host) noexcept;

/// Whether a page of this Origin may connect: there is none (no browser), it is of this machine, or
/// one of `allowed`.
bool is_allowed_origin(std::string_view origin, const std::vector<std::string>& allowed) noexcept;

/// Whether a Host header, or where a server listens, names this machine by a loopback name or
/// address: what a page whose name was made to point here (DNS rebinding) does not.
bool is_loopback_host(std::string_view host) noexcept;

/// Whether a Host header is an address in numbers, which no page's name can be made to point to.
bool is_numeric_host(std::string_view host) noexcept;

}  // namespace imps
