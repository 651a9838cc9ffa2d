// Datagrams in batches, and what the system lost of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include <sys/socket.h>

namespace imps::platform {

/// One datagram that was received; valid until the next receive().
struct Datagram {
  std::span<const std::byte> bytes;
  const sockaddr_storage* sender = nullptr;
  socklen_t sender_size = 0;
  bool cut = false;  ///< it was larger than kLargest
};

/// Receives up to kMost datagrams with one call to the system where it has such a call (Linux), and
/// with one call each elsewhere. Its memory (2 MiB) becomes resident only where datagrams were:
/// a page each for small ones. Thread-safe: no.
class DatagramBatch {
 public:
  static constexpr std::size_t kMost = 32;
  static constexpr std::size_t kLargest = 65'536;

  DatagramBatch();
  ~DatagramBatch();
  DatagramBatch(const DatagramBatch&) = delete;
  DatagramBatch& operator=(const DatagramBatch&) = delete;

  /// What waits on `socket`, at most `most` datagrams, without waiting for any. Empty when nothing
  /// waits, and on errors, which error() then has. Realtime-safe: yes.
  std::span<const Datagram> receive(int socket, std::size_t most) noexcept;

  /// errno of the last receive(); 0 when it received, or nothing waited.
  [[nodiscard]] int error() const noexcept { return error_; }
  /// The newest count of lost datagrams that came along with a datagram since the last call of
  /// receive(); see count_losses().
  [[nodiscard]] std::optional<std::uint32_t> lost() const noexcept { return lost_; }

 private:
  struct Memory;
  std::unique_ptr<Memory> memory_;
  int error_ = 0;
  std::optional<std::uint32_t> lost_;
};

/// Asks that `socket` may hold `bytes` of unread datagrams, past the system's limit where this
/// process may. True when it was given as much.
bool ask_for_receive_buffer(int socket, int bytes) noexcept;

/// Has the system send along, with each datagram, how many it has dropped on `socket` before
/// (SO_RXQ_OVFL); false where it cannot.
bool count_losses(int socket) noexcept;

/// How many datagrams the system has dropped on `socket` so far (modulo 2^32), where it says.
std::optional<std::uint32_t> losses(int socket) noexcept;

}  // namespace imps::platform
