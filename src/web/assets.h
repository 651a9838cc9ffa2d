// The page's files, as they are embedded in the program.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace imps {

struct Asset {
  std::string_view path;  ///< "/", "/page.js"
  std::string_view type;
  std::string_view gzip;    ///< its bytes, compressed
  std::string_view digest;  ///< changes with them
};

std::span<const Asset> assets() noexcept;

/// The API's description for tools, as it is written: not every tool takes it compressed.
std::string_view openapi() noexcept;

/// Its bytes, for a client that takes nothing compressed. Allocates.
std::string unpacked(const Asset& asset);

/// Null when there is none.
const Asset* find_asset(std::string_view path) noexcept;

}  // namespace imps
