#include "model/files/rtneural_write.h"

#include <array>
#include <iterator>
#include <span>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imps::files {
namespace {

using Json = nlohmann::ordered_json;

// Text by hand: a large network has millions of numbers, and a JSON tree takes 16 bytes and more
// for each.
void add_row(std::string& to, std::span<const float> values) {
  to += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) to += ',';
    fmt::format_to(std::back_inserter(to), "{}", values[i]);
  }
  to += ']';
}

void add_matrix(std::string& to, std::span<const float> values, std::size_t columns) {
  to += '[';
  for (std::size_t at = 0; at < values.size(); at += columns) {
    if (at > 0) to += ",\n";
    add_row(to, values.subspan(at, columns));
  }
  to += ']';
}

void begin_layer(std::string& to, std::string_view type, std::string_view activation,
                 std::size_t out) {
  fmt::format_to(std::back_inserter(to),
                 "{{\"type\":\"{}\",\"activation\":\"{}\",\"shape\":[null,1,{}],\"weights\":[",
                 type, activation, out);
}

// mus, sigmas and pi side by side, as one layer.
DenseWeights joined(const Weights& weights) {
  const std::array parts{&weights.mus, &weights.sigmas, &weights.pi};
  DenseWeights all;
  for (int unit = 0; unit < weights.sizes.units; ++unit) {
    for (const DenseWeights* const part : parts) {
      const std::size_t out = part->bias.size();
      const auto row = std::span(part->kernel).subspan(static_cast<std::size_t>(unit) * out, out);
      all.kernel.insert(all.kernel.end(), row.begin(), row.end());
    }
  }
  for (const DenseWeights* const part : parts)
    all.bias.insert(all.bias.end(), part->bias.begin(), part->bias.end());
  return all;
}

}  // namespace

Result<std::vector<std::byte>> write_rtneural(const Weights& weights, const Notes& card) {
  if (auto sound = check(weights); !sound) return sound.error();
  const Sizes& sizes = weights.sizes;
  Json about{{"dimension", sizes.dimension},
             {"mixtures", sizes.mixtures},
             {"scale", kScale},
             {"outputs",
              "mus [mixtures, dimension], sigmas before elu(z) + 1 + 1e-7 [mixtures, "
              "dimension], logits [mixtures]"}};
  for (const auto& [name, value] : card)
    about["card"][name] = value;
  std::string text =
      fmt::format("{{\"in_shape\":[null,1,{}],\n\"imps\":{},\n\"layers\":[\n", sizes.dimension,
                  about.dump(-1, ' ', false, Json::error_handler_t::replace));
  for (const LstmWeights& lstm : weights.lstm) {
    const std::size_t gates = lstm.bias.size();
    begin_layer(text, "lstm", "tanh", gates / 4);
    add_matrix(text, lstm.kernel, gates);
    text += ",\n";
    add_matrix(text, lstm.recurrent_kernel, gates);
    text += ",\n";
    add_row(text, lstm.bias);
    text += "]},\n";
  }
  const DenseWeights head = joined(weights);
  begin_layer(text, "dense", "", head.bias.size());
  add_matrix(text, head.kernel, head.bias.size());
  text += ",\n";
  add_row(text, head.bias);
  text += "]}\n]}\n";
  const auto bytes = std::as_bytes(std::span(text));
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

}  // namespace imps::files
