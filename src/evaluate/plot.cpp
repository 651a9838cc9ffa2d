#include "evaluate/plot.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "evaluate/svg.h"

namespace imps::evaluate {
namespace {

constexpr std::size_t kMostPlayed = 4;
constexpr std::size_t kMostControls = 8;
constexpr double kWidth = 960;
constexpr double kMargin = 50;
constexpr double kGap = 50;
constexpr double kHalf = (kWidth - 2 * kMargin - kGap) / 2;

// Told apart by those who do not see all colours (after Wong, 2011); the performer is black.
constexpr std::array<std::string_view, kMostPlayed> kPlayers{"#222222", "#d55e00", "#0072b2",
                                                             "#009e73"};
constexpr std::array<std::string_view, kMostControls> kControls{
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#7a5195", "#555555"};

/// The start of `name` that fits into so many pixels of small letters.
std::string fitting(std::string_view name, double width) {
  const auto most = static_cast<std::size_t>(width / 6);
  if (name.size() <= most) return std::string(name);
  std::size_t end = most > 0 ? most - 1 : 0;
  // Not in the middle of a letter of several bytes.
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0U) == 0x80U)
    --end;
  return std::string(name.substr(0, end)) + "…";
}

std::size_t shown_controls(const Play& play) {
  return std::min(play.controls.size(), kMostControls);
}

/// The first seconds: each control's steps over time.
void draw_opening(Svg& svg, const Box& box, const Play& play) {
  svg.frame(box);
  const std::size_t dimension = play.controls.size() + 1;
  const auto at = [&](double seconds, double value) -> Point {
    const double part = std::min(seconds / Play::kOpeningSeconds, 1.0);
    return {box.x + part * box.width, box.y + (1 - std::clamp(value, 0.0, 1.0)) * box.height};
  };
  for (std::size_t k = 0; k < shown_controls(play); ++k) {
    std::vector<Point> points;
    double seconds = 0;
    double value = 0;
    for (std::size_t row = 0; row + dimension <= play.opening.size(); row += dimension) {
      seconds += play.opening[row];
      if (row > 0) points.push_back(at(seconds, value));
      value = play.opening[row + k + 1];
      points.push_back(at(seconds, value));
    }
    if (!points.empty()) points.push_back(at(Play::kOpeningSeconds, value));
    svg.path(points, kControls[k], 1.2);
  }
  for (const double seconds : {0.0, 5.0, 10.0, 15.0, 20.0}) {
    const double x = at(seconds, 0).x;
    svg.text({x, box.y + box.height + 14}, fmt::format("{:g} s", seconds), Anchor::middle, 10,
             "#777");
  }
}

/// Outlines of several histograms over one box, the tallest column as high as the box.
template <class Bars>
void draw_outlines(Svg& svg, const Box& box, std::span<const Played> played, Bars&& bars) {
  svg.frame(box);
  double most = 0;
  for (const Played& one : played)
    for (const double bar : bars(*one.play))
      most = std::max(most, bar);
  if (!(most > 0)) return;
  for (std::size_t k = played.size(); k-- > 0;) {
    const auto& columns = bars(*played[k].play);
    const double width = box.width / static_cast<double>(columns.size());
    std::vector<Point> points{{box.x, box.y + box.height}};
    double x = box.x;
    for (const double bar : columns) {
      const double y = box.y + box.height * (1 - 0.95 * bar / most);
      points.push_back({x, y});
      x += width;
      points.push_back({x, y});
    }
    points.push_back({x, box.y + box.height});
    svg.path(points, kPlayers[k]);
  }
  svg.text({box.x - 4, box.y + 10}, fmt::format("{:.0f} %", 100 * most), Anchor::end, 10, "#777");
}

void draw_dt(Svg& svg, const Box& box, std::span<const Played> played) {
  svg.text({box.x, box.y - 8}, "dt: how long between frames");
  draw_outlines(svg, box, played, [](const Play& play) -> const auto& { return play.dts; });
  constexpr std::array<std::string_view, 7> kTens{"0.1 ms", "1 ms", "10 ms", "0.1 s",
                                                  "1 s",    "10 s", "100 s"};
  for (std::size_t k = 0; k < kTens.size(); ++k) {
    const double part =
        static_cast<double>(k) * Play::kDtPartsInTen / static_cast<double>(Play::kDtParts);
    svg.text({box.x + part * box.width, box.y + box.height + 14}, kTens[k], Anchor::middle, 10,
             "#777");
  }
}

/// From blue (−1) over white to red (1).
std::string correlation_colour(double r) {
  if (!std::isfinite(r)) return "#eeeeee";
  const double part = std::clamp(std::abs(r), 0.0, 1.0);
  const auto mixed = [part](double full) { return static_cast<int>(255 + part * (full - 255)); };
  return r >= 0 ? fmt::format("#{:02x}{:02x}{:02x}", mixed(178), mixed(24), mixed(43))
                : fmt::format("#{:02x}{:02x}{:02x}", mixed(33), mixed(102), mixed(172));
}

/// Which controls move in the same frames.
void draw_together(Svg& svg, const Box& box, const Played& played, std::string_view colour) {
  const std::size_t shown = shown_controls(*played.play);
  const std::size_t all = played.play->controls.size();
  const double side = std::min(box.width, box.height) / static_cast<double>(shown);
  svg.text({box.x, box.y - 8}, fitting(played.name, box.width), Anchor::start, 10, colour);
  for (std::size_t a = 0; a < shown; ++a) {
    for (std::size_t b = 0; b < shown; ++b) {
      const double r = played.play->together[a * all + b];
      const Box cell{box.x + static_cast<double>(b) * side, box.y + static_cast<double>(a) * side,
                     side, side};
      svg.fill(cell, correlation_colour(r));
      if (side >= 22 && a != b && std::isfinite(r)) {
        svg.text({cell.x + side / 2, cell.y + side / 2 + 4}, fmt::format("{:.2f}", r),
                 Anchor::middle, 10, std::abs(r) > 0.6 ? "white" : "#333");
      }
    }
  }
  svg.frame({box.x, box.y, side * static_cast<double>(shown), side * static_cast<double>(shown)});
}

/// Where a control stands, and how far it moves.
void draw_control(Svg& svg, double y, double height, std::span<const Played> played,
                  std::size_t k) {
  const Box places{kMargin, y, kHalf, height};
  const Box steps{kMargin + kHalf + kGap, y, kHalf, height};
  svg.text({places.x, y - 8}, fmt::format("x_{}: where it stands", k + 1));
  draw_outlines(svg, places, played,
                [k](const Play& play) -> const auto& { return play.controls[k].places; });
  for (const double value : {0.0, 0.5, 1.0})
    svg.text({places.x + value * places.width, y + height + 14}, fmt::format("{:g}", value),
             Anchor::middle, 10, "#777");
  svg.text({steps.x, y - 8}, fmt::format("x_{}: how many of its steps it moves", k + 1));
  draw_outlines(svg, steps, played,
                [k](const Play& play) -> const auto& { return play.controls[k].steps; });
  for (std::size_t part = 0; part < ControlPlay::kSteps; ++part) {
    const double x = steps.x + steps.width * (static_cast<double>(part) + 0.5) /
                                   static_cast<double>(ControlPlay::kSteps);
    const std::string from = part == 0 ? "0" : fmt::format("{}", 1U << (part - 1));
    svg.text({x, y + height + 14}, part > 1 ? from + "+" : from, Anchor::middle, 10, "#777");
  }
}

}  // namespace

