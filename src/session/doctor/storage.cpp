#include "session/doctor/storage.h"

#include <algorithm>
#include <system_error>

#include <fmt/format.h>

#include "log/disk.h"
#include "platform/storage.h"

namespace imps::doctor {
namespace {

namespace fs = std::filesystem;

/// The folder itself, or the nearest one above it that is there.
fs::path nearest(fs::path folder) {
  std::error_code ignored;
  while (!folder.empty() && !fs::exists(folder, ignored))
    folder = folder.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

Check judge_folder(const StorageFacts& facts) {
  Check check{.name = "folder"};
  if (facts.logs && !facts.log_trouble.empty()) {
    check.state = Check::State::bad;
    check.words = fmt::format("takes cannot be written to {}: {}", facts.log_folder.string(),
                              facts.log_trouble);
    check.help = "perform in a folder of your own, or set log.folder to one that can be written to";
  } else if (!facts.folder_trouble.empty()) {
    check.state = Check::State::doubtful;
    check.words = fmt::format("nothing can be written to {}: {}", facts.folder.string(),
                              facts.folder_trouble);
    check.help = "perform in a folder of your own: datasets and models are kept there";
  } else {
    check.words = facts.logs ? fmt::format("takes can be written to {}", facts.log_folder.string())
                             : "can be written to; takes are not logged";
  }
  return check;
}

Check judge_space(std::uint64_t space) {
  Check check{.name = "disk", .words = size_words(space) + " free"};
  if (space < kScarceSpace) {
    check.state = space < kNoSpace ? Check::State::bad : Check::State::doubtful;
    check.help = "move old takes or other files to another disk";
  }
  return check;
}

Check judge_syncs(std::vector<std::chrono::microseconds> syncs) {
  std::sort(syncs.begin(), syncs.end());
  const auto median = syncs[syncs.size() / 2];
  Check check{.name = "disk's speed",
              .words = fmt::format("{:.1f} ms until a row is safe, {:.1f} ms at worst",
                                   static_cast<double>(median.count()) / 1000,
                                   static_cast<double>(syncs.back().count()) / 1000)};
  if (median > kSlowSync) {
    check.state = Check::State::doubtful;
    check.help =
        "the music does not wait for it, but a power cut takes more of the take: log to a "
        "faster disk, or end what else writes to this one";
  }
  return check;
}

Check judge_quota(std::uint64_t quota, std::uint64_t logged) {
  Check check{.name = "log quota",
              .words = fmt::format("{} of {} used", size_words(logged), size_words(quota))};
  const bool full = logged >= quota;
  if (full || logged >= quota / 10 * 9) {
    check.state = full ? Check::State::bad : Check::State::doubtful;
    check.help = "move old takes to another disk, or allow more with log.quota";
  }
  return check;
}

}  // namespace

fs::path in_folder(const fs::path& folder, const fs::path& path) {
  return folder.empty() || folder == "." ? path : folder / path;
}

StorageFacts look_at_storage(const fs::path& folder, const LogSettings& settings) {
  constexpr int kTimes = 5;
  StorageFacts facts;
  facts.folder = folder;
  facts.logs = settings.enabled;
  facts.log_folder = in_folder(folder, settings.folder);
  if (const auto here = platform::time_syncs(nearest(folder), 1); !here)
    facts.folder_trouble = here.error().message;
  if (!facts.logs) return facts;
  const fs::path logs = nearest(facts.log_folder);
  if (auto syncs = platform::time_syncs(logs, kTimes)) {
    facts.syncs = std::move(*syncs);
  } else {
    facts.log_trouble = syncs.error().message;
  }
  facts.space = platform::free_space(logs);
  facts.quota = settings.quota_bytes;
  if (const auto bytes = real_disk()->folder_bytes(facts.log_folder)) facts.logged = *bytes;
  return facts;
}

std::vector<Check> judge(const StorageFacts& facts) {
  std::vector<Check> checks{judge_folder(facts)};
  if (facts.space) checks.push_back(judge_space(*facts.space));
  if (!facts.syncs.empty()) checks.push_back(judge_syncs(facts.syncs));
  if (facts.quota && facts.logged) checks.push_back(judge_quota(*facts.quota, *facts.logged));
  return checks;
}

}  // namespace imps::doctor
