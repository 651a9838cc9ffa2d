#pragma once

#include <chrono>
#include <string_view>

#include "session/desk.h"
#include "session/output.h"
#include "session/told_lines.h"

namespace imps {

/// What is told in the terminal, and on the page.
class Told final : public Output {
 public:
  Told(Output& terminal, Desk& desk) : terminal_(terminal), desk_(desk) {}
  void tell(std::string_view line) override {
    terminal_.tell(line);
    keep("tell", line);
  }
  void warn(std::string_view line) override {
    terminal_.warn(line);
    keep("warn", line);
  }
  /// What was told, also before there was a page. Thread-safe.
  [[nodiscard]] const ToldLines& lines() const { return lines_; }
  void status(std::string_view line) override { terminal_.status(line); }
  [[nodiscard]] bool has_status() const override { return terminal_.has_status(); }
  [[nodiscard]] bool is_gone() const override { return terminal_.is_gone(); }

 private:
  void keep(std::string_view kind, std::string_view line) {
    lines_.add(kind, line, std::chrono::system_clock::now());
    desk_.told(kind, line);
  }

  Output& terminal_;
  Desk& desk_;
  ToldLines lines_;
};

}  // namespace imps
