// The commands of the program, in one table.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace imps::cli {

/// Done, failed, wrong usage: the program's exit status.
enum class Exit { done = 0, failed = 1, usage = 2 };

using Arguments = std::vector<std::string>;

struct Command {
  std::string_view name;
  std::string_view usage;     ///< what follows "imps NAME"
  std::string_view summary;   ///< one line for the list
  std::string_view about;     ///< paragraphs for --help and the manual
  std::string_view examples;  ///< lines "command   what it does"
  Exit (*run)(const Command& command, const Arguments& arguments);
  /// The options, as help shows them.
  std::string (*options)();
  bool hidden = false;  ///< for imps itself: no list shows it
};

std::span<const Command> commands() noexcept;

/// What `imps ARGUMENTS…` does. Prints; the only room that does.
Exit run(const Arguments& arguments);

// One file each.
Exit run_run(const Command& command, const Arguments& arguments);
Exit run_train(const Command& command, const Arguments& arguments);
Exit run_dataset(const Command& command, const Arguments& arguments);
Exit run_evaluate(const Command& command, const Arguments& arguments);
Exit run_ports(const Command& command, const Arguments& arguments);
Exit run_predict(const Command& command, const Arguments& arguments);
Exit run_generate(const Command& command, const Arguments& arguments);
Exit run_convert(const Command& command, const Arguments& arguments);
Exit run_init(const Command& command, const Arguments& arguments);
Exit run_learn(const Command& command, const Arguments& arguments);
Exit run_inspect(const Command& command, const Arguments& arguments);
Exit run_replay(const Command& command, const Arguments& arguments);
Exit run_doctor(const Command& command, const Arguments& arguments);
Exit run_bench(const Command& command, const Arguments& arguments);
Exit run_guard_notes(const Command& command, const Arguments& arguments);
Exit run_help(const Command& command, const Arguments& arguments);
std::string run_options();
std::string train_options();
std::string dataset_options();
std::string evaluate_options();
std::string ports_options();
std::string predict_options();
std::string generate_options();
std::string convert_options();
std::string init_options();
std::string learn_options();
std::string inspect_options();
std::string replay_options();
std::string doctor_options();
std::string bench_options();
std::string guard_notes_options();
std::string help_options();

}  // namespace imps::cli
