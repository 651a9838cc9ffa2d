#include "tests/reference/takes.h"

#include <stdexcept>

#include <imps/model_file.h>

#include "log/reader.h"

namespace imps::test {

Take take(const std::filesystem::path& reference, const std::string& name, std::size_t most) {
  const auto path = reference / "real/logs" / (name + "T12-37-38-4d-mdrnn.log");
  const auto log = read_log(path, {.dimension = 4});
  if (!log) throw std::runtime_error(log.error().message);
  Take rows;
  for (std::size_t k = 0; k < log->rows() && rows.size() < most; ++k) {
    if (log->voices[k] != Voice::performer) continue;
    const auto controls = log->row(k);
    const Duration since_first{log->local_us[k] - log->local_us[0]};
    rows.push_back({TimePoint{std::chrono::milliseconds(100) + since_first},
                    {controls.begin(), controls.end()}});
  }
  return rows;
}

std::shared_ptr<const Mdrnn> real_model(const std::filesystem::path& reference) {
  const auto file = read_model_file(
      reference / "real/models/musicMDRNN-dim4-layers2-units64-mixtures5-scale10.keras");
  if (!file) throw std::runtime_error(file.error().message);
  auto model = Mdrnn::make(file->weights);
  if (!model) throw std::runtime_error(model.error().message);
  return std::make_shared<const Mdrnn>(std::move(*model));
}

void perform(const Take& take, Duration rest, Stage& stage) {
  for (const TakeFrame& frame : take) {
    stage.advance(frame.at - stage.now);
    stage.play(frame.controls);
  }
  stage.advance(rest);
}

std::size_t silences(const Take& take, Duration threshold) {
  std::size_t count = 0;
  for (std::size_t k = 1; k < take.size(); ++k)
    count += take[k].at - take[k - 1].at >= threshold ? 1U : 0U;
  return count;
}

}  // namespace imps::test
