#include "config/midi_light.h"

#include <gmock/gmock.h>

namespace imps {
namespace {

using Kind = MidiLight::Kind;
using testing::HasSubstr;

MidiLight light(std::string_view text) { return midi_light_from_text(text).value(); }

TEST(MidiLight, IsANoteOrAControllerWithTwoValues) {
  EXPECT_EQ(light("note 1 36"), (MidiLight{.kind = Kind::note, .channel = 1, .number = 36}));
  EXPECT_EQ(
      light("  control_change 16  127 2 1 "),
      (MidiLight{
          .kind = Kind::control_change, .channel = 16, .number = 127, .performer = 2, .model = 1}));
  EXPECT_EQ(light("none"), MidiLight());
}

TEST(MidiLight, IsWrittenAsItIsRead) {
  for (const char* const text :
       {"none", "note 1 36", "control_change 2 0 0 127", "note 16 127 5 6"})
    EXPECT_EQ(to_text(light(text)), text);
}

TEST(MidiLight, SaysWhatIsWrong) {
  const auto fault = [](std::string_view text) {
    const auto read = midi_light_from_text(text);
    return read ? "nothing" : read.error().message;
  };
  EXPECT_THAT(fault("note_on 1 36"), HasSubstr("is no light: give such as \"note 1 36\""));
  EXPECT_THAT(fault(""), HasSubstr("is no light"));
  EXPECT_THAT(fault("none 1"), HasSubstr("is no light"));
  EXPECT_THAT(fault("note"), HasSubstr("has no channel"));
  EXPECT_THAT(fault("note 17 1"), HasSubstr("has no channel"));
  EXPECT_THAT(fault("note 1 128"), HasSubstr("that of the note, from 0 to 127"));
  EXPECT_THAT(fault("control_change 1 x"), HasSubstr("that of the controller"));
  for (const char* const text : {"note 1 36 127", "note 1 36 128 0", "note 1 36 1 2 3"})
    EXPECT_THAT(fault(text), HasSubstr("has no two values")) << text;
}

}  // namespace
}  // namespace imps
