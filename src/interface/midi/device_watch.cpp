#include "interface/midi/device_watch.h"

#include <algorithm>
#include <iterator>
#include <type_traits>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

namespace imps {
namespace {

/// A system may drop what was written to a port that is closed at once.
constexpr auto kLastWords = std::chrono::milliseconds(100);
constexpr std::size_t kMostNames = 8;  // of other devices, in a complaint

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names)
    text += (text.empty() ? "" : ", ") + name;
  return text;
}

/// The names that there are instead, the first of them.
std::string what_there_is(std::vector<std::string> names) {
  if (names.empty()) return "; there is none";
  const std::size_t all = names.size();
  names.resize(std::min(all, kMostNames));
  return "; there are " + listed(names) +
         (all > kMostNames ? fmt::format(" and {} more", all - kMostNames) : "");
}

}  // namespace

DeviceWatch::DeviceWatch(boost::asio::io_context& loop, std::shared_ptr<platform::Wake> heard,
                         Events events)
    : loop_(loop), heard_(std::move(heard)), events_(std::move(events)) {}

DeviceWatch::~DeviceWatch() { end(); }

bool DeviceWatch::end() noexcept {
  alive_.reset();
  {
    const std::lock_guard lock(mutex_);
    ends_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  bool is_taken = true;
  for (const Old& one : std::exchange(old_, {}))
    if (one.out && !one.out->finish()) is_taken = false;
  return is_taken;
}

void DeviceWatch::want(std::string api, std::vector<Device> devices) {
  {
    const std::lock_guard lock(mutex_);
    wanted_api_ = std::move(api);
    wanted_ = std::move(devices);
    is_new_ = true;
  }
  wake_.notify_one();
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void DeviceWatch::give_back(std::unique_ptr<MidiInput> port) {
  const std::lock_guard lock(mutex_);
  old_.push_back({std::chrono::steady_clock::now(), std::move(port), nullptr});
}

void DeviceWatch::give_back(std::unique_ptr<MidiOutput> port) {
  const std::lock_guard lock(mutex_);
  old_.push_back({std::chrono::steady_clock::now(), nullptr, std::move(port)});
}

std::vector<PortNews> DeviceWatch::take_news() {
  const std::lock_guard lock(mutex_);
  std::vector<PortNews> all;
  for (News& one : std::exchange(news_, {}))
    all.push_back(std::move(one));
  return all;
}

// ---- the thread

void DeviceWatch::run() {
  std::unique_lock lock(mutex_);
  while (!ends_) {
    lock.unlock();
    take_wanted();
    look();
    close_old();
    lock.lock();
    wake_.wait_for(lock, kLookEvery, [this] { return ends_ || is_new_; });
  }
}

void DeviceWatch::take_wanted() {
  const std::lock_guard lock(mutex_);
  if (!std::exchange(is_new_, false)) return;
  const bool is_same_system = wanted_api_ == api_;
  std::vector<Sought> next;
  for (const Device& device : wanted_) {
    const auto before = std::find_if(sought_.begin(), sought_.end(),
                                     [&](const Sought& one) { return one.id == device.id; });
    if (before != sought_.end() && is_same_system)
      next.push_back(std::move(*before));
    else
      next.push_back({device, {}, {}});
  }
  sought_ = std::move(next);
  if (is_same_system) return;
  api_ = wanted_api_;
  system_.reset();
  told_of_none_ = false;
}

void DeviceWatch::look() {
  if (sought_.empty()) return;
  if (system_ && !system_->is_there()) let_system_go();
  if (!system_) {
    auto opened = MidiSystem::open(api_);
    if (opened) {
      system_ = std::move(*opened);
    } else if (!std::exchange(told_of_none_, true)) {
      tell_trouble(
          fmt::format("{}; imps plays on without, and goes on looking", opened.error().message));
    }
  }
  const MidiPorts ports = system_ ? system_->ports() : MidiPorts{};
  const std::vector<std::string> left = system_ ? system_->left() : std::vector<std::string>{};
  for (Sought& device : sought_)
    look_for(device, ports, left);
  if (!system_) return;
  for (const std::string& port : system_->cut()) {
    tell_trouble(
        fmt::format("{} was disconnected from imps by another program: connect them again "
                    "to go on with it",
                    port));
  }
}

void DeviceWatch::look_for(Sought& device, const MidiPorts& ports,
                           const std::vector<std::string>& left) {
  const auto& names = device.is_input ? ports.inputs : ports.outputs;
  const bool is_there = device.is_virtual()
                            ? system_ != nullptr
                            : std::find(names.begin(), names.end(), device.open) != names.end() &&
                                  std::find(left.begin(), left.end(), device.open) == left.end();
  const bool has_gone = !device.open.empty() && !is_there;
  if (has_gone) {
    tell_trouble(fmt::format("{} has gone: imps goes on looking for it", device.open));
    device.open.clear();
    if (device.is_input)
      hand_over(device, std::unique_ptr<MidiInput>());
    else
      hand_over(device, std::unique_ptr<MidiOutput>());
  }
  if (!device.open.empty() || !system_) return;
  const auto port =
      device.is_virtual() ? std::optional(device.part) : find_midi_port(names, device.part);
  const std::string complaint =
      port ? open(device, *port)
           : fmt::format("no MIDI {} has \"{}\" in its name", device.is_input ? "input" : "output",
                         device.part);
  if (complaint.empty()) {
    device.open = *port;
    forget_trouble(device.id);
    tell_news(fmt::format("{} {}", device.is_input ? "hearing" : "playing on", *port));
    const auto alike = find_midi_ports(names, device.part);
    if (!device.is_virtual() && *port != device.part && alike.size() > 1) {
      tell_trouble(fmt::format("\"{}\" is in the names of {} MIDI {}s ({}), and the first was "
                               "taken: give more of the name to choose",
                               device.part, alike.size(), device.is_input ? "input" : "output",
                               listed(alike)),
                   device.id);
    }
  } else if (complaint != device.complaint && (port || !has_gone)) {
    tell_trouble(complaint + (port ? "" : what_there_is(names) + ": imps goes on looking"),
                 device.id);
  }
  device.complaint = complaint;
}

std::string DeviceWatch::open(const Sought& device, const std::string& port) {
  if (device.is_input) {
    auto in = system_->open_input(port, [heard = heard_] { heard->signal(); });
    if (!in) return in.error().message;
    hand_over(device, std::move(*in));
  } else {
    auto out = system_->open_output(port);
    if (!out) return out.error().message;
    hand_over(device, std::move(*out));
  }
  return {};
}

/// What was opened by a system that has ended is dead, and is opened anew once it is back.
void DeviceWatch::let_system_go() {
  for (Sought& device : sought_) {
    if (std::exchange(device.open, {}).empty()) continue;
    if (device.is_input)
      hand_over(device, std::unique_ptr<MidiInput>());
    else
      hand_over(device, std::unique_ptr<MidiOutput>());
  }
  tell_trouble(fmt::format("{}'s MIDI has ended: imps goes on looking for it", system_->name()));
  system_.reset();
}

void DeviceWatch::close_old() {
  std::vector<Old> closing;
  std::unique_lock lock(mutex_);
  const auto ripe = std::partition(old_.begin(), old_.end(), [](const Old& one) {
    return std::chrono::steady_clock::now() - one.since < kLastWords;
  });
  closing.assign(std::make_move_iterator(ripe), std::make_move_iterator(old_.end()));
  old_.erase(ripe, old_.end());
  lock.unlock();  // the loop does not wait while they close
}

template <class Port>
void DeviceWatch::hand_over(const Sought& device, std::unique_ptr<Port> port) {
  // std::function copies: the port travels in a shared box.
  auto box = std::make_shared<std::unique_ptr<Port>>(std::move(port));
  boost::asio::post(loop_, [this, alive = std::weak_ptr(alive_), box, id = device.id] {
    if (alive.expired()) return;
    if constexpr (std::is_same_v<Port, MidiInput>)
      events_.on_input(id, std::move(*box));
    else
      events_.on_output(id, std::move(*box));
  });
}

void DeviceWatch::tell_trouble(std::string what, std::uint64_t device) {
  const std::lock_guard lock(mutex_);
  news_.push_back({{.is_bad = true, .text = std::move(what)}, device});
}

void DeviceWatch::forget_trouble(std::uint64_t device) {
  const std::lock_guard lock(mutex_);
  std::erase_if(news_, [&](const News& one) { return one.is_bad && one.device == device; });
}

void DeviceWatch::tell_news(std::string what) {
  const std::lock_guard lock(mutex_);
  news_.push_back({{.is_bad = false, .text = std::move(what)}, kNoDevice});
}

}  // namespace imps
