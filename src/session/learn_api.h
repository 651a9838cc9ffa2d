// Learning a controller by its being moved, for the page.
#pragma once

#include <filesystem>
#include <memory>

#include "config/settings.h"
#include "session/midi_lesson.h"
#include "web/api.h"

namespace imps {

/// doc/api.md, "learn". At most one lesson at a time. Not thread-safe; blocks.
class LearnApi {
 public:
  /// @param config  where the configuration is, or is to be written
  ApiReply answer(const ApiRequest& request, const MidiSettings& midi,
                  const std::filesystem::path& config);

 private:
  ApiReply begin(const MidiSettings& midi);
  ApiReply keep(const ApiRequest& request, const std::filesystem::path& config);
  ApiReply state();

  std::unique_ptr<MidiLesson> lesson_;
};

}  // namespace imps
