// RTNeural's JSON: the network for plug-ins.
#pragma once

#include <cstddef>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

#include "model/files/named_tensor.h"

namespace imps::files {

/// The JSON that RTNeural loads: the LSTM layers, then one dense layer without activation that
/// holds mus, sigmas (before elu(z) + 1 + 1e-7) and logits side by side, [2·mixtures·dimension +
/// mixtures]. `card` is in "imps", which RTNeural passes over. Numbers are in the shortest form
/// that reads back to the same bits. The same arguments give the same bytes. Thread-safe: yes.
Result<std::vector<std::byte>> write_rtneural(const Weights& weights, const Notes& card);

}  // namespace imps::files
