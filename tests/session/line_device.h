// What is at the other end of a serial line: a pseudo-terminal.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace imps::test {

/// The other end of a line, behind a name that stays the same when it is plugged in again.
class LineDevice {
 public:
  explicit LineDevice(std::filesystem::path name);
  ~LineDevice() { unplug(); }
  LineDevice(const LineDevice&) = delete;
  LineDevice& operator=(const LineDevice&) = delete;

  void plug_in();
  void unplug();
  /// False when not all of it went out.
  bool say(std::string_view bytes) const;
  /// So many bytes, or what has come when nothing more does.
  [[nodiscard]] std::string hear(std::size_t count) const;
  /// What is there already.
  [[nodiscard]] std::string heard_so_far() const;

 private:
  std::filesystem::path name_;
  int master_ = -1;
};

}  // namespace imps::test
