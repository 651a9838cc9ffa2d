// Waking another thread's loop through a descriptor that it can wait for.
#pragma once

namespace imps::platform {

/// A pipe that holds at most a few bytes: signal() makes fd() readable, clear() undoes it.
/// signal() never blocks and is realtime-safe. Thread-safe: signal() from one thread and the rest
/// from another.
class Wake {
 public:
  Wake();
  ~Wake();
  Wake(const Wake&) = delete;
  Wake& operator=(const Wake&) = delete;

  void signal() noexcept;
  void clear() noexcept;
  /// Readable after signal(); −1 when the system had no descriptors left.
  [[nodiscard]] int fd() const noexcept { return ends_[0]; }

 private:
  int ends_[2] = {-1, -1};
};

}  // namespace imps::platform
