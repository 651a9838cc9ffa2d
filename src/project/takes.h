// The takes of a project: its logs, and what lies beside them.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "project/facts.h"
#include "project/place.h"
#include "project/take_reading.h"
#include "project/trash.h"
#include "web/api.h"

namespace imps::project {

/// /takes. What it has found out about a log it remembers until one of the take's files changes.
/// Not thread-safe.
class Takes {
 public:
  Takes(const ProjectFacts& facts, Trash& trash) : facts_(facts), trash_(trash) {}

  ApiReply answer(const ApiRequest& request);

 private:
  struct Take {
    std::string id;
    std::filesystem::path log;
    bool set_aside = false;
  };
  struct Known {
    Stamp log;
    Stamp session;
    Stamp events;
    TakeFacts facts;
    std::uint64_t seen = 0;  ///< the last listing that had it
  };

  [[nodiscard]] std::filesystem::path aside_folder() const;
  [[nodiscard]] std::optional<Take> find(std::string_view id) const;
  [[nodiscard]] bool is_running(const Take& take) const;
  const TakeFacts& facts_of(const std::filesystem::path& log);

  ApiReply list();
  ApiReply look(const Take& take, const ApiRequest& request);
  ApiReply picture(const Take& take, const ApiRequest& request);
  static ApiReply file(const Take& take);
  ApiReply patch(const Take& take, const ApiRequest& request);
  ApiReply set_aside(const Take& take, bool aside);
  ApiReply trim(const Take& take, double from, double to);
  ApiReply discard(const Take& take);
  Result<std::string> into_trash(const Take& take);

  const ProjectFacts& facts_;
  Trash& trash_;
  std::map<std::filesystem::path, Known> known_;
  std::uint64_t listing_ = 0;
};

}  // namespace imps::project
