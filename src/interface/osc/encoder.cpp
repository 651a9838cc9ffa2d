#include "interface/osc/encoder.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "interface/osc/wire.h"

namespace imps {
namespace {

/// Writes one thing after the other for as long as there is room.
class Writer {
 public:
  explicit Writer(std::span<std::byte> into) noexcept : into_(into) {}

  void uint32(std::uint32_t value) noexcept {
    if (!room(4)) return;
    for (int shift = 24; shift >= 0; shift -= 8)
      into_[at_++] = static_cast<std::byte>(value >> shift);
  }
  void uint64(std::uint64_t value) noexcept {
    uint32(static_cast<std::uint32_t>(value >> 32));
    uint32(static_cast<std::uint32_t>(value));
  }
  void float32(double value) noexcept {
    uint32(std::bit_cast<std::uint32_t>(static_cast<float>(value)));
  }
  void text(std::string_view text) noexcept {
    text = text.substr(0, text.find('\0'));
    const std::size_t size = padded(text.size() + 1);
    if (!room(size)) return;
    const auto end = std::transform(text.begin(), text.end(), into_.begin() + at(),
                                    [](char c) { return static_cast<std::byte>(c); });
    at_ += size;
    std::fill(end, into_.begin() + at(), std::byte{0});
  }
  /// Type tags: ',' and what `tag` says for 0 … count − 1.
  template <class Tag>
  void tags(std::size_t count, Tag tag) noexcept {
    const std::size_t size = padded(count + 2);
    if (!room(size)) return;
    const std::size_t end = at_ + size;
    into_[at_++] = std::byte{','};
    for (std::size_t i = 0; i < count; ++i)
      into_[at_++] = static_cast<std::byte>(tag(i));
    std::fill(into_.begin() + at(), into_.begin() + static_cast<std::ptrdiff_t>(end), std::byte{0});
    at_ = end;
  }

  [[nodiscard]] OscPacket packet() const noexcept {
    if (full_) return std::nullopt;
    return std::span<const std::byte>(into_.first(at_));
  }

 private:
  [[nodiscard]] std::ptrdiff_t at() const noexcept { return static_cast<std::ptrdiff_t>(at_); }
  bool room(std::size_t size) noexcept {
    full_ = full_ || into_.size() - at_ < size;
    return !full_;
  }

  std::span<std::byte> into_;
  std::size_t at_ = 0;
  bool full_ = false;
};

constexpr std::size_t frame_size(std::string_view address, std::size_t values) noexcept {
  return padded(address.size() + 1) + padded(values + 2) + 4 * values;
}

void frame(Writer& writer, std::string_view address, std::span<const double> values) noexcept {
  writer.text(address);
  writer.tags(values.size(), [](std::size_t) { return 'f'; });
  for (const double value : values)
    writer.float32(value);
}

bool fits_int32(std::int64_t value) noexcept {
  return value >= std::numeric_limits<std::int32_t>::min() &&
         value <= std::numeric_limits<std::int32_t>::max();
}

char tag_of(const StatusEntry& entry) noexcept {
  if (std::holds_alternative<double>(entry.value)) return 'f';
  if (std::holds_alternative<std::string_view>(entry.value)) return 's';
  return fits_int32(*std::get_if<std::int64_t>(&entry.value)) ? 'i' : 'h';
}

}  // namespace

OscPacket encode_frame(std::span<std::byte> into, std::string_view address,
                       std::span<const double> values) noexcept {
  Writer writer(into);
  frame(writer, address, values);
  return writer.packet();
}

OscPacket encode_frame_at(std::span<std::byte> into, std::uint64_t when, std::string_view address,
                          std::span<const double> values) noexcept {
  Writer writer(into);
  writer.text("#bundle");
  writer.uint64(when);
  writer.uint32(static_cast<std::uint32_t>(frame_size(address, values.size())));
  frame(writer, address, values);
  return writer.packet();
}

OscPacket encode_owner(std::span<std::byte> into, const ControlSet& performer,
                       std::size_t controls) noexcept {
  Writer writer(into);
  controls = std::min(controls, performer.size());
  writer.text("/imps/owner");
  writer.tags(controls, [](std::size_t) { return 'i'; });
  for (std::size_t k = 0; k < controls; ++k)
    writer.uint32(performer.test(k) ? 1 : 0);
  return writer.packet();
}

OscPacket encode_pong(std::span<std::byte> into) noexcept {
  return encode_frame(into, "/pong", {});
}

OscPacket encode_status(std::span<std::byte> into, std::span<const StatusEntry> entries) noexcept {
  Writer writer(into);
  writer.text("/imps/status");
  writer.tags(2 * entries.size(),
              [&](std::size_t i) { return i % 2 == 0 ? 's' : tag_of(entries[i / 2]); });
  for (const StatusEntry& entry : entries) {
    writer.text(entry.key);
    if (const auto* const real = std::get_if<double>(&entry.value)) {
      writer.float32(*real);
    } else if (const auto* const text = std::get_if<std::string_view>(&entry.value)) {
      writer.text(*text);
    } else if (const auto whole = *std::get_if<std::int64_t>(&entry.value); fits_int32(whole)) {
      writer.uint32(static_cast<std::uint32_t>(static_cast<std::int32_t>(whole)));
    } else {
      writer.uint64(static_cast<std::uint64_t>(whole));
    }
  }
  return writer.packet();
}

}  // namespace imps
