// A picture of how the performer plays and how models play alone.
#pragma once

#include <span>
#include <string>

#include "evaluate/alone.h"

namespace imps::evaluate {

/// One who plays, and what they are called.
struct Played {
  std::string name;
  const Play* play = nullptr;
};

/// An SVG file's text: for each who plays the first seconds of their controls, then how long dt is,
/// where controls stand, how far they move, and what moves together. `played`: at least one; beyond
/// four they and beyond eight the controls are left out. One dimension (asserted).
std::string plot_svg(std::span<const Played> played);

}  // namespace imps::evaluate
