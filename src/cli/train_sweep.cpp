#include "cli/train_sweep.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <sstream>
#include <tuple>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace imps::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostRuns = 10'000;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// "1..4" or "xs,s": the values, or none when it is neither.
std::vector<std::string> read_values(const std::string& text) {
  std::vector<std::string> values;
  if (const auto dots = text.find(".."); dots != std::string::npos) {
    const auto first = whole_number(std::string_view(text).substr(0, dots));
    const auto last = whole_number(std::string_view(text).substr(dots + 2));
    if (!first || !last || *last < *first || *last - *first >= static_cast<std::int64_t>(kMostRuns))
      return {};
    for (std::int64_t number = *first; number <= *last; ++number)
      values.push_back(std::to_string(number));
    return values;
  }
  std::istringstream list(text);
  for (std::string value; std::getline(list, value, ',');) {
    if (value.empty()) return {};
    values.push_back(value);
  }
  return values;
}

std::string words(const Variation& variation) {
  std::string text;
  for (const auto& [name, value] : variation)
    text += (text.empty() ? "" : " ") + name + "=" + value;
  return text;
}

}  // namespace

Result<std::vector<Variation>> read_sweep(const std::string& text) {
  std::vector<Variation> all{{}};
  std::istringstream parts(text);
  for (std::string part; parts >> part;) {
    const auto equals = part.find('=');
    const auto values = equals == std::string::npos || equals == 0
                            ? std::vector<std::string>{}
                            : read_values(part.substr(equals + 1));
    if (values.empty()) {
      return Error{fmt::format(
          "--sweep: '{}' is not NAME=VALUE,VALUE or NAME=FIRST..LAST, as in 'size=xs,s seed=1..4'",
          part)};
    }
    if (values.size() * all.size() > kMostRuns)
      return Error{fmt::format("--sweep asks for more than {} runs", kMostRuns)};
    std::vector<Variation> more;
    for (const Variation& variation : all)
      for (const std::string& value : values) {
        more.push_back(variation);
        more.back().emplace_back(part.substr(0, equals), value);
      }
    all = std::move(more);
  }
  if (all.front().empty()) return Error{"--sweep takes what to vary: 'size=xs,s seed=1..4'"};
  return all;
}

Result<TrainFlags> varied(const TrainFlags& flags, const Variation& variation) {
  TrainFlags changed = flags;
  for (const auto& [name, value] : variation) {
    const auto number = whole_number(value);
    const bool takes_number = name == "layers" || name == "units" || name == "mixtures" ||
                              name == "seed" || name == "epochs" || name == "patience";
    if (takes_number && (!number || *number < 0 || *number > INT32_MAX))
      return Error{fmt::format("--sweep: {}={}: expected a whole number", name, value)};
    if (name == "size") {
      changed.size = value;
    } else if (name == "recipe") {
      changed.recipe = value;
    } else if (name == "layers") {
      changed.layers = static_cast<int>(*number);
    } else if (name == "units") {
      changed.units = static_cast<int>(*number);
    } else if (name == "mixtures") {
      changed.mixtures = static_cast<int>(*number);
    } else if (name == "epochs") {
      changed.epochs = static_cast<std::uint64_t>(*number);
    } else if (name == "patience") {
      changed.patience = static_cast<int>(*number);
    } else if (name == "seed") {
      changed.seed = static_cast<std::uint64_t>(*number);
    } else {
      // The recipe's fields by their own names, and by those of their options.
      const std::string field = name == "learning-rate" ? "rate"
                                : name == "window"      ? "steps"
                                                        : name;
      changed.settings.push_back(field + "=" + value);
    }
  }
  if (const auto wrong = complaint_about(changed)) return Error{*wrong};
  return changed;
}

Json json_of(const SweepEnd& end) {
  Json variation = Json::object();
  for (const auto& [name, value] : end.variation)
    variation[name] = value;
  Json json = {{"event", "run"}, {"variation", variation}};
  if (!end.error.empty()) {
    json["error"] = end.error;
    return json;
  }
  json["model"] = end.model;
  json["val_nll"] = end.val_nll;
  json["train_nll"] = end.train_nll;
  json["seconds"] = end.seconds;
  return json;
}

SweepEnd end_of(const Json& json) {
  SweepEnd end;
  if (const auto variation = json.find("variation"); variation != json.end())
    for (const auto& [name, value] : variation->items())
      end.variation.emplace_back(name, value.is_string() ? value.get<std::string>() : "");
  const auto text = [&json](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_string() ? found->get<std::string>() : "";
  };
  const auto number = [&json](const char* name) {
    const auto found = json.find(name);
    return found != json.end() && found->is_number() ? found->get<double>() : 0.0;
  };
  end.error = text("error");
  end.model = text("model");
  end.val_nll = number("val_nll");
  end.train_nll = number("train_nll");
  end.seconds = number("seconds");
  return end;
}

std::string sweep_line(const SweepEnd& end) {
  if (!end.error.empty()) return fmt::format("{}: {}", words(end.variation), end.error);
  return fmt::format("{}: validation NLL {:.3f} in {:.1f} s", words(end.variation), end.val_nll,
                     end.seconds);
}

std::string sweep_table(std::vector<SweepEnd> ends) {
  std::stable_sort(ends.begin(), ends.end(), [](const SweepEnd& a, const SweepEnd& b) {
    return std::tuple(!a.error.empty(), a.val_nll) < std::tuple(!b.error.empty(), b.val_nll);
  });
  std::size_t width = 3;
  for (const SweepEnd& end : ends)
    width = std::max(width, words(end.variation).size());
  std::string table = fmt::format("{:<{}}  validation  training  seconds  model\n", "run", width);
  for (const SweepEnd& end : ends) {
    if (!end.error.empty()) {
      table += fmt::format("{:<{}}  {}\n", words(end.variation), width, end.error);
      continue;
    }
    table += fmt::format("{:<{}}  {:>10.3f}  {:>8.3f}  {:>7.1f}  {}\n", words(end.variation), width,
                         end.val_nll, end.train_nll, end.seconds, end.model);
  }
  return table;
}

}  // namespace imps::cli
