#include "model/files/keras_config.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imps::files {
namespace {

using Json = nlohmann::ordered_json;

// Output number `index` of a layer, where the graph's ends are listed.
Json end_of(const std::string& layer, int index) { return {layer, 0, index}; }

// The same as a layer's argument.
Json argument(const std::string& layer, const Json& shape) {
  return {
      {"class_name", "__keras_tensor__"},
      {"config", {{"shape", shape}, {"dtype", "float32"}, {"keras_history", end_of(layer, 0)}}}};
}

Json input(const std::string& name, const Json& shape) {
  return {
      {"module", "keras.layers"},
      {"class_name", "InputLayer"},
      {"config", {{"batch_shape", shape}, {"dtype", "float32"}, {"sparse", false}, {"name", name}}},
      {"registered_name", nullptr},
      {"name", name},
      {"inbound_nodes", Json::array()}};
}

Json lstm(const Sizes& sizes, int layer) {
  const bool last = layer == sizes.layers - 1;
  const std::string name = fmt::format("lstm_{}", layer);
  const Json state_shape{nullptr, sizes.units};
  const Json in_shape{nullptr, 1, layer == 0 ? sizes.dimension : sizes.units};
  const std::string from = layer == 0 ? "inputs" : fmt::format("lstm_{}", layer - 1);
  const Json states{argument(fmt::format("state_h_{}", layer), state_shape),
                    argument(fmt::format("state_c_{}", layer), state_shape)};
  return {{"module", "keras.layers"},
          {"class_name", "LSTM"},
          {"config",
           {{"name", name},
            {"trainable", true},
            {"dtype", "float32"},
            {"return_sequences", !last},
            {"return_state", true},
            {"go_backwards", false},
            {"stateful", false},
            {"unroll", false},
            {"units", sizes.units},
            {"activation", "tanh"},
            {"recurrent_activation", "sigmoid"},
            {"use_bias", true},
            {"unit_forget_bias", true},
            {"dropout", 0.0},
            {"recurrent_dropout", 0.0}}},
          {"registered_name", nullptr},
          {"build_config",
           {{"shapes_dict",
             {{"sequences_shape", in_shape},
              {"initial_state_shape", Json::array({state_shape, state_shape})}}}}},
          {"name", name},
          {"inbound_nodes", Json::array({Json{{"args", Json::array({argument(from, in_shape)})},
                                              {"kwargs", {{"initial_state", states}}}}})}};
}

Json mdn(const Sizes& sizes) {
  const Json in_shape{nullptr, sizes.units};
  const Json from = argument(fmt::format("lstm_{}", sizes.layers - 1), in_shape);
  return {{"module", "keras_mdn_layer"},
          {"class_name", "MDN"},
          {"config",
           {{"name", "mdn_outputs"},
            {"trainable", true},
            {"dtype", "float32"},
            {"output_dimension", sizes.dimension},
            {"num_mixtures", sizes.mixtures}}},
          {"registered_name", "MDN"},
          {"build_config", {{"input_shape", in_shape}}},
          {"name", "mdn_outputs"},
          {"inbound_nodes",
           Json::array({Json{{"args", Json::array({from})}, {"kwargs", {{"mask", nullptr}}}}})}};
}

}  // namespace

std::string field_name(const Sizes& sizes) {
  return fmt::format("musicMDRNN-dim{}-layers{}-units{}-mixtures{}-scale10", sizes.dimension,
                     sizes.layers, sizes.units, sizes.mixtures);
}

std::string keras_config(const Sizes& sizes) {
  Json layers = Json::array({input("inputs", {nullptr, 1, sizes.dimension})});
  Json inputs = Json::array({end_of("inputs", 0)});
  Json outputs = Json::array({end_of("mdn_outputs", 0)});
  for (int i = 0; i < sizes.layers; ++i) {
    for (const char* const state : {"h", "c"}) {
      const std::string name = fmt::format("state_{}_{}", state, i);
      layers.push_back(input(name, {nullptr, sizes.units}));
      inputs.push_back(end_of(name, 0));
    }
    layers.push_back(lstm(sizes, i));
    outputs.push_back(end_of(fmt::format("lstm_{}", i), 1));
    outputs.push_back(end_of(fmt::format("lstm_{}", i), 2));
  }
  layers.push_back(mdn(sizes));
  const Json config{{"module", "keras.src.models.functional"},
                    {"class_name", "Functional"},
                    {"config",
                     {{"name", field_name(sizes)},
                      {"trainable", true},
                      {"layers", layers},
                      {"input_layers", inputs},
                      {"output_layers", outputs}}},
                    {"registered_name", "Functional"},
                    {"build_config", {{"input_shape", nullptr}}},
                    {"compile_config", Json::object()}};
  return config.dump();
}

}  // namespace imps::files
