#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <imps/model.h>

#include "cli/console.h"
#include "cli/options.h"
#include "cli/train_job.h"
#include "cli/train_sweep.h"
#include "cli/train_words.h"
#include "platform/child.h"
#include "platform/companion.h"
#include "platform/replace_file.h"
#include "platform/whole_file.h"

namespace imps::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// This process's number when mpirun started it.
int rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"}) {
    if (const char* const value = std::getenv(name)) return std::atoi(value);
  }
  return 0;
}

int ranks() {
  for (const char* name : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"}) {
    if (const char* const value = std::getenv(name)) return std::max(1, std::atoi(value));
  }
  return 1;
}

platform::CompanionRequest request_for(const fs::path& program, const Json& job) {
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
                    const std::function<void(const std::string&, const Json&)>& tell) {
  const auto program = platform::find_helper("imps-train");
  if (!program) return program.error();
  auto companion = platform::Companion::start(request_for(*program, job));
  if (!companion) return companion.error();
  companion->hand_on_signals();
  std::string error;
  while (const auto line = companion->read_line()) {
    const Json message = Json::parse(*line, nullptr, false);
    if (!message.is_object()) continue;
    if (message.value("event", "") == "error") error = message.value("message", "");
    tell(*line, message);
  }
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
  const bool leads = rank() == 0;
  TrainWords words(leads && !flags.json);
  const auto done = follow(job, [&](const std::string& line, const Json& message) {
    if (leads && flags.json) print_line(line);
    words.say(message);
  });
  if (done) return Exit::done;
  // What befell this process alone, the first one does not know.
  complain(leads ? done.error().message
                 : fmt::format("process {}: {}", rank(), done.error().message));
  return Exit::failed;
}

/// Where the processes of a sweep leave their results for the first one.
fs::path sweep_folder(const TrainFlags& flags) {
  const char* const run = std::getenv("PMIX_NAMESPACE");
  std::string name = run == nullptr ? "alone" : run;
  std::replace(name.begin(), name.end(), '/', '-');
  return fs::path(flags.checkpoints) /
         fmt::format(".sweep-{}-{}", name, run == nullptr ? ::getpid() : 0);
}

/// This process's runs; the first process waits for the others' and prints the table.
Exit sweep(const TrainFlags& flags, const std::vector<Variation>& variations) {
  std::error_code error;
  const fs::path folder = sweep_folder(flags);
  fs::create_directories(folder, error);
  const auto file_of = [&](std::size_t run) { return folder / fmt::format("{}.json", run); };
  Console console;
  const auto quiet = [](const std::string&) {};
  for (auto run = static_cast<std::size_t>(rank()); run < variations.size();
       run += static_cast<std::size_t>(ranks())) {
    SweepEnd end{.variation = variations[run]};
    const auto own = varied(flags, variations[run]);
    const auto job = own ? job_for(*own, quiet) : Result<Json>(own.error());
    const auto done = job ? follow(*job,
                                   [&](const std::string&, const Json& message) {
                                     if (message.value("event", "") != "done") return;
                                     const SweepEnd told = end_of(message);
                                     end = {variations[run], "",          told.model, told.val_nll,
                                            told.train_nll,  told.seconds};
                                   })
                          : Result<void>(job.error());
    if (!done) end.error = done.error().message;
    const std::string text = json_of(end).dump();
    const auto kept = platform::replace_file(file_of(run), std::as_bytes(std::span(text)));
    if (!kept) {
      // The first process would wait for it for ever: mpirun ends all when one fails.
      complain(kept.error().message);
      return Exit::failed;
    }
    if (!flags.json) console.tell(sweep_line(end));
    if (flags.json) print_line(text);
  }
  if (rank() != 0) return Exit::done;
  std::vector<SweepEnd> ends;
  bool failed = false;
  for (std::size_t run = 0; run < variations.size(); ++run) {
    // mpirun ends this process when another one fails: what is not there yet will come.
    while (!fs::exists(file_of(run), error))
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    const auto bytes = platform::read_whole_file(file_of(run), std::size_t{1} << 20);
    const Json json = bytes ? Json::parse(bytes->begin(), bytes->end(), nullptr, false) : Json();
    ends.push_back(json.is_object() ? end_of(json)
                                    : SweepEnd{.variation = variations[run], .error = "unknown"});
    failed = failed || !ends.back().error.empty();
  }
  fs::remove_all(folder, error);
  if (!flags.json) fmt::print("{}", sweep_table(ends));
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
  if (!flags.sweep.empty()) {
    const auto variations = read_sweep(flags.sweep);
    if (!variations) {
      complain(variations.error().message);
      return Exit::usage;
    }
    flags.alone = true;
    return sweep(flags, *variations);
  }
  Console console;
  const auto say = [&](const std::string& text) {
    if (rank() == 0 && !flags.json) console.tell(text);
  };
  const auto job = job_for(flags, say);
  if (!job) {
    complain(job.error().message);
    return Exit::failed;
  }
  return train_once(*job, flags);
}

}  // namespace imps::cli
