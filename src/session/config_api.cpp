#include "session/config_api.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "config/diagnostic.h"
#include "config/edit.h"
#include "config/read.h"
#include "platform/replace_file.h"
#include "platform/whole_file.h"

namespace imps {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json told(const std::vector<Diagnostic>& diagnostics) {
  Json list = Json::array();
  for (const Diagnostic& one : diagnostics)
    list.push_back({{"line", one.line},
                    {"column", one.column},
                    {"text", one.fix.empty() ? one.what : one.what + ": " + one.fix}});
  return list;
}

ApiReply described(const std::string& text, const fs::path& path) {
  const ConfigRead read = read_config(text, path.string());
  std::error_code ignored;
  Json json{{"path", path.string()},
            {"text", text},
            {"exists", fs::exists(path, ignored)},
            {"errors", told(read.errors)},
            {"warnings", told(read.warnings)}};
  // What is refused says why in one line, as everywhere.
  if (!read.ok()) json["error"] = to_text(read.errors.front());
  return {.status = read.ok() ? 200U : 422U, .body = dump(json)};
}

ApiReply too_long() {
  return api_error(413, fmt::format("config: longer than {} bytes", kLongestConfig));
}

/// A value as TOML has it: what JSON has of texts, numbers, truths and lists of them is the same.
std::optional<std::string> toml_value(const Json& value) {
  if (value.is_null() || value.is_object()) return std::nullopt;
  if (value.is_array())
    for (const Json& one : value)
      if (one.is_structured() || one.is_null()) return std::nullopt;
  return dump(value);
}

/// Whether a path leads out of the folder that imps was started in.
bool leads_out(const fs::path& path) {
  if (path.empty()) return false;
  std::error_code error;
  const fs::path here = fs::current_path(error);
  const fs::path from_here = path.is_absolute() ? path.lexically_normal().lexically_relative(here)
                                                : path.lexically_normal();
  return from_here.empty() || *from_here.begin() == "..";
}

/// The paths of a configuration that lead out, by their keys.
std::vector<std::pair<std::string, fs::path>> paths_out(const std::string& text) {
  const Settings settings = read_config(text, "").settings;
  std::vector<std::pair<std::string, fs::path>> out;
  const auto look = [&out](const std::string& key, const fs::path& path) {
    if (leads_out(path)) out.emplace_back(key, path);
  };
  look("log.folder", settings.log.folder);
  look("model.folder", settings.model.folder);
  look("web.certificate", settings.web.certificate);
  look("web.certificate_key", settings.web.certificate_key);
  look("model.file", settings.model.file.value_or(""));
  for (const Scene& scene : settings.scenes) {
    Settings with = settings;
    apply(scene, with);
    if (with.model.file != settings.model.file)
      look("scenes." + scene.name + ".model.file", with.model.file.value_or(""));
  }
  return out;
}

/// Whoever has the page may not reach where only the machine's user can: a path that is not in the
/// file yet stays within the folder. What is wrong with `after`, if that is.
std::optional<Diagnostic> reaches_out(const std::string& before, const std::string& after) {
  const auto known = paths_out(before);
  for (const auto& [key, path] : paths_out(after)) {
    const auto is_same = [&path = path](const auto& one) { return one.second == path; };
    if (std::any_of(known.begin(), known.end(), is_same)) continue;
    const auto at = after.find(path.string());
    const auto lines =
        std::count(after.begin(),
                   after.begin() + static_cast<std::ptrdiff_t>(at == after.npos ? 0 : at), '\n');
    return Diagnostic{.file = "",
                      .line = static_cast<int>(lines) + 1,
                      .column = 1,
                      .what = fmt::format("{}: {} lies outside the folder that imps was started in",
                                          key, path.string()),
                      .fix = "write that into the file itself, on its machine"};
  }
  return std::nullopt;
}

}  // namespace

Result<std::string> read_config_text(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return Result<std::string>(boost::system::in_place_value);
  const auto bytes = platform::read_whole_file(path, kLongestConfig);
  if (!bytes) return in(path.string(), bytes.error());
  return Result<std::string>(boost::system::in_place_value,
                             reinterpret_cast<const char*>(bytes->data()), bytes->size());
}

ApiReply write_config_text(const std::string& text, const fs::path& path) {
  if (text.size() > kLongestConfig) return too_long();
  ApiReply reply = described(text, path);
  if (reply.status != 200) return reply;
  // A link stays one: what it leads to is replaced.
  std::error_code error;
  const fs::path real = fs::canonical(path, error);
  if (auto done = platform::replace_file(error ? path : real, std::as_bytes(std::span(text)));
      !done)
    return api_error(500, done.error().message);
  return described(text, path);
}

ApiReply answer_config(const ApiRequest& request, const fs::path& path, bool& written) {
  const auto write = [&](const std::string& text) {
    const auto before = read_config_text(path);
    if (const auto fault = reaches_out(before ? *before : "", text))
      return api_error(400, fault->what + ": " + fault->fix);
    ApiReply reply = write_config_text(text, path);
    written = reply.status == 200;
    return reply;
  };
  if (!request.path.empty()) return api_error(404, "config has no parts");
  if (request.method == "GET") {
    const auto text = read_config_text(path);
    if (!text) return api_error(500, text.error().message);
    ApiReply reply = described(*text, path);
    reply.status = 200;
    return reply;
  }
  const Json json = Json::parse(request.body, nullptr, false);
  if (request.method == "PUT") {
    if (!json.is_object() || !json.contains("text") || !json["text"].is_string())
      return api_error(400, "config: give {\"text\": \"…\"}");
    const auto& text = json["text"].get_ref<const std::string&>();
    if (text.size() > kLongestConfig) return too_long();
    if (const auto base = json.find("base"); base != json.end() && !base->is_null()) {
      if (!base->is_string()) return api_error(400, "config: base takes a text");
      const auto now = read_config_text(path);
      if (!now) return api_error(500, now.error().message);
      if (*now != base->get_ref<const std::string&>())
        return api_error(409,
                         path.string() + ": was changed elsewhere meanwhile: look at it again");
    }
    const auto dry = json.find("dry_run");
    if (dry != json.end() && dry->is_boolean() && dry->get<bool>()) {
      ApiReply reply = described(text, path);
      const auto before = read_config_text(path);
      if (const auto fault = reaches_out(before ? *before : "", text)) {
        Json body = Json::parse(reply.body);
        body["errors"].push_back(told({*fault}).front());
        reply.body = dump(body);
      }
      reply.status = 200;
      return reply;
    }
    return write(text);
  }
  if (request.method == "PATCH") {
    if (!json.is_object() || !json.contains("set") || !json["set"].is_object())
      return api_error(400, "config: give {\"set\": {\"section.key\": value}}");
    const auto before = read_config_text(path);
    if (!before) return api_error(500, before.error().message);
    std::string text = *before;
    for (const auto& [key, value] : json["set"].items()) {
      const auto toml = toml_value(value);
      if (!toml)
        return api_error(400, key + ": takes a text, a number, true or false, or a list of these");
      auto edited = set_key(text, key, *toml);
      if (!edited) return api_error(400, edited.error().message);
      text = std::move(*edited);
    }
    return write(text);
  }
  return not_allowed(request.method, "GET, PUT, PATCH");
}

}  // namespace imps
