#include "interface/osc/counts.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "core/nearest.h"

namespace imps {
namespace {

constexpr std::array<OscCountName, 17> kNames{{
    {&OscCounts::packets, "packets", ""},
    {&OscCounts::messages, "messages", ""},
    {&OscCounts::frames, "frames", ""},
    {&OscCounts::commands, "commands", ""},
    {&OscCounts::queries, "queries", ""},
    {&OscCounts::malformed, "malformed", "packets that are not OSC refused"},
    {&OscCounts::clamped, "clamped", "values outside [0, 1] clamped"},
    {&OscCounts::wrong_count, "wrong_count", "frames with a wrong number of values refused"},
    {&OscCounts::not_numbers, "not_numbers", "frames with values that are no numbers refused"},
    {&OscCounts::unknown_address, "unknown_address", "messages to unknown addresses"},
    {&OscCounts::refused_commands, "refused_commands", "commands refused"},
    {&OscCounts::future_acted_now, "future_acted_now",
     "bundles timetagged over 10 s ahead acted on at once"},
    {&OscCounts::kernel_dropped, "kernel_dropped",
     "datagrams lost because they came faster than they could be read"},
    {&OscCounts::too_large, "too_large", "datagrams too large"},
    {&OscCounts::send_errors, "send_errors", "messages could not be sent"},
    {&OscCounts::replies_refused, "replies_refused",
     "queries from other machines not answered (only outputs and this machine are)"},
    {&OscCounts::receive_errors, "receive_errors", "errors while receiving"},
}};
static_assert(sizeof(OscCounts) == kNames.size() * sizeof(std::uint64_t), "a count has no name");

}  // namespace

std::span<const OscCountName> osc_count_names() noexcept { return kNames; }

std::string escaped(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\\') {
      result += "\\\\";
    } else if (byte < 0x20 || byte > 0x7e) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result;
}

void OscTally::Text::keep(std::string_view text) noexcept {
  size = std::min(text.size(), bytes.size());
  std::copy_n(text.begin(), size, bytes.begin());
}

void OscTally::fault(OscCount which, std::string_view about, std::string_view reason,
                     std::uint64_t times) noexcept {
  counts.*which += times;
  latest_ = which;
  about_.keep(about);
  reason_.keep(reason);
}

std::optional<std::string> OscTally::take_report(TimePoint now) {
  if (latest_ == nullptr) return std::nullopt;
  if (told_at_ && now - *told_at_ < kEvery) return std::nullopt;

  std::string line;
  for (const auto& [count, name, phrase] : kNames) {
    const std::uint64_t fresh = counts.*count - told_.*count;
    if (phrase.empty() || fresh == 0) continue;
    line += fmt::format("{}{} {}", line.empty() ? "OSC: " : ", ", fresh, phrase);
  }
  if (!about_.view().empty() || !reason_.view().empty()) {
    line += fmt::format("; latest: {}{}{}", escaped(about_.view()),
                        about_.view().empty() || reason_.view().empty() ? "" : ": ",
                        escaped(reason_.view()));
  }
  if (latest_ == &OscCounts::unknown_address) {
    const std::array<std::string_view, 2> known{input_address_, "/imps/status"};
    line += fmt::format("{}; frames are expected at {}", did_you_mean(about_.view(), known),
                        input_address_);
  }
  told_ = counts;
  told_at_ = now;
  latest_ = nullptr;
  return line;
}

}  // namespace imps
