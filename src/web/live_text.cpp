#include "web/live_text.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include <imps/frame.h>

namespace imps {
namespace {

using Json = nlohmann::json;

constexpr int kDeepest = 4;
constexpr std::size_t kMostTold = 32;

/// Nothing for rubbish, and for what is nested deeper than any message of ours.
std::optional<Json> read_json(std::string_view text) {
  const Json::parser_callback_t shallow = [](int depth, Json::parse_event_t, Json&) {
    return depth <= kDeepest;
  };
  Json json = Json::parse(text, shallow, false);
  if (json.is_discarded()) return std::nullopt;
  return json;
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<double> place(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const double x = value.get<double>();
  if (!std::isfinite(x)) return std::nullopt;
  return std::clamp(x, 0.0, 1.0) + 0.0;
}

/// As short as a picture needs it.
template <class Out>
void put(Out out, double x) {
  if (std::isfinite(x))
    fmt::format_to(out, "{:.5g}", x);
  else
    fmt::format_to(out, "0");
}

}  // namespace

Result<std::vector<double>> controls_from_json(const Json& list) {
  if (!list.is_array() || list.empty() || list.size() > kMaxControls)
    return Error{fmt::format("a frame is a list of 1 to {} numbers", kMaxControls)};
  std::vector<double> controls;
  for (const Json& value : list) {
    const auto x = place(value);
    if (!x) return Error{"a frame is of numbers from 0 to 1"};
    controls.push_back(*x);
  }
  return controls;
}

Result<Command> command_from_json(const Json& name, const Json& value) {
  if (!name.is_string()) return Error{"a command is a word, as in doc/formats/osc.md"};
  const auto& word = name.get_ref<const std::string&>();
  if (value.is_null()) return make_command(word, {});
  CommandArgument argument;
  if (value.is_string())
    argument = std::string_view(value.get_ref<const std::string&>());
  else if (value.is_boolean())
    argument = value.get<bool>() ? 1.0 : 0.0;
  else if (value.is_number())
    argument = value.get<double>();
  else
    return Error{word + ": takes a number or a text"};
  return make_command(word, std::span(&argument, 1));
}

Result<void> act_on_live_message(std::string_view text, StageDoor& door) {
  const auto message = read_json(text);
  if (!message || !message->is_object() || message->size() != 1)
    return Error{"a message is {\"frame\": …}, {\"set\": …} or {\"command\": …}"};
  const std::string& key = message->begin().key();
  const Json& value = message->begin().value();
  if (key == "frame") {
    const auto controls = controls_from_json(value);
    if (!controls) return controls.error();
    return door.play(*controls);
  }
  if (key == "set") {
    const Error wrong{"set takes pairs: which control, counted from 0, and a number from 0 to 1"};
    if (!value.is_array() || value.empty() || value.size() % 2 != 0 ||
        value.size() > 2 * kMaxControls)
      return wrong;
    std::vector<std::pair<std::size_t, double>> changes;
    for (std::size_t k = 0; k < value.size(); k += 2) {
      const auto x = place(value[k + 1]);
      if (!value[k].is_number_unsigned() || value[k].get<std::uint64_t>() >= kMaxControls || !x)
        return wrong;
      changes.emplace_back(value[k].get<std::size_t>(), *x);
    }
    return door.move(changes);
  }
  if (key == "command") {
    if (!value.is_array() || value.empty() || value.size() > 2)
      return Error{"command takes [\"word\"] or [\"word\", value]"};
    const auto command = command_from_json(value[0], value.size() == 2 ? value[1] : Json());
    if (!command) return command.error();
    return door.say(*command);
  }
  return Error{"there is no message \"" + key.substr(0, 32) + "\""};
}

// ---- news

void LiveNews::state(const Json& state) {
  for (const auto& [key, value] : state.items()) {
    const auto before = state_.find(key);
    if (before == state_.end() || *before != value) state_news_[key] = value;
  }
  state_ = state;
}

void LiveNews::sounded(std::int64_t at, int voice, std::span<const double> controls) {
  std::vector<double>& before = frames_[voice];
  const bool is_first = before.size() != controls.size();
  auto out = std::back_inserter(events_);
  fmt::format_to(out, "{}[{},{},[", event_count_ == 0 ? "" : ",", at, voice);
  bool any = false;
  for (std::size_t k = 0; k < controls.size(); ++k) {
    if (!is_first && controls[k] == before[k]) continue;
    fmt::format_to(out, "{}{},", any ? "," : "", k);
    put(out, controls[k]);
    any = true;
  }
  fmt::format_to(out, "]]");
  ++event_count_;
  before.assign(controls.begin(), controls.end());
}

void LiveNews::next(const LiveNext& next) {
  next_.clear();
  auto out = std::back_inserter(next_);
  fmt::format_to(out, "{{\"base\":{},\"due\":", next.base);
  if (next.due)
    fmt::format_to(out, "{}", *next.due);
  else
    fmt::format_to(out, "null");
  fmt::format_to(out, ",\"weights\":[");
  for (std::size_t k = 0; k < next.weights.size(); ++k) {
    fmt::format_to(out, "{}", k == 0 ? "" : ",");
    put(out, static_cast<double>(next.weights[k]));
  }
  const auto pairs = [&](const auto& list) {
    fmt::format_to(out, "[");
    for (std::size_t k = 0; k < list.size(); ++k) {
      fmt::format_to(out, "{}[", k == 0 ? "" : ",");
      put(out, static_cast<double>(list[k].first));
      fmt::format_to(out, ",");
      put(out, static_cast<double>(list[k].second));
      fmt::format_to(out, "]");
    }
    fmt::format_to(out, "]");
  };
  fmt::format_to(out, "],\"dt\":");
  pairs(next.dimensions.at(0));
  fmt::format_to(out, ",\"controls\":[");
  for (std::size_t d = 1; d < next.dimensions.size(); ++d) {
    fmt::format_to(out, "{}", d == 1 ? "" : ",");
    pairs(next.dimensions[d]);
  }
  fmt::format_to(out, "]}}");
  next_is_new_ = true;
}

void LiveNews::nothing_next() {
  next_ = "null";
  next_is_new_ = true;
}

void LiveNews::changed(std::string_view resource) { changed_.emplace(resource); }

void LiveNews::told(std::string_view kind, std::string_view line) {
  if (told_.size() < kMostTold) told_.push_back(Json::array({kind, line}));
}

bool LiveNews::is_empty() const noexcept {
  return event_count_ == 0 && !next_is_new_ && state_news_.empty() && changed_.empty() &&
         told_.empty();
}

std::string LiveNews::take(std::int64_t now) {
  std::string text = fmt::format("{{\"t\":{}", now);
  if (!state_news_.empty()) text += ",\"state\":" + to_text(state_news_);
  if (event_count_ > 0) text += ",\"events\":[" + events_ + "]";
  if (next_is_new_) text += ",\"next\":" + next_;
  if (!changed_.empty()) text += ",\"changed\":" + to_text(changed_);
  if (!told_.empty()) text += ",\"told\":" + to_text(told_);
  text += "}";
  state_news_ = Json::object();
  events_.clear();
  event_count_ = 0;
  next_is_new_ = false;
  changed_.clear();
  told_ = Json::array();
  return text;
}

std::string LiveNews::all(std::int64_t now, std::uint64_t missed) const {
  std::string text = fmt::format("{{\"t\":{},\"state\":{}", now, to_text(state_));
  text += ",\"frames\":" + to_text({{"performer", frames_[0]}, {"model", frames_[1]}});
  if (!next_.empty()) text += ",\"next\":" + next_;
  if (missed > 0) text += fmt::format(",\"missed\":{}", missed);
  return text + "}";
}

}  // namespace imps
