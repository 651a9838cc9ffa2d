// What is to be done when this program ends without having put its things in order.
#pragma once

#include <string>
#include <vector>

#include <imps/result.h>

#include "platform/shared_memory.h"

namespace imps::platform {

/// Another program, started now, that waits for our end: killed, crashed, or ended without having
/// revoked the will. It has our environment and none of our files or streams, and belongs to a
/// process group of its own, which the terminal's Ctrl-C does not reach. Not thread-safe.
class LastWill {
 public:
  /// @param words   its path, and its arguments
  /// @param memory  what it can read of ours, then and at any time
  static Result<LastWill> make(const std::vector<std::string>& words, const SharedMemory& memory);
  LastWill(LastWill&& other) noexcept;
  LastWill& operator=(LastWill&&) = delete;
  /// Not revoked, it is carried out.
  ~LastWill();

  /// The other program has ended, killed perhaps: nobody waits for our end any more.
  [[nodiscard]] bool has_died() noexcept;
  /// All is in order: the other one goes without doing anything. Waits for that, for a moment.
  void revoke() noexcept;

 private:
  LastWill(int process, int lifeline) noexcept : process_(process), lifeline_(lifeline) {}

  int process_;
  int lifeline_;  // a pipe that nobody else holds: it closes with us
};

/// For the other program: where the memory is.
inline constexpr int kInheritedMemory = 1;

/// For the other program: lives on when it is asked to end, as its starter is at the same time, and
/// waits for the starter's end. False when the will was revoked.
bool await_starters_end() noexcept;

}  // namespace imps::platform
