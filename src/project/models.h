// The models of a project, as files.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "project/facts.h"
#include "project/place.h"
#include "project/reply.h"
#include "project/trash.h"
#include "web/api.h"

namespace imps::project {

inline constexpr std::size_t kMostUploadBytes = std::size_t{64} << 20;

/// /models. A file is read once, and again when it has changed. Not thread-safe.
class Models {
 public:
  Models(const ProjectFacts& facts, Trash& trash) : facts_(facts), trash_(trash) {}

  ApiReply answer(const ApiRequest& request);

 private:
  struct Known {
    Stamp stamp;
    int dimension = 0;
    std::string words;
    Json card;          ///< null when the file says nothing of itself
    std::string error;  ///< why it cannot be played, or ""
    std::uint64_t seen = 0;
  };
  const Known& look_at(const std::filesystem::path& file);
  [[nodiscard]] bool is_playing(const std::filesystem::path& file) const;

  ApiReply list();
  static ApiReply download(const std::filesystem::path& file);
  ApiReply upload(std::string_view name, const std::string& bytes);
  ApiReply discard(const std::filesystem::path& file);
  /// `path`: what the house finds the model by.
  ApiReply play(const std::string& name, const std::string& path);

  const ProjectFacts& facts_;
  Trash& trash_;
  std::map<std::filesystem::path, Known> known_;
  std::uint64_t listing_ = 0;
};

}  // namespace imps::project
