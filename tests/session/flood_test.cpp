// More than any model can listen to: the log has all of it, in order, and memory stays flat.
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

#include "log/events.h"
#include "log/reader.h"
#include "tests/session/live.h"
#include "tests/support/folder.h"
#include "tests/support/models.h"

namespace imps::test {
namespace {

/// What of this process is in memory, in bytes; 0 where that cannot be known.
std::size_t resident() {
  std::ifstream file("/proc/self/statm");
  std::size_t whole = 0;
  std::size_t pages = 0;
  file >> whole >> pages;
  return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

TEST(Performance, LogsEveryFrameOfAFloodThatItsModelCannotFollow) {
  constexpr std::size_t kFrames = kSanitized ? 4'000 : 100'000;
  // As many as the system's buffer surely holds; then until they have been taken.
  constexpr std::size_t kAtOnce = 100;
  Folder folder;
  Musician musician;
  LiveOptions options;
  options.model = chosen(random_model({3, 3, 512, 5}, 1));
  options.model->step = std::chrono::microseconds(500);  // four of them in a turn
  options.dimension = 3;
  options.settings.interaction.mode = Mode::polyphony;
  options.settings.interaction.max_rest = Seconds{0.01};
  options.logs = folder.path() / "logs";
  Live live(musician, options);

  std::size_t early = 0;
  for (std::size_t i = 0; i < kFrames;) {
    const auto next = [&i] {
      const auto k = static_cast<float>(i % 1024) / 1024;
      const auto round = static_cast<float>(i / 1024) / 1024;
      ++i;
      return floats("/interface", {k, round});
    };
    // Half of them one by one, half in bundles, whose frames always come in one turn.
    for (std::size_t single = 0; single < kAtOnce / 2; ++single)
      musician.send(next(), live.port());
    for (std::size_t ten = 0; ten < kAtOnce / 20; ++ten) {
      std::vector<Packet> messages;
      for (int k = 0; k < 10; ++k)
        messages.push_back(next());
      musician.send(bundle(kImmediately, messages), live.port());
    }
    ASSERT_TRUE(musician.is_answered(live.port()));
    musician.heard_so_far("/prediction");
    if (early == 0 && i > kFrames / 4) early = resident();
  }
  const std::size_t late = resident();
  const Report report = live.finish();
  ASSERT_EQ(report.osc.kernel_dropped, 0U);
  EXPECT_EQ(report.performer.frames, kFrames);
  EXPECT_GT(report.performer.unheard, kFrames / 4) << "else this was no flood";
  EXPECT_EQ(report.log_refused, 0U);
  if (!kSanitized) {
    // The log's queue, whose pages are touched one by one, is 8 MiB.
    EXPECT_LT(late, early + (std::size_t{12} << 20));
  }

  std::size_t next = 0;
  const auto read = read_log(live.log(), {.dimension = 3}, [&](const LogRowView& row) {
    if (row.voice != Voice::performer) return;
    EXPECT_EQ(row.values[0], static_cast<double>(next % 1024) / 1024);
    EXPECT_EQ(row.values[1], static_cast<double>(next / 1024) / 1024);
    ++next;
  });
  ASSERT_TRUE(read);
  EXPECT_EQ(read->skipped, 0U);
  EXPECT_EQ(next, kFrames);

  auto path = live.log();
  const auto events = read_events(path.replace_extension(".events.jsonl"));
  ASSERT_TRUE(events);
  double unheard = 0;
  for (const LogEvent& event : events->events)
    unheard += event.name == "unheard" ? event.number.value_or(0) : 0;
  EXPECT_EQ(unheard, static_cast<double>(report.performer.unheard)) << "and what was not heard";
}

}  // namespace
}  // namespace imps::test
