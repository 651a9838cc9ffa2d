#include "interface/midi/learner.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace imps {
namespace {

using Kind = MidiMapping::Kind;

constexpr int kMostRaw = 127;
constexpr int kBankSelect = 0;
constexpr int kFirstModeMessage = 120;
/// Data increment; what follows up to 101 chooses parameters.
constexpr int kDataIncrement = 96;
/// So small a part of the range is jitter. A worn potentiometer is off by two or three in 128.
constexpr int kJitter = 16;
constexpr std::size_t kFewestSteps = 4;
/// From one value to the next, only steps forth and back in two's complement are so far apart.
constexpr int kWide = 96;

bool is_struck(Kind kind) { return kind == Kind::note || kind == Kind::program_change; }

/// Whether `raw` is a step in one of the encodings in use: 1 and 127 (two's complement), 65 and 63
/// (offset), 1 and 65 (sign). Nobody turns faster than 15.
std::array<bool, 3> fits_steps(int raw) {
  const auto in = [raw](int least, int most) { return raw >= least && raw <= most; };
  return {in(1, 15) || in(113, 127), in(49, 63) || in(65, 79), in(1, 15) || in(65, 79)};
}

}  // namespace

MidiLearner::Source& MidiLearner::touch(std::string_view device, Kind kind, int channel, int number,
                                        int raw, TimePoint now) {
  Source& source = sources_[{std::string(device), kind, channel, number}];
  if (source.is_restless && now - source.moved >= options_.patience) {
    source.is_restless = false;
    source.moves = {};
  }
  if (!source.is_known) source.raw = source.lowest = source.highest = raw;
  Moves& moves = source.moves;
  const auto fits = fits_steps(raw);
  if (moves.count == 0) {
    moves = {.low = source.raw, .high = source.raw, .steps = fits, .began = now};
  } else {
    moves.repeats += raw == source.raw ? 1 : 0;
    moves.wide = moves.wide || std::abs(raw - source.raw) >= kWide;
    for (std::size_t k = 0; k < fits.size(); ++k)
      moves.steps[k] = moves.steps[k] && fits[k];
  }
  ++moves.count;
  moves.travelled += std::abs(raw - source.raw);
  moves.low = std::min(moves.low, raw);
  moves.high = std::max(moves.high, raw);

  source.lowest = std::min(source.lowest, raw);
  source.highest = std::max(source.highest, raw);
  const bool is_short = kind == Kind::nrpn && !source.upper_moved;
  const int jitter = (is_short ? kMostRaw : greatest_raw(kind)) / (2 * kJitter);
  const int low = std::min(source.rest_low, raw);
  const int high = std::max(source.rest_high, raw);
  const bool rests = source.is_known && high - low <= jitter && !is_struck(kind);
  source.rest_low = rests ? low : raw;
  source.rest_high = rests ? high : raw;
  if (!rests) source.moved = now;
  source.is_known = true;
  source.raw = raw;
  source.last = now;
  return source;
}

void MidiLearner::on_control_change(std::string_view device, const MidiMessage& message,
                                    TimePoint now) {
  using namespace controller;
  const int channel = message.channel();
  const int number = message.first();
  const int value = message.second();
  Channel& told = channels_[{std::string(device), channel}];
  const int before = std::exchange(told.controller, number);
  if (number >= kFirstModeMessage) return;
  if (number == kParameter || number == kParameterFine) {
    told.chosen[number == kParameter ? 0 : 1] = value;
    const int chosen = told.chosen[0] << 7 | told.chosen[1];
    told.parameter = chosen == 0x3fff ? kNone : chosen;
    return;
  }
  if (number >= kDataIncrement && number <= controller::kRegistered) {
    if (number >= kRegisteredFine) told.parameter = kRegistered;
    return;
  }
  if (told.parameter != kNone && (number == kDataEntry || number == kDataEntryFine)) {
    if (told.parameter == kRegistered) return;
    const bool is_upper = number == kDataEntry;
    if (is_upper) told.upper = value;
    Source& source = touch(device, Kind::nrpn, channel, told.parameter,
                           is_upper ? value << 7 : told.upper << 7 | value, now);
    source.has_lower = source.has_lower || !is_upper;
    source.upper_moved = source.upper_moved || (is_upper && value != 0);
    return;
  }
  touch(device, Kind::control_change, channel, number, value, now);
  if (number >= kFine && number < 2 * kFine && before == number - kFine)
    ++sources_[{std::string(device), Kind::control_change, channel, before}].moves.followed;
}

