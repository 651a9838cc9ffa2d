// The LSTM layers of a TensorFlow Lite graph, in the forms that converters have given them.
#pragma once

#include <cstdint>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

#include "model/files/named_tensor.h"
#include "model/files/tflite_graph.h"

namespace imps::files::tflite {

/// A layer with what its tensors say of its sizes.
struct LstmLayer {
  LstmWeights weights;
  std::uint64_t in = 0;
  std::uint64_t units = 0;
};

/// A dense kernel `[out, in]` turned to Keras's `[in, out]`.
std::vector<float> transposed(const std::vector<float>& values, std::uint64_t out,
                              std::uint64_t in);

/// The layers in the order of the data's way through them: loops (a WHILE whose body splits the
/// gates), cells unrolled for one step, and fused LSTM operators. At most kMaxLayers.
Result<std::vector<LstmLayer>> lstm_layers(Graph& graph, Notes& notes);

}  // namespace imps::files::tflite
