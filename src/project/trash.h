// Where deleted takes and models wait, until they are wanted back or thrown away for good.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <imps/result.h>

#include "project/facts.h"
#include "web/api.h"

namespace imps::project {

/// What belongs together: a take's files, a model and the picture of its curves.
struct Discard {
  std::string kind;   ///< "take" or "model"
  std::string name;   ///< for people
  std::string place;  ///< where the files are: "logs", "aside" or "models"
  std::vector<std::filesystem::path> files;
};

/// A folder of folders, one for each thing thrown away: its files, and `item.json`, which says
/// where they were. doc/formats/log.md, "In the trash". Not thread-safe.
class Trash {
 public:
  explicit Trash(const ProjectFacts& facts) : facts_(facts) {}

  /// Moves the files into the trash: all or none. Returns what it is called there.
  Result<std::string> put(const Discard& discard);
  /// Moves them back to where they were: all, or none when something is there already.
  Result<void> restore(std::string_view id);

  /// /trash.
  ApiReply answer(const ApiRequest& request);

 private:
  struct Item {
    std::string id;
    std::string kind;
    std::string name;
    std::string when;
    std::filesystem::path to;        ///< the folder that the files were in
    std::vector<std::string> files;  ///< those that are here
  };
  [[nodiscard]] std::filesystem::path folder_of(std::string_view id) const;
  [[nodiscard]] std::filesystem::path place(std::string_view name) const;
  [[nodiscard]] std::optional<Item> read(std::string_view id) const;
  [[nodiscard]] std::vector<Item> items() const;
  [[nodiscard]] ApiReply list() const;
  ApiReply give_back(std::string_view id);
  ApiReply throw_away(std::string_view id);
  ApiReply empty();

  const ProjectFacts& facts_;
};

}  // namespace imps::project