void MidiLearner::hear(std::string_view device, const MidiMessage& message, TimePoint now) {
  const int channel = message.channel();
  if (message.kind() == MidiMessage::Kind::control_change)
    return on_control_change(device, message, now);
  channels_[{std::string(device), channel}].controller = -1;
  switch (message.kind()) {
    case MidiMessage::Kind::note_on:
      if (message.is_note_on()) touch(device, Kind::note, channel, 0, message.first(), now);
      break;
    case MidiMessage::Kind::pitch_bend:
      touch(device, Kind::pitch_bend, channel, 0, message.bend(), now);
      break;
    case MidiMessage::Kind::channel_pressure:
      touch(device, Kind::channel_pressure, channel, 0, message.first(), now);
      break;
    case MidiMessage::Kind::poly_pressure:
      touch(device, Kind::poly_pressure, channel, message.first(), message.second(), now);
      break;
    case MidiMessage::Kind::program_change:
      touch(device, Kind::program_change, channel, 0, message.first(), now);
      break;
    case MidiMessage::Kind::control_change:
    case MidiMessage::Kind::note_off:
      break;
  }
}

const MidiLearner::Source* MidiLearner::active(const std::string& device, Kind kind, int channel,
                                               int number) const {
  const auto found = sources_.find({device, kind, channel, number});
  return found == sources_.end() || found->second.moves.count == 0 ? nullptr : &found->second;
}

/// The upper half of a 14-bit control: the lower one mostly follows it at once. Some send only the
/// lower one while the upper stays.
bool MidiLearner::is_fine(const Name& name) const {
  const auto& [device, kind, channel, number] = name;
  if (kind != Kind::control_change || number >= controller::kFine) return false;
  const Source* const upper = active(device, kind, channel, number);
  return upper != nullptr && upper->moves.followed >= 2 &&
         upper->moves.followed * 2 >= upper->moves.count;
}

bool MidiLearner::is_part_of_another(const Name& name) const {
  const auto& [device, kind, channel, number] = name;
  if (kind == Kind::control_change) {
    if (number >= controller::kFine && is_fine({device, kind, channel, number - controller::kFine}))
      return true;
    // Bank select, in front of a program change.
    return (number == kBankSelect || number == kBankSelect + controller::kFine) &&
           active(device, Kind::program_change, channel) != nullptr;
  }
  if (kind == Kind::channel_pressure || kind == Kind::poly_pressure) {
    if (active(device, Kind::note, channel) == nullptr) return false;
    return !place({.device = device, .mapping = {.kind = Kind::note, .channel = channel}});
  }
  return false;
}

HeardControl MidiLearner::heard(const Name& name, const Source& source) const {
  const auto& [device, kind, channel, number] = name;
  HeardControl out{
      .device = device,
      .mapping = {.kind = kind, .channel = channel, .number = number, .most = greatest_raw(kind)},
      .raw = source.raw,
      .lowest = source.lowest,
      .highest = source.highest};
  if (is_fine(name)) {
    const Source& lower = sources_.at({device, kind, channel, number + controller::kFine});
    out.mapping.kind = Kind::control_change_fine;
    out.mapping.most = greatest_raw(Kind::control_change_fine);
    out.raw = source.raw << 7 | lower.raw;
    out.lowest = source.lowest << 7;
    out.highest = source.highest << 7 | kMostRaw;
  }
  // Parameters of 7 bits come by one of the two halves.
  if (kind == Kind::nrpn && !source.has_lower) out.mapping.most = kMostRaw << 7;
  if (kind == Kind::nrpn && !source.upper_moved) out.mapping.most = kMostRaw;
  return out;
}

/// How much of its range it has been through; of a 14-bit control by its upper half.
double MidiLearner::span(const Name& name, const Source& source) const {
  const bool is_controller = std::get<1>(name) == Kind::control_change;
  const int most = is_controller ? kMostRaw : heard(name, source).mapping.most;
  return static_cast<double>(source.moves.high - source.moves.low) / most;
}

double MidiLearner::score(const Name& name, const Source& source) const {
  if (is_struck(std::get<1>(name))) return 0.5 * static_cast<double>(source.moves.count);
  const bool is_controller = std::get<1>(name) == Kind::control_change;
  const int most = is_controller ? kMostRaw : heard(name, source).mapping.most;
  return static_cast<double>(source.moves.travelled) / most;
}

bool MidiLearner::has_moved(const Name& name, const Source& source) const {
  if (source.moves.count == 0 || source.is_restless || is_part_of_another(name)) return false;
  return is_struck(std::get<1>(name)) || span(name, source) * kJitter >= 1;
}

bool MidiLearner::sends_steps(const Name& name, const Source& source) {
  if (std::get<1>(name) != Kind::control_change || source.moves.count < kFewestSteps) return false;
  const Moves& moves = source.moves;
  if (std::none_of(moves.steps.begin(), moves.steps.end(), [](bool fits) { return fits; }))
    return false;
  // A position changes from message to message; a step is mostly the same again, or the other way.
  return moves.repeats * 3 >= moves.count || moves.wide;
}

