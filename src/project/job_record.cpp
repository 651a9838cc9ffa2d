#include "project/job_record.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "config/text.h"

namespace imps::project {
namespace {

constexpr std::size_t kListedLines = 20;
constexpr std::size_t kListedPoints = 200;
constexpr std::size_t kListedResultBytes = 16 * 1024;

constexpr std::array<std::string_view, 4> kStates{"running", "done", "failed", "stopped"};

std::optional<double> number_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number() ? std::optional(found->get<double>())
                                                   : std::nullopt;
}

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json or_null(const std::optional<double>& number) { return number ? Json(*number) : Json(); }

}  // namespace

template <class Take>
void JobRecord::Lines::add(std::string_view piece, Take&& take) {
  while (!piece.empty()) {
    const auto end = piece.find_first_of("\r\n");
    const std::string_view part = piece.substr(0, end);
    const std::size_t room = most - std::min(most, unfinished.size());
    is_cut = is_cut || part.size() > room;
    unfinished.append(part.substr(0, room));
    if (end == std::string_view::npos) return;
    piece.remove_prefix(end + 1);
    finish(take);
  }
}

template <class Take>
void JobRecord::Lines::finish(Take&& take) {
  const std::string line = std::exchange(unfinished, {});
  if (!line.empty()) take(std::string_view(line), std::exchange(is_cut, false));
  is_cut = false;
}

void JobRecord::say(std::string_view line) {
  constexpr std::string_view kOurName = "imps: ";
  if (line.starts_with(kOurName)) line.remove_prefix(kOurName.size());
  lines_.push_back(shortened(line, JobBounds::kLineBytes));
  if (lines_.size() > JobBounds::kLines) lines_.pop_front();
}

bool JobRecord::hear_errors(std::string_view piece) {
  bool is_new = false;
  words_said_.add(piece, [&](std::string_view line, bool) {
    say(line);
    is_new = true;
  });
  return is_new;
}

bool JobRecord::hear_output(std::string_view piece) {
  if (kind_ != JobKind::train) {
    const std::size_t room = JobBounds::kResultBytes - output_.size();
    output_is_cut_ = output_is_cut_ || piece.size() > room;
    output_.append(piece.substr(0, room));
    return false;
  }
  bool is_new = false;
  events_.add(piece, [&](std::string_view line, bool is_cut) {
    if (!is_cut) is_new = hear_event(line) || is_new;
  });
  return is_new;
}

// What training tells: doc/training.md, "The two programs".
bool JobRecord::hear_event(std::string_view line) {
  Json event = Json::parse(line, nullptr, false);
  if (!event.is_object()) return false;
  const std::string name = text_at(event, "event");
  if (name == "start") {
    const double takes = number_at(event, "takes").value_or(0);
    say(fmt::format("{} rows in {} {}; a model of dimension {}, {} × {} units",
                    number_at(event, "rows").value_or(0), takes, takes == 1 ? "take" : "takes",
                    number_at(event, "dimension").value_or(0),
                    number_at(event, "layers").value_or(0), number_at(event, "units").value_or(0)));
  } else if (name == "epoch" || name == "judgement") {
    add_point(event);
  } else if (name == "note") {
    say(text_at(event, "text"));
  } else if (name == "error") {
    error_ = shortened(text_at(event, "message"), JobBounds::kLineBytes);
  } else if (name == "done") {
    progress_ = 1;
    say(fmt::format("the model is in {}", text_at(event, "model")));
    result_ = std::move(event);
  } else {
    return false;
  }
  return true;
}

void JobRecord::add_point(const Json& event) {
  if (const auto part = number_at(event, "part")) progress_ = std::clamp(*part, 0.0, 1.0);
  const auto epoch = number_at(event, "epoch");
  if (!epoch || points_heard_++ % stride_ != 0) return;
  curve_.push_back({*epoch, number_at(event, "train_nll"), number_at(event, "val_nll")});
  if (curve_.size() < JobBounds::kCurvePoints) return;
  // Half of them, evenly; the next ones come as sparsely.
  std::size_t kept = 0;
  for (std::size_t k = 0; k < curve_.size(); k += 2)
    curve_[kept++] = curve_[k];
  curve_.resize(kept);
  stride_ *= 2;
}

/// What the command printed last, once it has ended well.
void JobRecord::judge_result(bool was_stopped) {
  if (kind_ == JobKind::train) {
    if (result_.is_null()) {
      state_ = was_stopped ? State::stopped : State::failed;
      if (!was_stopped) error_ = "imps train: ended without a model";
    } else if (was_stopped && text_at(result_, "ending") == "stopped") {
      state_ = State::stopped;
    }
    return;
  }
  if (output_is_cut_) {
    state_ = State::failed;
    error_ = fmt::format("imps {}: its result is longer than {} bytes: run it in a terminal",
                         name_of(kind_), JobBounds::kResultBytes);
    return;
  }
  Json json = Json::parse(output_, nullptr, false);
  if (json.is_discarded()) {
    state_ = was_stopped ? State::stopped : State::failed;
    if (!was_stopped) error_ = fmt::format("imps {}: its result cannot be read", name_of(kind_));
  } else {
    result_ = std::move(json);
  }
}

void JobRecord::end(const platform::Worker::End& end, bool was_stopped) {
  words_said_.finish([this](std::string_view line, bool) { say(line); });
  state_ = State::done;
  if (!end.signalled && end.status == 0) {
    judge_result(was_stopped);
  } else if (was_stopped) {
    state_ = State::stopped;
  } else {
    state_ = State::failed;
    const std::string how =
        end.signalled ? fmt::format("ended by signal {} ({})", end.status, ::strsignal(end.status))
                      : fmt::format("status {}", end.status);
    if (error_.empty() && !end.signalled && !lines_.empty()) error_ = lines_.back();
    if (error_.empty())
      error_ = fmt::format("imps {}: {}", name_of(kind_), how);
    else if (end.signalled)
      error_ += fmt::format(" ({})", how);
  }
  if (state_ == State::stopped) error_.clear();
  output_ = {};
  events_.unfinished = {};
}

Json JobRecord::json(double seconds, bool in_list) const {
  Json lines = Json::array();
  for (std::size_t k = in_list ? lines_.size() - std::min(lines_.size(), kListedLines) : 0;
       k < lines_.size(); ++k)
    lines.push_back(lines_[k]);
  Json curve = Json::array();
  const std::size_t step =
      in_list ? 1 + (curve_.size() - std::min<std::size_t>(curve_.size(), 1)) / kListedPoints : 1;
  for (std::size_t k = 0; k < curve_.size(); k += step) {
    const Point& point = curve_[k];
    curve.push_back({point.epoch, or_null(point.training), or_null(point.validation)});
  }
  const bool is_listed = !in_list || text_of(result_).size() <= kListedResultBytes;
  return {{"id", id_},
          {"kind", name_of(kind_)},
          {"words", words_},
          {"state", kStates[static_cast<std::size_t>(state_)]},
          {"progress", or_null(progress_)},
          {"seconds", seconds},
          {"lines", std::move(lines)},
          {"curve", std::move(curve)},
          {"result", is_listed ? result_ : Json()},
          {"error", error_.empty() ? Json() : Json(error_)}};
}

}  // namespace imps::project
