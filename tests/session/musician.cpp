#include "tests/session/musician.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace imps::test {
namespace {

using Clock = std::chrono::steady_clock;

/// The system may throw a question away; a busy machine may take long to answer it.
constexpr std::chrono::seconds kAskAgain{7};

sockaddr_in loopback_at(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  return address;
}

/// Big-endian words and padded texts, one after another; throws at the end.
class Reader {
 public:
  explicit Reader(const Packet& packet) : packet_(packet) {}

  [[nodiscard]] bool done() const { return at_ >= packet_.size(); }
  Packet bytes(std::size_t count) {
    if (count > packet_.size() - at_) throw std::runtime_error("cut");
    const auto from = packet_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ += count;
    return Packet(from, from + static_cast<std::ptrdiff_t>(count));
  }
  std::uint32_t word() {
    if (at_ + 4 > packet_.size()) throw std::runtime_error("cut");
    std::uint32_t value = 0;
    for (int i = 0; i < 4; ++i)
      value = (value << 8U) | std::to_integer<std::uint32_t>(packet_[at_++]);
    return value;
  }
  std::uint64_t long_word() {
    const std::uint64_t high = word();
    return (high << 32U) | word();
  }
  std::string text() {
    std::string value;
    while (true) {
      if (at_ >= packet_.size()) throw std::runtime_error("cut");
      const char c = static_cast<char>(packet_[at_++]);
      if (c == '\0') break;
      value += c;
    }
    at_ = (at_ + 3) / 4 * 4;
    return value;
  }

 private:
  const Packet& packet_;
  std::size_t at_ = 0;
};

void read_into(const Packet& packet, std::optional<std::uint64_t> tag,
               std::vector<OscMessage>& messages) {
  Reader reader(packet);
  OscMessage message{.address = reader.text(), .arguments = {}, .time_tag = tag, .came = {}};
  if (message.address == "#bundle") {
    const std::uint64_t inner = reader.long_word();
    while (!reader.done())
      read_into(reader.bytes(reader.word()), inner, messages);
    return;
  }
  const std::string tags = reader.text();
  for (const char type : tags.substr(1)) {
    if (type == 'f') {
      message.arguments.emplace_back(static_cast<double>(std::bit_cast<float>(reader.word())));
    } else if (type == 'i') {
      message.arguments.emplace_back(
          static_cast<std::int64_t>(static_cast<std::int32_t>(reader.word())));
    } else if (type == 'h') {
      message.arguments.emplace_back(static_cast<std::int64_t>(reader.long_word()));
    } else if (type == 's') {
      message.arguments.emplace_back(reader.text());
    } else {
      throw std::runtime_error("another type");
    }
  }
  messages.push_back(std::move(message));
}

}  // namespace

std::vector<double> OscMessage::numbers() const {
  std::vector<double> values;
  for (const OscArgument& argument : arguments) {
    if (const auto* const number = std::get_if<double>(&argument)) values.push_back(*number);
    if (const auto* const whole = std::get_if<std::int64_t>(&argument))
      values.push_back(static_cast<double>(*whole));
  }
  return values;
}

std::vector<OscMessage> read_osc(const Packet& packet) {
  std::vector<OscMessage> messages;
  try {
    read_into(packet, std::nullopt, messages);
  } catch (const std::exception&) {
    return {};
  }
  for (OscMessage& message : messages)
    message.came = Clock::now();
  return messages;
}

Musician::Musician(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback_at(port);
  socklen_t size = sizeof(address);
  const int room = 4 << 20;
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
  if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no socket on loopback");
  }
  port_ = ntohs(address.sin_port);
}

Musician::~Musician() { leave(); }

void Musician::leave() {
  if (socket_ >= 0) ::close(socket_);
  socket_ = -1;
}

void Musician::send(const Packet& packet, std::uint16_t to) const {
  const sockaddr_in address = loopback_at(to);
  ::sendto(socket_, packet.data(), packet.size(), 0, reinterpret_cast<const sockaddr*>(&address),
           sizeof(address));
}

std::optional<Packet> Musician::receive(std::chrono::milliseconds patience) {
  const auto until = Clock::now() + patience;
  while (true) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    pollfd descriptor{.fd = socket_, .events = POLLIN, .revents = 0};
    const int wait = static_cast<int>(std::max<std::int64_t>(0, left.count()));
    if (::poll(&descriptor, 1, wait) != 1) return std::nullopt;
    Packet packet(65'536);
    const auto size = ::recv(socket_, packet.data(), packet.size(), MSG_DONTWAIT);
    // What is sent to a port where nobody listens comes back as an error of the next call.
    if (size < 0) continue;
    packet.resize(static_cast<std::size_t>(size));
    return packet;
  }
}

std::optional<OscMessage> Musician::hear(std::chrono::milliseconds patience) {
  if (kept_.empty()) {
    const auto packet = receive(patience);
    if (!packet) return std::nullopt;
    kept_ = read_osc(*packet);
    if (kept_.empty()) return OscMessage{};
  }
  OscMessage first = std::move(kept_.front());
  kept_.erase(kept_.begin());
  return first;
}

std::optional<OscMessage> Musician::hear(std::string_view address,
                                         std::chrono::milliseconds patience) {
  const auto until = Clock::now() + patience;
  do {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    const auto message = hear(std::max(left, std::chrono::milliseconds(0)));
    if (!message) return std::nullopt;
    if (message->address == address) return message;
  } while (true);
}

std::vector<OscMessage> Musician::heard_so_far(std::string_view address) {
  std::vector<OscMessage> messages;
  while (auto message = hear(address, std::chrono::milliseconds(0)))
    messages.push_back(std::move(*message));
  return messages;
}

bool Musician::is_answered(std::uint16_t by) { return !status(by).empty(); }

std::map<std::string, OscArgument> Musician::status(std::uint16_t of) {
  std::map<std::string, OscArgument> entries;
  std::vector<OscMessage> others = std::move(kept_);
  kept_.clear();
  const auto until = Clock::now() + kWait;
  auto again = Clock::now();
  while (entries.empty() && Clock::now() < until) {
    if (Clock::now() >= again) {
      send(message("/imps/status", ","), of);
      again += kAskAgain;
    }
    auto heard = hear(std::chrono::milliseconds(100));
    if (!heard) continue;
    if (heard->address != "/imps/status") {
      others.push_back(std::move(*heard));
      continue;
    }
    for (std::size_t i = 0; i + 1 < heard->arguments.size(); i += 2) {
      if (const auto* const key = std::get_if<std::string>(&heard->arguments[i]))
        entries[*key] = heard->arguments[i + 1];
    }
  }
  kept_.insert(kept_.begin(), others.begin(), others.end());
  return entries;
}

std::int64_t Musician::count(std::uint16_t of, const std::string& key) {
  const auto entries = status(of);
  const auto found = entries.find(key);
  if (found == entries.end()) return -1;
  const auto* const number = std::get_if<std::int64_t>(&found->second);
  return number != nullptr ? *number : -1;
}

}  // namespace imps::test
