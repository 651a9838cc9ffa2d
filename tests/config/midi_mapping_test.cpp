#include "config/midi_mapping.h"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace imps {
namespace {

using Kind = MidiMapping::Kind;
using testing::HasSubstr;

TEST(MidiMapping, ReadsThePredecessorsForms) {
  const std::vector<std::pair<const char*, MidiMapping>> forms{
      {"note_on 1", {.kind = Kind::note}},
      {"note_on 16 100", {.kind = Kind::note, .channel = 16, .velocity = 100}},
      {"note_on 3 0", {.kind = Kind::note, .channel = 3, .velocity = 1}},
      {"note_velocity 2", {.kind = Kind::velocity, .channel = 2}},
      {"control_change 1 42", {.kind = Kind::control_change, .number = 42}},
      {"control_change 1 20 64 127",
       {.kind = Kind::control_change, .number = 20, .least = 64, .most = 127}},
      {"control_change 1 7 64", {.kind = Kind::control_change, .number = 7, .least = 64}},
      {"pitch_bend 1", {.kind = Kind::pitch_bend, .most = 16'383}},
  };
  for (const auto& [text, expected] : forms) {
    const auto mapping = midi_mapping_from_text(text);
    ASSERT_TRUE(mapping) << text;
    EXPECT_EQ(*mapping, expected) << text;
  }
}

TEST(MidiMapping, OfANoteMayHaveVelocityAndRange) {
  EXPECT_EQ(*midi_mapping_from_text("note_on 1 36 96"),
            (MidiMapping{.kind = Kind::note, .least = 36, .most = 96}));
  EXPECT_EQ(*midi_mapping_from_text("  note_on  1  90 36 96 "),
            (MidiMapping{.kind = Kind::note, .least = 36, .most = 96, .velocity = 90}));
}

TEST(MidiMapping, SaysWhatIsWrongAndWhatToGive) {
  const std::vector<std::pair<const char*, const char*>> faults{
      {"", "is no mapping"},
      {"note_one 1", "did you mean 'note_on'?"},
      {"note_on", "give one from 1 to 16 after note_on"},
      {"note_on 0", "has no channel"},
      {"note_on 17", "has no channel"},
      {"control_change 1", "has no controller: give one from 0 to 127"},
      {"control_change 1 128", "has no controller"},
      {"control_change_fine 1 32", "give one from 0 to 31"},
      {"control_change_fine 1 7 5", "more or fewer numbers"},
      {"control_change 1 7 128", "has the range 128 to 127"},
      {"control_change 1 7 0 128", "has the range 0 to 128: give two numbers from 0 to 127"},
      {"control_change 1 seven", "has \"seven\""},
      {"control_change 1 7 0 10 1 1 1", "more or fewer numbers"},
      {"pitch_bend 1 0 99999999999", "whole numbers"},
      {"note_velocity 1 5 6", "leave them out"},
      {"none 1", "leave them out"},
  };
  for (const auto& [text, expected] : faults) {
    const auto mapping = midi_mapping_from_text(text);
    ASSERT_FALSE(mapping) << text;
    EXPECT_THAT(mapping.error().message, HasSubstr(expected)) << text;
  }
}

RC_GTEST_PROP(MidiMapping, SurvivesItsText, ()) {
  MidiMapping mapping;
  mapping.kind =
      static_cast<Kind>(*rc::gen::inRange(0, static_cast<int>(Kind::program_change) + 1));
  const int greatest = greatest_raw(mapping.kind);
  mapping.most = greatest;
  const bool has_range = mapping.kind != Kind::none && mapping.kind != Kind::velocity;
  if (mapping.kind != Kind::none) mapping.channel = *rc::gen::inRange(1, 17);
  if (mapping.kind == Kind::control_change || mapping.kind == Kind::control_change_fine ||
      mapping.kind == Kind::nrpn || mapping.kind == Kind::poly_pressure)
    mapping.number = *rc::gen::inRange(0, 32);
  if (has_range) {
    mapping.least = *rc::gen::inRange(0, greatest + 1);
    mapping.most = *rc::gen::inRange(0, greatest + 1);
  }
  if (mapping.kind != Kind::none) mapping.curve = *rc::gen::element(0.1, 0.5, 1.0, 10.0);
  if (mapping.kind == Kind::note) mapping.gate = *rc::gen::inRange(0, 129);
  if (mapping.kind == Kind::note && *rc::gen::arbitrary<bool>()) mapping.length = Seconds{0.25};
  if (mapping.kind == Kind::note && *rc::gen::arbitrary<bool>())
    mapping.velocity = *rc::gen::inRange(1, 128);
  const auto read = midi_mapping_from_text(to_text(mapping));
  RC_ASSERT(read.has_value());
  RC_ASSERT(*read == mapping);
}

}  // namespace
}  // namespace imps
