// IMPSY's loss, compared with what Keras recorded.
#include "tests/support/reference.h"

#include <cstring>
#include <fstream>
#include <map>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "dataset/byte_source.h"
#include "dataset/npy.h"
#include "dataset/zip_members.h"
#include "evaluate/windows.h"
#include "tests/evaluate/takes.h"

namespace imps::evaluate {
namespace {

namespace fs = std::filesystem;

/// The float32 arrays of an .npz, by name.
std::map<std::string, std::vector<float>> arrays_in(const fs::path& path) {
  std::map<std::string, std::vector<float>> arrays;
  const auto bytes = open_bytes(path);
  if (!bytes) return arrays;
  const auto zip = ZipMembers::open(*bytes);
  if (!zip) return arrays;
  for (const std::string& name : zip->names()) {
    const auto member = zip->read(*zip->find(name), std::uint64_t{1} << 30);
    const auto header = read_npy_header(*member);
    EXPECT_EQ(header->descr, "<f4") << name;
    std::vector<float> values(header->count());
    std::memcpy(values.data(), member->data() + header->size, values.size() * sizeof(float));
    arrays[name.substr(0, name.size() - 4)] = std::move(values);
  }
  return arrays;
}

Weights weights_in(const fs::path& path, const Sizes& sizes) {
  auto arrays = arrays_in(path);
  Weights weights;
  weights.sizes = sizes;
  for (int layer = 0; layer < sizes.layers; ++layer) {
    const std::string name = "lstm" + std::to_string(layer);
    weights.lstm.push_back(
        {arrays[name + ".kernel"], arrays[name + ".recurrent_kernel"], arrays[name + ".bias"]});
  }
  weights.mus = {arrays["mdn.mus.kernel"], arrays["mdn.mus.bias"]};
  weights.sigmas = {arrays["mdn.sigmas.kernel"], arrays["mdn.sigmas.bias"]};
  weights.pi = {arrays["mdn.pi.kernel"], arrays["mdn.pi.bias"]};
  return weights;
}

struct Recorded {
  const char* name;
  const char* weights;
  std::size_t batch;
};
void PrintTo(const Recorded& one, std::ostream* out) {
  *out << one.name << " " << one.weights << " batch " << one.batch + 1;
}

class RecordedLoss : public ::testing::TestWithParam<Recorded> {};

TEST_P(RecordedLoss, IsComputedAgain) {
  IMPS_NEEDS_REFERENCE(reference);
  const Recorded& recorded = GetParam();
  const fs::path folder = reference / "made/training";
  std::ifstream file(folder / "reference.json");
  const nlohmann::json about = nlohmann::json::parse(file)[recorded.name];
  const Sizes sizes{.dimension = about["dimension"],
                    .layers = about["layers"],
                    .units = about["units"],
                    .mixtures = about["mixtures"]};
  const auto model = Mdrnn::make(
      weights_in(folder / recorded.name / (std::string(recorded.weights) + ".npz"), sizes));
  ASSERT_TRUE(model.has_value()) << model.error().message;

  // Each window of the batch as a take of its own: 50 inputs, and the last target.
  auto batches = arrays_in(folder / recorded.name / "batches.npz");
  const auto dimension = static_cast<std::size_t>(sizes.dimension);
  const std::size_t windows = about["batch"];
  ASSERT_EQ(batches["X"].size(), batches["y"].size());
  ASSERT_EQ(batches["X"].size(), 10 * windows * 50 * dimension);
  const Dataset dataset = test::make_dataset(
      sizes.dimension, std::vector<std::uint64_t>(windows, 51),
      [&](std::size_t window, std::uint64_t row, int column) {
        const std::size_t step = row < 50 ? row : 49;
        const auto& from = batches[row < 50 ? "X" : "y"];
        return static_cast<double>(
                   from[((recorded.batch * windows + window) * 50 + step) * dimension +
                        static_cast<std::size_t>(column)]) /
               10;
      });

  double mean = 0;
  for (const Take& take : dataset.takes()) {
    const auto loss = window_loss(*model, dataset, take.first);
    ASSERT_TRUE(loss.has_value());
    mean += *loss / static_cast<double>(windows);
  }
  // Ours is single precision through the network and double after it, Keras's all single.
  for (const char* const kind : {"losses_before_update", "losses_float64_numpy"}) {
    const double expected = about[kind][recorded.batch];
    EXPECT_NEAR(mean, expected, 1e-5 * std::abs(expected)) << kind;
  }
}

INSTANTIATE_TEST_SUITE_P(OfKeras, RecordedLoss,
                         ::testing::Values(Recorded{"xs-4d-12ksmall", "initial_weights", 0},
                                           Recorded{"xs-4d-12ksmall", "weights_after_batch1", 1},
                                           Recorded{"s-9d", "initial_weights", 0},
                                           Recorded{"s-9d", "weights_after_batch1", 1}));

}  // namespace
}  // namespace imps::evaluate
