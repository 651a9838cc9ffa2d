// `imps run` when the world is against it: killed, without a port, without a disk.
#include <algorithm>
#include <csignal>

#include <gmock/gmock.h>
#include <sys/mount.h>
#include <unistd.h>

#include "log/reader.h"
#include "log/session_file.h"
#include "platform/sanitizer.h"
#include "tests/cli/program.h"

namespace imps::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::HasSubstr;

std::vector<std::string> arguments(const Musician& musician, std::vector<std::string> more) {
  std::vector<std::string> all{"run", "--serverport", "0", "--clientport",
                               std::to_string(musician.port())};
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

std::size_t lines_of(const fs::path& path) {
  const std::string text = read_text(path);
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Run, KilledAtAnyMomentLosesAtMostTheLastTenthOfASecond) {
  Folder folder;
  Musician musician;
  Program run(folder.path(), arguments(musician, {"-o", "-d", "3"}));
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  // Half a second of playing, a frame a millisecond or so, then the axe.
  struct Played {
    std::chrono::steady_clock::time_point at;
    float value;
  };
  std::vector<Played> played;
  const auto began = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - began < 500ms) {
    const float value = static_cast<float>(played.size() % 1024) / 1024.0F;
    musician.play({value, 1.0F}, port);
    ASSERT_TRUE(musician.is_answered(port)) << "so that it has surely been played";
    played.push_back({std::chrono::steady_clock::now(), value});
  }
  const auto killed = std::chrono::steady_clock::now();
  EXPECT_EQ(run.end(SIGKILL), -SIGKILL);

  const fs::path path = folder.only(".log");
  ASSERT_FALSE(path.empty()) << "its files are there";
  const auto log = read_log(path);
  ASSERT_TRUE(log);
  std::size_t safe = 0;
  for (const Played& one : played)
    safe += killed - one.at >= 100ms ? 1U : 0U;
  ASSERT_GT(safe, 0U);
#if defined(IMPS_ADDRESS_SANITIZER) || defined(IMPS_THREAD_SANITIZER)
  // Timing promises are not for instrumented programs: order and content are.
  safe = 0;
#endif
  EXPECT_GE(log->rows(), safe);
  ASSERT_LE(log->rows(), played.size());
  for (std::size_t k = 0; k < log->rows(); ++k)
    ASSERT_EQ(log->row(k)[0], static_cast<double>(played[k].value)) << "row " << k;
  const Outcome told = imps(folder.path(), {"inspect", folder.only(".session.json").string()});
  EXPECT_EQ(told.status, 0) << told.err;
  EXPECT_THAT(told.out, HasSubstr("did not end in order"));
}

