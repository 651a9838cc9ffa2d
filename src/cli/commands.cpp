#include "cli/commands.h"

#include <array>
#include <vector>

#include <fmt/format.h>

#include <imps/version.h>

#include "cli/console.h"
#include "core/nearest.h"

namespace imps::cli {
namespace {

constexpr std::array kCommands{
    Command{
        "run", "[CONFIG|MODEL] [options]", "perform: listen, predict, answer, log",
        "Listens for the performer's controls over OSC, predicts what comes next and when, and "
        "plays it back.\n\n"
        "Without arguments and without a configuration it listens on localhost:5001 for /interface "
        "with one "
        "number for each control, answers with /prediction to localhost:5000, logs to logs/, and "
        "takes the "
        "number of controls from the first message. The model is the one named; else the "
        "configuration's; else "
        "the newest of that dimension in models/; else a simple built-in one. CONFIG is a TOML "
        "file, imps's own "
        "or IMPSY's (without arguments imps.toml, if there is one here); MODEL a .keras, .h5, "
        ".tflite or .safetensors file.\n\n"
        "SIGINT (Ctrl-C) and SIGTERM end the performance in order; SIGHUP reads the configuration "
        "again.",
        "imps run                                   # wait for the first message, then play along\n"
        "imps run my-model.keras --threshold 0.3    # a model of yours, answering after 0.3 s of "
        "silence\n"
        "imps run config.toml                       # imps's own configuration, or IMPSY's\n"
        "imps run -d 9 --battle --no-log            # nine dimensions, the model plays by itself",
        run_run, run_options},
    Command{"predict", "MODEL [options]", "frames in, predictions out, one a line: for scripts",
            "Reads frames from standard input, one a line, either CSV (dt,x_1,x_2,…) or a JSON "
            "array, and writes for "
            "each what the model says of the next one: a JSON object with \"mus\", \"sigmas\" and "
            "\"logits\", raw, in "
            "×10 units; or, with --sample, the next frame as a JSON array. The model's memory is "
            "carried from line to "
            "line. An empty line, or the word reset, clears it.",
            "printf '0.1,0.5,0.5,0.5\\n' | imps predict model.keras\n"
            "imps predict model.tflite --sample --seed 7 < frames.csv",
            run_predict, predict_options},
    Command{"inspect", "FILE… [--json]", "explain a model, log, session or configuration",
            "Says what a file is and what is in it: a model's sizes and origin; a log's takes, "
            "minutes, rows, ranges, "
            "rates and faults, with line numbers; a session's settings, model and events; a "
            "configuration as it is "
            "understood.",
            "imps inspect models/*.keras\n"
            "imps inspect logs/2026-11-22T20-00-00-4d-mdrnn.log --json",
            run_inspect, inspect_options},
    Command{"replay", "LOG [options]", "play a log again, or prove that a session repeats",
            "Sends the performer's rows of a log as OSC messages in their own time, to imps or any "
            "other program. "
            "With --verify it re-runs a recorded session without sockets instead, as fast as it "
            "can, and compares "
            "every prediction bit for bit with what was logged.",
            "imps replay logs/take.log                  # to localhost:5001 /interface\n"
            "imps replay logs/take.log --speed 2 --loop --to-port 5002\n"
            "imps replay logs/take.log --verify",
            run_replay, replay_options},
    Command{"bench", "stage [options]", "measure how punctual this machine is",
            "stage: performs with itself over loopback for a few seconds and prints how late "
            "predictions were and how "
            "long it took from a message to the prediction that was due at once.",
            "imps bench stage\n"
            "imps bench stage --model my-model.keras --seconds 30 --json",
            run_bench, bench_options},
    Command{"help", "[COMMAND]", "what a command does and takes",
            "The same as imps COMMAND --help; without a command, the list. With --man, the manual "
            "page in roff.",
            "imps help run\n"
            "imps help --man | man -l -",
            run_help, help_options},
};

}  // namespace

std::span<const Command> commands() noexcept { return kCommands; }

Exit run(const Arguments& arguments) {
  if (arguments.empty()) return run_help(kCommands.back(), {});
  const std::string& first = arguments.front();
  if (first == "--version" || first == "-V" || first == "version") {
    fmt::print("imps {}\n", version());
    return Exit::done;
  }
  if (first == "--help" || first == "-h") return run_help(kCommands.back(), {});
  std::vector<std::string_view> names;
  for (const Command& command : kCommands) {
    if (command.name == first)
      return command.run(command, {arguments.begin() + 1, arguments.end()});
    names.push_back(command.name);
  }
  complain(fmt::format("'{}' is not a command{}; 'imps help' lists them", first.substr(0, 64),
                       did_you_mean(first, names)));
  return Exit::usage;
}

}  // namespace imps::cli
