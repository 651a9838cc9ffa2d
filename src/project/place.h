// Names from outside, and the files that they may mean.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace imps::project {

/// Whether `name` is that of a file and nothing more: no separator, control character or leading
/// dot, at most 230 bytes of UTF-8.
bool is_plain_name(std::string_view name) noexcept;

/// Whether `name` is that of a built-in model: "built-in-D", D of at most three digits.
bool is_built_in_name(std::string_view name) noexcept;

/// The regular file called `name` in `folder`. Nothing when there is none, when the name is not
/// plain, and when it is a link that leads out of the folder.
std::optional<std::filesystem::path> file_in(const std::filesystem::path& folder,
                                             std::string_view name);

/// Whether both are the same place, whatever leads there.
bool is_same_place(const std::filesystem::path& a, const std::filesystem::path& b);

/// Whether `path`, links followed, lies in `folder` or is it.
bool is_within(const std::filesystem::path& folder, const std::filesystem::path& path);

/// What tells that a file is as it was. All of a file that is not there are equal.
struct Stamp {
  std::uintmax_t bytes = 0;
  std::filesystem::file_time_type written{};

  friend bool operator==(const Stamp&, const Stamp&) = default;
};
Stamp stamp_of(const std::filesystem::path& path) noexcept;

/// Local microseconds, see WallTime, and in words: "2026-11-22T20:00:00.000000+01:00".
struct When {
  std::int64_t local_us = 0;
  std::string text;
};
When when(std::filesystem::file_time_type time);
When now();

}  // namespace imps::project
