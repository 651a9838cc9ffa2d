#include "session/learn_api.h"

#include <optional>
#include <span>
#include <utility>

#include <nlohmann/json.hpp>

#include "config/midi_mapping.h"
#include "config/write.h"
#include "interface/midi/learnt_config.h"
#include "session/config_api.h"

namespace imps {
namespace {

using Json = nlohmann::json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// `mapping` as it is written when the whole range is meant, and as it would be with the range that
/// was heard.
Json described(const HeardControl& heard) {
  return {{"device", heard.device},
          {"mapping", to_text(mapping_of(heard, false))},
          {"narrow", to_text(mapping_of(heard, true))},
          {"raw", heard.raw},
          {"lowest", heard.lowest},
          {"highest", heard.highest}};
}

constexpr std::string_view to_word(MidiLearner::News::Kind kind) noexcept {
  switch (kind) {
    case MidiLearner::News::Kind::learnt:
      return "learnt";
    case MidiLearner::News::Kind::again:
      return "again";
    case MidiLearner::News::Kind::steps:
      break;
  }
  return "steps";
}

}  // namespace

ApiReply LearnApi::answer(const ApiRequest& request, const MidiSettings& midi,
                          const std::filesystem::path& config) {
  const std::string_view part = request.at(0);
  if (request.path.size() > 1) return api_error(404, "learn has no such part");
  if (request.method == "POST" && part.empty()) return begin(midi);
  if (request.method == "GET" && part.empty()) return state();
  if (request.method == "DELETE" && part.empty()) {
    lesson_.reset();
    return state();
  }
  if (request.method == "POST" && (part == "undo" || part == "keep")) {
    if (!lesson_) return api_error(409, "no lesson has begun: POST /learn");
    if (part == "keep") return keep(request, config);
    if (!lesson_->undo()) return api_error(409, "there is no control to forget");
    return state();
  }
  if (part.empty()) return not_allowed(request.method, "GET, POST, DELETE");
  return part == "undo" || part == "keep" ? not_allowed(request.method, "POST")
                                          : api_error(404, "learn has no such part");
}

ApiReply LearnApi::begin(const MidiSettings& midi) {
  lesson_.reset();  // before another one opens the same ports
  lesson_ =
      std::make_unique<MidiLesson>(MidiLesson::Options{.api = midi.api, .configured = midi.inputs});
  ApiReply reply = state();
  reply.status = 201;
  return reply;
}

ApiReply LearnApi::state() {
  MidiLesson::State now;
  if (lesson_) now = lesson_->state();
  Json json{{"running", now.runs},
            {"system", now.system.empty() ? Json() : Json(now.system)},
            {"error", now.error.empty() ? Json() : Json(now.error)},
            {"devices", now.devices},
            {"hearing", nullptr},
            {"latest", nullptr},
            {"controls", Json::array()}};
  if (now.hearing) json["hearing"] = described(*now.hearing);
  if (now.latest) {
    json["latest"] = described(now.latest->heard);
    json["latest"]["kind"] = to_word(now.latest->kind);
    json["latest"]["control"] = now.latest->control;
  }
  for (const HeardControl& control : now.controls)
    json["controls"].push_back(described(control));
  return {.body = dump(json)};
}

ApiReply LearnApi::keep(const ApiRequest& request, const std::filesystem::path& config) {
  LearntMidi learnt{.controls = lesson_->state().controls};
  if (learnt.controls.empty()) return api_error(409, "no control was moved");
  if (!request.body.empty()) {
    const Json json = Json::parse(request.body, nullptr, false);
    if (!json.is_object()) return api_error(400, "learn/keep: give {\"ranges\": true} or {}");
    const auto ranges = json.find("ranges");
    if (ranges != json.end() && !ranges->is_boolean())
      return api_error(400, "learn/keep: \"ranges\" is true or false");
    learnt.narrow = ranges != json.end() && ranges->get<bool>();
  }
  std::error_code ignored;
  const bool is_there = std::filesystem::exists(config, ignored);
  const auto before = read_config_text(config);
  if (!before) return api_error(500, before.error().message);
  const auto after = with_learnt_midi(is_there ? *before : write_config(Settings{}), learnt);
  if (!after) return api_error(422, after.error().message);
  ApiReply reply = write_config_text(after->text, config);
  if (reply.status != 200) return reply;
  lesson_.reset();
  Json json = Json::parse(reply.body);
  json["besides"] = after->besides;
  reply.body = dump(json);
  return reply;
}

}  // namespace imps
