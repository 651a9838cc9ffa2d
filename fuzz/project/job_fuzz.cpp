// Whatever a request for a job says: no command line leaves the project, or has an option that
// nobody allowed. Whatever a job says: what is kept of it is bounded, and is JSON.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "project/job_command.h"
#include "project/job_record.h"

namespace {

using namespace imps;
using namespace imps::project;

void require(bool holds) {
  if (!holds) std::abort();
}

void ask(std::string_view text) {
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return;
  const auto command = job_command(json, {});
  if (!command) {
    require(!command.error().message.empty());
    return;
  }
  require(command->arguments.size() >= 2 && command->arguments[1] == "--json");
  for (std::size_t k = 2; k < command->arguments.size(); ++k) {
    const std::string& argument = command->arguments[k];
    require(argument.find('\0') == std::string::npos);
    if (argument.starts_with("--")) {
      require(!argument.starts_with("--force") && !argument.starts_with("--checkpoints"));
      const auto value = argument.find('=');
      const std::string_view name = std::string_view(argument).substr(0, value);
      if (name != "--output" && name != "--data" && name != "--like") continue;
      require(value != std::string::npos && argument.find("..", value) == std::string::npos &&
              argument[value + 1] != '/');
    } else {
      require(argument.starts_with("models") || argument.starts_with("datasets") ||
              argument.starts_with("logs") || argument.starts_with("built-in-"));
      require(argument.find("/..") == std::string::npos);
    }
  }
}

void hear(JobKind kind, std::string_view text) {
  JobRecord record("1", kind, "words");
  const std::size_t half = text.size() / 2;
  record.hear_output(text.substr(0, half));
  record.hear_output(text.substr(half));
  record.hear_errors(text);
  record.end({}, text.size() % 2 == 1);
  const Json json = record.json(1, false);
  require(json["lines"].size() <= JobBounds::kLines);
  require(json["curve"].size() <= JobBounds::kCurvePoints);
  require(!Json::parse(text_of(json), nullptr, false).is_discarded());
  require(!text_of(record.json(1, true)).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  ask(text);
  hear(JobKind::train, text);
  hear(JobKind::dataset, text);
  return 0;
}
