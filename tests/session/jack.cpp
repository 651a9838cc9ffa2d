#include "tests/session/jack.h"

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__linux__)
#include <sys/prctl.h>
#endif

#include "platform/sanitizer.h"
#include "tests/session/musician.h"

#if defined(IMPS_THREAD_SANITIZER)
extern "C" const char* __tsan_default_suppressions() { return "race:libjack.so\n"; }
#endif

namespace imps::test {

std::map<std::string, std::string> jack_environment(
    [[maybe_unused]] const std::filesystem::path& folder) {
#if defined(IMPS_THREAD_SANITIZER)
  const std::filesystem::path file = folder / ".suppressions";
  std::ofstream(file) << __tsan_default_suppressions();
  const char* const options = std::getenv("TSAN_OPTIONS");
  return {{"TSAN_OPTIONS", (options == nullptr ? "" : std::string(options) + ":") +
                               "suppressions=" + file.string()}};
#else
  return {};
#endif
}

Jack::Jack(Patience patience) : name_("imps-test-" + std::to_string(::getpid())) {
  ::setenv("JACK_DEFAULT_SERVER", name_.c_str(), 1);
#if defined(IMPS_THREAD_SANITIZER)
  patience = Patience::waits;  // any other one gives clients up that are watched
#endif
  const char* const timeout = patience == Patience::as_usual ? "500" : "5000";
  std::vector<const char*> words{"jackd", "-n", name_.c_str(), "-r", "-s", "-t", timeout};
  if (patience == Patience::waits) words.push_back("-S");
  const char* const period = patience == Patience::waits ? "64" : "256";
  words.insert(words.end(), {"-d", "dummy", "-r", "48000", "-p", period, nullptr});
  int ends[2];
  if (::pipe(ends) != 0) return;
  // A server that says more than a pipe holds (it tells of each period that it missed) goes on
  // nevertheless: its words are lost, while it would else wait for a reader for good.
  for (const int end : ends)
    ::fcntl(end, F_SETFL, ::fcntl(end, F_GETFL) | O_NONBLOCK);
  pid_ = ::fork();
  if (pid_ == 0) {
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(ends[1], STDERR_FILENO);
    ::close(ends[0]);
#if defined(__linux__)
    // A test that breaks off leaves no server; and a server that is not let end in order leaves
    // one of the eight places that JACK has for servers taken, for good.
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
    ::execvp("jackd", const_cast<char* const*>(words.data()));
    ::_exit(127);
  }
  ::close(ends[1]);
  words_ = ends[0];
}

Jack::~Jack() {
  if (pid_ > 0) {
    go_on();
    ::kill(pid_, SIGTERM);
    ::waitpid(pid_, nullptr, 0);
  }
  ::close(words_);
}

void Jack::hold() const { ::kill(pid_, SIGSTOP); }

void Jack::go_on() const { ::kill(pid_, SIGCONT); }

std::unique_ptr<MidiSystem> Jack::connect() const {
  const auto late = std::chrono::steady_clock::now() + kWait;
  while (std::chrono::steady_clock::now() < late) {
    if (auto system = MidiSystem::open("jack")) return std::move(*system);
    // Its first words, or its end, or a moment.
    pollfd words{.fd = words_, .events = POLLIN, .revents = 0};
    ::poll(&words, 1, 20);
    std::array<char, 4096> said;
    while (::read(words_, said.data(), said.size()) > 0)
      continue;
  }
  return nullptr;
}

bool Jack::is_installed() {
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');)
    if (::access((std::filesystem::path(folder) / "jackd").c_str(), X_OK) == 0) return true;
  return false;
}

Synth::Synth(MidiSystem& system, const std::string& name)
    : port_(*system.open_input("virtual:" + name, [this] { wake_.signal(); })) {}

std::optional<MidiMessage> Synth::hear() {
  while (true) {
    if (const auto message = port_->next()) return message;
    pollfd heard{.fd = wake_.fd(), .events = POLLIN, .revents = 0};
    if (::poll(&heard, 1, static_cast<int>(kWait.count())) != 1) return std::nullopt;
    wake_.clear();
  }
}

}  // namespace imps::test
