#include "interface/port_tally.h"

#include <array>

#include <fmt/format.h>

namespace imps {
namespace {

constexpr Duration kEvery = std::chrono::seconds(5);

struct Name {
  PortTally::Count count;
  std::string_view name;
};
constexpr std::array kNames{
    Name{&PortCounts::messages, "messages"},
    Name{&PortCounts::moves, "moves"},
    Name{&PortCounts::malformed, "malformed"},
    Name{&PortCounts::wrong_count, "wrong_count"},
    Name{&PortCounts::clamped, "clamped"},
    Name{&PortCounts::echoes, "echoes"},
    Name{&PortCounts::sent, "sent"},
    Name{&PortCounts::not_sent, "not_sent"},
    Name{&PortCounts::refused, "refused_clients"},
    Name{&PortCounts::dropped, "dropped"},
};

}  // namespace

PortTally::PortTally(std::string name) : name_(std::move(name)) {
  for (const Name& one : kNames)
    keys_.push_back(fmt::format("{}_{}", name_, one.name));
}

void PortTally::fault(Count which, std::string_view reason, std::uint64_t times) noexcept {
  counts.*which += times;
  faults_ += times;
  reason_ = reason;
}

void PortTally::add_status(std::vector<StatusEntry>& entries) const {
  for (std::size_t k = 0; k < kNames.size(); ++k)
    entries.push_back({keys_[k], static_cast<std::int64_t>(counts.*kNames[k].count)});
}

std::optional<std::string> PortTally::take_report(TimePoint now) {
  if (faults_ == told_ || (told_at_ && now - *told_at_ < kEvery)) return std::nullopt;
  const std::uint64_t news = faults_ - told_;
  told_ = faults_;
  told_at_ = now;
  return news == 1 ? fmt::format("{}: {}", name_, reason_)
                   : fmt::format("{}: {} faults, the last: {}", name_, news, reason_);
}

}  // namespace imps
