// The description of a network that a .keras file holds beside its weights.
#pragma once

#include <string>

#include <imps/model.h>

namespace imps::files {

/// The name that the field gives a network of these sizes, without an ending:
/// "musicMDRNN-dim4-layers2-units64-mixtures5-scale10".
std::string field_name(const Sizes& sizes);

/// config.json of Keras 3 for the network as it plays, one frame at a time: inputs `inputs`
/// [1, dimension] and `state_h_0`, `state_c_0`, … [units]; layers `lstm_0`, … and `mdn_outputs` of
/// keras-mdn-layer; outputs mdn_outputs, then h and c of every layer. What IMPSY itself saves.
std::string keras_config(const Sizes& sizes);

}  // namespace imps::files
