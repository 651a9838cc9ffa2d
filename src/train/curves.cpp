#include "train/curves.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace imps::train {
namespace {

constexpr double kWidth = 720;
constexpr double kHeight = 400;
constexpr double kLeft = 70;
constexpr double kRight = 110;
constexpr double kTop = 40;
constexpr double kBottom = 50;

/// Steps of 1, 2 or 5 times a power of ten, about five of them.
double tick_step(double span) {
  const double rough = span / 5;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  const double times = rough / power;
  return power * (times < 1.5 ? 1 : times < 3.5 ? 2 : times < 7.5 ? 5 : 10);
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text)
    out += c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : std::string(1, c);
  return out;
}

struct Axes {
  double x_most = 1;
  double y_least = 0;
  double y_most = 1;

  [[nodiscard]] double x(double epoch) const {
    return kLeft + (kWidth - kLeft - kRight) * epoch / x_most;
  }
  [[nodiscard]] double y(double nll) const {
    const double part = (std::clamp(nll, y_least, y_most) - y_least) / (y_most - y_least);
    return kHeight - kBottom - (kHeight - kTop - kBottom) * part;
  }
};

/// What happens first is far above the rest: the axis begins where nine tenths of the run lie.
Axes axes_of(std::span<const Progress> history) {
  Axes axes;
  std::vector<double> values;
  for (const Progress& p : history) {
    axes.x_most = std::max(axes.x_most, static_cast<double>(p.epoch));
    for (const double nll : {p.train_nll, p.val_nll})
      if (std::isfinite(nll)) values.push_back(nll);
  }
  if (values.empty()) return axes;
  std::sort(values.begin(), values.end());
  axes.y_least = values.front();
  axes.y_most = values[values.size() * 9 / 10];
  const double margin = std::max(0.05, 0.08 * (axes.y_most - axes.y_least));
  axes.y_least -= margin;
  axes.y_most += margin;
  return axes;
}

template <class Value>
std::string line(std::span<const Progress> history, const Axes& axes, const char* colour,
                 const char* name, const Value& value) {
  std::string points;
  double last = axes.y(0);
  for (const Progress& p : history) {
    if (!std::isfinite(value(p))) continue;
    last = axes.y(value(p));
    points += fmt::format("{:.1f},{:.1f} ", axes.x(static_cast<double>(p.epoch)), last);
  }
  return fmt::format(
      "<polyline fill='none' stroke='{}' stroke-width='2' points='{}'/>\n"
      "<text x='{:.0f}' y='{:.0f}' fill='{}'>{}</text>\n",
      colour, points, kWidth - kRight + 8, last + 4, colour, name);
}

}  // namespace

std::string curves_svg(std::span<const Progress> history, const std::string& title) {
  const Axes axes = axes_of(history);
  std::string svg = fmt::format(
      "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {0:.0f} {1:.0f}' width='{0:.0f}' "
      "height='{1:.0f}' font-family='sans-serif' font-size='12'>\n"
      "<rect width='100%' height='100%' fill='white'/>\n"
      "<text x='{2:.0f}' y='22' font-size='14'>{3}</text>\n",
      kWidth, kHeight, kLeft, escaped(title));
  const double y_step = tick_step(axes.y_most - axes.y_least);
  for (double y = std::ceil(axes.y_least / y_step) * y_step; y <= axes.y_most; y += y_step) {
    svg += fmt::format(
        "<line x1='{0:.0f}' x2='{1:.0f}' y1='{2:.1f}' y2='{2:.1f}' stroke='#ddd'/>"
        "<text x='{3:.0f}' y='{4:.1f}' text-anchor='end'>{5:.4g}</text>\n",
        kLeft, kWidth - kRight, axes.y(y), kLeft - 8, axes.y(y) + 4,
        std::abs(y) < y_step / 2 ? 0 : y);
  }
  const double x_step = std::max(1.0, tick_step(axes.x_most));
  for (double x = 0; x <= axes.x_most; x += x_step) {
    svg += fmt::format("<text x='{:.1f}' y='{:.0f}' text-anchor='middle'>{:.0f}</text>\n",
                       axes.x(x), kHeight - kBottom + 20, x);
  }
  svg += fmt::format(
      "<text x='{:.0f}' y='{:.0f}' text-anchor='middle'>epoch (pass through the training "
      "rows)</text>\n<text transform='translate(18 {:.0f}) rotate(-90)' text-anchor='middle'>NLL, "
      "nats a frame</text>\n",
      (kLeft + kWidth - kRight) / 2, kHeight - 10, (kTop + kHeight - kBottom) / 2);
  svg += line(history, axes, "#888", "training", [](const Progress& p) { return p.train_nll; });
  svg += line(history, axes, "#c2410c", "validation", [](const Progress& p) { return p.val_nll; });
  const auto best =
      std::find_if(history.rbegin(), history.rend(), [](const Progress& p) { return p.best; });
  if (best != history.rend()) {
    svg += fmt::format(
        "<circle cx='{0:.1f}' cy='{1:.1f}' r='4' fill='#c2410c'/>"
        "<text x='{0:.1f}' y='{2:.1f}' text-anchor='middle'>{3:.3f}</text>\n",
        axes.x(static_cast<double>(best->epoch)), axes.y(best->val_nll), axes.y(best->val_nll) + 18,
        best->val_nll);
  }
  return svg + "</svg>\n";
}

}  // namespace imps::train
