// OSC 1.0 as bytes: one message read in place, never beyond its end.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace imps {

using Bytes = std::span<const std::byte>;

/// The next multiple of 4: what a string or blob of `size` bytes takes.
constexpr std::size_t padded(std::size_t size) noexcept { return (size + 3) & ~std::size_t{3}; }

std::uint32_t read_uint32(Bytes bytes) noexcept;  ///< big-endian; at least 4 bytes
std::uint64_t read_uint64(Bytes bytes) noexcept;  ///< big-endian; at least 8 bytes

/// One argument of a message.
struct OscArgument {
  enum class Kind {
    number,  ///< i f d h T F
    text,    ///< s S
    other,   ///< N I b c r m t, and whatever follows a type that OSC does not have
  };
  Kind kind = Kind::other;
  double number = 0;
  std::string_view text;
};

/// A message that read_osc_message() found well-formed; it borrows the packet's bytes.
struct OscMessage {
  std::string_view address;  ///< starts with '/'
  std::string_view types;    ///< without the ','
  bool typed = false;        ///< there is a type tag string
  Bytes payload;             ///< what follows the type tags, or else the address
};

/// The message in `bytes`, or nothing when it is malformed: an address without '/' or end, type
/// tags without end, arguments that reach beyond the bytes, a negative size, a length that is no
/// multiple of 4. Bytes after the last argument are ignored, as other receivers do.
/// Realtime-safe: yes.
std::optional<OscMessage> read_osc_message(Bytes bytes) noexcept;

/// The arguments of a well-formed message, one after the other; the brackets of arrays are passed
/// over. Without type tags each 4 bytes are a number: a float32, but a whole number where the
/// float would be a denormal (no control is at 1e-40, many are at 1).
class OscArguments {
 public:
  explicit OscArguments(const OscMessage& message) noexcept
      : types_(message.types), typed_(message.typed), rest_(message.payload) {}

  /// Nothing at the end.
  std::optional<OscArgument> next() noexcept;

 private:
  friend std::optional<OscMessage> read_osc_message(Bytes bytes) noexcept;

  std::optional<OscArgument> next_untyped() noexcept;
  /// The next `size` bytes, padded to a multiple of 4; fails when there are fewer.
  Bytes take(std::size_t size) noexcept;

  std::string_view types_;
  bool typed_;
  Bytes rest_;
  bool failed_ = false;
};

/// The text at the start of `bytes` up to its 0, or nothing when there is none.
std::optional<std::string_view> read_osc_text(Bytes bytes) noexcept;

}  // namespace imps