std::optional<std::size_t> MidiLearner::place(const HeardControl& wanted) const {
  const auto controllers = [](const MidiMapping& mapping) {
    return std::pair(
        mapping.kind == Kind::control_change || mapping.kind == Kind::control_change_fine,
        mapping.number);
  };
  for (std::size_t k = 0; k < controls_.size(); ++k) {
    const MidiMapping& a = controls_[k].mapping;
    const MidiMapping& b = wanted.mapping;
    if (controls_[k].device != wanted.device || a.channel != b.channel) continue;
    if (a.kind == b.kind ? a.number == b.number
                         : controllers(a).first && controllers(a) == controllers(b))
      return k;
    // Its lower half alone.
    if (a.kind == Kind::control_change_fine && b.kind == Kind::control_change &&
        b.number == a.number + controller::kFine)
      return k;
  }
  return std::nullopt;
}

std::vector<MidiLearner::Candidate> MidiLearner::candidates() {
  std::vector<Candidate> all;
  for (auto& [name, source] : sources_) {
    if (!has_moved(name, source) || sends_steps(name, source)) continue;
    all.push_back({name, &source, heard(name, source), score(name, source)});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  return all;
}

std::optional<MidiLearner::News> MidiLearner::tell_of_steps(TimePoint now) {
  for (auto& [name, source] : sources_) {
    if (source.is_restless || source.is_told || now - source.last < options_.still ||
        !sends_steps(name, source))
      continue;
    source.is_told = true;
    return News{.kind = News::Kind::steps, .heard = heard(name, source)};
  }
  return std::nullopt;
}

std::optional<MidiLearner::News> MidiLearner::take(const Candidate& candidate) {
  const auto known = place(candidate.heard);
  const TimePoint began = candidate.source->moves.began;
  const TimePoint last = candidate.source->moved;
  News news{.kind = News::Kind::learnt, .heard = candidate.heard};
  begin_anew();
  if (!known) {
    controls_.push_back(candidate.heard);
    moved_.push_back(last);
    news.control = controls_.size() - 1;
    return news;
  }
  HeardControl& control = controls_[*known];
  control.raw = candidate.heard.raw;
  control.lowest = std::min(control.lowest, candidate.heard.lowest);
  control.highest = std::max(control.highest, candidate.heard.highest);
  const bool same_gesture = began - moved_[*known] <= options_.patience;
  moved_[*known] = last;
  if (same_gesture) return std::nullopt;
  news.kind = News::Kind::again;
  news.control = *known;
  return news;
}

std::optional<MidiLearner::News> MidiLearner::advance(TimePoint now) {
  if (auto news = tell_of_steps(now)) return news;
  while (true) {
    const std::vector<Candidate> all = candidates();
    const auto rests = [&](const Candidate& one) {
      return now - one.source->moved >= options_.still;
    };
    const auto at_rest = std::find_if(all.begin(), all.end(), rests);
    if (at_rest == all.end()) return std::nullopt;
    if (!rests(all.front())) {
      if (now - at_rest->source->moved < options_.still + options_.patience) return std::nullopt;
      all.front().source->is_restless = true;
      continue;
    }
    // Of what one gesture moves (a pad's two axes, a key's pressure) what is not taken yet.
    const auto fresh = std::find_if(all.begin(), all.end(), [&](const Candidate& one) {
      const Kind kind = std::get<1>(one.name);
      const bool comes_with_notes = kind == Kind::channel_pressure || kind == Kind::poly_pressure;
      return rests(one) && !place(one.heard) &&
             (comes_with_notes || one.score * 4 >= all.front().score);
    });
    if (auto news = take(fresh == all.end() ? all.front() : *fresh)) return news;
  }
}

std::optional<TimePoint> MidiLearner::next(TimePoint now) const {
  std::optional<TimePoint> earliest;
  const auto consider = [&](TimePoint at) {
    if (at > now && (!earliest || at < *earliest)) earliest = at;
  };
  for (const auto& [name, source] : sources_) {
    const bool steps = sends_steps(name, source);
    if (steps ? source.is_told || source.is_restless : !has_moved(name, source)) continue;
    const TimePoint from = steps ? source.last : source.moved;
    consider(from + options_.still);
    consider(from + options_.still + options_.patience);
  }
  return earliest;
}

std::optional<HeardControl> MidiLearner::hearing() const {
  const std::map<Name, Source>::value_type* best = nullptr;
  double most = 0;
  for (const auto& one : sources_) {
    const auto& [name, source] = one;
    if (source.moves.count == 0 || source.is_restless || is_part_of_another(name)) continue;
    const double moved = is_struck(std::get<1>(name)) ? score(name, source) : span(name, source);
    if (moved <= most) continue;
    best = &one;
    most = moved;
  }
  if (best == nullptr) return std::nullopt;
  return heard(best->first, best->second);
}

bool MidiLearner::undo() {
  begin_anew();
  if (controls_.empty()) return false;
  controls_.pop_back();
  moved_.pop_back();
  return true;
}

void MidiLearner::begin_anew() {
  for (auto& [name, source] : sources_)
    source.moves = {};
}

}  // namespace imps
