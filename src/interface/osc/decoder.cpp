#include "interface/osc/decoder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

#include "interface/osc/pattern.h"

namespace imps {
namespace {

constexpr std::string_view kBundle("#bundle\0", 8);
constexpr std::size_t kBundleHead = 16;                            // "#bundle", time tag
constexpr std::uint64_t kFarthestAhead = std::uint64_t{10} << 32;  // NTP

constexpr std::string_view kPing = "/ping";
// The predecessor's prefix, which patches in the field use, and our own.
constexpr std::array<std::string_view, 2> kPrefixes{"/imps/", "/impsy/"};
constexpr std::string_view kStatus = "status";

bool is_bundle(Bytes bytes) noexcept {
  return bytes.size() >= kBundle.size() &&
         std::memcmp(bytes.data(), kBundle.data(), kBundle.size()) == 0;
}

/// The word after one of our prefixes, or "".
std::string_view command_word(std::string_view address) noexcept {
  for (const auto prefix : kPrefixes) {
    if (address.starts_with(prefix)) return address.substr(prefix.size());
  }
  return {};
}

/// True when `pattern` stands for `word` under either prefix.
bool pattern_matches_word(std::string_view pattern, std::string_view word) noexcept {
  return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view prefix) {
    std::array<char, 64> address;
    const auto end = std::copy(prefix.begin(), prefix.end(), address.begin());
    const auto size = std::copy(word.begin(), word.end(), end) - address.begin();
    return osc_pattern_matches(pattern, {address.data(), static_cast<std::size_t>(size)});
  });
}

}  // namespace

std::uint64_t to_ntp(PacketTime time) noexcept {
  using std::chrono::floor;
  using std::chrono::nanoseconds;
  using std::chrono::seconds;
  constexpr std::uint64_t kSecondsFrom1900To1970 = 2'208'988'800;  // RFC 5905, figure 4
  const auto whole = floor<seconds>(time);
  const auto fraction =
      static_cast<std::uint64_t>(std::chrono::duration_cast<nanoseconds>(time - whole).count());
  return (static_cast<std::uint64_t>(whole.time_since_epoch().count()) + kSecondsFrom1900To1970)
             << 32 |
         (fraction << 32) / 1'000'000'000;
}

OscDecoder::OscDecoder(std::string input_address, OscTally& tally)
    : input_address_(std::move(input_address)), tally_(tally) {}

// The difference is taken modulo 2^64 and read as signed, so that it is right across 2036.
Duration OscDecoder::delay_of(std::uint64_t time_tag, std::uint64_t now_ntp) noexcept {
  constexpr std::uint64_t kImmediately = 1;
  if (time_tag <= kImmediately) return Duration{0};
  const auto ahead = static_cast<std::int64_t>(time_tag - now_ntp);
  if (ahead <= 0) return Duration{0};
  if (static_cast<std::uint64_t>(ahead) > kFarthestAhead) {
    tally_.fault(&OscCounts::future_acted_now, "bundle", "time tag over 10 s ahead");
    return Duration{0};
  }
  // Below 10 · 2^32 · 10^6 < 2^56.
  return Duration{(ahead * 1'000'000 + (std::int64_t{1} << 31)) >> 32};
}

/// Visits every message with its delay, in order; false as soon as something is malformed.
/// Bundles are followed with a list of the open ones instead of calls within calls: the packet,
/// not the stack, says how deep it goes.
template <class OnMessage>
bool OscDecoder::walk(Bytes packet, std::uint64_t now_ntp, OnMessage on_message) {
  if (!is_bundle(packet)) return on_message(packet, Duration{0});
  if (packet.size() < kBundleHead || packet.size() % 4 != 0) return false;

  std::size_t depth = 0;
  levels_[depth++] = {packet.size(), delay_of(read_uint64(packet.subspan(8)), now_ntp)};
  std::size_t at = kBundleHead;
  while (depth > 0) {
    const Level& level = levels_[depth - 1];
    if (at == level.end) {
      --depth;
      continue;
    }
    if (level.end - at < 4) return false;
    const std::size_t size = read_uint32(packet.subspan(at));
    at += 4;
    if (size == 0 || size % 4 != 0 || size > level.end - at) return false;
    const Bytes element = packet.subspan(at, size);
    if (!is_bundle(element)) {
      if (!on_message(element, level.delay)) return false;
      at += size;
      continue;
    }
    if (size < kBundleHead || depth == kDeepest) return false;
    // A bundle inside another may not act before it.
    const Duration delay =
        std::max(level.delay, delay_of(read_uint64(element.subspan(8)), now_ntp));
    levels_[depth++] = {at + size, delay};
    at += kBundleHead;
  }
  return true;
}

