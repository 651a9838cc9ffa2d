// How things stand, in words for a terminal.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "config/settings.h"
#include "model/words.h"
#include "session/messages.h"

namespace imps {

/// "0.50 0.25 0.75", at most 16 of them.
std::string numbers(std::span<const double> controls);
/// Who has the voice, events a second since `before`, the last prediction.
std::string status_line(const Report& report, const std::optional<Report>& before);
/// "pads (left, right)"; what is known of it, or "".
std::string words(const InstrumentSettings& instrument);
/// What is told at the end: counts, lateness, and what was refused.
std::vector<std::string> summary_lines(const Report& report);

}  // namespace imps
