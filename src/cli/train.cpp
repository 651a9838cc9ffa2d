#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <imps/model.h>

#include "cli/console.h"
#include "cli/options.h"
#include "cli/sweep_meeting.h"
#include "cli/train_job.h"
#include "cli/train_sweep.h"
#include "cli/train_words.h"
#include "platform/child.h"
#include "platform/companion.h"

namespace imps::cli {
namespace {

using Json = nlohmann::ordered_json;

platform::CompanionRequest request_for(const std::filesystem::path& program, const Json& job) {
  platform::CompanionRequest request{.program = program, .input = job.dump()};
  // Our threads take slices of a batch; a BLAS with threads of its own would only get in their way.
  request.environment = {{"OPENBLAS_NUM_THREADS", "1"},
                         {"OMP_NUM_THREADS", "1"},
                         {"MKL_NUM_THREADS", "1"},
                         {"VECLIB_MAXIMUM_THREADS", "1"},
                         {"BLIS_NUM_THREADS", "1"}};
  // OpenBLAS 0.3.21 takes newer processors for Haswells and leaves half of their width unused.
  if (simd_target() == "AVX3" || simd_target() == "AVX3_DL" || simd_target() == "AVX3_ZEN4")
    request.environment.emplace_back("OPENBLAS_CORETYPE", "SkylakeX");
  return request;
}

/// Starts imps-train and hands on what it tells until it ends. An Error when it made no model.
Result<void> follow(const Json& job,
                    const std::function<void(const std::string&, const Json&)>& tell,
                    SweepMeeting* meeting = nullptr) {
  const auto program = platform::find_helper("imps-train");
  if (!program) return program.error();
  auto companion = platform::Companion::start(request_for(*program, job));
  if (!companion) return companion.error();
  companion->hand_on_signals();
  if (meeting != nullptr) meeting->works_with(&*companion);
  std::string error;
  while (const auto line = companion->read_line()) {
    const Json message = Json::parse(*line, nullptr, false);
    if (!message.is_object()) continue;
    if (message.value("event", "") == "error") error = message.value("message", "");
    tell(*line, message);
  }
  if (meeting != nullptr) meeting->works_with(nullptr);
  const int status = companion->wait();
  if (status == 0) return {};
  if (!error.empty()) return Error{error};
  if (status <= 128) return Error{fmt::format("imps-train ended with status {}", status)};
  return Error{fmt::format(
      "imps-train was ended by signal {}{}: 'imps train --resume' goes on from its last checkpoint",
      status - 128, status == 128 + 9 ? ", perhaps for want of memory" : "")};
}

/// Puts a line on standard output; when nobody reads any more, the next write of imps-train's ends
/// it in order.
void print_line(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

Exit train_once(const Json& job, const TrainFlags& flags) {
  const int rank = place_among_processes().rank;
  const bool leads = rank == 0;
  TrainWords words(leads && !flags.json);
  const auto done = follow(job, [&](const std::string& line, const Json& message) {
    if (leads && flags.json) print_line(line);
    words.say(message);
  });
  if (done) return Exit::done;
  // What befell this process alone, the first one does not know.
  complain(leads ? done.error().message
                 : fmt::format("process {}: {}", rank, done.error().message));
  return Exit::failed;
}

/// One run of a sweep.
SweepEnd run_one(const TrainFlags& flags, const Variation& variation, SweepMeeting& meeting) {
  SweepEnd end{.variation = variation};
  if (platform::Companion::was_asked_to_stop()) {
    end.error = "was not begun: the sweep was stopped";
    return end;
  }
  const auto own = varied(flags, variation);
  const auto job = own ? job_for(*own, [](const std::string&) {}) : Result<Json>(own.error());
  const auto remember = [&end](const std::string&, const Json& message) {
    if (message.value("event", "") != "done") return;
    const SweepEnd told = end_of(message);
    end = {end.variation, "", told.model, told.val_nll, told.train_nll, told.seconds};
  };
  const auto done = job ? follow(*job, remember, &meeting) : Result<void>(job.error());
  if (!done) end.error = done.error().message;
  return end;
}

/// What the processes left, in the order of the runs.
std::vector<SweepEnd> gather(const std::vector<Variation>& variations, SweepMeeting& meeting,
                             int ranks) {
  std::vector<SweepEnd> ends;
  for (std::size_t run = 0; run < variations.size(); ++run) {
    const auto text = meeting.wait_for(run);
    const Json json = text ? Json::parse(*text, nullptr, false) : Json();
    if (json.is_object()) {
      ends.push_back(end_of(json));
      continue;
    }
    const auto rank = run % static_cast<std::size_t>(ranks);
    ends.push_back({.variation = variations[run],
                    .error = fmt::format("process {} gave no sign of life for {} s", rank,
                                         meeting.patience())});
  }
  return ends;
}

/// This process's runs; the first process waits for the others' and prints the table.
Exit sweep(const TrainFlags& flags, const std::vector<Variation>& variations) {
  const Place place = place_among_processes();
  SweepMeeting meeting(flags.checkpoints, place);
  Console console;
  if (place.rank == 0 && !flags.json) {
    console.tell(fmt::format("{} runs, {}", variations.size(),
                             place.ranks > 1 ? fmt::format("shared by {} processes", place.ranks)
                                             : "one after another"));
  }
  for (auto run = static_cast<std::size_t>(place.rank); run < variations.size();
       run += static_cast<std::size_t>(place.ranks)) {
    const SweepEnd end = run_one(flags, variations[run], meeting);
    const std::string text = json_of(end).dump();
    if (const auto left = meeting.leave(run, text); !left) {
      complain(left.error().message);
      return Exit::failed;
    }
    if (!flags.json) console.tell(sweep_line(end));
    if (flags.json) print_line(text);
  }
  if (place.rank != 0) {
    if (meeting.wait_for_the_end()) return Exit::done;
    complain(fmt::format("the first process gave no sign of life for {} s", meeting.patience()));
    return Exit::failed;  // mpirun ends all when one fails
  }
  const std::vector<SweepEnd> ends = gather(variations, meeting, place.ranks);
  meeting.end();
  if (!flags.json) fmt::print("{}", sweep_table(ends));
  const bool failed =
      std::any_of(ends.begin(), ends.end(), [](const SweepEnd& end) { return !end.error.empty(); });
  return failed ? Exit::failed : Exit::done;
}

}  // namespace

std::string train_options() {
  Options options;
  TrainFlags flags;
  add_options(options, flags);
  return options.describe();
}

Exit run_train(const Command& command, const Arguments& arguments) {
  Options options;
  TrainFlags flags;
  add_options(options, flags);
  if (const auto exit = options.parse(command, arguments)) return *exit;
  const auto wrong = complaint_about(flags);
  if (wrong) {
    complain(*wrong);
    return Exit::usage;
  }
  // mpirun itself may be killed: its processes end then, in order.
  if (place_among_processes().ranks > 1) platform::follow_starter(SIGTERM);
  if (flags.sweep) {
    const auto variations = read_sweep(*flags.sweep);
    if (!variations) {
      complain(variations.error().message);
      return Exit::usage;
    }
    flags.alone = true;
    for (const Variation& variation : *variations) {
      const auto own = varied(flags, variation);
      if (own) continue;
      complain(own.error().message);
      return Exit::usage;
    }
    return sweep(flags, *variations);
  }
  Console console;
  const auto say = [&](const std::string& text) {
    if (place_among_processes().rank == 0 && !flags.json) console.tell(text);
  };
  const auto job = job_for(flags, say);
  if (!job) {
    complain(job.error().message);
    return Exit::failed;
  }
  return train_once(*job, flags);
}

}  // namespace imps::cli
