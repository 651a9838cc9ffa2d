#include "model/words.h"

#include <fmt/format.h>

namespace imps {

std::string words(const Sizes& sizes) {
  const auto name = size_name(sizes);
  const auto network = fmt::format("{} × {} units, {} mixture{}", sizes.layers, sizes.units,
                                   sizes.mixtures, sizes.mixtures == 1 ? "" : "s");
  return name.empty() ? fmt::format("dimension {}, {}", sizes.dimension, network)
                      : fmt::format("dimension {}, {} ({})", sizes.dimension, name, network);
}

}  // namespace imps
