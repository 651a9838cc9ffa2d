#include <charconv>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <imps/model.h>

#include "cli/console.h"
#include "cli/options.h"
#include "model/built_in/built_in.h"
#include "platform/thread.h"

namespace imps::cli {
namespace {

struct PredictFlags {
  std::string model;
  bool sample = false;
  std::uint64_t seed = 0;
  double sigma_temperature = 0.01;
  double pi_temperature = 1;
  bool json = false;
};

void add_predict_options(Options& options, PredictFlags& flags) {
  options.needed("model", flags.model, "MODEL");
  options.flag("--sample", flags.sample,
               "write the next frame, drawn from the mixture: [dt, x_1, …]");
  options.value("--seed", flags.seed, "N", "for --sample (default 0)");
  options.value("--sigmatemp", flags.sigma_temperature, "T",
                "for --sample, 0 or more (default 0.01)");
  options.value("--pitemp", flags.pi_temperature, "T", "for --sample, above 0 (default 1)");
  options.flag("--json", flags.json, "accepted: what is written is JSON in any case");
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// The numbers of a line, CSV or a JSON array; nothing when it is neither.
std::optional<std::vector<double>> read_numbers(std::string_view line) {
  std::vector<double> values;
  if (line.front() == '[') {
    const auto array = nlohmann::json::parse(line, nullptr, false);
    if (!array.is_array()) return std::nullopt;
    for (const auto& value : array) {
      if (!value.is_number()) return std::nullopt;
      values.push_back(value.get<double>());
    }
    return values;
  }
  while (true) {
    const auto comma = line.find(',');
    const std::string_view field = trimmed(line.substr(0, comma));
    double value = 0;
    const auto [end, error] = std::from_chars(field.data(), field.data() + field.size(), value);
    if (error != std::errc{} || end != field.data() + field.size()) return std::nullopt;
    values.push_back(value);
    if (comma == std::string_view::npos) return values;
    line.remove_prefix(comma + 1);
  }
}

/// A frame of `dimension` out of a line, or what is wrong with it.
Result<Frame> read_frame(std::string_view line, int dimension, std::uint64_t& clamped) {
  const auto values = read_numbers(line);
  if (!values) return Error{"not numbers: give dt,x_1,… or a JSON array"};
  if (static_cast<int>(values->size()) != dimension) {
    return Error{fmt::format("{} values, and the model's dimension is {}: give dt and {} controls",
                             values->size(), dimension, dimension - 1)};
  }
  Frame frame;
  frame.resize(values->size() - 1);
  for (std::size_t i = 0; i < values->size(); ++i) {
    double value = (*values)[i];
    if (!std::isfinite(value)) return Error{"not a finite number"};
    if (i == 0) {
      if (value < 0) return Error{"dt is negative"};
      frame.dt = value;
      continue;
    }
    if (value < 0 || value > 1) {
      ++clamped;
      value = value < 0 ? 0 : 1;
    }
    frame.controls()[i - 1] = value;
  }
  return frame;
}

template <class Numbers>
void append(std::string& line, const Numbers& numbers) {
  line += '[';
  bool first = true;
  for (const auto number : numbers) {
    if (!first) line += ',';
    first = false;
    fmt::format_to(std::back_inserter(line), "{}", number);
  }
  line += ']';
}

}  // namespace

std::string predict_options() {
  Options options;
  PredictFlags flags;
  add_predict_options(options, flags);
  return options.describe();
}

Exit run_predict(const Command& command, const Arguments& arguments) {
  Options options;
  PredictFlags flags;
  add_predict_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  if (!(flags.sigma_temperature >= 0 && std::isfinite(flags.sigma_temperature)) ||
      !(flags.pi_temperature > 0 && std::isfinite(flags.pi_temperature))) {
    complain("--sigmatemp takes 0 or more, --pitemp a number above 0");
    return Exit::usage;
  }

  const auto file = find_model_file(flags.model);
  if (!file) {
    complain(file.error().message);
    return Exit::failed;
  }
  const auto model = Mdrnn::make(file->weights);
  if (!model) {
    complain(in(flags.model, model.error()).message);
    return Exit::failed;
  }

  platform::flush_denormals();
  Mdrnn::State state(*model);
  std::uint64_t number = 0;
  std::uint64_t line_number = 0;
  std::uint64_t refused = 0;
  std::uint64_t clamped = 0;
  std::string line;
  std::string out;
  while (std::getline(std::cin, line)) {
    ++line_number;
    const std::string_view text = trimmed(line);
    if (text.empty() || text == "reset") {
      state.reset();
      continue;
    }
    if (line_number == 1 && text.rfind("dt", 0) == 0) continue;  // a header
    const auto frame = read_frame(text, model->dimension(), clamped);
    if (!frame) {
      complain(fmt::format("line {}: {}: skipped", line_number, frame.error().message));
      ++refused;
      continue;
    }
    advance(*model, state, *frame);
    const MixtureView mixture = state.mixture();
    out.clear();
    if (flags.sample) {
      Uniforms uniforms(flags.seed, 0, number++);
      Frame next;
      sample(mixture, {.sigma = flags.sigma_temperature, .pi = flags.pi_temperature}, uniforms,
             next);
      std::vector<double> values{next.dt};
      values.insert(values.end(), next.controls().begin(), next.controls().end());
      append(out, values);
    } else {
      out += "{\"mus\":";
      append(out, mixture.mus);
      out += ",\"sigmas\":";
      append(out, mixture.sigmas);
      out += ",\"logits\":";
      append(out, mixture.logits);
      out += '}';
    }
    out += '\n';
    // A script on the other end of the pipe waits for each answer.
    if (std::fwrite(out.data(), 1, out.size(), stdout) != out.size() || std::fflush(stdout) != 0) {
      complain("nobody reads the predictions any more");
      return Exit::failed;
    }
  }
  if (clamped > 0) complain(fmt::format("{} values outside [0, 1] were clamped", clamped));
  return refused > 0 ? Exit::failed : Exit::done;
}

}  // namespace imps::cli
