#include "train/run_state.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>
#include <type_traits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "core/digest.h"
#include "model/files/safetensors.h"
#include "platform/replace_file.h"
#include "platform/whole_file.h"

namespace imps::train {
namespace {

// A checkpoint is a few model files one after another, each led by its length; the first one's
// metadata holds all that is not weights. Whatever reads models can read its parts. In the end
// stands the digest of all of it: a number that was changed on a disk is a number all the same.
constexpr std::size_t kDigest = 64;
constexpr std::size_t kMostBytes = std::size_t{4} << 30;

using Json = nlohmann::ordered_json;

/// Calls body(name, field) for every number of a progress or a state.
template <class AnyProgress, class Body>
void for_each_number_of_progress(AnyProgress& p, const Body& body) {
  body("epoch", p.epoch);
  body("batches", p.batches);
  body("part", p.part);
  body("train_nll", p.train_nll);
  body("val_nll", p.val_nll);
  body("best_val_nll", p.best_val_nll);
  body("rate", p.rate);
  body("norm", p.norm);
  body("seconds", p.seconds);
  body("frames", p.frames);
}

template <class AnyState, class Body>
void for_each_number_of_state(AnyState& s, const Body& body) {
  body("stage", s.stage);
  body("stage_began", s.stage_began);
  body("stage_seconds", s.stage_seconds);
  body("planned", s.planned);
  body("planned_epochs", s.planned_epochs);
  body("done", s.done);
  body("epoch", s.epoch);
  body("epoch_began", s.epoch_began);
  body("pass", s.pass);
  body("batch", s.batch);
  body("judged_at", s.judged_at);
  body("frames", s.frames);
  body("since_report", s.since_report);
  body("nll_sum", s.nll_sum);
  body("norm_sum", s.norm_sum);
  body("slowed", s.slowed);
  body("seconds", s.seconds);
  body("clock", s.clock);
  body("setbacks", s.setbacks);
  body("without_better", s.without_better);
  body("bettered", s.bettered);
  body("to_beat", s.to_beat);
  body("least_train_nll", s.least_train_nll);
  body("steps", s.learner.steps);
  body("good_steps", s.good.steps);
}

Json numbers_of(const RunState& state) {
  Json json;
  const auto put = [](Json& into) {
    return [&into](const char* name, const auto& number) { into[name] = number; };
  };
  for_each_number_of_state(state, put(json));
  for_each_number_of_progress(state.at_best, put(json["at_best"]));
  for_each_number_of_progress(state.last, put(json["last"]));
  return json;
}

/// False when a number is missing or of another kind. JSON has no NaN: it is null there.
bool read_numbers(const Json& json, RunState& state) {
  bool whole = json.is_object() && json.contains("at_best") && json.contains("last");
  if (!whole) return false;
  const auto get = [&whole](const Json& from) {
    return [&whole, &from](const char* name, auto& number) {
      using Number = std::remove_reference_t<decltype(number)>;
      const auto found = from.is_object() ? from.find(name) : from.end();
      if (!from.is_object() || found == from.end()) {
        whole = false;
      } else if constexpr (std::is_floating_point_v<Number>) {
        whole = whole && (found->is_number() || found->is_null());
        number = found->is_number() ? found->template get<double>() : NAN;
      } else {
        whole = whole && found->is_number_unsigned() &&
                found->template get<std::uint64_t>() <=
                    static_cast<std::uint64_t>(std::numeric_limits<Number>::max());
        if (whole) number = static_cast<Number>(found->template get<std::uint64_t>());
      }
    };
  };
  for_each_number_of_state(state, get(json));
  for_each_number_of_progress(state.at_best, get(json.at("at_best")));
  for_each_number_of_progress(state.last, get(json.at("last")));
  return whole;
}

/// The names of the parts; nothing when it is no list of names.
std::optional<std::vector<std::string>> read_names(const Json& json) {
  if (!json.is_array()) return std::nullopt;
  std::vector<std::string> names;
  for (const Json& name : json) {
    if (!name.is_string()) return std::nullopt;
    names.push_back(name.get<std::string>());
  }
  return names;
}

/// The vectors of a state, in the order of the file; an empty one is not kept.
template <class State, class Body>
void for_each_part(State& state, const Body& body) {
  body("parameters", state.learner.parameters);
  body("first", state.learner.first);
  body("second", state.learner.second);
  body("average", state.learner.average);
  body("good parameters", state.good.parameters);
  body("good first", state.good.first);
  body("good second", state.good.second);
  body("good average", state.good.average);
  body("best", state.best);
}

Error damaged(const std::string& why) {
  return Error{"is no whole checkpoint (" + why +
               "): it was cut or damaged; resume from another, or train anew"};
}

/// The models that follow one another, each after its length in 8 bytes; where one is cut, none.
Result<std::vector<std::span<const std::byte>>> split(std::span<const std::byte> bytes) {
  std::vector<std::span<const std::byte>> models;
  while (!bytes.empty()) {
    std::uint64_t length = 0;
    if (bytes.size() < sizeof length) return damaged("a part's length is cut");
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes = bytes.subspan(sizeof length);
    if (length > bytes.size()) return damaged("a part is cut");
    models.push_back(bytes.first(static_cast<std::size_t>(length)));
    bytes = bytes.subspan(static_cast<std::size_t>(length));
  }
  return models;
}

}  // namespace

Result<void> save_checkpoint(const std::filesystem::path& path, const Layout& layout,
                             const RunState& state, const std::string& job) {
  std::vector<std::byte> bytes;
  std::optional<Error> error;
  Json parts = Json::array();
  for_each_part(state, [&](const char* name, const Numbers<float>& numbers) {
    if (!numbers.empty()) parts.push_back(name);
  });
  for_each_part(state, [&](const char* name, const Numbers<float>& numbers) {
    if (numbers.empty() || error) return;
    files::Notes notes{{"part", name}};
    if (bytes.empty()) {
      notes.emplace_back("job", job);
      notes.emplace_back("state", numbers_of(state).dump());
      notes.emplace_back("parts", parts.dump());
    }
    const auto part = files::write_safetensors(unflatten<float>(layout, numbers), notes);
    if (!part) {
      error = part.error();
      return;
    }
    const std::uint64_t length = part->size();
    const auto* const prefix = reinterpret_cast<const std::byte*>(&length);
    bytes.insert(bytes.end(), prefix, prefix + sizeof length);
    bytes.insert(bytes.end(), part->begin(), part->end());
  });
  if (error) return *error;
  const std::string digest = sha256(bytes);
  const auto letters = std::as_bytes(std::span(digest));
  bytes.insert(bytes.end(), letters.begin(), letters.end());
  return platform::replace_file(path, bytes);
}

Result<Checkpoint> parse_checkpoint(std::span<const std::byte> bytes) {
  const auto models = split(bytes);
  if (!models) return models.error();
  Checkpoint checkpoint;
  std::vector<std::string> parts;
  std::vector<Weights> weights;
  for (const auto& part : *models) {
    auto model = files::read_safetensors(part);
    if (!model) return damaged(model.error().message);
    if (weights.empty()) {
      checkpoint.sizes = model->weights.sizes;
      bool has_state = false;
      for (const auto& [name, text] : model->notes) {
        const Json json = Json::parse(text, nullptr, false);
        if (name == "job") checkpoint.job = text;
        if (name == "state") has_state = read_numbers(json, checkpoint.state);
        if (name == "parts") parts = read_names(json).value_or(std::vector<std::string>{});
      }
      if (!has_state) return damaged("it does not say where the run stood");
    }
    if (weights.size() == parts.size() || !(model->weights.sizes == checkpoint.sizes))
      return damaged("its parts do not belong together");
    weights.push_back(std::move(model->weights));
  }
  if (weights.empty() || weights.size() != parts.size()) return damaged("parts are missing");
  const Layout layout(checkpoint.sizes);
  std::size_t used = 0;
  for_each_part(checkpoint.state, [&](const char* name, Numbers<float>& numbers) {
    const auto found = std::find(parts.begin(), parts.end(), name);
    if (found == parts.end()) return;
    ++used;
    numbers.resize(layout.count);
    flatten<float>(layout, weights[static_cast<std::size_t>(found - parts.begin())], numbers);
  });
  const LearnerState<float>& learner = checkpoint.state.learner;
  if (used != parts.size() || learner.parameters.empty() || learner.first.empty() ||
      learner.second.empty() || checkpoint.state.good.parameters.empty() ||
      checkpoint.state.good.first.empty() || checkpoint.state.good.second.empty() ||
      checkpoint.state.planned == 0)
    return damaged("parts are missing");
  return checkpoint;
}

Result<Checkpoint> load_checkpoint(const std::filesystem::path& path) {
  const auto bytes = platform::read_whole_file(path, kMostBytes);
  if (!bytes) return in(path.string(), bytes.error());
  const std::size_t size = bytes->size() - std::min(kDigest, bytes->size());
  const auto models = std::span(*bytes).first(size);
  const std::string digest = sha256(models);
  const auto kept = std::span(*bytes).subspan(size);
  auto checkpoint = std::ranges::equal(kept, std::as_bytes(std::span(digest)))
                        ? parse_checkpoint(models)
                        : Result<Checkpoint>(damaged("its digest is another one"));
  if (!checkpoint) return Error{path.string() + " " + checkpoint.error().message};
  return checkpoint;
}

}  // namespace imps::train
