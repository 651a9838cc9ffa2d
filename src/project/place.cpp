#include "project/place.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "config/text.h"
#include "log/wall_time.h"

namespace imps::project {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestName =
    230;  // what stands around it while it is written still fits into 255

When when(std::chrono::system_clock::time_point time) {
  const WallTime wall = local_time(time);
  return {.local_us = wall.local_us, .text = iso_text(wall)};
}

}  // namespace

bool is_plain_name(std::string_view name) noexcept {
  const auto is_plain = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return c != '/' && c != '\\' && byte >= 0x20 && byte != 0x7F;
  };
  return !name.empty() && name.size() <= kLongestName && name.front() != '.' &&
         std::ranges::all_of(name, is_plain) && is_utf8(name);
}

bool is_built_in_name(std::string_view name) noexcept {
  constexpr std::string_view kPrefix = "built-in-";
  return name.starts_with(kPrefix) && name.size() > kPrefix.size() &&
         name.size() <= kPrefix.size() + 3 &&
         name.find_first_not_of("0123456789", kPrefix.size()) == name.npos;
}

std::optional<fs::path> file_in(const fs::path& folder, std::string_view name) {
  if (!is_plain_name(name)) return std::nullopt;
  fs::path path = folder / path_from_utf8(name);
  std::error_code error;
  if (!fs::is_regular_file(path, error)) return std::nullopt;
  const fs::path real = fs::canonical(path, error);
  if (error) return std::nullopt;
  const fs::path real_folder = fs::canonical(folder, error);
  if (error || real.parent_path() != real_folder) return std::nullopt;
  return path;
}

bool is_same_place(const fs::path& a, const fs::path& b) {
  std::error_code error;
  const fs::path real_a = fs::weakly_canonical(a, error);
  if (error) return false;
  const fs::path real_b = fs::weakly_canonical(b, error);
  return !error && real_a == real_b;
}

bool is_within(const fs::path& folder, const fs::path& path) {
  std::error_code error;
  const fs::path outer = fs::weakly_canonical(folder, error);
  if (error) return false;
  const fs::path inner = fs::weakly_canonical(path, error);
  if (error) return false;
  const auto [rest, ignored] =
      std::mismatch(outer.begin(), outer.end(), inner.begin(), inner.end());
  return rest == outer.end();
}

Stamp stamp_of(const fs::path& path) noexcept {
  std::error_code error;
  const auto bytes = fs::file_size(path, error);
  if (error) return {};
  const auto written = fs::last_write_time(path, error);
  if (error) return {};
  return {.bytes = bytes, .written = written};
}

When when(fs::file_time_type time) {
  const auto system = std::chrono::file_clock::to_sys(time);
  return when(std::chrono::time_point_cast<std::chrono::system_clock::duration>(system));
}

When now() { return when(std::chrono::system_clock::now()); }

}  // namespace imps::project
