#include "session/midi_lesson.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <utility>

#include <poll.h>

#include <imps/frame.h>

#include "interface/midi/open_inputs.h"
#include "platform/wake.h"

namespace imps {
namespace {

using Clock = std::chrono::steady_clock;

constexpr auto kLookEvery = std::chrono::milliseconds(500);
constexpr auto kEndPatience = std::chrono::seconds(2);

TimePoint to_time(Clock::time_point at) {
  return TimePoint{std::chrono::duration_cast<Duration>(at.time_since_epoch())};
}

}  // namespace

struct MidiLesson::Shared {
  explicit Shared(Options wanted) : options(std::move(wanted)) { state.runs = true; }

  const Options options;
  platform::Wake end;
  std::mutex mutex;  // of what follows
  std::condition_variable ended;
  bool ends = false;
  Clock::time_point asked = Clock::now();
  State state;
  MidiLearner learner;

  [[nodiscard]] bool is_wanted(Clock::time_point now) {
    const std::lock_guard lock(mutex);
    return !ends && now - asked < options.patience &&
           learner.controls().size() < static_cast<std::size_t>(kMaxControls);
  }
  /// Waits for a moment, or until it is told to end.
  bool waits_and_is_wanted() {
    pollfd told{.fd = end.fd(), .events = POLLIN, .revents = 0};
    ::poll(&told, 1, static_cast<int>(kLookEvery.count()));
    return is_wanted(Clock::now());
  }
  void listen(MidiSystem& system);
};

MidiLesson::MidiLesson(Options options)
    : shared_(std::make_shared<Shared>(std::move(options))),
      thread_([shared = shared_] { run(*shared); }) {}

MidiLesson::~MidiLesson() {
  std::unique_lock lock(shared_->mutex);
  shared_->ends = true;
  shared_->end.signal();
  const bool over =
      shared_->ended.wait_for(lock, kEndPatience, [this] { return !shared_->state.runs; });
  lock.unlock();
  if (over) {
    thread_.join();
  } else {
    thread_.detach();
  }
}

MidiLesson::State MidiLesson::state() {
  const std::lock_guard lock(shared_->mutex);
  shared_->asked = Clock::now();
  State now = shared_->state;
  now.hearing = shared_->learner.hearing();
  now.controls = shared_->learner.controls();
  return now;
}

bool MidiLesson::runs() const {
  const std::lock_guard lock(shared_->mutex);
  return shared_->state.runs;
}

bool MidiLesson::undo() {
  const std::lock_guard lock(shared_->mutex);
  shared_->asked = Clock::now();
  shared_->state.latest.reset();
  return shared_->learner.undo();
}

// ---- the thread

void MidiLesson::run(Shared& shared) {
  for (bool again = true; again;) {
    auto system = MidiSystem::open(shared.options.api);
    if (system) shared.listen(**system);
    // A system that has ended may be back.
    again = system && !(*system)->is_there() && shared.waits_and_is_wanted();
    if (system) continue;
    const std::lock_guard lock(shared.mutex);
    shared.state.error = "no MIDI here: " + system.error().message;
  }
  const std::lock_guard lock(shared.mutex);
  shared.state.runs = false;
  shared.state.devices.clear();
  shared.ended.notify_all();
}

void MidiLesson::Shared::listen(MidiSystem& system) {
  OpenInputs inputs(system, {}, options.configured);
  auto look = Clock::now();
  for (auto now = look; system.is_there() && is_wanted(now); now = Clock::now()) {
    if (now >= look) {
      look = now + kLookEvery;
      const auto news = inputs.look();
      const std::lock_guard lock(mutex);
      state.system = system.name();
      state.devices = inputs.devices();
      if (!news.refused.empty()) state.error = news.refused.front();
    }
    auto until = to_time(look);
    {
      const std::lock_guard lock(mutex);
      if (const auto next = learner.next(to_time(now))) until = std::min(until, *next);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - to_time(now)).count();
    std::array<pollfd, 2> descriptors{{{.fd = inputs.fd(), .events = POLLIN, .revents = 0},
                                       {.fd = end.fd(), .events = POLLIN, .revents = 0}}};
    ::poll(descriptors.data(), static_cast<nfds_t>(descriptors.size()),
           static_cast<int>(std::max<std::int64_t>(left, 0)));
    const std::lock_guard lock(mutex);
    inputs.drain([this](std::string_view device, const MidiMessage& message) {
      learner.hear(device, message, to_time(Clock::now()));
    });
    while (auto heard = learner.advance(to_time(Clock::now())))
      state.latest = std::move(heard);
  }
}

}  // namespace imps
