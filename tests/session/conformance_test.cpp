// The predecessor's own vectors for what lies between the interfaces: from events to the model's
// input and the log, and from the model's output to what is played.
#include <filesystem>
#include <fstream>
#include <string>
#include <variant>
#include <vector>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <imps/performer.h>

#include "interface/midi/decoder.h"
#include "interface/midi/stream.h"
#include "session/hand.h"
#include "tests/support/models.h"
#include "tests/support/reference.h"

namespace imps::test {
namespace {

using Json = nlohmann::json;
using testing::DoubleNear;
using testing::Pointwise;

constexpr double kTolerance = 1e-9;  // the vectors' own

Json vectors(const std::filesystem::path& reference, const std::string& name) {
  std::ifstream file(reference / "conformance" / "vectors" / (name + ".json"));
  return Json::parse(file, nullptr, false);
}

std::vector<MidiMapping> mappings_of(const Json& list) {
  std::vector<MidiMapping> mappings;
  for (const Json& entry : list) {
    std::string words;
    for (const Json& word : entry)
      words +=
          (words.empty() ? "" : " ") + (word.is_string() ? word.get<std::string>() : word.dump());
    mappings.push_back(midi_mapping_from_text(words).value());
  }
  return mappings;
}

TimePoint at(double seconds) { return TimePoint{to_duration(Seconds{seconds})}; }

template <class A, class Actions>
std::vector<A> only(const Actions& actions) {
  std::vector<A> found;
  for (const Action& action : actions)
    if (const A* const one = std::get_if<A>(&action)) found.push_back(*one);
  return found;
}

TEST(Conformance, FromEventsToTheModelsInputAndTheLog) {
  IMPS_NEEDS_REFERENCE(reference);
  const Json document = vectors(reference, "pipeline");
  ASSERT_FALSE(document["cases"].empty());
  for (const Json& one : document["cases"]) {
    SCOPED_TRACE(one["name"].get<std::string>());
    const auto initial = one["initial_values"].get<std::vector<double>>();
    const double start = one["start_time"];
    MidiStream stream;
    MidiDecoder decoder(mappings_of(one["input_mapping"]));
    Hand hand;
    hand.take(initial);
    Performer performer(nullptr, one["dimension"], {.mode = Mode::user_only}, at(start));
    std::vector<std::vector<double>> inputs;
    std::vector<std::vector<double>> rows;
    TimePoint before = at(start);
    for (const Json& event : one["events"]) {
      for (const Json& byte : event["bytes"]) {
        const auto message = stream.put(byte.get<std::uint8_t>());
        if (!message || hand.take(decoder.on(*message)).none()) continue;
        const TimePoint now = at(event["time"]);
        for (const WriteRow& row :
             only<WriteRow>(performer.on(PerformerFrame{hand.controls()}, now))) {
          rows.emplace_back(row.controls.begin(), row.controls.end());
          inputs.push_back({to_seconds(row.at - before).count()});
          inputs.back().insert(inputs.back().end(), row.controls.begin(), row.controls.end());
          before = row.at;
        }
      }
    }
    const Json& expected = one["expected"];
    ASSERT_EQ(inputs.size(), expected["model_inputs"].size());
    ASSERT_EQ(rows.size(), expected["log"].size());
    for (std::size_t k = 0; k < rows.size(); ++k) {
      EXPECT_THAT(inputs[k], Pointwise(DoubleNear(kTolerance),
                                       expected["model_inputs"][k].get<std::vector<double>>()));
      EXPECT_THAT(rows[k], Pointwise(DoubleNear(kTolerance),
                                     expected["log"][k]["values"].get<std::vector<double>>()));
    }
  }
}

// A network that says each output, at sigma temperature 0: what it says is what is played. What it
// hears next is the same before the time scale: tests/perform/timing_test.cpp shows that.
TEST(Conformance, FromTheModelsOutputToWhatIsPlayedAndWhen) {
  IMPS_NEEDS_REFERENCE(reference);
  const Json document = vectors(reference, "playback");
  ASSERT_FALSE(document["cases"].empty());
  for (const Json& one : document["cases"]) {
    SCOPED_TRACE(one["name"].get<std::string>());
    for (std::size_t k = 0; k < one["model_outputs"].size(); ++k) {
      const auto output = one["model_outputs"][k].get<std::vector<double>>();
      const std::vector<double> controls(output.begin() + 1, output.end());
      Performer performer(constant_model(output[0], controls), static_cast<int>(output.size()),
                          {.mode = Mode::battle,
                           .temperatures = {.sigma = 0},
                           .timescale = one["timescale"],
                           .start_now = true},
                          TimePoint{});
      std::vector<Play> played;
      while (played.size() < 2) {
        const auto deadline = performer.deadline();
        ASSERT_TRUE(deadline);
        for (const Play& play : only<Play>(performer.on_time(*deadline))) {
          played.push_back(play);
          const Json& expected = one["expected"][k];
          const auto values = expected["output"].get<std::vector<double>>();
          // The network is one of floats, in units of a tenth.
          EXPECT_THAT(std::vector<double>(play.controls.begin(), play.controls.end()),
                      Pointwise(DoubleNear(1e-7), values));
        }
      }
      const double wait = to_seconds(played[1].due - played[0].due).count();
      EXPECT_NEAR(wait, one["expected"][k]["wait"].get<double>(), 1.5e-6) << "whole microseconds";
    }
  }
}

}  // namespace
}  // namespace imps::test
