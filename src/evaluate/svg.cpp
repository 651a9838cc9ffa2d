#include "evaluate/svg.h"

#include <fmt/format.h>

namespace imps::evaluate {

std::string xml_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
    }
  }
  return out;
}

void Svg::text(Point at, std::string_view words, Anchor anchor, double size,
               std::string_view colour) {
  const char* where = "start";
  if (anchor == Anchor::middle) where = "middle";
  if (anchor == Anchor::end) where = "end";
  body_ += fmt::format(
      "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:g}\" text-anchor=\"{}\" "
      "fill=\"{}\">{}</text>\n",
      at.x, at.y, size, where, colour, xml_text(words));
}

void Svg::line(Point from, Point to, std::string_view colour) {
  body_ +=
      fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\"/>\n",
                  from.x, from.y, to.x, to.y, colour);
}

void Svg::path(std::span<const Point> points, std::string_view colour, double width) {
  if (points.size() < 2) return;
  std::string places;
  for (const Point& point : points)
    places += fmt::format("{:.1f},{:.1f} ", point.x, point.y);
  places.pop_back();
  body_ += fmt::format(
      "<polyline points=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{:g}\" "
      "stroke-linejoin=\"round\"/>\n",
      places, colour, width);
}

void Svg::fill(const Box& box, std::string_view colour) {
  body_ += fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n", box.x,
      box.y, box.width, box.height, colour);
}

void Svg::frame(const Box& box) {
  body_ += fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"none\" "
      "stroke=\"#bbb\"/>\n",
      box.x, box.y, box.width, box.height);
}

std::string Svg::finish(double width, double height) const {
  return fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
      "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\">\n"
      "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{2}</svg>\n",
      width, height, body_);
}

}  // namespace imps::evaluate
