// What a training run leaves: its model, the model's card, its checkpoint.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <imps/model.h>
#include <imps/result.h>

#include "log/wall_time.h"
#include "model/files/named_tensor.h"
#include "train/corpus.h"
#include "train/job.h"
#include "train/job_data.h"
#include "train/trainer.h"

namespace imps::train {

/// A job that has begun: where its files go.
struct Started {
  Job job;
  std::string stem;   ///< of the model's and the checkpoint's file names
  std::string began;  ///< local time
};

std::filesystem::path checkpoint_path(const Started& started);

/// A name for what is begun `now`, to the second.
std::string stem_for(const Sizes& sizes, const WallTime& now);

/// "finished", "patience", "stopped", "out of time", "diverged".
std::string_view name_of(Ending ending) noexcept;

/// The model card: what a performer, or another program, may want to know of a model later.
files::Notes card_of(const Started& started, const Corpus& corpus, const Split& split,
                     const std::vector<Stage>& stages, const Outcome& outcome,
                     std::optional<double> minutes_in_all);

/// The path, or where it is taken `x-2.svg`, `x-3.svg` and so on.
std::filesystem::path free_name(const std::filesystem::path& path);

/// Writes the model under its name, or the next free one.
Result<std::filesystem::path> save_model(const Started& started, const Weights& weights,
                                         const files::Notes& card);

/// Where the weights are when the model could not be saved, in words; they are saved in another
/// place where they are not yet.
std::string kept_elsewhere(const Started& started, const Weights& weights);

}  // namespace imps::train
