#include <utility>

#include <fmt/format.h>

#include "config/read.h"
#include "session/house_loop.h"

namespace imps {

/// An edit is taken over once it is saved, and not while an editor is still writing.
void House::look_at_config() {
  if (!config_) return;
  std::error_code error;
  const auto time = std::filesystem::last_write_time(*config_, error);
  // It may be gone for the moment that an editor saves it in.
  const bool is_gone = error == std::errc::no_such_file_or_directory;
  const bool was_gone = std::exchange(config_is_gone_, is_gone);
  if (is_gone && was_gone && !std::exchange(config_is_missed_, true)) {
    output_.warn(fmt::format("{} has gone: what it said stays in force until it is there again",
                             config_->string()));
  }
  const bool is_settled = !error && time == std::exchange(config_seen_, time);
  if (!is_settled) return;
  const bool is_back = std::exchange(config_is_missed_, false);
  if (time == config_time_ && !is_back) return;
  reload();
}

/// On the page, whole: nothing to wait for.
void House::config_was_written() {
  if (!config_ && page_) config_ = page_->config();
  if (config_) reload();
}

void House::reload() {
  if (!config_) {
    output_.warn("asked to read the configuration again (SIGHUP), and there is none");
    return;
  }
  std::error_code ignored;
  config_time_ = std::filesystem::last_write_time(*config_, ignored);
  desk_.changed("config");  // for pages that show it, right or wrong
  const ConfigRead read = read_config_file(*config_);
  for (const auto& warning : read.warnings)
    output_.warn(to_text(warning));
  for (const auto& error : read.errors)
    output_.warn(to_text(error));
  if (!read.ok()) {
    output_.warn("the configuration in force stays as it was");
    return;
  }
  // Some editors empty a file first and write it then.
  if (read.understood.empty()) {
    output_.warn(fmt::format("{} says nothing: what it said stays in force until it says something",
                             config_->string()));
    return;
  }
  Settings settings = read.settings;
  request_.flags(settings);
  repertoire_.take_settings(std::move(settings), logs_.now() != nullptr);
  guard_notes_of(repertoire_.in_force());
}

void House::guard_notes_of(const Settings& settings) {
  if (auto guarded = guard_.start(settings); !guarded)
    output_.warn(guarded.error().message + ": notes would sound on if imps were killed");
}

}  // namespace imps
