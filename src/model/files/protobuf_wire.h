// Writing protocol buffers: the few rules of their wire format that ONNX files need.
#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace imps::files {

/// One message, as its fields are added. Field numbers are those of the message's published
/// definition.
class ProtobufMessage {
 public:
  /// An integer, a Boolean or an enumeration.
  void number(std::uint32_t field, std::uint64_t value) {
    key(field, 0);
    varint(value);
  }
  /// A text, which must be UTF-8, or bytes.
  void text(std::uint32_t field, std::string_view value) {
    key(field, 2);
    varint(value.size());
    bytes_ += value;
  }
  /// A message within this one.
  void message(std::uint32_t field, const ProtobufMessage& inner) { text(field, inner.bytes_); }
  /// Values as raw little-endian bytes.
  void raw(std::uint32_t field, std::span<const float> values) {
    static_assert(std::endian::native == std::endian::little, "values are copied as they are");
    text(field, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  }

  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

 private:
  void key(std::uint32_t field, std::uint32_t type) { varint(field << 3U | type); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U)
      bytes_ += static_cast<char>(value | 0x80U);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

}  // namespace imps::files
