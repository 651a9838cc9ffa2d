#include "interface/osc/wire.h"

#include <bit>
#include <cmath>
#include <cstring>

namespace imps {
namespace {

OscArgument number(double value) noexcept {
  return {.kind = OscArgument::Kind::number, .number = value};
}

}  // namespace

std::uint32_t read_uint32(Bytes bytes) noexcept {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | std::to_integer<std::uint32_t>(bytes[i]);
  }
  return value;
}

std::uint64_t read_uint64(Bytes bytes) noexcept {
  return std::uint64_t{read_uint32(bytes)} << 32 | read_uint32(bytes.subspan(4));
}

std::optional<std::string_view> read_osc_text(Bytes bytes) noexcept {
  if (bytes.empty()) return std::nullopt;
  const auto* const begin = reinterpret_cast<const char*>(bytes.data());
  const auto* const end = static_cast<const char*>(std::memchr(begin, 0, bytes.size()));
  if (end == nullptr) return std::nullopt;
  return std::string_view(begin, static_cast<std::size_t>(end - begin));
}

std::optional<OscMessage> read_osc_message(Bytes bytes) noexcept {
  if (bytes.size() % 4 != 0) return std::nullopt;
  const auto address = read_osc_text(bytes);
  if (!address || address->empty() || address->front() != '/') return std::nullopt;
  bytes = bytes.subspan(padded(address->size() + 1));

  OscMessage message{.address = *address};
  if (!bytes.empty() && bytes.front() == std::byte{','}) {
    const auto types = read_osc_text(bytes);
    if (!types) return std::nullopt;
    message.typed = true;
    message.types = types->substr(1);
    bytes = bytes.subspan(padded(types->size() + 1));
  }
  message.payload = bytes;

  OscArguments arguments(message);
  while (arguments.next()) {
  }
  if (arguments.failed_) return std::nullopt;
  return message;
}

Bytes OscArguments::take(std::size_t size) noexcept {
  // `size` comes from the packet; the padding cannot overflow because it is compared first.
  if (size > rest_.size() || padded(size) > rest_.size()) {
    failed_ = true;
    return {};
  }
  const Bytes taken = rest_.first(size);
  rest_ = rest_.subspan(padded(size));
  return taken;
}

std::optional<OscArgument> OscArguments::next_untyped() noexcept {
  if (rest_.empty()) return std::nullopt;
  const std::uint32_t word = read_uint32(take(4));
  constexpr std::uint32_t kSmallestNormalFloat = 0x00800000;
  if (word < kSmallestNormalFloat) return number(word);
  return number(std::bit_cast<float>(word));
}

std::optional<OscArgument> OscArguments::next() noexcept {
  if (failed_) return std::nullopt;
  if (!typed_) return next_untyped();

  while (!types_.empty() && (types_.front() == '[' || types_.front() == ']')) {
    types_.remove_prefix(1);
  }
  if (types_.empty()) return std::nullopt;
  const char type = types_.front();
  types_.remove_prefix(1);

  OscArgument argument;
  switch (type) {
    case 'T':
      return number(1);
    case 'F':
      return number(0);
    case 'N':
    case 'I':
      return argument;
    case 'i':
      if (const Bytes bytes = take(4); !failed_) {
        argument = number(static_cast<std::int32_t>(read_uint32(bytes)));
      }
      break;
    case 'f':
      if (const Bytes bytes = take(4); !failed_) {
        argument = number(std::bit_cast<float>(read_uint32(bytes)));
      }
      break;
    case 'h':
      if (const Bytes bytes = take(8); !failed_) {
        argument = number(static_cast<double>(static_cast<std::int64_t>(read_uint64(bytes))));
      }
      break;
    case 'd':
      if (const Bytes bytes = take(8); !failed_) {
        argument = number(std::bit_cast<double>(read_uint64(bytes)));
      }
      break;
    case 's':
    case 'S':
      if (const auto text = read_osc_text(rest_)) {
        take(text->size() + 1);
        argument = {.kind = OscArgument::Kind::text, .text = *text};
      } else {
        failed_ = true;
      }
      break;
    case 'b':
      // A negative size is over 2 GiB here, and so more than there is.
      if (const Bytes bytes = take(4); !failed_) take(read_uint32(bytes));
      break;
    case 'c':
    case 'r':
    case 'm':
      take(4);
      break;
    case 't':
      take(8);
      break;
    default:
      // How long a type is that OSC does not have cannot be known: nothing after it can be read.
      types_ = {};
      return argument;
  }
  if (failed_) return std::nullopt;
  return argument;
}

}  // namespace imps
