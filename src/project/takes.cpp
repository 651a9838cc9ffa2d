#include "project/takes.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/text.h"
#include "dataset/logs.h"
#include "log/session_file.h"
#include "platform/move_file.h"
#include "platform/whole_file.h"
#include "project/reply.h"
#include "project/trim.h"

namespace imps::project {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestId = 200;  // the names beside the log are longer
constexpr std::size_t kMostSentBytes = std::size_t{256} << 20;
constexpr int kDefaultWidth = 200;

ApiReply no_such(std::string_view id) {
  return api_error(404, fmt::format("{}: there is no such take", shortened(id)));
}

/// The files of a take that are there, its log first.
std::vector<fs::path> files_of(const fs::path& log) {
  std::vector<fs::path> files{log};
  for (const char* const ending : {".session.json", ".events.jsonl"}) {
    std::error_code error;
    if (fs::path path = sidecar(log, ending); fs::exists(fs::symlink_status(path, error)))
      files.push_back(std::move(path));
  }
  return files;
}

std::optional<int> whole_number(std::string_view text) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

fs::path Takes::aside_folder() const { return facts_.logs_folder() / kAsideFolder; }

std::optional<Takes::Take> Takes::find(std::string_view id) const {
  if (id.size() > kLongestId || !is_plain_name(id)) return std::nullopt;
  const std::string name = std::string(id) + ".log";
  if (auto log = file_in(facts_.logs_folder(), name))
    return Take{.id = std::string(id), .log = std::move(*log)};
  if (!is_within(facts_.logs_folder(), aside_folder())) return std::nullopt;
  if (auto log = file_in(aside_folder(), name))
    return Take{.id = std::string(id), .log = std::move(*log), .set_aside = true};
  return std::nullopt;
}

bool Takes::is_running(const Take& take) const {
  if (!facts_.running_log) return false;
  const std::string running = facts_.running_log();
  // Asked for each of a thousand takes: mostly the name says it.
  const fs::path path = facts_.folder / running;
  return path.filename() == take.log.filename() && is_same_place(path, take.log);
}

const TakeFacts& Takes::facts_of(const fs::path& log) {
  const Stamp log_stamp = stamp_of(log);
  const Stamp session = stamp_of(sidecar(log, ".session.json"));
  const Stamp events = stamp_of(sidecar(log, ".events.jsonl"));
  Known& known = known_[log];
  if (known.seen == 0 || known.log != log_stamp || known.session != session ||
      known.events != events)
    known = {.log = log_stamp, .session = session, .events = events, .facts = look_at(log)};
  known.seen = std::max<std::uint64_t>(listing_, 1);
  return known.facts;
}

ApiReply Takes::list() {
  ++listing_;
  std::set<std::string> ids;
  std::vector<std::pair<Take, TakeFacts>> takes;
  for (const fs::path& folder : {facts_.logs_folder(), aside_folder()}) {
    std::error_code error;
    for (auto entry = fs::directory_iterator(folder, error); !error && entry != fs::end(entry);
         entry.increment(error)) {
      if (entry->path().extension() != ".log") continue;
      const auto take = find(to_utf8(entry->path().stem()));
      if (take && ids.insert(take->id).second) takes.emplace_back(*take, facts_of(take->log));
    }
  }
  std::erase_if(known_, [this](const auto& known) { return known.second.seen < listing_; });
  std::ranges::sort(takes, [](const auto& a, const auto& b) {
    return std::pair(a.second.when.local_us, a.first.id) >
           std::pair(b.second.when.local_us, b.first.id);
  });
  Json all = Json::array();
  for (const auto& [take, facts] : takes) {
    all.push_back({{"id", take.id},
                   {"dimension", facts.dimension},
                   {"seconds", facts.seconds()},
                   {"rows", facts.rows},
                   {"performer", facts.performer_rows},
                   {"model", facts.model_rows},
                   {"when", facts.when.text},
                   {"instrument", facts.instrument},
                   {"running", is_running(take)},
                   {"set_aside", take.set_aside},
                   {"marks", facts.marks},
                   {"bytes", facts.bytes},
                   {"error", facts.error.empty() ? Json() : Json(facts.error)}});
  }
  return reply(all);
}

ApiReply Takes::picture(const Take& take, const ApiRequest& request) {
  const auto asked = request.query.find("width");
  const auto width = asked == request.query.end() ? kDefaultWidth : whole_number(asked->second);
  if (!width || *width < 1 || *width > kMostSlices)
    return api_error(400, fmt::format("width: takes 1 to {}", kMostSlices));
  auto text = picture_of(take.log, facts_of(take.log), *width);
  if (!text) return api_error(500, text.error().message);
  return {.body = std::move(*text)};
}

ApiReply Takes::file(const Take& take) {
  const auto bytes = platform::read_whole_file(take.log, kMostSentBytes);
  if (!bytes) return api_error(413, in(take.id, bytes.error()).message);
  return {.body = std::string(reinterpret_cast<const char*>(bytes->data()), bytes->size()),
          .type = "text/csv",
          .download = take.id + ".log"};
}

ApiReply Takes::look(const Take& take, const ApiRequest& request) {
  const std::string_view what = request.at(1);
  if (what == "picture") return picture(take, request);
  if (what == "file") return file(take);
  if (what != "rows")
    return api_error(404, fmt::format("{}: a take has picture, rows and file", shortened(what)));
  const TakeFacts& facts = facts_of(take.log);
  if (!facts.error.empty()) return api_error(500, facts.error);
  auto text = rows_of(take.log, facts);
  if (!text) return api_error(413, text.error().message);
  return {.body = std::move(*text)};
}

ApiReply Takes::set_aside(const Take& take, bool aside) {
  if (aside == take.set_aside) return reply(Json::object());
  const fs::path to = aside ? aside_folder() : facts_.logs_folder();
  std::error_code error;
  fs::create_directories(to, error);
  if (!error && !is_within(facts_.logs_folder(), to))
    return api_error(409, to.string() + ": leads out of the folder of logs: remove that link");
  if (error) return api_error(500, to.string() + ": cannot be made: " + error.message());
  std::vector<std::pair<fs::path, fs::path>> moved;
  for (const fs::path& file : files_of(take.log)) {
    const auto done = platform::move_file(file, to / file.filename());
    if (done) {
      moved.emplace_back(file, to / file.filename());
      continue;
    }
    std::string why = done.error().message;
    for (const auto& [old_place, new_place] : moved) {
      if (const auto back = platform::move_file(new_place, old_place); !back)
        why += "; and " + back.error().message;
    }
    return api_error(409, why);
  }
  facts_.tell_changed("takes");
  return reply(Json::object());
}

Result<std::string> Takes::into_trash(const Take& take) {
  return trash_.put({.kind = "take",
                     .name = take.id,
                     .place = take.set_aside ? "aside" : "logs",
                     .files = files_of(take.log)});
}

ApiReply Takes::trim(const Take& take, double from, double to) {
  const TakeFacts facts = facts_of(take.log);
  if (!facts.error.empty()) return api_error(500, facts.error);
  auto trimmed = trim_take(take.log, facts, from, to);
  if (!trimmed) return api_error(500, trimmed.error().message);
  if (trimmed->rows == 0) {
    return api_error(400, fmt::format("trim: the take has no rows from {} to {} seconds, and lasts "
                                      "{}: delete it, or choose others",
                                      from, to, facts.seconds()));
  }
  const auto trash = into_trash(take);
  if (!trash) return api_error(500, trash.error().message);
  std::vector<fs::path> placed;
  for (auto& [scratch, place] : trimmed->files) {
    const auto done = platform::move_file(scratch.path(), place);
    if (done) {
      scratch.forget();
      placed.push_back(place);
      continue;
    }
    // All as it was.
    std::error_code error;
    for (const fs::path& path : placed)
      fs::remove(path, error);
    std::string why = done.error().message;
    if (const auto back = trash_.restore(*trash); !back)
      why += "; and the take is still in the trash: " + back.error().message;
    return api_error(500, why);
  }
  facts_.tell_changed("takes");
  facts_.tell_changed("trash");
  return reply({{"rows", trimmed->rows}, {"trash", *trash}});
}

ApiReply Takes::discard(const Take& take) {
  if (is_running(take))
    return api_error(409, take.id + ": is being recorded: stop playing on it first");
  const auto trash = into_trash(take);
  if (!trash) return api_error(500, trash.error().message);
  facts_.tell_changed("takes");
  facts_.tell_changed("trash");
  return reply({{"trash", *trash}});
}

ApiReply Takes::patch(const Take& take, const ApiRequest& request) {
  const auto json = object_in(request);
  if (!json) return api_error(400, json.error().message);
  const char* const kWhat =
      R"(the request's body: takes {"set_aside": true or false} or {"trim": [from, to]} in seconds)";
  if (json->size() != 1) return api_error(400, kWhat);
  if (is_running(take))
    return api_error(409, take.id + ": is being recorded: it can be changed when it has ended");
  if (const auto aside = json->find("set_aside"); aside != json->end() && aside->is_boolean())
    return set_aside(take, aside->get<bool>());
  const auto range = json->find("trim");
  if (range == json->end() || !range->is_array() || range->size() != 2 ||
      !(*range)[0].is_number() || !(*range)[1].is_number())
    return api_error(400, kWhat);
  const auto from = (*range)[0].get<double>();
  const auto to = (*range)[1].get<double>();
  if (!(from < to)) return api_error(400, "trim: takes [from, to] with from before to");
  return trim(take, from, to);
}

ApiReply Takes::answer(const ApiRequest& request) {
  if (request.path.empty())
    return request.method == "GET" ? list() : not_allowed(request.method, "GET");
  const auto take = find(request.at(0));
  if (!take) return no_such(request.at(0));
  if (request.path.size() == 1) {
    if (request.method == "PATCH") return patch(*take, request);
    if (request.method == "DELETE") return discard(*take);
    return not_allowed(request.method, "PATCH, DELETE");
  }
  if (request.path.size() > 2) return no_such(request.at(2));
  return request.method == "GET" ? look(*take, request) : not_allowed(request.method, "GET");
}

}  // namespace imps::project