std::string plot_svg(std::span<const Played> all) {
  assert(!all.empty());
  const auto played = all.first(std::min(all.size(), kMostPlayed));
  const std::size_t controls = shown_controls(*played[0].play);
  Svg svg;
  double y = 34;
  for (std::size_t k = 0; k < played.size(); ++k) {
    const Box box{kMargin, y, kWidth - 2 * kMargin, 110};
    svg.text({box.x, y - 8},
             fitting(played[k].name, box.width / 2) + (k == 0 ? "" : ", playing alone"),
             Anchor::start, 13, kPlayers[k]);
    if (k == 0) {
      double x = box.x + box.width;
      for (std::size_t control = controls; control-- > 0;) {
        svg.text({x, y - 8}, fmt::format("x_{}", control + 1), Anchor::end, 12, kControls[control]);
        x -= 30;
      }
    }
    draw_opening(svg, box, *played[k].play);
    y += box.height + 46;
  }
  y += 6;
  constexpr double kHeight = 130;
  draw_dt(svg, {kMargin, y, kHalf, kHeight}, played);
  const double left = kMargin + kHalf + kGap;
  const double room = kHalf / static_cast<double>(played.size());
  for (std::size_t k = 0; k < played.size(); ++k) {
    const Box box{left + room * static_cast<double>(k), y, room - 10, kHeight};
    draw_together(svg, box, played[k], kPlayers[k]);
  }
  svg.text({left, y + kHeight + 14}, "which controls move in the same frames (correlation)",
           Anchor::start, 10, "#777");
  y += kHeight + 56;
  for (std::size_t k = 0; k < controls; ++k) {
    draw_control(svg, y, 80, played, k);
    y += 80 + 46;
  }
  return svg.finish(kWidth, y - 10);
}

}  // namespace imps::evaluate
