// What a command takes on its command line: declared, read, and described.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "cli/commands.h"

namespace imps::cli {

/// The options of a command, in the order in which help shows them. Each writes to a variable that
/// outlives this: what it holds before is what it holds when the option is not given.
///
/// `names`: "--seconds", "-d,--dimension". `type`: what help calls the value, e.g. SECONDS.
/// CLI11 does the work, and is seen in options.cpp alone: it takes long to compile.
class Options {
 public:
  Options();
  Options(const Options&) = delete;
  Options& operator=(const Options&) = delete;
  ~Options();

  /// Is there, or is not.
  void flag(const std::string& names, bool& variable, const std::string& about);

  /// Takes a whole number, and is not shown: for imps itself.
  void hidden(const std::string& names, std::optional<std::int64_t>& variable);

  /// Takes a value: bool is for flag(); a vector takes one or more, as often as it is given.
  template <class T>
  void value(const std::string& names, T& variable, const std::string& type,
             const std::string& about) {
    add(names, Variable(&variable), type, about, Takes::value);
  }
  /// Takes one value, and may be given several times.
  void each(const std::string& names, std::vector<std::string>& variable, const std::string& type,
            const std::string& about);
  /// Takes a value or none, which is "".
  void value_or_none(const std::string& names, std::optional<std::string>& variable,
                     const std::string& type, const std::string& about);

  /// What is given without a name; a vector takes all of it.
  template <class T>
  void positional(const std::string& name, T& variable, const std::string& type) {
    add(name, Variable(&variable), type, {}, Takes::value);
  }
  /// The same, but the command needs it.
  template <class T>
  void needed(const std::string& name, T& variable, const std::string& type) {
    add(name, Variable(&variable), type, {}, Takes::needed_value);
  }

  /// Reads `arguments` into the variables. Nothing when the command may go on; else what to exit
  /// with, the help or the complaint already printed.
  std::optional<Exit> parse(const Command& command, Arguments arguments);

  /// The options as lines for help and the manual.
  [[nodiscard]] std::string describe() const;

 private:
  using Variable = std::variant<int*, std::int64_t*, std::uint64_t*, double*, std::string*,
                                std::vector<std::string>*, std::optional<int>*,
                                std::optional<std::int64_t>*, std::optional<std::uint64_t>*,
                                std::optional<double>*, std::optional<std::string>*>;
  enum class Takes { value, needed_value, one_each_time, value_or_none };
  void add(const std::string& names, Variable variable, const std::string& type,
           const std::string& about, Takes takes);

  struct Library;
  std::unique_ptr<Library> library_;
};

}  // namespace imps::cli
