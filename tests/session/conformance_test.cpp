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

#include "generate/soloist.h"
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
    std::vector<Voice> voices;
    TimePoint before = at(start);
    for (const Json& event : one["events"]) {
      for (const Json& byte : event["bytes"]) {
        const auto message = stream.put(byte.get<std::uint8_t>());
        if (!message || hand.take(decoder.on(*message)).none()) continue;
        const TimePoint now = at(event["time"]);
        for (const WriteRow& row :
             only<WriteRow>(performer.on(PerformerFrame{hand.controls()}, now))) {
          rows.emplace_back(row.controls.begin(), row.controls.end());
          voices.push_back(row.voice);
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
      EXPECT_EQ(voices[k] == Voice::performer ? "interface" : "rnn", expected["log"][k]["source"]);
      EXPECT_THAT(inputs[k], Pointwise(DoubleNear(kTolerance),
                                       expected["model_inputs"][k].get<std::vector<double>>()));
      EXPECT_THAT(rows[k], Pointwise(DoubleNear(kTolerance),
                                     expected["log"][k]["values"].get<std::vector<double>>()));
    }
  }
}

/// A network that always says the same frame, with deviations by which one sees what it has heard.
std::shared_ptr<const Mdrnn> telling_model(double dt, const std::vector<double>& controls) {
  const Sizes sizes{
      .dimension = static_cast<int>(controls.size()) + 1, .layers = 1, .units = 8, .mixtures = 1};
  Weights weights = random_weights(sizes, 1);
  weights.mus = constant_weights(dt, controls, 1).mus;
  weights.mus.kernel.assign(static_cast<std::size_t>(sizes.units * sizes.dimension), 0);
  return std::make_shared<const Mdrnn>(std::move(Mdrnn::make(weights)).value());
}

std::vector<float> deviations(const Performer& performer) {
  const auto outlook = performer.outlook();
  if (!outlook) return {};
  return {outlook->mixture.sigmas.begin(), outlook->mixture.sigmas.end()};
}

// A network that says each output, at sigma temperature 0: what it says is what is played, and what
// it has heard then is the next input.
TEST(Conformance, FromTheModelsOutputToWhatIsPlayedAndWhen) {
  IMPS_NEEDS_REFERENCE(reference);
  const Json document = vectors(reference, "playback");
  ASSERT_FALSE(document["cases"].empty());
  for (const Json& one : document["cases"]) {
    SCOPED_TRACE(one["name"].get<std::string>());
    for (std::size_t k = 0; k < one["model_outputs"].size(); ++k) {
      const Json& expected = one["expected"][k];
      const auto output = one["model_outputs"][k].get<std::vector<double>>();
      const auto input = expected["next_model_input"].get<std::vector<double>>();
      const auto model = telling_model(output[0], {output.begin() + 1, output.end()});
      Performer performer(model, static_cast<int>(output.size()),
                          {.mode = Mode::battle,
                           .temperatures = {.sigma = 0},
                           .timescale = one["timescale"],
                           .start_now = true},
                          TimePoint{});
      Mdrnn::State hears(*model);
      advance(*model, hears, neutral_frame(model->dimension()));
      std::vector<Play> played;
      while (played.size() < 2) {
        const auto deadline = performer.deadline();
        ASSERT_TRUE(deadline);
        for (const Play& play : only<Play>(performer.on_time(*deadline))) {
          played.push_back(play);
          // The network is one of floats, in units of a tenth.
          EXPECT_THAT(std::vector<double>(play.controls.begin(), play.controls.end()),
                      Pointwise(DoubleNear(1e-7), expected["output"].get<std::vector<double>>()));
          advance(*model, hears, FrameView{input[0], std::span(input).subspan(1)});
          performer.think();
          const auto after = hears.mixture().sigmas;
          EXPECT_THAT(deviations(performer), Pointwise(testing::FloatNear(1e-6F), after));
        }
      }
      const double wait = to_seconds(played[1].due - played[0].due).count();
      EXPECT_NEAR(wait, expected["wait"].get<double>(), 1.5e-6) << "whole microseconds";
    }
  }
}

}  // namespace
}  // namespace imps::test
