// The little of SVG that a plot needs.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace imps::evaluate {

struct Point {
  double x = 0;
  double y = 0;
};

/// A place on the page, in pixels from the top left corner.
struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
};

enum class Anchor { start, middle, end };

/// `text` as XML shows it: markup and control characters, which XML has no word for, replaced.
std::string xml_text(std::string_view text);

/// An SVG file in the making. Colours are CSS's.
class Svg {
 public:
  void text(Point at, std::string_view words, Anchor anchor = Anchor::start, double size = 12,
            std::string_view colour = "#333");
  void line(Point from, Point to, std::string_view colour = "#ccc");
  /// A line through `points`; nothing for less than two.
  void path(std::span<const Point> points, std::string_view colour, double width = 1.5);
  void fill(const Box& box, std::string_view colour);
  void frame(const Box& box);

  /// The whole file, on white.
  [[nodiscard]] std::string finish(double width, double height) const;

 private:
  std::string body_;
};

}  // namespace imps::evaluate
