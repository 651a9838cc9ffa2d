#include "generate/frame_text.h"

#include <gmock/gmock.h>

#include "log/reader.h"

namespace imps {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

struct Frame2 {
  TimePoint at;
  std::vector<double> controls;
};

std::string text_of(FrameText& writer, const std::vector<Frame2>& frames) {
  std::string text;
  writer.begin(text, static_cast<int>(frames.at(0).controls.size()) + 1);
  for (const Frame2& frame : frames)
    writer.add(text, frame.at, frame.controls);
  EXPECT_TRUE(writer.end(text));
  return text;
}

const std::vector<Frame2> kFrames{{TimePoint{250ms}, {0.1, 1}},
                                  {TimePoint{1'250'001us}, {1.0 / 3, 0}},
                                  {TimePoint{1h}, {0.5, 0.25}}};

TEST(CsvText, HasTheTimeSinceTheFrameBeforeAndEveryBitOfTheControls) {
  EXPECT_EQ(text_of(*csv_text(), kFrames),
            "dt,x_1,x_2\n"
            "0.250000,0.1,1\n"
            "1.000001,0.3333333333333333,0\n"
            "3598.749999,0.5,0.25\n");
}

TEST(LogText, IsALogOfTheModelsRows) {
  const std::string text = text_of(*log_text(1'000'000), kFrames);
  const Log log = read_log_text(text);
  EXPECT_EQ(log.report.skipped, 0U);
  EXPECT_EQ(log.dimension(), 3);
  EXPECT_THAT(log.local_us, ElementsAre(1'250'000, 2'250'001, 3'601'000'000));
  EXPECT_THAT(log.voices, testing::Each(Voice::model));
  EXPECT_THAT(log.values, ElementsAre(0.1, 1, 1.0 / 3, 0, 0.5, 0.25));
}

}  // namespace
}  // namespace imps
