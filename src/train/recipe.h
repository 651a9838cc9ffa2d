// How a model is trained: everything that decides what comes out, beside the data.
#pragma once

#include <cstdint>
#include <string>

#include <imps/model.h>

namespace imps::train {

/// Which stretches of the takes a pass goes through.
enum class Windows {
  every_row,  ///< one begins at every row: what IMPSY does; takes shorter than one are left out
  random_offsets,  ///< end to end from a random row in each take, newly drawn for each pass
};

enum class Schedule {
  constant,
  cosine,  ///< a linear warm-up, then half a cosine down to `last_rate`
};

struct Recipe {
  std::string name = "imps-1";
  Windows windows = Windows::random_offsets;
  int steps = 50;  ///< frames of a window
  int batch = 16;  ///< windows at a time, over all processes
  int slice = 8;   ///< windows that one thread takes at a time
  double rate = 1e-2;
  Schedule schedule = Schedule::cosine;
  double warm_up = 100;        ///< batches
  double last_rate = 0.01;     ///< of `rate`
  double beta2 = 0.95;         ///< Adam's, for the squared gradient
  double clip = 1;             ///< the gradient's largest norm; 0: any
  double weight_decay = 0;     ///< decoupled; of the rate
  double average_steps = 100;  ///< over how many batches the weights are averaged; 0: not
  double dropout = 0;          ///< of what a layer passes upwards, in [0, 1)
  double dither = 1;           ///< of a control's resolution: 1 spreads a value over its whole step
  double dither_anew = 0.5;    ///< the part of it that changes while a control is held, in [0, 1]
  double mirror = 0.2;         ///< the part of windows in which a control is upside down
  double shift = 0.1;  ///< a window's controls are moved by up to this much, where there is room
  double fit_dt = 1;   ///< 1: dt is learnt in units of its spread (fit.h); 0: not
  /// 1: training begins with a network of fewer units, which is widened; 0: with all of them.
  double grows = 0;
  double long_dt = 60;  ///< seconds; of a longer rest only the logarithm grows. 0: as it is
  /// An epoch is a pass through the training rows, or as many as give so many batches.
  std::uint64_t epoch_batches = 50;
  std::uint64_t epochs = 8;
  std::uint64_t least_batches = 20'000;  ///< epochs are added until there are as many
  std::uint64_t most_batches = 0;        ///< and left out beyond these; 0: none
  int patience = 80;                     ///< epochs without a better validation NLL; 0: any number

  friend bool operator==(const Recipe&, const Recipe&) = default;
};

/// What imps trains with unless told otherwise: doc/training.md says why. @param rows  of the data.
Recipe default_recipe(const Sizes& sizes, std::uint64_t rows);

/// What IMPSY 1.2 does: field for field, but that the best weights are kept.
Recipe impsy_recipe();

}  // namespace imps::train
