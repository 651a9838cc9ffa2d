#include "dataset/place.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "dataset/byte_source.h"
#include "dataset/npz_read.h"

namespace imps {
namespace {

namespace fs = std::filesystem;

/// The names of the logs that a dataset was made of: those of its takes without "#2". Nothing when
/// it is no dataset, or IMPSY's, which has numbers for names.
std::optional<std::set<std::string>> logs_of(const std::shared_ptr<const ByteSource>& file) {
  const auto content = read_npz(file, 0);  // values stay where they are
  if (!content) return std::nullopt;
  std::set<std::string> logs;
  for (const Take& take : content->takes) {
    if (take.name.starts_with("performance ") || take.name.starts_with("take "))
      return std::nullopt;
    logs.insert(take.name.substr(0, take.name.rfind('#')));
  }
  return logs;
}

bool is_same(const ByteSource& a, const ByteSource& b) {
  if (a.size() != b.size()) return false;
  std::array<std::byte, 1 << 16> of_a;
  std::array<std::byte, 1 << 16> of_b;
  for (std::uint64_t at = 0; at < a.size(); at += of_a.size()) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(of_a.size(), a.size() - at));
    if (!a.read(at, std::span(of_a).first(part)) || !b.read(at, std::span(of_b).first(part)) ||
        std::memcmp(of_a.data(), of_b.data(), part) != 0)
      return false;
  }
  return true;
}

/// Every log of the dataset that was there is in the one that comes.
bool has_all(const std::shared_ptr<const ByteSource>& now,
             const std::shared_ptr<const ByteSource>& before) {
  const auto logs_before = logs_of(before);
  const auto logs_now = logs_of(now);
  return logs_before && logs_now && std::ranges::includes(*logs_now, *logs_before);
}

Result<std::string> keep(const fs::path& path) {
  for (int number = 2; number < 10'000; ++number) {
    fs::path name = path;
    name.replace_extension(fmt::format(".{}{}", number, path.extension().string()));
    std::error_code error;
    fs::create_hard_link(path, name, error);
    if (!error) return Result<std::string>(boost::system::in_place_value, name.string());
    if (error == std::errc::file_exists) continue;
    // No hard links here: then there is a moment without a file.
    if (!fs::exists(name)) fs::rename(path, name, error);
    if (!error) return Result<std::string>(boost::system::in_place_value, name.string());
    return Error{
        fmt::format("{}: the dataset that is there cannot be kept as {}: {}: name another "
                    "file with --output",
                    path.string(), name.string(), error.message())};
  }
  return Error{
      fmt::format("{}: there are too many others of that name: tidy up the folder", path.string())};
}

}  // namespace

Result<Placed> place_dataset(const fs::path& staged, const fs::path& path) {
  Placed placed;
  std::error_code error;
  if (fs::exists(fs::symlink_status(path, error))) {
    const auto now = open_bytes(staged);
    if (!now) return in(staged.string(), now.error());
    const auto before = open_bytes(path);
    if (before && is_same(**before, **now)) {
      fs::remove(staged, error);
      placed.how = Placed::How::unchanged;
      return placed;
    }
    if (before && has_all(*now, *before)) {
      placed.how = Placed::How::replaced;
    } else {
      const auto kept = keep(path);
      if (!kept) return kept.error();
      placed.how = Placed::How::kept;
      placed.kept_as = *kept;
    }
  }
  if (std::rename(staged.c_str(), path.c_str()) != 0) {
    return Error{fmt::format("{}: cannot be written: {}", path.string(), std::strerror(errno))};
  }
  return placed;
}

}  // namespace imps
