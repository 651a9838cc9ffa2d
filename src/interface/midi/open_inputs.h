// MIDI inputs that are heard for what they send, whatever they are mapped to.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "interface/midi/devices.h"
#include "platform/wake.h"

namespace imps {

/// Opens the inputs that are there, and lets those go that are gone. Thread-safe: no.
class OpenInputs {
 public:
  /// What look() has found out.
  struct News {
    std::vector<std::string> opened;  ///< devices, by their lasting names
    std::vector<std::string> gone;
    std::vector<std::string> refused;  ///< why a port could not be opened; said once
  };

  /// @param parts       of the names of ports, or "virtual:NAME"; none: all that there are
  /// @param configured  what the configuration calls devices: they keep these names
  OpenInputs(MidiSystem& system, std::vector<std::string> parts,
             std::vector<std::string> configured)
      : system_(system), parts_(std::move(parts)), configured_(std::move(configured)) {}

  /// To be called every now and then. Blocks as long as the system does.
  News look();
  /// The first of the parts that no port has, at the last look(); "" when there is none.
  [[nodiscard]] const std::string& missing() const noexcept { return missing_; }
  [[nodiscard]] std::vector<std::string> devices() const;
  [[nodiscard]] bool empty() const noexcept { return ears_.empty(); }

  /// Readable when something has come.
  [[nodiscard]] int fd() const noexcept { return wake_->fd(); }
  /// Everything that has come, but for clocks.
  void drain(const std::function<void(std::string_view device, const MidiMessage&)>& hear);

 private:
  struct Ear {
    std::string port;
    std::string device;
    std::unique_ptr<MidiInput> input;
  };
  void open(const std::string& port, const std::vector<std::string>& there, News& news);

  MidiSystem& system_;
  const std::vector<std::string> parts_;
  const std::vector<std::string> configured_;
  // Shared with the inputs, which the system may call until they are closed.
  std::shared_ptr<platform::Wake> wake_ = std::make_shared<platform::Wake>();
  std::vector<Ear> ears_;
  std::vector<std::string> refused_;
  std::string missing_;
};

}  // namespace imps
