// Putting a dataset in its place without losing another one.
#pragma once

#include <filesystem>
#include <optional>

#include <imps/result.h>

namespace imps {

/// What place_dataset() did.
struct Placed {
  enum class How {
    created,
    unchanged,  ///< the same dataset was there
    replaced,   ///< the one that was there has no log that the new one has not
    kept,       ///< the one that was there has been given another name
  };
  How how = How::created;
  std::filesystem::path kept_as;  ///< with kept
};

/// Gives the file `staged` the name `path`, in the same folder. A file that is there already and
/// may hold what the new one does not (takes of other logs, no dataset of ours) is kept under a
/// numbered name: `NAME.2.npz`. At every moment there is a whole file at `path`.
Result<Placed> place_dataset(const std::filesystem::path& staged,
                             const std::filesystem::path& path);

}  // namespace imps
