// Lamps that show whose a control is.
#include <vector>

#include <gmock/gmock.h>

#include "interface/midi/lights.h"

namespace imps {
namespace {

using Kind = MidiMessage::Kind;
using testing::ElementsAre;
using testing::IsEmpty;

struct Controller {
  MidiLights lights;
  std::vector<MidiMessage> sent;
  bool is_there = true;

  explicit Controller(std::initializer_list<const char*> texts) { remap(texts); }
  void remap(std::initializer_list<const char*> texts) {
    std::vector<MidiLight> list;
    for (const char* const text : texts)
      list.push_back(midi_light_from_text(text).value());
    lights.remap(list);
  }
  auto hear() {
    return [this](const MidiMessage& message) -> std::size_t {
      if (!is_there) return 0;
      sent.push_back(message);
      return message.size;
    };
  }
  std::vector<MidiMessage> show(unsigned long long performer) {
    sent.clear();
    lights.show(ControlSet(performer), hear());
    return sent;
  }
};

TEST(MidiLights, TellAtFirstAllAndThenWhatChanges) {
  Controller controller{"note 1 36", "none", "control_change 2 20 5 1"};
  EXPECT_THAT(controller.show(0b000), ElementsAre(MidiMessage::of(Kind::note_on, 1, 36, 0),
                                                  MidiMessage::of(Kind::control_change, 2, 20, 1)));
  EXPECT_THAT(controller.show(0b110), ElementsAre(MidiMessage::of(Kind::control_change, 2, 20, 5)));
  EXPECT_THAT(controller.show(0b110), IsEmpty());
  EXPECT_THAT(controller.show(0b001), ElementsAre(MidiMessage::of(Kind::note_on, 1, 36, 127),
                                                  MidiMessage::of(Kind::control_change, 2, 20, 1)));
}

TEST(MidiLights, TellAllAnewWhereTheyAreNotKnown) {
  Controller controller{"note 1 36"};
  controller.show(1);
  controller.lights.forget();
  EXPECT_THAT(controller.show(1), ElementsAre(MidiMessage::of(Kind::note_on, 1, 36, 127)));
  controller.remap({"note 1 36"});
  EXPECT_THAT(controller.show(1), IsEmpty());
  controller.remap({"note 1 37"});
  EXPECT_THAT(controller.show(1), ElementsAre(MidiMessage::of(Kind::note_on, 1, 37, 127)));
}

TEST(MidiLights, TryAgainWhatCouldNotBeSent) {
  Controller controller{"note 1 36"};
  controller.is_there = false;
  controller.show(1);
  controller.is_there = true;
  EXPECT_THAT(controller.show(1), ElementsAre(MidiMessage::of(Kind::note_on, 1, 36, 127)));
}

TEST(MidiLights, AreOutInTheEnd) {
  Controller controller{"note 1 36 127 3", "control_change 1 20", "note 1 37"};
  controller.show(0b001);
  controller.sent.clear();
  controller.lights.put_out(controller.hear());
  EXPECT_THAT(controller.sent, ElementsAre(MidiMessage::of(Kind::note_on, 1, 36, 0)));
}

}  // namespace
}  // namespace imps
