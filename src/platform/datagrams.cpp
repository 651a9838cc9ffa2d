// recvmmsg(2) is an extension of the C library.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif

#include "platform/datagrams.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <new>

#include <sys/mman.h>
#include <sys/uio.h>

#if defined(__linux__)
#include <linux/sock_diag.h>
#endif

namespace imps::platform {
namespace {

constexpr std::size_t kControlSize = 64;  // room for one counter with its header

}  // namespace

struct DatagramBatch::Memory {
#if defined(__linux__)
  using Header = mmsghdr;
#else
  struct Header {
    msghdr msg_hdr;
    unsigned msg_len;
  };
#endif
  std::byte* bytes = nullptr;  // [kMost][kLargest]
  std::array<iovec, kMost> places{};
  std::array<Header, kMost> headers{};
  std::array<sockaddr_storage, kMost> senders{};
  alignas(cmsghdr) std::array<std::array<char, kControlSize>, kMost> controls{};
  std::array<Datagram, kMost> received{};

  Memory() {
    // Mapped, not allocated: pages that no datagram reaches never exist.
    void* const map =
        mmap(nullptr, kMost * kLargest, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (map == MAP_FAILED) throw std::bad_alloc();
    bytes = static_cast<std::byte*>(map);
  }
  ~Memory() { munmap(bytes, kMost * kLargest); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  void prepare(std::size_t i) noexcept {
    places[i] = {bytes + i * kLargest, kLargest};
    headers[i] = {};
    auto& header = headers[i].msg_hdr;
    header.msg_name = &senders[i];
    header.msg_namelen = sizeof(sockaddr_storage);
    header.msg_iov = &places[i];
    header.msg_iovlen = 1;
    header.msg_control = controls[i].data();
    header.msg_controllen = kControlSize;
  }
  /// How many came; −1 and errno when none did.
  int receive(int socket, std::size_t most) noexcept {
#if defined(__linux__)
    return recvmmsg(socket, headers.data(), static_cast<unsigned>(most), MSG_DONTWAIT, nullptr);
#else
    int count = 0;
    while (count < static_cast<int>(most)) {
      auto& header = headers[static_cast<std::size_t>(count)];
      const auto size = recvmsg(socket, &header.msg_hdr, MSG_DONTWAIT);
      if (size < 0) break;
      header.msg_len = static_cast<unsigned>(size);
      ++count;
    }
    return count > 0 ? count : -1;
#endif
  }
};

DatagramBatch::DatagramBatch() : memory_(std::make_unique<Memory>()) {}
DatagramBatch::~DatagramBatch() = default;

std::span<const Datagram> DatagramBatch::receive(int socket, std::size_t most) noexcept {
  most = std::min(most, kMost);
  lost_.reset();
  error_ = 0;
  for (std::size_t i = 0; i < most; ++i)
    memory_->prepare(i);
  const int count = memory_->receive(socket, most);
  if (count < 0) {
    if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) error_ = errno;
    return {};
  }
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    auto& header = memory_->headers[i];
    memory_->received[i] = {
        .bytes = {memory_->bytes + i * kLargest, std::min<std::size_t>(header.msg_len, kLargest)},
        .sender = &memory_->senders[i],
        .sender_size = header.msg_hdr.msg_namelen,
        .cut = (header.msg_hdr.msg_flags & MSG_TRUNC) != 0};
#if defined(__linux__)
    for (cmsghdr* at = CMSG_FIRSTHDR(&header.msg_hdr); at != nullptr;
         at = CMSG_NXTHDR(&header.msg_hdr, at)) {
      if (at->cmsg_level != SOL_SOCKET || at->cmsg_type != SO_RXQ_OVFL) continue;
      std::uint32_t lost = 0;
      std::memcpy(&lost, CMSG_DATA(at), sizeof lost);
      lost_ = lost;
    }
#endif
  }
  return std::span(memory_->received).first(static_cast<std::size_t>(count));
}

bool ask_for_receive_buffer(int socket, int bytes) noexcept {
#if defined(__linux__)
  if (setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof bytes) == 0) return true;
#endif
  if (setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes) != 0) return false;
  // Linux grants less without saying so.
  int given = 0;
  socklen_t size = sizeof given;
  return getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &given, &size) == 0 && given >= bytes;
}

bool count_losses(int socket) noexcept {
#if defined(__linux__)
  const int on = 1;
  return setsockopt(socket, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on) == 0;
#else
  static_cast<void>(socket);
  return false;
#endif
}

std::optional<std::uint32_t> losses(int socket) noexcept {
#if defined(__linux__)
  std::array<std::uint32_t, SK_MEMINFO_VARS> info{};
  socklen_t size = sizeof info;
  if (getsockopt(socket, SOL_SOCKET, SO_MEMINFO, info.data(), &size) != 0 ||
      size <= SK_MEMINFO_DROPS * sizeof(std::uint32_t)) {
    return std::nullopt;
  }
  return info[SK_MEMINFO_DROPS];
#else
  static_cast<void>(socket);
  return std::nullopt;
#endif
}

}  // namespace imps::platform
