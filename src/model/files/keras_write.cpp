#include "model/files/keras_write.h"

#include <chrono>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/files/keras_config.h"
#include "model/files/tensor_stream.h"
#include "platform/child.h"

namespace imps::files {
namespace {

using Json = nlohmann::ordered_json;

// The Keras whose way of saving this is; the oldest of its kind reads it too.
constexpr const char* kKerasVersion = "3.15.1";

class Contents {
 public:
  void matrix(std::string name, const std::vector<float>& values, std::size_t out) {
    tensor(std::move(name), values, {values.size() / out, out});
  }
  void row(std::string name, const std::vector<float>& values) {
    tensor(std::move(name), values, {values.size()});
  }
  void text(std::string_view name, std::string_view text) { stream_.text(name, text); }
  void dense(const std::string& part, const DenseWeights& weights) {
    const std::string path = "layers/mdn/" + part + "/vars";
    matrix(path + "/0", weights.kernel, weights.bias.size());
    row(path + "/1", weights.bias);
    text(path + "@name", part);
  }
  std::span<const std::byte> end() {
    stream_.end();
    return stream_.bytes();
  }

 private:
  void tensor(std::string name, const std::vector<float>& values,
              std::vector<std::uint64_t> shape) {
    stream_.tensor({.name = std::move(name),
                    .shape = std::move(shape),
                    .type = "float32",
                    .values = values,
                    .read = true});
  }

  TensorStreamWriter stream_;
};

// "lstm", "lstm_1", …: Keras names folders after the class, whatever a layer is called.
std::string numbered(std::string_view name, int number) {
  return number == 0 ? fmt::format("layers/{}", name) : fmt::format("layers/{}_{}", name, number);
}

}  // namespace

Result<std::vector<std::byte>> write_keras(const Weights& weights, const Notes& card) {
  if (auto sound = check(weights); !sound) return sound.error();
  Contents contents;
  Json metadata{{"keras_version", kKerasVersion}};
  for (const auto& [name, value] : card)
    metadata["imps"][name] = value;
  contents.text("metadata.json", metadata.dump(-1, ' ', false, Json::error_handler_t::replace));
  contents.text("config.json", keras_config(weights.sizes));
  contents.text("vars@name", field_name(weights.sizes));
  contents.text(numbered("input_layer", 0) + "/vars@name", "inputs");
  for (int i = 0; i < weights.sizes.layers; ++i) {
    contents.text(numbered("input_layer", 2 * i + 1) + "/vars@name", fmt::format("state_h_{}", i));
    contents.text(numbered("input_layer", 2 * i + 2) + "/vars@name", fmt::format("state_c_{}", i));
    const LstmWeights& layer = weights.lstm[static_cast<std::size_t>(i)];
    const std::size_t gates = layer.bias.size();
    const std::string path = numbered("lstm", i) + "/cell/vars";
    contents.matrix(path + "/0", layer.kernel, gates);
    contents.matrix(path + "/1", layer.recurrent_kernel, gates);
    contents.row(path + "/2", layer.bias);
    contents.text(path + "@name", "lstm_cell");
    contents.text(numbered("lstm", i) + "/vars@name", fmt::format("lstm_{}", i));
  }
  contents.dense("mdn_mus", weights.mus);
  contents.dense("mdn_sigmas", weights.sigmas);
  contents.dense("mdn_pi", weights.pi);
  contents.text("layers/mdn/vars@name", "mdn_outputs");

  const auto program = platform::find_helper("imps-write-h5");
  if (!program) return program.error();
  const auto bytes = contents.end();
  auto outcome = platform::run_child({
      .program = *program,
      .arguments = {},
      .input = bytes,
      .most_output = 2 * bytes.size() + (std::size_t{1} << 20),
      .patience = std::chrono::seconds(10 + bytes.size() / (std::size_t{4} << 20)),
  });
  if (!outcome) return outcome.error();
  if (outcome->end != platform::ChildOutcome::End::exited || outcome->status != 0) {
    return Error{
        fmt::format("the program imps-write-h5, which writes .keras, failed (status {}): "
                    "build imps again, so that both are of one version",
                    outcome->status)};
  }
  return std::move(outcome->output);
}

}  // namespace imps::files
