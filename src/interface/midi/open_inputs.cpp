#include "interface/midi/open_inputs.h"

#include <algorithm>
#include <utility>

#include "interface/midi/learnt_config.h"

namespace imps {

OpenInputs::News OpenInputs::look() {
  News news;
  const std::vector<std::string> there = system_.ports().inputs;
  std::erase_if(ears_, [&](const Ear& ear) {
    const bool gone = !ear.port.starts_with(kVirtualPort) &&
                      std::find(there.begin(), there.end(), ear.port) == there.end();
    if (gone) news.gone.push_back(ear.device);
    return gone;
  });
  missing_.clear();
  if (parts_.empty()) {
    for (const std::string& port : there)
      open(port, there, news);
  }
  for (const std::string& part : parts_) {
    const auto port =
        part.starts_with(kVirtualPort) ? std::optional(part) : find_midi_port(there, part);
    if (port) {
      open(*port, there, news);
    } else if (missing_.empty()) {
      missing_ = part;
    }
  }
  return news;
}

void OpenInputs::open(const std::string& port, const std::vector<std::string>& there, News& news) {
  if (std::ranges::any_of(ears_, [&](const Ear& ear) { return ear.port == port; }) ||
      std::ranges::find(refused_, port) != refused_.end())
    return;
  auto input = system_.open_input(port, [wake = wake_] { wake->signal(); });
  if (!input) {
    news.refused.push_back(input.error().message);
    refused_.push_back(port);
    return;
  }
  ears_.push_back(
      {port, port.starts_with(kVirtualPort) ? port : lasting_midi_name(port, there, configured_),
       std::move(*input)});
  news.opened.push_back(ears_.back().device);
}

std::vector<std::string> OpenInputs::devices() const {
  std::vector<std::string> names;
  for (const Ear& ear : ears_)
    names.push_back(ear.device);
  return names;
}

void OpenInputs::drain(
    const std::function<void(std::string_view device, const MidiMessage&)>& hear) {
  wake_->clear();
  for (const Ear& ear : ears_)
    while (const auto message = ear.input->next())
      if (!message->is_clock()) hear(ear.device, *message);
}

}  // namespace imps
