// ONNX: the network as a graph that other run-times execute.
#pragma once

#include <cstddef>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

#include "model/files/named_tensor.h"

namespace imps::files {

/// An ONNX file (operator set 14, IR version 7) of one step of the network, with `card` as its
/// metadata. The graph keeps no memory of its own: the states go in and come out.
///   inputs:  inputs [1, 1, dimension] in ×10 units; state_h_i, state_c_i [1, units] for layer i
///   outputs: mus, sigmas [1, mixtures, dimension], logits [1, mixtures], in ×10 units;
///            new_state_h_i, new_state_c_i [1, units]
/// The same arguments give the same bytes. Thread-safe: yes.
Result<std::vector<std::byte>> write_onnx(const Weights& weights, const Notes& card);

}  // namespace imps::files
