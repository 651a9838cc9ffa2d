// The curves of a training run, as a picture.
#pragma once

#include <span>
#include <string>

#include "train/run_state.h"

namespace imps::train {

/// An SVG: training and validation NLL (nats a frame) over epochs, the best one marked.
std::string curves_svg(std::span<const Progress> history, const std::string& title);

}  // namespace imps::train
