#include "train/run_state.h"

#include <algorithm>
#include <array>
#include <cstring>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/files/safetensors.h"
#include "platform/replace_file.h"
#include "platform/whole_file.h"

namespace imps::train {
namespace {

// A checkpoint is a few model files one after another, each led by its length; the first one's
// metadata holds all that is not weights. Whatever reads models can read its parts.
constexpr std::size_t kMostBytes = std::size_t{4} << 30;

using Json = nlohmann::ordered_json;

Json numbers_of(const Progress& p) {
  return {{"epoch", p.epoch},         {"batches", p.batches}, {"part", p.part},
          {"train_nll", p.train_nll}, {"val_nll", p.val_nll}, {"best_val_nll", p.best_val_nll},
          {"rate", p.rate},           {"norm", p.norm},       {"seconds", p.seconds},
          {"frames", p.frames}};
}

void read(const Json& from, Progress& p) {
  from.at("epoch").get_to(p.epoch);
  from.at("batches").get_to(p.batches);
  from.at("part").get_to(p.part);
  from.at("train_nll").get_to(p.train_nll);
  from.at("val_nll").get_to(p.val_nll);
  from.at("best_val_nll").get_to(p.best_val_nll);
  from.at("rate").get_to(p.rate);
  from.at("norm").get_to(p.norm);
  from.at("seconds").get_to(p.seconds);
  from.at("frames").get_to(p.frames);
}

Json numbers_of(const RunState& s) {
  return {{"planned", s.planned},
          {"done", s.done},
          {"pass", s.pass},
          {"batch", s.batch},
          {"next_judgement", s.next_judgement},
          {"frames", s.frames},
          {"since_report", s.since_report},
          {"nll_sum", s.nll_sum},
          {"norm_sum", s.norm_sum},
          {"slowed", s.slowed},
          {"seconds", s.seconds},
          {"setbacks", s.setbacks},
          {"without_better", s.without_better},
          {"to_beat", s.to_beat},
          {"steps", s.learner.steps},
          {"good_steps", s.good.steps},
          {"at_best", numbers_of(s.at_best)},
          {"last", numbers_of(s.last)}};
}

void read(const Json& from, RunState& s) {
  from.at("planned").get_to(s.planned);
  from.at("done").get_to(s.done);
  from.at("pass").get_to(s.pass);
  from.at("batch").get_to(s.batch);
  from.at("next_judgement").get_to(s.next_judgement);
  from.at("frames").get_to(s.frames);
  from.at("since_report").get_to(s.since_report);
  from.at("nll_sum").get_to(s.nll_sum);
  from.at("norm_sum").get_to(s.norm_sum);
  from.at("slowed").get_to(s.slowed);
  from.at("seconds").get_to(s.seconds);
  from.at("setbacks").get_to(s.setbacks);
  from.at("without_better").get_to(s.without_better);
  from.at("to_beat").get_to(s.to_beat);
  from.at("steps").get_to(s.learner.steps);
  from.at("good_steps").get_to(s.good.steps);
  read(from.at("at_best"), s.at_best);
  read(from.at("last"), s.last);
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
  return platform::replace_file(path, bytes);
}

Result<Checkpoint> parse_checkpoint(std::span<const std::byte> bytes) {
  Checkpoint checkpoint;
  std::vector<std::string> parts;
  std::vector<Weights> weights;
  while (!bytes.empty()) {
    std::uint64_t length = 0;
    if (bytes.size() < sizeof length) return damaged("a part's length is cut");
    std::memcpy(&length, bytes.data(), sizeof length);
    bytes = bytes.subspan(sizeof length);
    if (length > bytes.size()) return damaged("a part is cut");
    auto model = files::read_safetensors(bytes.first(static_cast<std::size_t>(length)));
    if (!model) return damaged(model.error().message);
    bytes = bytes.subspan(static_cast<std::size_t>(length));
    if (weights.empty()) {
      checkpoint.sizes = model->weights.sizes;
      try {
        for (const auto& [name, text] : model->notes) {
          if (name == "job") checkpoint.job = text;
          if (name == "state") read(Json::parse(text), checkpoint.state);
          if (name == "parts") parts = Json::parse(text).get<std::vector<std::string>>();
        }
      } catch (const Json::exception& e) {
        return damaged(e.what());
      }
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
      learner.second.empty() || checkpoint.state.planned == 0)
    return damaged("parts are missing");
  return checkpoint;
}

Result<Checkpoint> load_checkpoint(const std::filesystem::path& path) {
  const auto bytes = platform::read_whole_file(path, kMostBytes);
  if (!bytes) return in(path.string(), bytes.error());
  auto checkpoint = parse_checkpoint(*bytes);
  if (!checkpoint) return Error{path.string() + " " + checkpoint.error().message};
  return checkpoint;
}

}  // namespace imps::train
