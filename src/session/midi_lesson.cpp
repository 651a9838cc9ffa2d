#include "session/midi_lesson.h"

#include <algorithm>
#include <array>
#include <utility>

#include <poll.h>

#include <imps/frame.h>

namespace imps {
namespace {

constexpr auto kLookEvery = std::chrono::milliseconds(500);

TimePoint to_time(std::chrono::steady_clock::time_point at) {
  return TimePoint{std::chrono::duration_cast<Duration>(at.time_since_epoch())};
}

}  // namespace

MidiLesson::MidiLesson(Options options) : options_(std::move(options)) {
  state_.runs = true;
  thread_ = std::thread([this] { run(); });
}

MidiLesson::~MidiLesson() {
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  end_->signal();
  thread_.join();
}

MidiLesson::State MidiLesson::state() {
  const std::lock_guard lock(mutex_);
  asked_ = Clock::now();
  State now = state_;
  now.hearing = learner_.hearing();
  now.controls = learner_.controls();
  return now;
}

bool MidiLesson::runs() const {
  const std::lock_guard lock(mutex_);
  return state_.runs;
}

bool MidiLesson::undo() {
  const std::lock_guard lock(mutex_);
  asked_ = Clock::now();
  state_.latest.reset();
  return learner_.undo();
}

// ---- the thread

void MidiLesson::run() {
  auto system = MidiSystem::open(options_.api);
  if (system) {
    listen(**system);
  } else {
    const std::lock_guard lock(mutex_);
    state_.error = "no MIDI here: " + system.error().message;
  }
  const std::lock_guard lock(mutex_);
  state_.runs = false;
  state_.devices.clear();
}

bool MidiLesson::is_wanted(Clock::time_point now) {
  const std::lock_guard lock(mutex_);
  return !ends_ && now - asked_ < options_.patience &&
         learner_.controls().size() < static_cast<std::size_t>(kMaxControls);
}

void MidiLesson::listen(MidiSystem& system) {
  OpenInputs inputs(system, {}, options_.configured);
  auto look = Clock::now();
  for (auto now = look; is_wanted(now); now = Clock::now()) {
    if (now >= look) {
      look = now + kLookEvery;
      const auto news = inputs.look();
      const std::lock_guard lock(mutex_);
      state_.system = system.name();
      state_.devices = inputs.devices();
      if (!news.refused.empty()) state_.error = news.refused.front();
    }
    auto until = to_time(look);
    {
      const std::lock_guard lock(mutex_);
      if (const auto next = learner_.next(to_time(now))) until = std::min(until, *next);
    }
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - to_time(now)).count();
    std::array<pollfd, 2> descriptors{{{.fd = inputs.fd(), .events = POLLIN, .revents = 0},
                                       {.fd = end_->fd(), .events = POLLIN, .revents = 0}}};
    ::poll(descriptors.data(), static_cast<nfds_t>(descriptors.size()),
           static_cast<int>(std::max<std::int64_t>(left, 0)));
    const std::lock_guard lock(mutex_);
    inputs.drain([this](std::string_view device, const MidiMessage& message) {
      learner_.hear(device, message, to_time(Clock::now()));
    });
    while (auto heard = learner_.advance(to_time(Clock::now())))
      state_.latest = std::move(heard);
  }
}

}  // namespace imps
