#include "cli/evaluate_words.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "session/words.h"

namespace imps::cli {
namespace {

using evaluate::Part;

constexpr std::size_t kMostControls = 16;
constexpr int kNameWidth = 18;

std::string column(std::size_t d) { return d == 0 ? "dt" : fmt::format("x_{}", d); }

std::string percent(double part) { return fmt::format("{:.0f} %", 100 * part); }

/// A row of a table: a name, then cells to the right.
std::string line(std::string_view name, const std::vector<std::string>& cells, int width) {
  std::string text = fmt::format("  {:<{}}", name, kNameWidth);
  for (const std::string& cell : cells)
    text += fmt::format("  {:>{}}", cell, width);
  return text + '\n';
}

/// "A", "B", …: what models are called in tables.
std::string letter(std::size_t k) { return std::string(1, static_cast<char>('A' + k % 26)); }

std::string heading(const Findings& findings) {
  const auto& ground = findings.ground;
  const std::size_t takes = ground.stretches.size();
  std::string_view part = "all of them";
  if (ground.part == Part::training) part = "the training part";
  if (ground.part == Part::validation) part = "the validation part, its last tenth";
  return fmt::format("{}: dimension {}, {} rows; judged by {} frames of {} take{}, {}\n",
                     findings.dataset, ground.dataset.dimension(), ground.dataset.rows(),
                     count_frames(ground.stretches), takes, takes == 1 ? "" : "s", part);
}

std::string score_table(const Findings& findings, const Judged& judged) {
  const auto& score = judged.found.score;
  constexpr int kWidth = 9;
  std::string text =
      line("bits a frame", {"model", "hold last", "marginal", "in 50 %", "in 90 %"}, kWidth);
  // Next to nothing is no "-0.000".
  const auto bits = [](double value) {
    return fmt::format("{:.3f}", std::abs(value) < 0.0005 ? 0.0 : value);
  };
  text += line("all together", {bits(score.bits), bits(score.hold_bits), bits(score.marginal_bits)},
               kWidth);
  for (std::size_t d = 0; d < score.dimensions.size(); ++d) {
    if (d > kMostControls) {
      text += "  … (--json has all)\n";
      break;
    }
    const auto& one = score.dimensions[d];
    text += line(fmt::format("{} ({})", column(d), words(findings.ground.grids[d].kind)),
                 {bits(one.bits), bits(one.hold_bits), bits(one.marginal_bits),
                  percent(one.coverage.half), percent(one.coverage.ninety)},
                 kWidth);
  }
  const auto skill = [](double gained, std::string_view than) {
    return fmt::format("{:.3f} bits a frame {} than {}", std::abs(gained),
                       gained >= 0 ? "better" : "worse", than);
  };
  text += fmt::format("  {}, {}\n", skill(score.hold_bits - score.bits, "holding the last value"),
                      skill(score.marginal_bits - score.bits, "the marginals"));
  std::string worse;
  for (std::size_t d = 0; d < std::min(score.dimensions.size(), kMostControls + 1); ++d) {
    const auto& one = score.dimensions[d];
    const bool by_hold = one.hold_bits < one.marginal_bits;
    const double simple = by_hold ? one.hold_bits : one.marginal_bits;
    if (bits(one.bits) == bits(simple) || one.bits < simple) continue;
    worse += fmt::format("{}{} than {} ({} bits against {})", worse.empty() ? "" : ", ", column(d),
                         by_hold ? "holding the last value" : "its marginal", bits(one.bits),
                         bits(simple));
  }
  if (!worse.empty()) text += fmt::format("  worse by itself: {}\n", worse);
  if (score.cut > 0) {
    text += fmt::format("  {} of the frames would have cost more than {} bits and count as that\n",
                        score.cut, evaluate::most_bits_of_frame(score.dimensions.size()));
  }
  text += fmt::format("  NLL {:.6g} nats a frame\n", score.nll);
  if (const auto& impsy = judged.found.impsy) {
    const auto part = [](std::string_view name, const evaluate::WindowLoss& loss) {
      return loss.windows > 0 ? fmt::format("{} {:.7g} ({} windows)", name, loss.nll, loss.windows)
                              : fmt::format("{}: no window", name);
    };
    text += fmt::format("  NLL as IMPSY computes it: {}, {}\n", part("training", impsy->training),
                        part("validation", impsy->validation));
  }
  return text;
}

/// The performer's playing, and each model's.
std::string play_table(const Findings& findings) {
  std::vector<const evaluate::Play*> plays{&findings.ground.play};
  std::vector<std::string> names{"performer"};
  for (std::size_t k = 0; k < findings.models.size(); ++k) {
    plays.push_back(&findings.models[k].found.alone);
    names.push_back(findings.models.size() == 1 ? "model" : letter(k));
  }
  const auto cells = [&](auto&& cell) {
    std::vector<std::string> all;
    for (const evaluate::Play* const play : plays)
      all.push_back(cell(*play));
    return all;
  };
  constexpr int kWidth = 13;
  std::string text = line("playing alone", names, kWidth);
  using evaluate::Play;
  text +=
      line("frames a second",
           cells([](const Play& p) { return fmt::format("{:.1f}", p.frames_per_second); }), kWidth);
  text += line("median dt", cells([](const Play& p) {
                 return p.middle_dt < 1 ? fmt::format("{:.0f} ms", 1000 * p.middle_dt) : "over 1 s";
               }),
               kWidth);
  text += line("rests over 1 s",
               cells([](const Play& p) { return fmt::format("{:.2f} %", 100 * p.rests); }), kWidth);
  const std::size_t controls = plays[0]->controls.size();
  for (std::size_t k = 0; k < std::min(controls, kMostControls); ++k) {
    const std::string name = column(k + 1);
    text += line(name + " range", cells([k](const Play& p) {
                   return fmt::format("{:.2f}-{:.2f}", p.controls[k].low, p.controls[k].high);
                 }),
                 kWidth);
    text += line(name + " moves in",
                 cells([k](const Play& p) { return percent(p.controls[k].moved); }), kWidth);
    text +=
        line(name + " mean step",
             cells([k](const Play& p) { return fmt::format("{:.3f}", p.controls[k].mean_step); }),
             kWidth);
  }
  if (controls > kMostControls) text += "  … (--json has all)\n";
  std::vector<std::string> temperatures{"-"};
  for (const Judged& judged : findings.models)
    temperatures.push_back(fmt::format("{:g}", judged.found.as_lively_at));
  text += line("sigmatemp as lively", temperatures, kWidth);
  // Which controls move together: pairs, as far as they are few.
  constexpr std::size_t kMostPaired = 5;
  for (std::size_t a = 0; a < std::min(controls, kMostPaired); ++a) {
    for (std::size_t b = a + 1; b < std::min(controls, kMostPaired); ++b) {
      text += line(fmt::format("{} with {}", column(a + 1), column(b + 1)),
                   cells([&](const Play& p) -> std::string {
                     const double r = p.together[a * controls + b];
                     return std::isfinite(r) ? fmt::format("{:.2f}", r) : "-";
                   }),
                   kWidth);
    }
  }
  return text;
}

std::string verdict(const evaluate::Difference& difference) {
  if (!difference.is_certain()) return "no certain difference";
  return difference.mean < 0 ? "better" : "worse";
}

std::string comparison_table(const Findings& findings) {
  std::string text;
  for (std::size_t k = 0; k < findings.comparisons.size(); ++k) {
    const auto& comparison = findings.comparisons[k];
    text += fmt::format("\n  {} less {}, bits a frame (below 0, {} is better)\n", letter(k + 1),
                        letter(0), letter(k + 1));
    const auto row = [](std::string_view name, const evaluate::Difference& one) {
      const std::string reach = std::isfinite(one.lower)
                                    ? fmt::format("{:+.3f} to {:+.3f}", one.lower, one.upper)
                                    : "too few frames to say how sure";
      return fmt::format("  {:<{}}  {:>+9.3f}   95 %: {}, {}\n", name, kNameWidth, one.mean, reach,
                         verdict(one));
    };
    text += row("all together", comparison.bits);
    for (std::size_t d = 0; d < std::min(comparison.dimensions.size(), kMostControls + 1); ++d)
      text += row(column(d), comparison.dimensions[d]);
    text += row("NLL, in nats", comparison.nll);
  }
  return text;
}

}  // namespace

std::string findings_text(const Findings& findings) {
  std::string text = heading(findings);
  const bool several = findings.models.size() > 1;
  for (std::size_t k = 0; k < findings.models.size(); ++k) {
    const Judged& judged = findings.models[k];
    text += fmt::format("\n{}{}: {}\n", several ? letter(k) + "  " : "", judged.name,
                        words(judged.sizes));
    text += score_table(findings, judged);
  }
  if (!findings.comparisons.empty()) text += comparison_table(findings);
  const auto& alone = findings.settings.alone;
  text += '\n' + play_table(findings);
  text += fmt::format(
      "  ({} frames, seed {}, sigma temperature {}, pi temperature {}; no rest above {} s)\n",
      alone.frames, alone.seed, alone.temperatures.sigma, alone.temperatures.pi,
      evaluate::kLongestRest);
  return text;
}

}  // namespace imps::cli
