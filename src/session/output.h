// Where a performance's words go.
#pragma once

#include <string_view>

namespace imps {

/// Where the house speaks to the musician. Called from one thread.
class Output {
 public:
  virtual ~Output() = default;
  virtual void tell(std::string_view line) = 0;
  virtual void warn(std::string_view line) = 0;
  /// Why the performance could not begin, or broke off.
  virtual void fail(std::string_view line) { warn(line); }
  /// One line that is written over again and again; not called when has_status() is false.
  virtual void status(std::string_view line) = 0;
  [[nodiscard]] virtual bool has_status() const = 0;
  /// The terminal that it spoke to has been closed.
  [[nodiscard]] virtual bool is_gone() const { return false; }
};

}  // namespace imps
