// Who may come in.
#pragma once

#include <string>
#include <string_view>

namespace imps {

/// What of a request says where it comes from; "" for headers that are not there.
struct Visitor {
  bool is_here = false;         ///< connects from this machine
  bool is_secure = false;       ///< encrypted, as far as we can see: a proxy may stand between
  bool changes = false;         ///< asks for more than the page itself
  std::string_view host;        ///< Host
  std::string_view origin;      ///< Origin
  std::string_view fetch_site;  ///< Sec-Fetch-Site
  std::string_view token;       ///< from the link, the cookie or Authorization
};

enum class Entry {
  granted,
  wrong_host,    ///< a page's name was made to point here
  wrong_origin,  ///< a page of another site asks
  no_token,      ///< from another machine, without the token or with a wrong one
};

/// @param token  what others have to show; "" when nobody else is let in
Entry look_at(const Visitor& visitor, std::string_view token) noexcept;

/// 128 bits from the system, in hexadecimal.
std::string make_token();

/// For the processes that are started from now on, one after another: links to one page open that
/// of the next one, too. Thread-safe: no.
void hand_over_token();
/// The token that was handed over, or a new one.
std::string take_token();

/// Takes as long wherever they differ.
bool is_same(std::string_view a, std::string_view b) noexcept;

}  // namespace imps