TEST(Run, WithItsPortTakenFailsAndSaysByWhom) {
  Folder folder;
  Musician holder;
  const Outcome outcome = imps(
      folder.path(), {"run", "--serverport", std::to_string(holder.port()), "--clientport", "9"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr(std::to_string(holder.port())));
#if defined(__linux__)
  EXPECT_THAT(outcome.err, HasSubstr(std::to_string(::getpid()))) << "us";
#endif
}

TEST(Run, WhenItsLogCannotBeWrittenPlaysOnAndSaysSo) {
  Folder folder;
  Musician musician;
  folder.write("a-file", "where a folder should be");
  Program run(folder.path(), arguments(musician, {"-p", "-d", "3", "--log-folder", "a-file/logs"}));
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  musician.play({0.5F, 0.5F}, port);
  EXPECT_TRUE(musician.hear("/prediction")) << "the music goes on";
  EXPECT_TRUE(run.says("a-file")) << run.err();
  EXPECT_EQ(run.end(SIGTERM), 0) << run.err();
}

/// A small disk of our own, where the system lets us have one.
class SmallDisk {
 public:
  explicit SmallDisk(fs::path at) : at_(std::move(at)) {
    fs::create_directories(at_);
    mounted_ = ::mount("tmpfs", at_.c_str(), "tmpfs", 0, "size=64k") == 0;
  }
  ~SmallDisk() {
    if (mounted_) ::umount2(at_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  [[nodiscard]] bool mounted() const { return mounted_; }

 private:
  fs::path at_;
  bool mounted_ = false;
};

TEST(Run, OnAFullDiskPlaysOnAndWritesEveryRowWhenThereIsSpace) {
  Folder folder;
  const SmallDisk disk(folder.path() / "small");
  if (!disk.mounted()) GTEST_SKIP() << "needs the right to mount a small disk (root)";
  // All of it but room for the files to begin.
  folder.write("small/ballast", std::string(48'000, 'x'));
  Musician musician;
  Program run(folder.path(), arguments(musician, {"-o", "-d", "9", "--log-folder", "small"}));
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();

  std::size_t played = 0;
  const auto play = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i, ++played) {
      const auto value = static_cast<float>(played % 1000) / 1000.0F;
      musician.play(std::vector<float>(8, value), port);
      if (i % 50 == 49) {
        ASSERT_TRUE(musician.is_answered(port));
      }
    }
    ASSERT_TRUE(musician.is_answered(port));
  };
  play(1000);  // some 190 bytes each
  ASSERT_TRUE(run.says("small: the disk is full")) << "it is announced: " << run.err();
  play(200);
  ASSERT_TRUE(run.runs());
  ASSERT_EQ(musician.count(port, "frames"), static_cast<std::int64_t>(played));

  // A bigger disk, as when somebody throws old takes away.
  fs::remove(folder.path() / "small/ballast");
  ASSERT_EQ(::mount("tmpfs", (folder.path() / "small").c_str(), "tmpfs", MS_REMOUNT, "size=4m"), 0);
  const auto until = std::chrono::steady_clock::now() + kWait;
  fs::path path = folder.only("-9d-mdrnn.log", "small");
  ASSERT_FALSE(path.empty());
  while (lines_of(path) < played && std::chrono::steady_clock::now() < until)
    ASSERT_TRUE(musician.is_answered(port));
  EXPECT_EQ(run.end(SIGTERM), 0) << run.err();
  EXPECT_THAT(run.err(), HasSubstr("small")) << "and that it goes on again";
  const auto log = read_log(path);
  ASSERT_TRUE(log);
  EXPECT_EQ(log->report.skipped, 0U);
  ASSERT_EQ(log->rows(), played);
  for (std::size_t k = 0; k < played; ++k) {
    ASSERT_EQ(log->row(k)[7], static_cast<double>(static_cast<float>(k % 1000) / 1000.0F));
  }
}

TEST(Run, SurvivesAFloodOfRubbish) {
  Folder folder;
  Musician musician;
  Program run(folder.path(), arguments(musician, {"-p", "-d", "3", "--no-log"}));
  const std::uint16_t port = run.port();
  ASSERT_NE(port, 0) << run.err();
  std::uint64_t random = 88172645463325252ULL;  // xorshift, Marsaglia 2003
  const auto next = [&random] {
    random ^= random << 13U;
    random ^= random >> 7U;
    random ^= random << 17U;
    return random;
  };
  for (int i = 0; i < 2000; ++i) {
    Packet packet(next() % 512);
    for (std::byte& byte : packet)
      byte = static_cast<std::byte>(next());
    if (i % 4 == 0 && packet.size() > 12) add_text(packet = {}, "/interface");
    musician.send(packet, port);
    if (i % 100 == 99) {
      ASSERT_TRUE(musician.is_answered(port)) << run.err();
    }
  }
  musician.send(Packet(65'507, std::byte{'/'}), port);
  Packet nested = floats("/interface", {0.5F, 0.5F});
  for (int depth = 0; depth < 1000; ++depth)
    nested = bundle(kImmediately, {nested});
  musician.send(nested, port);
  EXPECT_TRUE(musician.hear("/prediction")) << "even a frame in a thousand bundles is played";
  EXPECT_GT(musician.count(port, "malformed"), 1000);
  EXPECT_EQ(run.end(SIGTERM), 0) << run.err();
}

}  // namespace
}  // namespace imps::test
