#include "project/trash.h"

#include <algorithm>
#include <span>

#include <fmt/format.h>

#include "config/text.h"
#include "dataset/logs.h"
#include "platform/move_file.h"
#include "platform/replace_file.h"
#include "platform/whole_file.h"
#include "project/place.h"
#include "project/reply.h"

namespace imps::project {
namespace {

namespace fs = std::filesystem;

constexpr const char* kItemFile = "item.json";
constexpr std::size_t kMostItemBytes = 64 * 1024;
constexpr int kMostInASecond = 9999;

ApiReply no_such(std::string_view id) {
  return api_error(404,
                   fmt::format("{}: there is nothing of this name in the trash", shortened(id)));
}

Result<void> move_back(const std::vector<std::pair<fs::path, fs::path>>& moved, Error why) {
  for (const auto& [from, to] : moved) {
    if (const auto back = platform::move_file(to, from); !back)
      why.message += fmt::format("; and {}", back.error().message);
  }
  return why;
}

/// Moves all or none: one that cannot be moved takes those before it back.
Result<void> move_all(const std::vector<std::pair<fs::path, fs::path>>& moves) {
  std::vector<std::pair<fs::path, fs::path>> moved;
  for (const auto& [from, to] : moves) {
    if (const auto done = platform::move_file(from, to); !done)
      return move_back(moved, done.error());
    moved.emplace_back(from, to);
  }
  return {};
}

}  // namespace

fs::path Trash::folder_of(std::string_view id) const {
  return facts_.trash_folder() / path_from_utf8(id);
}

fs::path Trash::place(std::string_view name) const {
  if (name == "logs") return facts_.logs_folder();
  if (name == "aside") return facts_.logs_folder() / kAsideFolder;
  if (name == "models") return facts_.models_folder();
  return {};
}

Result<std::string> Trash::put(const Discard& discard) {
  std::error_code error;
  fs::create_directories(facts_.trash_folder(), error);
  if (error) return Error{facts_.trash_folder().string() + ": cannot be made: " + error.message()};
  const When at = now();
  std::string second = at.text.substr(0, 19);
  std::ranges::replace(second, ':', '-');
  std::string id;
  for (int number = 1; number <= kMostInASecond && id.empty(); ++number) {
    std::string name = fmt::format("{}-{:04}", second, number);
    if (fs::create_directory(folder_of(name), error)) id = std::move(name);
    if (error) return Error{folder_of(name).string() + ": cannot be made: " + error.message()};
  }
  if (id.empty()) return Error{"the trash takes no more within this second: try again"};

  Json files = Json::array();
  std::vector<std::pair<fs::path, fs::path>> moves;
  for (const fs::path& file : discard.files) {
    files.push_back(to_utf8(file.filename()));
    moves.emplace_back(file, folder_of(id) / file.filename());
  }
  const std::string about = text_of(Json{{"kind", discard.kind},
                                         {"name", discard.name},
                                         {"when", at.text},
                                         {"from", discard.place},
                                         {"files", std::move(files)}}) +
                            '\n';
  // First what tells of the files: whatever happens then, those that are here can be given back.
  auto done = platform::create_file(folder_of(id) / kItemFile, std::as_bytes(std::span(about)));
  if (done) done = move_all(moves);
  if (done) return Result<std::string>(boost::system::in_place_value, id);
  fs::remove(folder_of(id) / kItemFile, error);
  fs::remove(folder_of(id), error);  // not if a file could not be taken back
  return done.error();
}

std::optional<Trash::Item> Trash::read(std::string_view id) const {
  if (!is_plain_name(id)) return std::nullopt;
  const fs::path folder = folder_of(id);
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(folder, error))) return std::nullopt;
  const auto bytes = platform::read_whole_file(folder / kItemFile, kMostItemBytes);
  if (!bytes) return std::nullopt;
  const auto* const begin = reinterpret_cast<const char*>(bytes->data());
  const Json json = Json::parse(begin, begin + bytes->size(), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto text = [&json](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  Item item{.id = std::string(id),
            .kind = text("kind"),
            .name = text("name"),
            .when = text("when"),
            .to = place(text("from"))};
  const auto files = json.find("files");
  if (item.to.empty() || (item.kind != "take" && item.kind != "model") || files == json.end() ||
      !files->is_array())
    return std::nullopt;
  for (const Json& file : *files) {
    if (!file.is_string() || !is_plain_name(file.get_ref<const std::string&>()))
      return std::nullopt;
    const auto& name = file.get_ref<const std::string&>();
    if (fs::exists(fs::symlink_status(folder / path_from_utf8(name), error)))
      item.files.push_back(name);
  }
  return item.files.empty() ? std::nullopt : std::optional(std::move(item));
}

std::vector<Trash::Item> Trash::items() const {
  std::vector<Item> items;
  std::error_code error;
  for (auto entry = fs::directory_iterator(facts_.trash_folder(), error);
       !error && entry != fs::end(entry); entry.increment(error)) {
    if (auto item = read(to_utf8(entry->path().filename()))) items.push_back(std::move(*item));
  }
  std::ranges::sort(items, [](const Item& a, const Item& b) {
    return std::pair(a.when.substr(0, 19), a.id) > std::pair(b.when.substr(0, 19), b.id);
  });
  return items;
}

ApiReply Trash::list() const {
  Json all = Json::array();
  for (const Item& item : items())
    all.push_back({{"id", item.id}, {"kind", item.kind}, {"name", item.name}, {"when", item.when}});
  return reply(all);
}

Result<void> Trash::restore(std::string_view id) {
  const auto item = read(id);
  if (!item) return Error{fmt::format("{}: is not in the trash", shortened(id))};
  std::error_code error;
  fs::create_directories(item->to, error);
  if (error) return Error{item->to.string() + ": cannot be made: " + error.message()};
  std::vector<std::pair<fs::path, fs::path>> moves;
  for (const std::string& file : item->files) {
    moves.emplace_back(folder_of(id) / path_from_utf8(file), item->to / path_from_utf8(file));
    // Without its log, what lies beside a log would be another take's.
    if (fs::exists(fs::symlink_status(moves.back().second, error))) {
      return Error{fmt::format("{}: is there already: delete or rename it first",
                               moves.back().second.string())};
    }
  }
  if (auto done = move_all(moves); !done) return done;
  fs::remove_all(folder_of(id), error);
  return {};
}

ApiReply Trash::give_back(std::string_view id) {
  const auto item = read(id);
  if (!item) return no_such(id);
  if (const auto done = restore(id); !done) return api_error(409, done.error().message);
  facts_.tell_changed("trash");
  facts_.tell_changed(item->kind == "take" ? "takes" : "models");
  return reply({{"kind", item->kind}, {"name", item->name}});
}

ApiReply Trash::throw_away(std::string_view id) {
  if (!read(id)) return no_such(id);
  std::error_code error;
  fs::remove_all(folder_of(id), error);  // of a link only the link
  if (error) return api_error(500, fmt::format("{}: cannot be removed: {}", id, error.message()));
  facts_.tell_changed("trash");
  return reply(Json::object());
}

ApiReply Trash::empty() {
  for (const Item& item : items()) {
    std::error_code error;
    fs::remove_all(folder_of(item.id), error);
    if (error)
      return api_error(500, fmt::format("{}: cannot be removed: {}", item.id, error.message()));
  }
  facts_.tell_changed("trash");
  return reply(Json::object());
}

ApiReply Trash::answer(const ApiRequest& request) {
  if (request.path.size() > 1) return no_such(request.at(1));
  if (request.path.empty()) {
    if (request.method == "GET") return list();
    if (request.method == "DELETE") return empty();
    return not_allowed(request.method, "GET, DELETE");
  }
  if (request.method == "POST") return give_back(request.at(0));
  if (request.method == "DELETE") return throw_away(request.at(0));
  return not_allowed(request.method, "POST, DELETE");
}

}  // namespace imps::project
