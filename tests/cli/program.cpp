#include "tests/cli/program.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;  // POSIX: no header declares it

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

struct Pipe {
  int read = -1;
  int write = -1;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    read = ends[0];
    write = ends[1];
  }
};

void close_and_forget(int& descriptor) {
  if (descriptor >= 0) ::close(descriptor);
  descriptor = -1;
}

std::vector<std::string> words_of(const std::vector<std::string>& arguments) {
  std::vector<std::string> words{IMPS_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

}  // namespace

Program::Program(const fs::path& folder, const std::vector<std::string>& arguments,
                 const std::map<std::string, std::string>& environment)
    : Program(words_of(arguments), folder, environment) {}

Program::Program(const std::vector<std::string>& words, const fs::path& folder,
                 const std::map<std::string, std::string>& environment) {
  std::signal(SIGPIPE, SIG_IGN);  // a child that ended does not read its input
  std::vector<std::string> arguments = words;
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string text = *variable;
    if (environment.count(text.substr(0, text.find('='))) == 0) variables.push_back(text);
  }
  for (const auto& [name, value] : environment)
    variables.push_back(name + "=" + value);
  const auto pointers = [](std::vector<std::string>& texts) {
    std::vector<char*> all;
    for (std::string& text : texts)
      all.push_back(text.data());
    all.push_back(nullptr);
    return all;
  };
  const auto argv = pointers(arguments);
  const auto envp = pointers(variables);
  const std::string where = folder.string();

  Pipe input;
  Pipe output;
  Pipe error;
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("no child");
  if (pid_ == 0) {
    ::dup2(input.read, STDIN_FILENO);
    ::dup2(output.write, STDOUT_FILENO);
    ::dup2(error.write, STDERR_FILENO);
    ::signal(SIGPIPE, SIG_DFL);
    if (::chdir(where.c_str()) == 0) ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
  }
  ::close(input.read);
  ::close(output.write);
  ::close(error.write);
  input_ = input.write;
  output_ = output.read;
  error_ = error.read;
}

Program::~Program() {
  if (!reaped_) {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, &status_, 0);
  }
  for (int* const descriptor : {&input_, &output_, &error_})
    close_and_forget(*descriptor);
}

void Program::write(std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(input_, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

void Program::end_input() { close_and_forget(input_); }

bool Program::take_in(std::chrono::milliseconds patience) {
  pollfd descriptors[2] = {{.fd = output_, .events = POLLIN, .revents = 0},
                           {.fd = error_, .events = POLLIN, .revents = 0}};
  if (output_ < 0 && error_ < 0) return false;
  if (::poll(descriptors, 2, static_cast<int>(patience.count())) <= 0) return true;
  for (int i = 0; i < 2; ++i) {
    if (descriptors[i].revents == 0) continue;
    char bytes[16'384];
    int& from = i == 0 ? output_ : error_;
    const auto size = ::read(from, bytes, sizeof(bytes));
    if (size > 0) {
      (i == 0 ? out_ : err_).append(bytes, static_cast<std::size_t>(size));
    } else if (size == 0) {
      close_and_forget(from);
    }
  }
  return output_ >= 0 || error_ >= 0;
}

bool Program::wait_until(const std::function<bool()>& holds, std::chrono::milliseconds patience) {
  const auto until = Clock::now() + patience;
  while (!holds()) {
    if (Clock::now() > until || !take_in(std::chrono::milliseconds(100))) return holds();
  }
  return true;
}

bool Program::says(std::string_view text, std::chrono::milliseconds patience) {
  return wait_until([&] { return err_.find(text) != std::string::npos; }, patience);
}
bool Program::says_times(std::string_view text, std::size_t count) {
  return wait_until([&] {
    std::size_t found = 0;
    for (auto at = err_.find(text); at != std::string::npos; at = err_.find(text, at + 1))
      ++found;
    return found >= count;
  });
}
bool Program::prints(std::string_view text) {
  return wait_until([&] { return out_.find(text) != std::string::npos; });
}
bool Program::prints_lines(std::size_t count) {
  return wait_until([&] {
    return static_cast<std::size_t>(std::count(out_.begin(), out_.end(), '\n')) >= count;
  });
}

void Program::signal(int number) const {
  if (!reaped_) ::kill(pid_, number);
}

bool Program::runs() {
  if (!reaped_ && ::waitpid(pid_, &status_, WNOHANG) == pid_) reaped_ = true;
  return !reaped_;
}

int Program::wait(std::chrono::milliseconds patience) {
  end_input();
  const auto until = Clock::now() + patience;
  while (take_in(std::chrono::milliseconds(100))) {
    if (Clock::now() > until) return -1000;
  }
  // Both of its streams are closed: it is as good as gone.
  if (!reaped_ && ::waitpid(pid_, &status_, 0) == pid_) reaped_ = true;
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

int Program::end(int number) {
  signal(number);
  return wait();
}

std::uint16_t Program::port() {
  const std::string before = "listening for OSC on ";
  if (!says(before) || !says("; answering ")) return 0;
  const auto line = err_.find(before);
  const auto colon = err_.find(':', line + before.size());
  std::uint16_t number = 0;
  std::from_chars(err_.data() + colon + 1, err_.data() + err_.size(), number);
  return number;
}

Outcome imps(const fs::path& folder, const std::vector<std::string>& arguments,
             std::string_view input) {
  Program program(folder, arguments);
  program.write(input);
  const int status = program.wait();
  return {status, program.out(), program.err()};
}

}  // namespace imps::test
