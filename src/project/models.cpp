#include "project/models.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <imps/model_file.h>

#include "config/text.h"
#include "model/files/names.h"
#include "model/words.h"
#include "platform/move_file.h"
#include "platform/replace_file.h"
#include "platform/scratch_name.h"
#include "platform/whole_file.h"

namespace imps::project {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostSentBytes = std::size_t{256} << 20;

ApiReply no_such(std::string_view name) {
  return api_error(404, fmt::format("{}: there is no such file among the models", shortened(name)));
}

/// What a reader said of the file, under the name that the musician knows.
std::string named(std::string message, const fs::path& path, std::string_view name) {
  const std::string where = path.string();
  if (message.starts_with(where)) message.replace(0, where.size(), name);
  return message;
}

}  // namespace

bool Models::is_playing(const fs::path& file) const {
  if (!facts_.playing_model) return false;
  const std::string playing = facts_.playing_model();
  return !playing.empty() && is_same_place(facts_.folder / playing, file);
}

const Models::Known& Models::look_at(const fs::path& file) {
  const Stamp stamp = stamp_of(file);
  Known& known = known_[file];
  if (known.seen == 0 || known.stamp != stamp) {
    known = {.stamp = stamp};
    if (const auto model = read_model_file(file)) {
      known.dimension = model->weights.sizes.dimension;
      known.words = words(model->weights.sizes);
      for (const auto& [name, value] : model->notes)
        known.card[name] = value;
    } else {
      known.error = named(model.error().message, file, to_utf8(file.filename()));
    }
  }
  known.seen = listing_;
  return known;
}

ApiReply Models::list() {
  ++listing_;
  std::vector<std::pair<fs::path, const Known*>> models;
  std::error_code error;
  for (auto entry = fs::directory_iterator(facts_.models_folder(), error);
       !error && entry != fs::end(entry); entry.increment(error)) {
    if (!is_model_name(entry->path())) continue;
    const auto file = file_in(facts_.models_folder(), to_utf8(entry->path().filename()));
    if (file) models.emplace_back(*file, &look_at(*file));
  }
  std::erase_if(known_, [this](const auto& known) { return known.second.seen < listing_; });
  std::ranges::sort(models, [](const auto& a, const auto& b) {
    return a.second->stamp.written != b.second->stamp.written
               ? a.second->stamp.written > b.second->stamp.written
               : a.first < b.first;
  });
  Json all = Json::array();
  for (const auto& [file, known] : models) {
    all.push_back({{"file", to_utf8(file.filename())},
                   {"dimension", known->dimension},
                   {"words", known->words},
                   {"when", when(known->stamp.written).text},
                   {"bytes", known->stamp.bytes},
                   {"playing", is_playing(file)},
                   {"card", known->card},
                   {"error", known->error.empty() ? Json() : Json(known->error)}});
  }
  return reply(all);
}

ApiReply Models::download(const fs::path& file) {
  const std::string name = to_utf8(file.filename());
  const auto bytes = platform::read_whole_file(file, kMostSentBytes);
  if (!bytes) return api_error(413, in(name, bytes.error()).message);
  return {.body = std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()),
          .type = "application/octet-stream",
          .download = name};
}

ApiReply Models::upload(std::string_view name, const std::string& bytes) {
  if (!is_plain_name(name) || !is_model_name(path_from_utf8(name))) {
    return api_error(400, fmt::format("{}: is no name for a model: take one like mine.safetensors "
                                      "(or .keras, .h5, .tflite), without folders",
                                      shortened(name)));
  }
  if (bytes.size() > kMostUploadBytes)
    return api_error(413, fmt::format("{}: has {} bytes, at most {} are taken", name, bytes.size(),
                                      kMostUploadBytes));
  const fs::path file = facts_.models_folder() / path_from_utf8(name);
  const auto taken = [&name] {
    return api_error(409, fmt::format("{}: is there already, and no model is ever overwritten: "
                                      "choose another name",
                                      name));
  };
  std::error_code error;
  if (fs::exists(fs::symlink_status(file, error))) return taken();
  fs::create_directories(file.parent_path(), error);
  if (error) {
    return api_error(
        500, fmt::format("{}: cannot be made: {}", file.parent_path().string(), error.message()));
  }
  // Nobody else sees it before it is known to be a model.
  auto scratch = platform::ScratchName::beside(file, "upload");
  const auto written = platform::replace_file(scratch.path(), std::as_bytes(std::span(bytes)));
  if (!written) return api_error(500, named(written.error().message, scratch.path(), name));
  if (const auto model = read_model_file(scratch.path()); !model)
    return api_error(400, named(model.error().message, scratch.path(), name));
  if (const auto moved = platform::move_file(scratch.path(), file); !moved) {
    return fs::exists(fs::symlink_status(file, error)) ? taken()
                                                       : api_error(500, moved.error().message);
  }
  scratch.forget();
  facts_.tell_changed("models");
  return reply({{"file", name}}, 201);
}

ApiReply Models::discard(const fs::path& file) {
  const std::string name = to_utf8(file.filename());
  if (is_playing(file)) return api_error(409, name + ": is playing: play another one first");
  Discard discard{.kind = "model", .name = name, .place = "models", .files = {file}};
  // The picture of its curves, which training has left beside it.
  fs::path picture = file;
  picture.replace_extension(".svg");
  std::error_code error;
  if (picture != file && fs::is_regular_file(fs::symlink_status(picture, error)))
    discard.files.push_back(picture);
  const auto trash = trash_.put(discard);
  if (!trash) return api_error(500, trash.error().message);
  facts_.tell_changed("models");
  facts_.tell_changed("trash");
  return reply({{"trash", *trash}});
}

ApiReply Models::play(const std::string& name, const std::string& path) {
  if (!facts_.play_model) return api_error(409, name + ": nothing plays that could play it");
  if (const auto played = facts_.play_model(path); !played)
    return api_error(409, played.error().message);
  facts_.tell_changed("models");
  return reply({{"file", name}});
}

ApiReply Models::answer(const ApiRequest& request) {
  if (request.path.empty())
    return request.method == "GET" ? list() : not_allowed(request.method, "GET");
  const std::string_view name = request.at(0);
  if (request.path.size() == 1 && request.method == "PUT") return upload(name, request.body);
  const auto file = file_in(facts_.models_folder(), name);
  if (!file && is_built_in_name(name) && request.path.size() == 2 && request.at(1) == "play")
    return request.method == "POST" ? play(std::string(name), std::string(name))
                                    : not_allowed(request.method, "POST");
  if (!file) return no_such(name);
  if (request.path.size() == 1) {
    if (request.method == "GET") return download(*file);
    if (request.method == "DELETE") return discard(*file);
    return not_allowed(request.method, "GET, PUT, DELETE");
  }
  if (request.path.size() > 2 || request.at(1) != "play")
    return api_error(404, fmt::format("{}: a model has play", shortened(request.at(1))));
  return request.method == "POST"
             ? play(to_utf8(file->filename()), (facts_.models / file->filename()).string())
             : not_allowed(request.method, "POST");
}

}  // namespace imps::project
