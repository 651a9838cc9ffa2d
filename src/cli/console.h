// Results on stdout, messages on stderr, and one quiet line that is written over.
#pragma once

#include <string>
#include <string_view>

#include "session/house.h"

namespace imps::cli {

/// "imps: message" on stderr; printable().
void complain(std::string_view message);

/// With what would command a terminal (all control characters but line ends and tabs) as \xNN: for
/// texts out of files.
std::string printable(std::string_view text);

/// Whether what is written to `descriptor` may be coloured: it is a terminal, and NO_COLOR is not
/// set.
bool shows_colour(int descriptor);

/// The house's words on a terminal: a status line when stderr is one, plain lines otherwise.
class Console final : public Output {
 public:
  Console();
  ~Console() override;
  void tell(std::string_view line) override;
  void warn(std::string_view line) override;
  void status(std::string_view line) override;
  [[nodiscard]] bool has_status() const override { return terminal_; }
  [[nodiscard]] bool is_gone() const override;

 private:
  void clear_status();
  bool terminal_;
  bool colour_;
  bool status_shown_ = false;
};

}  // namespace imps::cli
