// What imps writes for others: read back bit for bit where imps reads it, and else run by a few
// lines that know only the form's own description. tests/peers has the others do it themselves.
#include "model/files/write.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include "tests/model/files/made_files.h"
#include "tests/support/models.h"

namespace imps::files {
namespace {

using test::Bytes;
using testing::HasSubstr;

class Written : public testing::TestWithParam<Sizes> {
 protected:
  [[nodiscard]] static Bytes write(std::string_view ending, const Weights& weights,
                                   const Notes& card = {}) {
    const auto form = written_form(ending);
    EXPECT_TRUE(form) << form.error().message;
    const auto bytes = (*form)->write(weights, card);
    EXPECT_TRUE(bytes) << bytes.error().message;
    return bytes ? *bytes : Bytes{};
  }
  const Weights weights_ = test::random_weights(GetParam(), 11);
};

// ---- a network of the simplest kind: what each form says, computed in double precision

using Numbers = std::vector<double>;

double sigmoid(double z) { return 1 / (1 + std::exp(-z)); }

/// One LSTM layer: `sum(gate, unit)` for the gates named as in "ifco".
template <class Sum>
void lstm(const Sum& sum, Numbers& h, Numbers& c) {
  Numbers next(h.size());
  for (std::size_t u = 0; u < h.size(); ++u) {
    c[u] = sigmoid(sum('f', u)) * c[u] + sigmoid(sum('i', u)) * std::tanh(sum('c', u));
    next[u] = sigmoid(sum('o', u)) * std::tanh(c[u]);
  }
  h = next;
}

/// What imps itself says after `frames`: mus, sigmas, logits.
Numbers said_by_imps(const Weights& weights, const std::vector<Numbers>& frames) {
  const auto model = Mdrnn::make(weights);
  Mdrnn::State state(*model);
  for (const Numbers& frame : frames)
    advance(*model, state, {frame[0], std::span(frame).subspan(1)});
  Numbers said;
  const MixtureView mixture = state.mixture();
  for (const auto part : {mixture.mus, mixture.sigmas, mixture.logits})
    said.insert(said.end(), part.begin(), part.end());
  return said;
}

std::vector<Numbers> some_frames(int dimension) {
  std::vector<Numbers> frames;
  for (int k = 0; k < 6; ++k) {
    Numbers& frame = frames.emplace_back();
    for (int d = 0; d < dimension; ++d)
      frame.push_back(0.5 + 0.5 * std::sin(1.7 * k + 0.9 * d));
  }
  return frames;
}

void expect_near(const Numbers& found, const Numbers& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    // Single precision against double: rounding, a few steps of it.
    ASSERT_NEAR(found[i], expected[i], 1e-5 * std::max(1.0, std::abs(expected[i]))) << i;
  }
}

// ---- the claims

TEST_P(Written, SafetensorsAndKerasAreReadBackBitForBitWithTheirCard) {
  const Notes card{{"dataset", "ä \"b\""}, {"recipe", "early stopping"}};
  for (const std::string ending : {".safetensors", ".keras"}) {
    const Bytes bytes = write(ending, weights_, card);
    const auto file = test::read_bytes_as("model" + ending, bytes);
    ASSERT_TRUE(file) << file.error().message;
    EXPECT_TRUE(test::same(file->weights, weights_)) << ending;
    EXPECT_THAT(file->notes, testing::IsSupersetOf(card)) << ending;
  }
}

TEST_P(Written, TheSameModelGivesTheSameBytes) {
  for (const std::string ending : {".safetensors", ".keras", ".onnx", ".json"})
    EXPECT_TRUE(write(ending, weights_) == write(ending, weights_)) << ending;
}

// RTNeural: layers in order; an LSTM's weights are [kernel, recurrent kernel, bias] with Keras's
// gates i, f, c, o, a dense layer's [kernel, bias], kernels [in][out].
TEST_P(Written, RtneuralJsonIsTheSameNetwork) {
  const Bytes bytes = write(".json", weights_, {{"made", "for a test"}});
  const auto file =
      nlohmann::json::parse(reinterpret_cast<const char*>(bytes.data()),
                            reinterpret_cast<const char*>(bytes.data()) + bytes.size());
  const Sizes sizes = GetParam();
  EXPECT_EQ(file["in_shape"].back(), sizes.dimension);
  EXPECT_EQ(file["imps"]["card"]["made"], "for a test");
  ASSERT_EQ(file["layers"].size(), static_cast<std::size_t>(sizes.layers) + 1);

  std::vector<std::pair<Numbers, Numbers>> memory;
  const auto frames = some_frames(sizes.dimension);
  Numbers x;
  for (const Numbers& frame : frames) {
    x.clear();
    for (const double value : frame)
      x.push_back(value * 10);
    std::size_t depth = 0;
    for (const auto& layer : file["layers"]) {
      const auto out = layer["shape"].back().get<std::size_t>();
      const auto kernel = layer["weights"][0].get<std::vector<Numbers>>();
      ASSERT_EQ(kernel.size(), x.size());
      if (layer["type"] == "lstm") {
        if (memory.size() <= depth) memory.emplace_back(Numbers(out), Numbers(out));
        auto& [h, c] = memory[depth++];
        const auto recurrent = layer["weights"][1].get<std::vector<Numbers>>();
        const auto bias = layer["weights"][2].get<Numbers>();
        const Numbers before = h;
        const auto sum = [&](char gate, std::size_t unit) {
          const std::size_t k = std::string_view("ifco").find(gate) * out + unit;
          double z = bias[k];
          for (std::size_t i = 0; i < x.size(); ++i)
            z += x[i] * kernel[i][k];
          for (std::size_t i = 0; i < out; ++i)
            z += before[i] * recurrent[i][k];
          return z;
        };
        lstm(sum, h, c);
        x = h;
      } else {
        ASSERT_EQ(layer["type"], "dense");
        EXPECT_EQ(layer["activation"], "") << "linear";
        Numbers y = layer["weights"][1].get<Numbers>();
        ASSERT_EQ(y.size(), out);
        for (std::size_t k = 0; k < out; ++k) {
          for (std::size_t i = 0; i < x.size(); ++i)
            y[k] += x[i] * kernel[i][k];
        }
        x = y;
      }
    }
  }
  const auto mixtures = static_cast<std::size_t>(sizes.mixtures * sizes.dimension);
  for (std::size_t k = mixtures; k < 2 * mixtures; ++k)
    x[k] = (x[k] > 0 ? x[k] : std::expm1(x[k])) + 1 + 1e-7;
  expect_near(x, said_by_imps(weights_, frames));
}

// ---- protocol buffers, as far as ONNX needs them

struct Field {
  std::uint64_t number = 0;
  std::string text;
};
using Message = std::multimap<std::uint64_t, Field>;

Message message_of(std::string_view bytes) {
  Message message;
  const auto varint = [&bytes] {
    std::uint64_t value = 0;
    for (unsigned shift = 0;; shift += 7) {
      if (bytes.empty() || shift > 63) throw std::runtime_error("no varint");
      const auto one = static_cast<unsigned char>(bytes.front());
      bytes.remove_prefix(1);
      value |= std::uint64_t{one & 0x7fU} << shift;
      if (one < 0x80) return value;
    }
  };
  while (!bytes.empty()) {
    const std::uint64_t key = varint();
    Field field;
    if (key % 8 == 0) {
      field.number = varint();
    } else if (key % 8 == 2) {
      const std::uint64_t size = varint();
      if (size > bytes.size()) throw std::runtime_error("cut");
      field.text = bytes.substr(0, size);
      bytes.remove_prefix(size);
    } else {
      throw std::runtime_error("a wire type that is not expected");
    }
    message.emplace(key / 8, field);
  }
  return message;
}

std::vector<std::string> texts(const Message& message, std::uint64_t field) {
  std::vector<std::string> all;
  const auto [first, last] = message.equal_range(field);
  for (auto at = first; at != last; ++at)
    all.push_back(at->second.text);
  return all;
}

std::string text(const Message& message, std::uint64_t field) {
  const auto all = texts(message, field);
  return all.empty() ? "" : all.front();
}

// The operators' numbers of outputs and their constants; tests/peers runs the graph as a whole.
// LSTM has W [1, 4·units, in], R [1, 4·units, units], B [1, 8·units] (of W, then of R), gates in
// the order i, o, f, c.
TEST_P(Written, OnnxHoldsTheSameNetwork) {
  const Sizes sizes = GetParam();
  const auto units = static_cast<std::size_t>(sizes.units);
  const Bytes bytes = write(".onnx", weights_, {{"made", "for a test"}});
  const Message model = message_of({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  EXPECT_EQ(message_of(text(model, 8)).find(2)->second.number, 14U) << "operator set";
  EXPECT_EQ(text(message_of(text(model, 14)), 1), "made");
  const Message graph = message_of(text(model, 7));

  std::map<std::string, Numbers> constants;
  for (const std::string& one : texts(graph, 5)) {
    const Message tensor = message_of(one);
    if (tensor.find(2)->second.number != 1) continue;  // shapes
    const std::string raw = text(tensor, 9);
    std::vector<float> values(raw.size() / sizeof(float));
    std::memcpy(values.data(), raw.data(), raw.size());
    std::uint64_t count = 1;
    const auto [first, last] = tensor.equal_range(1);
    for (auto dim = first; dim != last; ++dim)
      count *= dim->second.number;
    EXPECT_EQ(count, values.size()) << text(tensor, 8);
    constants[text(tensor, 8)].assign(values.begin(), values.end());
  }
  const auto names = [&graph](std::uint64_t field) {
    std::vector<std::string> all;
    for (const std::string& one : texts(graph, field))
      all.push_back(text(message_of(one), 1));
    return all;
  };
  std::vector<std::string> inputs{"inputs"};
  std::vector<std::string> outputs{"mus", "sigmas", "logits"};
  for (int i = 0; i < sizes.layers; ++i) {
    for (const std::string state : {"state_h_", "state_c_"}) {
      inputs.push_back(state + std::to_string(i));
      outputs.push_back("new_" + state + std::to_string(i));
    }
  }
  EXPECT_EQ(names(11), inputs);
  EXPECT_EQ(names(12), outputs);

  std::vector<std::pair<Numbers, Numbers>> memory(static_cast<std::size_t>(sizes.layers),
                                                  {Numbers(units), Numbers(units)});
  const auto frames = some_frames(sizes.dimension);
  for (const Numbers& frame : frames) {
    Numbers x;
    for (const double value : frame)
      x.push_back(value * 10);
    for (std::size_t layer = 0; layer < memory.size(); ++layer) {
      auto& [h, c] = memory[layer];
      const std::string name = "lstm_" + std::to_string(layer) + "/";
      const Numbers& w = constants.at(name + "W");
      const Numbers& r = constants.at(name + "R");
      const Numbers& b = constants.at(name + "B");
      ASSERT_EQ(b.size(), 8 * units);
      const Numbers before = h;
      const auto sum = [&](char gate, std::size_t unit) {
        const std::size_t k = std::string_view("iofc").find(gate) * units + unit;
        double z = b[k] + b[4 * units + k];
        for (std::size_t i = 0; i < x.size(); ++i)
          z += x[i] * w.at(k * x.size() + i);
        for (std::size_t i = 0; i < units; ++i)
          z += before[i] * r.at(k * units + i);
        return z;
      };
      lstm(sum, h, c);
      x = h;
    }
    if (&frame != &frames.back()) continue;
    Numbers said;
    for (const std::string part : {"mdn_mus", "mdn_sigmas", "mdn_pi"}) {
      const Numbers& kernel = constants.at(part + "/kernel");
      Numbers y = constants.at(part + "/bias");
      for (std::size_t k = 0; k < y.size(); ++k) {
        for (std::size_t i = 0; i < units; ++i)
          y[k] += x[i] * kernel.at(i * y.size() + k);
        if (part == "mdn_sigmas") y[k] = (y[k] > 0 ? y[k] : std::expm1(y[k])) + 1 + 1e-7;
      }
      said.insert(said.end(), y.begin(), y.end());
    }
    expect_near(said, said_by_imps(weights_, frames));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Sizes, Written,
    testing::Values(Sizes{.dimension = 2, .layers = 1, .units = 1, .mixtures = 1},
                    Sizes{.dimension = 2, .layers = 1, .units = 7, .mixtures = 5},
                    Sizes{.dimension = 9, .layers = 2, .units = 13, .mixtures = 5},
                    Sizes{.dimension = 4, .layers = 3, .units = 4, .mixtures = 2}),
    [](const auto& one) {
      return "Dim" + std::to_string(one.param.dimension) + "Layers" +
             std::to_string(one.param.layers) + "Units" + std::to_string(one.param.units);
    });

TEST(WrittenForm, IsToldByTheEndingInAnyCaseAndListsWhatThereIs) {
  EXPECT_TRUE(written_form(".KERAS"));
  const auto form = written_form(".h5");
  ASSERT_FALSE(form);
  EXPECT_THAT(form.error().message, HasSubstr(".safetensors, .keras, .onnx or .json"));
}

TEST(WrittenForm, RefusesWeightsThatAreNoNetwork) {
  Weights weights =
      test::random_weights({.dimension = 3, .layers = 1, .units = 4, .mixtures = 2}, 1);
  weights.lstm[0].bias[2] = NAN;
  for (const std::string ending : {".safetensors", ".keras", ".onnx", ".json"})
    EXPECT_FALSE((*written_form(ending))->write(weights, {})) << ending;
}

TEST(AsCard, MakesTextsThatEveryFormCanHold) {
  EXPECT_EQ(as_card({{"a", "1"}, {"b", "\xff"}, {"a", "2"}}),
            (Notes{{"b", "\xef\xbf\xbd"}, {"a", "2"}}));
}

}  // namespace
}  // namespace imps::files
