// Takes that musicians really played, and the model that was trained on such.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <imps/model.h>
#include <imps/time.h>

#include "tests/support/stage.h"

namespace imps::test {

struct TakeFrame {
  TimePoint at;
  std::vector<double> controls;
};
using Take = std::vector<TakeFrame>;

/// The performer's rows of a log of the reference data ("4d-12ksmall/2019-01-18"), the first one
/// 100 ms after the start. At most `most` of them.
Take take(const std::filesystem::path& reference, const std::string& name,
          std::size_t most = static_cast<std::size_t>(-1));

/// The real model of dimension 4.
std::shared_ptr<const Mdrnn> real_model(const std::filesystem::path& reference);

/// Plays all of it, each frame at its time, and lets `rest` pass after the last.
void perform(const Take& take, Duration rest, Stage& stage);

/// How often the performer was silent for `threshold` or longer between two frames.
std::size_t silences(const Take& take, Duration threshold);

}  // namespace imps::test
