#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/console.h"

namespace {

/// A program started with one of its three streams closed would get a log or a socket in its place,
/// and write its messages into that.
void open_closed_streams() {
  int fd = ::open("/dev/null", O_RDWR);
  while (fd >= 0 && fd <= STDERR_FILENO)
    fd = ::open("/dev/null", O_RDWR);
  if (fd >= 0) ::close(fd);
}

/// Results that did not get out (a full disk) are no success.
int checked(int status) {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  if (status == 0) imps::cli::complain("what was to be printed could not be written");
  return status == 0 ? 1 : status;
}

}  // namespace

int main(int argc, char** argv) {
  open_closed_streams();
  // Under a limit on file size (ulimit -f) a write fails, and is reported, like one to a full disk.
  std::signal(SIGXFSZ, SIG_IGN);
  // A library that throws where nobody expected it: still a message, still a status.
  try {
    return checked(static_cast<int>(imps::cli::run({argv + 1, argv + argc})));
  } catch (const std::exception& error) {
    if (std::ferror(stdout) != 0) return checked(0);
    imps::cli::complain(std::string("a fault of imps itself, please report it: ") + error.what());
  }
  return 1;
}
