#include "cli/train_words.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imps::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kSecondsALine = 2;

std::string bar(double part) {
  constexpr int kWidth = 12;
  const int full = static_cast<int>(std::clamp(part, 0.0, 1.0) * kWidth);
  std::string text;
  for (int k = 0; k < kWidth; ++k)
    text += k < full ? "━" : "╌";
  return text;
}

/// "7 s", "3:20", "1:02:03".
std::string duration(double seconds) {
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{}:{:02}", whole / 60, whole % 60);
  return fmt::format("{}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60);
}

}  // namespace

TrainWords::TrainWords(bool speaks) : speaks_(speaks) {}

void TrainWords::say(const Json& message) {
  if (!speaks_) return;
  const std::string event = message.value("event", "");
  if (event == "start") start(message);
  if (event == "epoch" || event == "judgement") epoch(message);
  if (event == "done") done(message);
  if (event == "note") console_.warn(message.value("text", ""));
}

void TrainWords::start(const Json& m) {
  const std::string size = m.value("size", "");
  const auto learnt = m.value("training_rows", 0ULL);
  const auto judged = m.value("validation_rows", 0ULL);
  console_.tell(fmt::format(
      "{} rows in {} take{}{}: {} to learn from, the last {} to judge by{}", m.value("rows", 0ULL),
      m.value("takes", 0ULL), m.value("takes", 0ULL) == 1 ? "" : "s",
      m.contains("minutes") ? fmt::format(", {:.0f} minutes", m["minutes"].get<double>()) : "",
      learnt, judged, learnt + judged > m.value("rows", 0ULL) ? " (one row ends and begins)" : ""));
  if (m.value("rows", 0ULL) < 10'000)
    console_.warn("few rows: under 10,000, a model may learn little more than habits of the hand");
  console_.tell(fmt::format(
      "a model of dimension {}, {}{} × {} units, {} mixtures ({} numbers), recipe {}, seed {}, {} "
      "thread{}{}",
      m.value("dimension", 0), size.empty() ? "" : "size " + size + ", ", m.value("layers", 0),
      m.value("units", 0), m.value("mixtures", 0), m.value("parameters", 0ULL),
      m["recipe"].value("name", ""), m.value("seed", 0ULL), m.value("threads", 1),
      m.value("threads", 1) == 1 ? "" : "s",
      m.value("processes", 1) > 1 ? fmt::format(" in each of {} processes", m.value("processes", 1))
                                  : ""));
}

void TrainWords::epoch(const Json& m) {
  const double part = m.value("part", 0.0);
  const double seconds = m.value("seconds", 0.0);
  const double rate = seconds > 0 ? static_cast<double>(m.value("frames", 0ULL)) / seconds : 0;
  const double left = part > 0 ? seconds / part * (1 - part) : 0;
  const double learning_rate = m.value("rate", 0.0);
  const std::string figures = fmt::format(
      "epoch {}: NLL {:.3f}, validation {:.3f} (best {:.3f}), rate {:.2g}, {:.0f} frames/ms, at "
      "most {} left",
      m.value("epoch", 0ULL), m.value("train_nll", 0.0), m.value("val_nll", 0.0),
      m.value("best_val_nll", 0.0), learning_rate, rate / 1000, duration(left));
  if (console_.has_status()) {
    // What counts fits into 80 columns.
    console_.status(fmt::format(
        "{} {} left, epoch {}, NLL {:.3f}, val {:.3f} (best {:.3f}), rate {:.2g}, {:.0f} frames/ms",
        bar(part), duration(left), m.value("epoch", 0ULL), m.value("train_nll", 0.0),
        m.value("val_nll", 0.0), m.value("best_val_nll", 0.0), learning_rate, rate / 1000));
  } else if (seconds - said_at_ >= kSecondsALine) {
    said_at_ = seconds;
    console_.tell(figures);
  }
}

void TrainWords::done(const Json& m) {
  const std::string ending = m.value("ending", "");
  const std::string_view why = ending == "patience"   ? " (it got no better)"
                               : ending == "stopped"  ? " (stopped; 'imps train --resume' goes on)"
                               : ending == "diverged" ? " (it diverged)"
                               : ending == "out of time" ? " (time is up)"
                                                         : "";
  console_.tell(fmt::format("{} epoch{}, {} batches in {}{}", m.value("epochs", 0ULL),
                            m.value("epochs", 0ULL) == 1 ? "" : "s", m.value("batches", 0ULL),
                            duration(m.value("seconds", 0.0)), why));
  console_.tell(
      fmt::format("best: validation NLL {:.3f}, training NLL {:.3f} nats a frame, after "
                  "epoch {}",
                  m.value("val_nll", 0.0), m.value("train_nll", 0.0), m.value("epoch", 0ULL)));
  console_.tell(fmt::format("the model is in {}", m.value("model", "")));
  console_.tell(
      "'imps evaluate' says how it plays by itself, and at which --sigmatemp it moves as "
      "often as you did");
  if (const std::string plot = m.value("plot", ""); !plot.empty())
    console_.tell(fmt::format("its curves are in {}", plot));
}

}  // namespace imps::cli
