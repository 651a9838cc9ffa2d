#include <cstdio>
#include <exception>
#include <string>

#include "cli/commands.h"
#include "cli/console.h"

int main(int argc, char** argv) {
  // A library that throws where nobody expected it: still a message, still a status.
  try {
    return static_cast<int>(imps::cli::run({argv + 1, argv + argc}));
  } catch (const std::exception& error) {
    imps::cli::complain(std::string("a fault of imps itself, please report it: ") + error.what());
  }
  return 1;
}
