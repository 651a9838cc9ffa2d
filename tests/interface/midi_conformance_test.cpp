// The predecessor's own vectors: MIDI and WebSocket text, in and out.
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "interface/midi/decoder.h"
#include "interface/midi/encoder.h"
#include "interface/midi/stream.h"
#include "interface/midi/text.h"
#include "tests/support/reference.h"

namespace imps {
namespace {

using Json = nlohmann::json;

constexpr double kTolerance = 1e-9;  // the vectors' own

Json cases(const std::filesystem::path& reference, const std::string& name) {
  std::ifstream file(reference / "conformance" / "vectors" / (name + ".json"));
  Json found = Json::parse(file)["cases"];
  EXPECT_FALSE(found.empty());
  return found;
}

/// ["control_change", 1, 42, 0, 63] and its like.
std::vector<MidiMapping> mappings_of(const Json& list) {
  std::vector<MidiMapping> mappings;
  for (const Json& entry : list) {
    std::string words = entry[0];
    for (std::size_t k = 1; k < entry.size(); ++k)
      words += " " + std::to_string(entry[k].get<int>());
    const auto mapping = midi_mapping_from_text(words);
    EXPECT_TRUE(mapping) << mapping.error().message;
    if (mapping) mappings.push_back(*mapping);
  }
  return mappings;
}

void expect_updates(std::span<const ControlUpdate> found, const Json& expected) {
  if (expected.is_null()) {
    EXPECT_TRUE(found.empty());
    return;
  }
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t k = 0; k < found.size(); ++k) {
    EXPECT_EQ(found[k].control, expected[k][0].get<std::size_t>());
    EXPECT_NEAR(found[k].value, expected[k][1].get<double>(), kTolerance);
  }
}

TEST(MidiConformance, MessagesMoveTheControlsThatTheyAreMappedTo) {
  IMPS_NEEDS_REFERENCE(reference);
  for (const Json& one : cases(reference, "midi_input")) {
    SCOPED_TRACE(one["name"].get<std::string>());
    MidiDecoder decoder(mappings_of(one["input_mapping"]));
    MidiStream stream;
    for (std::size_t k = 0; k < one["messages"].size(); ++k) {
      std::optional<MidiMessage> message;
      for (const Json& byte : one["messages"][k])
        message = stream.put(byte.get<std::uint8_t>());
      expect_updates(message ? decoder.on(*message) : std::span<const ControlUpdate>{},
                     one["expected"][k]);
    }
  }
}

TEST(MidiConformance, FramesAreSaidAsTheSameBytes) {
  IMPS_NEEDS_REFERENCE(reference);
  for (const Json& one : cases(reference, "midi_output")) {
    SCOPED_TRACE(one["name"].get<std::string>());
    MidiEncoder encoder(mappings_of(one["output_mapping"]));
    for (std::size_t k = 0; k < one["steps"].size(); ++k) {
      Json sent = Json::array();
      const auto send = [&](const MidiMessage& m) {
        sent.push_back(std::vector<int>(m.bytes().begin(), m.bytes().end()));
      };
      const Json& step = one["steps"][k];
      if (step.contains("values")) {
        const auto values = step["values"].get<std::vector<double>>();
        encoder.play({.controls = values, .touched = ControlSet().set()}, TimePoint{}, send);
      } else {
        encoder.release(send);
      }
      EXPECT_EQ(sent, one["expected"][k]) << "step " << k;
    }
  }
}

TEST(WebSocketConformance, TextsMoveTheControlsThatTheyAreMappedTo) {
  IMPS_NEEDS_REFERENCE(reference);
  for (const Json& one : cases(reference, "websocket_input")) {
    SCOPED_TRACE(one["name"].get<std::string>());
    MidiDecoder decoder(mappings_of(one["input_mapping"]));
    for (std::size_t k = 0; k < one["messages"].size(); ++k) {
      SCOPED_TRACE(one["messages"][k].get<std::string>());
      const auto message = midi_of(one["messages"][k].get<std::string>());
      expect_updates(message ? decoder.on(*message) : std::span<const ControlUpdate>{},
                     one["expected"][k]);
    }
  }
}

TEST(WebSocketConformance, FramesAreSaidAsTheSameTexts) {
  IMPS_NEEDS_REFERENCE(reference);
  for (const Json& one : cases(reference, "websocket_output")) {
    SCOPED_TRACE(one["name"].get<std::string>());
    MidiEncoder encoder(mappings_of(one["output_mapping"]));
    for (std::size_t k = 0; k < one["steps"].size(); ++k) {
      Json sent = Json::array();
      const auto values = one["steps"][k].get<std::vector<double>>();
      encoder.play({.controls = values, .touched = ControlSet().set()}, TimePoint{},
                   [&](const MidiMessage& m) { sent.push_back(text_of(m)); });
      EXPECT_EQ(sent, one["expected"][k]) << "step " << k;
    }
  }
}

}  // namespace
}  // namespace imps
