// The program itself as a child, its words collected as they come. Nothing sleeps: waiting is for
// a text, or for the end.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "tests/session/musician.h"
#include "tests/support/folder.h"

namespace imps::test {

class Program {
 public:
  /// Starts `imps ARGUMENTS…` in `folder`, with `environment` on top of ours.
  Program(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
          const std::map<std::string, std::string>& environment = {});
  /// Starts any program: its full path is the first word.
  Program(const std::vector<std::string>& words, const std::filesystem::path& folder,
          const std::map<std::string, std::string>& environment);
  /// Kills it when it still runs.
  ~Program();
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  /// Gives it its standard input, or a part of it.
  void write(std::string_view text);
  void end_input();

  /// True once it has said `text` on standard error (or output); false when it ends without, or
  /// nothing comes within `patience`.
  bool says(std::string_view text, std::chrono::milliseconds patience = kWait);
  /// True once it has said `text` on standard error so many times.
  bool says_times(std::string_view text, std::size_t count);
  bool prints(std::string_view text);
  /// True once it has printed so many whole lines.
  bool prints_lines(std::size_t count);

  void signal(int number) const;
  /// Its exit status, or minus the signal that ended it; −1000 when it does not end in time.
  int wait(std::chrono::milliseconds patience = kWait);
  /// Signals and waits.
  int end(int number);

  [[nodiscard]] bool runs();
  /// Where it said that it listens; 0 when it did not.
  std::uint16_t port();

  [[nodiscard]] const std::string& out() const { return out_; }
  [[nodiscard]] const std::string& err() const { return err_; }
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  bool wait_until(const std::function<bool()>& holds, std::chrono::milliseconds patience = kWait);
  /// Takes in what comes within `patience`; false when both streams have ended.
  bool take_in(std::chrono::milliseconds patience);

  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  int error_ = -1;
  std::string out_;
  std::string err_;
  bool reaped_ = false;
  int status_ = 0;
};

/// What a command that ends by itself did.
struct Outcome {
  int status = 0;
  std::string out;
  std::string err;
};
Outcome imps(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
             std::string_view input = {});

}  // namespace imps::test
