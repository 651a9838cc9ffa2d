#include "session/facts.h"

#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <imps/model.h>

#include "config/json.h"

namespace imps {

std::vector<LogFact> session_facts(const Settings& settings, std::uint64_t seed,
                                   const ChosenModel& model, const Warmth& warmth) {
  const Sizes sizes = model.model->sizes();
  const nlohmann::ordered_json described{
      {"path", model.path.string()}, {"digest", model.digest}, {"format", model.format},
      {"layers", sizes.layers},      {"units", sizes.units},   {"mixtures", sizes.mixtures},
  };
  constexpr auto kReplace = nlohmann::ordered_json::error_handler_t::replace;
  std::vector<LogFact> facts{{"settings", settings_to_json(settings)},
                             {"seed", std::to_string(seed)},
                             {"simd", nlohmann::json(std::string(simd_target())).dump()},
                             {"model", described.dump(-1, ' ', false, kReplace)}};
  if (!warmth.frames.empty()) facts.push_back({"warm", warmth_to_json(warmth)});
  return facts;
}

Result<SessionFacts> read_facts(const std::vector<LogFact>& facts) {
  SessionFacts read;
  const auto find = [&facts](std::string_view key) -> const std::string* {
    for (const LogFact& fact : facts) {
      if (fact.key == key) return &fact.json;
    }
    return nullptr;
  };
  const auto missing = [](std::string_view key) {
    return Error{fmt::format(
        "{}: missing or of the wrong kind: the session file is not one of a performance", key)};
  };
  const auto parse = [&find](std::string_view key) {
    const std::string* const json = find(key);
    return json == nullptr ? nlohmann::json() : nlohmann::json::parse(*json, nullptr, false);
  };

  const std::string* const settings = find("settings");
  if (settings == nullptr) return missing("settings");
  auto understood = settings_from_json(*settings);
  if (!understood) return in("settings", understood.error());
  read.settings = std::move(*understood);

  const auto seed = parse("seed");
  if (!seed.is_number_unsigned()) return missing("seed");
  read.seed = seed.get<std::uint64_t>();
  const auto simd = parse("simd");
  if (!simd.is_string()) return missing("simd");
  read.simd = simd.get<std::string>();
  const auto model = parse("model");
  if (!model.is_object() || !model.contains("path") || !model["path"].is_string() ||
      !model.contains("digest") || !model["digest"].is_string()) {
    return missing("model");
  }
  read.model_path = model["path"].get<std::string>();
  read.model_digest = model["digest"].get<std::string>();
  if (const std::string* const json = find("warm"); json != nullptr) {
    auto warmth = warmth_from_json(*json);
    if (!warmth) return in("warm", warmth.error());
    read.warmth = std::move(*warmth);
  }
  return read;
}

}  // namespace imps
