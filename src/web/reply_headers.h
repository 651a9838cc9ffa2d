// What stands at the head of every answer.
#pragma once

#include <string>
#include <string_view>

#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

namespace imps {

using WebResponse = boost::beast::http::response<boost::beast::http::string_body>;

/// What a browser must not do with it.
void add_safety(WebResponse& response);

/// Whether an Accept-Encoding header takes gzip.
bool takes_gzip(std::string_view accepted) noexcept;

/// Content-Disposition of a file that is to be saved under this name.
std::string attachment(std::string name);

}  // namespace imps
