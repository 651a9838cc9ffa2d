// What pages say on the live socket, and what is put together for them.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include <imps/result.h>

#include "web/stage_door.h"

namespace imps {

/// Does what a page's message asks for. An Error says what is wrong with it; nothing is done then.
Result<void> act_on_live_message(std::string_view text, StageDoor& door);

/// The command of {"command": "sigmatemp", "value": 0.5}'s parts.
Result<Command> command_from_json(const nlohmann::json& name, const nlohmann::json& value);

/// {"controls": [...]}'s list: 1 to 128 numbers, each clamped to [0, 1].
Result<std::vector<double>> controls_from_json(const nlohmann::json& list);

/// One component of what comes next; see doc/api.md, "next".
struct LiveNext {
  std::int64_t base = 0;  ///< microseconds
  std::optional<std::int64_t> due;
  std::span<const float> weights;
  std::vector<std::vector<std::pair<float, float>>> dimensions;  ///< dt first: [mixtures] each
};

/// Puts together what has happened since the last message, with only what differs.
/// Not thread-safe.
class LiveNews {
 public:
  /// All of the state; what differs from before is told.
  void state(const nlohmann::json& state);
  /// @param voice  0 the performer's, 1 the model's
  void sounded(std::int64_t at, int voice, std::span<const double> controls);
  void next(const LiveNext& next);
  void nothing_next();
  void changed(std::string_view resource);
  void told(std::string_view kind, std::string_view line);

  [[nodiscard]] bool is_empty() const noexcept;
  [[nodiscard]] std::size_t events() const noexcept { return event_count_; }
  /// The message, and nothing is new any more.
  std::string take(std::int64_t now);
  /// For one who has heard nothing yet, or missed some.
  [[nodiscard]] std::string all(std::int64_t now, std::uint64_t missed) const;
  [[nodiscard]] const nlohmann::json& state() const noexcept { return state_; }

 private:
  nlohmann::json state_ = nlohmann::json::object();
  nlohmann::json state_news_ = nlohmann::json::object();
  std::vector<double> frames_[2];
  std::string events_;
  std::size_t event_count_ = 0;
  std::string next_;  // as JSON; "" when nothing has been said of it
  bool next_is_new_ = false;
  std::set<std::string, std::less<>> changed_;
  nlohmann::json told_ = nlohmann::json::array();
};

}  // namespace imps