void OscDecoder::decode(Bytes packet, PacketTime now, OscSink& sink) {
  ++tally_.counts.packets;
  if (!is_bundle(packet)) {
    if (const auto message = read_osc_message(packet)) {
      ++tally_.counts.messages;
      return act_on(*message, Duration{0}, sink);
    }
    return tally_.fault(&OscCounts::malformed, "packet", "neither a message nor a bundle of OSC");
  }

  // All of it is looked at before any of it is acted on.
  const std::uint64_t acted_now = tally_.counts.future_acted_now;
  const std::uint64_t now_ntp = to_ntp(now);
  const bool whole = walk(packet, now_ntp, [](Bytes message, Duration) {
    return read_osc_message(message).has_value();
  });
  tally_.counts.future_acted_now = acted_now;
  if (!whole) {
    return tally_.fault(&OscCounts::malformed, "bundle", "a part of it is not OSC");
  }
  walk(packet, now_ntp, [&](Bytes bytes, Duration delay) {
    ++tally_.counts.messages;
    act_on(*read_osc_message(bytes), delay, sink);
    return true;
  });
}

void OscDecoder::act_on(const OscMessage& message, Duration delay, OscSink& sink) {
  if (message.address == input_address_) return frame(message, delay, sink);
  if (message.address == kPing) {
    ++tally_.counts.queries;
    return sink.on_ping();
  }
  if (is_osc_pattern(message.address)) return act_on_pattern(message, delay, sink);
  const auto word = command_word(message.address);
  if (word == kStatus) {
    ++tally_.counts.queries;
    return sink.on_status();
  }
  if (!word.empty()) return command(word, message, delay, sink);
  tally_.fault(&OscCounts::unknown_address, message.address, "nothing listens there");
}

void OscDecoder::act_on_pattern(const OscMessage& message, Duration delay, OscSink& sink) {
  bool matched = false;
  if (osc_pattern_matches(message.address, input_address_)) {
    matched = true;
    frame(message, delay, sink);
  }
  if (osc_pattern_matches(message.address, kPing)) {
    matched = true;
    ++tally_.counts.queries;
    sink.on_ping();
  }
  if (pattern_matches_word(message.address, kStatus)) {
    matched = true;
    ++tally_.counts.queries;
    sink.on_status();
  }
  for (int kind = 0;; ++kind) {
    const auto word = name(static_cast<Command::Kind>(kind));
    if (word.empty()) break;
    if (!pattern_matches_word(message.address, word)) continue;
    matched = true;
    command(word, message, delay, sink);
  }
  if (!matched) {
    tally_.fault(&OscCounts::unknown_address, message.address, "matches no address of imps");
  }
}

void OscDecoder::frame(const OscMessage& message, Duration delay, OscSink& sink) {
  std::array<double, kMaxControls> values;
  std::size_t count = 0;
  std::uint64_t outside = 0;
  const std::size_t most = controls_ == 0 ? values.size() : controls_;
  OscArguments arguments(message);
  while (const auto argument = arguments.next()) {
    if (argument->kind != OscArgument::Kind::number || !std::isfinite(argument->number)) {
      return tally_.fault(&OscCounts::not_numbers, message.address,
                          "a value is not a finite number");
    }
    if (count == most) {
      return tally_.fault(&OscCounts::wrong_count, message.address, "too many values");
    }
    // Adding zero makes -0.0 plain zero.
    const double inside = std::clamp(argument->number, 0.0, 1.0) + 0.0;
    outside += argument->number < 0 || argument->number > 1 ? 1 : 0;
    values[count++] = inside;
  }
  if (count == 0 || (controls_ != 0 && count != controls_)) {
    return tally_.fault(&OscCounts::wrong_count, message.address, "too few values");
  }
  controls_ = count;
  ++tally_.counts.frames;
  if (outside > 0) {
    tally_.fault(&OscCounts::clamped, message.address, "values belong in [0, 1]", outside);
  }
  sink.on_frame({values.data(), count}, delay);
}

void OscDecoder::command(std::string_view word, const OscMessage& message, Duration delay,
                         OscSink& sink) {
  // No command takes more than one argument; a second one is enough to be refused for.
  std::array<CommandArgument, 2> given;
  std::size_t count = 0;
  const bool wants_text = takes_text(word);
  if (const auto text = read_osc_text(message.payload); !message.typed && wants_text && text) {
    given[count++] = *text;
  } else {
    OscArguments arguments(message);
    while (const auto argument = arguments.next()) {
      if (count == given.size()) break;
      if (argument->kind == OscArgument::Kind::other) {
        return tally_.fault(&OscCounts::refused_commands, message.address,
                            "an argument is neither a number nor a text");
      }
      if (argument->kind == OscArgument::Kind::text) {
        given[count++] = argument->text;
      } else {
        given[count++] = argument->number;
      }
    }
  }
  const auto made = make_command(word, std::span(given).first(count));
  if (!made) {
    return tally_.fault(&OscCounts::refused_commands, message.address, made.error().message);
  }
  ++tally_.counts.commands;
  sink.on_command(*made, delay);
}

}  // namespace imps
