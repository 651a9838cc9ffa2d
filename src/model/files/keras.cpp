#include "model/files/keras.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/files/keras_roles.h"
#include "model/files/tensor_stream.h"
#include "platform/child.h"

namespace imps::files {
namespace {

constexpr std::size_t kMostNote = 200;
constexpr std::size_t kMostNotes = 100;

Result<NamedTensors> read_in_child(std::span<const std::byte> bytes) {
  auto program = platform::find_helper("imps-read-h5");
  if (!program) return program.error();
  // Its own limits end it earlier; this is for a machine that is busy with other things.
  const auto patience = std::chrono::seconds(10 + bytes.size() / (std::size_t{4} << 20));
  auto outcome = platform::run_child({
      .program = *program,
      .arguments = {std::to_string(bytes.size())},
      .input = bytes,
      .most_output = static_cast<std::size_t>(most_values(bytes.size())) * sizeof(float) +
                     8 * bytes.size() + (std::size_t{8} << 20),
      .patience = patience,
  });
  if (!outcome) return outcome.error();
  using End = platform::ChildOutcome::End;
  const auto refused = [](std::string_view what) {
    return Error{fmt::format("{}: the file is damaged, copy or download it again", what)};
  };
  switch (outcome->end) {
    case End::too_late:
      return refused("takes too long to read");
    case End::too_much:
      return refused("unpacks to more than a file of its size can hold");
    case End::signalled:
      if (outcome->status == SIGKILL || outcome->status == SIGXCPU) {
        return refused("takes too long to read");
      }
      return refused(fmt::format("HDF5 fails on it (signal {})", outcome->status));
    case End::exited:
      break;
  }
  if (outcome->status != 0) {
    return refused(
        fmt::format("the program imps-read-h5 failed on it (status {})", outcome->status));
  }
  return read_tensor_stream(outcome->output);
}

std::string_view text_named(const NamedTensors& found, std::string_view name) {
  for (const auto& [key, text] : found.texts) {
    if (key == name) return text;
  }
  return {};
}

// The first non-empty text of an attribute with this name, wherever it is.
std::string_view attribute(const NamedTensors& found, std::string_view name) {
  for (const auto& [key, text] : found.texts) {
    if (!text.empty() && key.ends_with(name)) return text;
  }
  return {};
}

std::string field(const nlohmann::ordered_json& json, const char* name) {
  const auto at = json.find(name);
  return at != json.end() && at->is_string() ? at->get<std::string>() : std::string{};
}

// A file may put anything into a text: one line, no control characters, not endless.
std::string printable(std::string_view text) {
  std::string line(text.substr(0, kMostNote));
  std::replace_if(
      line.begin(), line.end(),
      [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
  return line;
}

void describe_file(const NamedTensors& found, ModelFile& file) {
  const bool zip = !text_named(found, "metadata.json").empty();
  std::string version;
  std::string_view config = attribute(found, "@model_config");
  if (zip) {
    const auto metadata =
        nlohmann::ordered_json::parse(text_named(found, "metadata.json"), nullptr, false);
    if (metadata.is_object()) {
      version = printable(field(metadata, "keras_version"));
      if (auto saved = field(metadata, "date_saved"); !saved.empty()) {
        file.notes.emplace_back("date saved", printable(saved));
      }
      // The model card of a file that imps wrote.
      if (const auto card = metadata.find("imps"); card != metadata.end() && card->is_object()) {
        for (const auto& [name, value] : card->items()) {
          if (value.is_string() && file.notes.size() < kMostNotes)
            file.notes.emplace_back(printable(name), printable(value.get<std::string>()));
        }
      }
    }
    config = text_named(found, "config.json");
  } else {
    version = printable(attribute(found, "@keras_version"));
  }
  const auto has = [&found](std::string_view prefix) {
    return std::any_of(found.tensors.begin(), found.tensors.end(),
                       [&](const NamedTensor& t) { return t.name.starts_with(prefix); });
  };
  const std::string_view kind = zip                     ? ".keras"
                                : has("model_weights/") ? ".h5 model"
                                : version.empty()       ? "3 .weights.h5"
                                                        : ".h5 weights";
  file.format =
      version.empty() ? fmt::format("Keras {}", kind) : fmt::format("Keras {} {}", version, kind);
  if (!version.empty()) file.notes.emplace_back("Keras version", version);
  if (config.find("hard_sigmoid") != std::string_view::npos) {
    file.notes.emplace_back("activation",
                            "the file says hard_sigmoid; it is played with sigmoid, as "
                            "its own program does");
  }
  for (const auto& [name, text] : found.texts) {
    if (name == "left out" || name == "not followed") {
      file.notes.emplace_back(name, printable(text));
    }
  }
}

}  // namespace

Result<ModelFile> read_keras(std::span<const std::byte> bytes) {
  auto found = read_in_child(bytes);
  if (!found) return found.error();
  ModelFile file;
  describe_file(*found, file);
  auto weights = keras_weights(*found, file.notes);
  if (!weights) return weights.error();
  file.weights = std::move(*weights);
  return file;
}

}  // namespace imps::files
