// The model against recordings of the predecessor's real forward pass.
#include "tests/support/reference.h"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <imps/model.h>
#include <imps/model_file.h>

#include "model/draw.h"
#include "tests/support/scalar_mdrnn.h"

namespace imps {
namespace {

using nlohmann::json;
using test::flat;
using test::largest_error;

struct Recording {
  std::string name;
  json header;
  std::vector<json> steps;
};

Recording read_recording(const std::filesystem::path& path) {
  std::ifstream file(path);
  Recording recording{path.filename().string(), {}, {}};
  std::string line;
  std::getline(file, line);
  recording.header = json::parse(line);
  while (std::getline(file, line))
    recording.steps.push_back(json::parse(line));
  return recording;
}

FrameView view(const std::vector<double>& values) {
  return {values[0], std::span(values).subspan(1)};
}

// Plays the recording's input through `model`: the largest error of outputs and recorded states.
double replay(const Mdrnn& model, const Recording& recording) {
  Mdrnn::State state(model);
  double largest = 0;
  for (const json& step : recording.steps) {
    advance(model, state, view(step["in"].get<std::vector<double>>()));
    largest = std::max(largest,
                       largest_error(flat(state.mixture()), step["out"].get<std::vector<float>>()));
    if (step.contains("states")) {
      std::vector<float> states;
      for (const std::vector<float> part : step["states"])
        states.insert(states.end(), part.begin(), part.end());
      largest = std::max(largest, largest_error(state.values(), states));
    }
  }
  return largest;
}

void expect_recordings(const std::filesystem::path& folder, std::size_t expected_count) {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "predictions")) {
    const Recording recording = read_recording(entry.path());
    const std::string form = recording.header["form"];
    // The int8 graph really executed rounds activations to int8 as well: another computation than
    // the weights in the file describe.
    if (form == "tflite-stored-flex") continue;
    SCOPED_TRACE(recording.name);
    std::string file = recording.header.value("file", "");
    if (file.empty()) {
      // The predecessor played the plain .tflite of dimension 4 from the .h5 beside it: its own
      // weights are int8, and their recording is the dequantised one.
      const bool rebuilt = form == "tflite" && recording.header["dimension"] == 4;
      const std::string ending = rebuilt ? "h5" : form == "tflite-stored-dequant" ? "tflite" : form;
      file = recording.header["model"].get<std::string>() + "." + ending;
    }
    const Result<ModelFile> read = read_model_file(folder / "models" / file);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->weights.sizes.dimension, recording.header["dimension"]);
    EXPECT_EQ(read->weights.sizes.layers, recording.header["layers"]);
    EXPECT_EQ(read->weights.sizes.units, recording.header["units"]);
    EXPECT_EQ(read->weights.sizes.mixtures, recording.header["mixtures"]);
    const Result<Mdrnn> model = Mdrnn::make(read->weights);
    ASSERT_TRUE(model) << model.error().message;
    ASSERT_EQ(recording.steps.size(), recording.header["steps"].get<std::size_t>());
    // Hybrid kernels round the activations to int8 on the way.
    const double tolerance = form == "tflite-optimised" ? 2e-2 : 1e-4;
    EXPECT_LE(replay(*model, recording), tolerance);
    ++count;
  }
  EXPECT_EQ(count, expected_count);
}

TEST(Reference, ReproducesEveryRecordingOfTheFieldsModels) {
  IMPS_NEEDS_REFERENCE(reference);
  expect_recordings(reference / "real", 8);
}

TEST(Reference, ReproducesEveryRecordingOfMadeModels) {
  IMPS_NEEDS_REFERENCE(reference);
  expect_recordings(reference / "made", 13);
}

TEST(Reference, PassesThePredecessorsOwnModelVectors) {
  IMPS_NEEDS_REFERENCE(reference);
  std::ifstream file(reference / "conformance" / "vectors" / "model.json");
  const json vectors = json::parse(file);
  ASSERT_FALSE(vectors["cases"].empty());
  for (const json& test : vectors["cases"]) {
    SCOPED_TRACE(test["name"].get<std::string>());
    const auto read =
        read_model_file(reference / "conformance" / test["model_file"].get<std::string>());
    ASSERT_TRUE(read) << read.error().message;
    const json& expected = test["expected"];
    EXPECT_EQ(read->weights.sizes.dimension, expected["introspected"]["dimension"]);
    EXPECT_EQ(read->weights.sizes.units, expected["introspected"]["units"]);
    EXPECT_EQ(read->weights.sizes.mixtures, expected["introspected"]["mixtures"]);
    EXPECT_EQ(read->weights.sizes.layers, expected["introspected"]["layers"]);
    const Mdrnn model = Mdrnn::make(read->weights).value();
    Mdrnn::State state(model);
    ASSERT_EQ(test["steps"].size(), expected["steps"].size());
    for (std::size_t n = 0; n < test["steps"].size(); ++n) {
      SCOPED_TRACE(n);
      const json& step = test["steps"][n];
      const json& outcome = expected["steps"][n];
      if (step.contains("reset")) {
        state.reset();
        continue;
      }
      advance(model, state, view(step["input"].get<std::vector<double>>()));
      EXPECT_LE(
          largest_error(flat(state.mixture()), outcome["mdn_output"].get<std::vector<float>>()),
          1e-4);
      const MixtureView mixture = state.mixture();
      const double spread = std::sqrt(test["sigma_temp"].get<double>());
      for (std::size_t k = 0; k < mixture.mus.size(); ++k) {
        const auto d = static_cast<std::size_t>(mixture.dimension);
        EXPECT_NEAR(mixture.mus[k] / kScale, outcome["mu"][k / d][k % d].get<double>(), 1e-5);
        EXPECT_NEAR(mixture.sigmas[k] * spread / kScale, outcome["std"][k / d][k % d].get<double>(),
                    1e-5);
      }
      for (std::size_t k = 0; k < test["uniform_draws"].size(); ++k) {
        EXPECT_EQ(choose_component(mixture.logits, test["pi_temp"], test["uniform_draws"][k]),
                  outcome["mixture_for_draw"][k].get<std::size_t>());
      }
    }
  }
}

}  // namespace
}  // namespace imps
