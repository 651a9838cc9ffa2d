// What is to be said about a file, and where in it.
#pragma once

#include <string>

namespace imps {

struct Diagnostic {
  std::string file;
  int line = 0;    ///< 1-based; 0 when it is about the file as a whole
  int column = 0;  ///< 1-based, in characters; 0 with line 0
  std::string what;
  std::string fix;  ///< what to do

  friend bool operator==(const Diagnostic&, const Diagnostic&) = default;
};

/// "file:line:column: what: what to do", without a final newline.
std::string to_text(const Diagnostic& diagnostic);

}  // namespace imps
