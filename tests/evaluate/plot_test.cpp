// The picture is whole and shows everyone.
#include "evaluate/plot.h"

#include <cmath>

#include <gmock/gmock.h>

#include "evaluate/svg.h"

namespace imps::evaluate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Play some_play(std::size_t controls) {
  Play play;
  play.frames = 3;
  play.controls.resize(controls);
  for (auto& control : play.controls)
    control.places[3] = control.steps[0] = 1;
  play.dts[5] = 1;
  play.together.assign(controls * controls, std::nan(""));
  for (int row = 0; row < 3; ++row) {
    play.opening.push_back(0.5);
    play.opening.insert(play.opening.end(), controls, 0.25 * row);
  }
  return play;
}

std::size_t count(const std::string& text, std::string_view what) {
  std::size_t found = 0;
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + 1))
    ++found;
  return found;
}

TEST(Plot, ShowsEveryoneWhoPlays) {
  const Play performer = some_play(2);
  const Play model = some_play(2);
  const std::vector<Played> played{{"performer", &performer}, {"a <b> & c.keras", &model}};
  const std::string svg = plot_svg(played);
  EXPECT_THAT(svg, ::testing::StartsWith("<svg"));
  EXPECT_THAT(svg, ::testing::EndsWith("</svg>\n"));
  EXPECT_THAT(svg, HasSubstr("a &lt;b&gt; &amp; c.keras, playing alone"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_EQ(count(svg, "<text"), count(svg, "</text>"));
  // Two controls over time, dt, and two histograms of each control, for each of two.
  EXPECT_EQ(count(svg, "<polyline"), 2U * (2 + 1 + 4));
}

TEST(Plot, LeavesOutWhatWouldNotFit) {
  const Play play = some_play(128);
  const std::vector<Played> played(9, Played{"one", &play});
  const std::string svg = plot_svg(played);
  EXPECT_EQ(count(svg, "playing alone"), 3U);
  EXPECT_THAT(svg, HasSubstr("x_8: where"));
  EXPECT_THAT(svg, Not(HasSubstr("x_9")));
}

TEST(Plot, OfNothingPlayedIsStillAPicture) {
  Play play;
  play.controls.resize(1);
  play.together = {std::nan("")};
  const std::vector<Played> played{{"", &play}};
  EXPECT_THAT(plot_svg(played), ::testing::EndsWith("</svg>\n"));
}

TEST(XmlText, HasNoMarkupLeft) {
  EXPECT_EQ(xml_text("<a href=\"x\">&\n"), "&lt;a href=&quot;x&quot;&gt;&amp;?");
}

}  // namespace
}  // namespace imps::evaluate
