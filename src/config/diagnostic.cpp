#include "config/diagnostic.h"

#include <fmt/format.h>

namespace imps {

std::string to_text(const Diagnostic& diagnostic) {
  const auto& [file, line, column, what, fix] = diagnostic;
  if (line == 0) return fmt::format("{}: {}: {}", file, what, fix);
  return fmt::format("{}:{}:{}: {}: {}", file, line, column, what, fix);
}

}  // namespace imps
