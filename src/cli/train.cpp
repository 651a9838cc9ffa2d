#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <imps/model.h>

#include "cli/console.h"
#include "cli/newest_dataset.h"
#include "cli/options.h"
#include "cli/train_job.h"
#include "cli/train_words.h"
#include "platform/child.h"
#include "platform/companion.h"

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

/// Starts imps-train and shows what it tells until it ends.
Exit train_and_tell(const Json& job, const TrainFlags& flags) {
  const auto program = platform::find_helper("imps-train");
  if (!program) {
    complain(program.error().message);
    return Exit::failed;
  }
  auto companion = platform::Companion::start(request_for(*program, job));
  if (!companion) {
    complain(companion.error().message);
    return Exit::failed;
  }
  companion->hand_on_signals();
  const bool leads = rank() == 0;
  TrainWords words(leads && !flags.json);
  bool failed = false;
  while (const auto line = companion->read_line()) {
    const Json message = Json::parse(*line, nullptr, false);
    if (!message.is_object()) continue;
    if (message.value("event", "") == "error") {
      failed = true;
      if (leads || !message.value("expected", false)) complain(message.value("message", ""));
    }
    if (!leads) continue;
    if (flags.json) {
      if (std::puts(line->c_str()) < 0 || std::fflush(stdout) != 0) break;
    } else {
      words.say(message);
    }
  }
  const int status = companion->wait();
  if (status == 0) return Exit::done;
  if (!failed) {
    complain(status > 128
                 ? fmt::format("imps-train was ended by signal {}{}: 'imps train --resume' "
                               "goes on from its last checkpoint",
                               status - 128,
                               status == 128 + 9 ? ", perhaps for want of memory" : "")
                 : fmt::format("imps-train ended with status {}", status));
  }
  return Exit::failed;
}

}  // namespace

std::string train_options() {
  CLI::App app;
  TrainFlags flags;
  add_options(app, flags);
  return describe(app);
}

Exit run_train(const Command& command, const Arguments& arguments) {
  CLI::App app;
  TrainFlags flags;
  add_options(app, flags);
  if (const auto exit = parse(app, command, arguments)) return *exit;
  const auto wrong = complaint_about(flags);
  if (wrong) {
    complain(*wrong);
    return Exit::usage;
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
  return train_and_tell(*job, flags);
}

}  // namespace imps::cli
