// A short-lived program that does dangerous work for us: bytes in, bytes out, then it is gone.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <imps/result.h>

namespace imps::platform {

/// What to run and how much of it to bear.
struct ChildRequest {
  std::filesystem::path program;         ///< absolute or relative path; no search along $PATH
  std::vector<std::string> arguments;    ///< without the program's own name
  std::span<const std::byte> input;      ///< all of it is there for the child to read, then its end
  std::size_t most_output = 0;           ///< bytes; a child that writes more is ended
  std::chrono::milliseconds patience{};  ///< wall time; a child that takes longer is ended
};

/// What came of it.
struct ChildOutcome {
  enum class End {
    exited,     ///< by itself, with `status`
    signalled,  ///< by the signal `status`: it crashed or ran into a limit of its own
    too_late,   ///< ended by us when patience ran out
    too_much,   ///< ended by us when it wrote more than most_output
  };

  End end = End::exited;
  int status = 0;
  std::vector<std::byte> output;  ///< what it wrote to its standard output
};

/// Runs a program to its end with `input` as its standard input. It inherits no other file and no
/// environment; what it says on standard error is dropped. Once it has closed its output it is
/// done, and is ended if it lives on. Fails only when it cannot be started.
/// Blocks, at most for about `patience`. Thread-safe: yes. Never raises SIGPIPE.
Result<ChildOutcome> run_child(const ChildRequest& request);

/// Limits that a child puts on itself before it reads anything.
struct Limits {
  std::size_t memory = 0;  ///< bytes of address space; not kept under the sanitizers
  std::chrono::seconds processor_time{};
};

/// Keeps the calling process within `limits`, lets it die with its parent, and takes away core
/// dumps, opening or writing of files, and new privileges. False when the system refuses any.
bool limit_this_process(const Limits& limits);

/// Where a program that belongs to imps lies: $IMPS_LIBEXEC, else beside the running program, else
/// in ../libexec/imps from there. An Error that names the places when it is in none.
Result<std::filesystem::path> find_helper(const std::string& name);

}  // namespace imps::platform
