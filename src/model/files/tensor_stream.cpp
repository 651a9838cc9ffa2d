#include "model/files/tensor_stream.h"

#include <cstring>
#include <optional>

#include <fmt/format.h>

namespace imps::files {
namespace {

constexpr std::string_view kMagic = "imps tensors 1\n";
constexpr std::uint8_t kMostRank = 8;
constexpr std::size_t kMostText = std::size_t{1} << 22;

class Cursor {
 public:
  explicit Cursor(std::span<const std::byte> bytes) : rest_(bytes) {}

  [[nodiscard]] bool empty() const noexcept { return rest_.empty(); }

  template <class T>
  std::optional<T> number() {
    if (rest_.size() < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, rest_.data(), sizeof value);
    rest_ = rest_.subspan(sizeof value);
    return value;
  }

  std::optional<std::span<const std::byte>> take(std::size_t size) {
    if (rest_.size() < size) return std::nullopt;
    const auto taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  std::optional<std::string> text() {
    const auto size = number<std::uint32_t>();
    if (!size || *size > kMostText) return std::nullopt;
    const auto taken = take(*size);
    if (!taken) return std::nullopt;
    return std::string(reinterpret_cast<const char*>(taken->data()), taken->size());
  }

 private:
  std::span<const std::byte> rest_;
};

std::optional<NamedTensor> take_tensor(Cursor& cursor) {
  NamedTensor tensor;
  auto name = cursor.text();
  auto type = cursor.text();
  const auto rank = cursor.number<std::uint8_t>();
  if (!name || !type || !rank || *rank > kMostRank) return std::nullopt;
  tensor.name = std::move(*name);
  tensor.type = std::move(*type);
  std::uint64_t count = 1;
  for (std::uint8_t i = 0; i < *rank; ++i) {
    const auto dim = cursor.number<std::uint64_t>();
    if (!dim) return std::nullopt;
    tensor.shape.push_back(*dim);
    // A shape too large to count stays what it is, for the message; it cannot have been read.
    if (__builtin_mul_overflow(count, *dim, &count)) count = UINT64_MAX;
  }
  const auto read = cursor.number<std::uint8_t>();
  if (!read || *read > 1) return std::nullopt;
  tensor.read = *read == 1;
  if (tensor.read) {
    if (count > SIZE_MAX / sizeof(float)) return std::nullopt;
    const auto values = cursor.take(static_cast<std::size_t>(count) * sizeof(float));
    if (!values) return std::nullopt;
    tensor.values.resize(static_cast<std::size_t>(count));
    if (count > 0) std::memcpy(tensor.values.data(), values->data(), values->size());
  }
  return tensor;
}

Error broken() { return Error{"the program that reads it gave a broken answer"}; }

}  // namespace

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

std::string describe(const NamedTensor& tensor) {
  return fmt::format("{} {}", tensor.type, shape_text(tensor.shape));
}

TensorStreamWriter::TensorStreamWriter() { put(kMagic.data(), kMagic.size()); }

void TensorStreamWriter::put(const void* data, std::size_t size) {
  if (size > 0) bytes_.append(static_cast<const char*>(data), size);
}

void TensorStreamWriter::put_text(std::string_view text) {
  text = text.substr(0, kMostText);
  const auto size = static_cast<std::uint32_t>(text.size());
  put(&size, sizeof size);
  put(text.data(), text.size());
}

void TensorStreamWriter::tensor(const NamedTensor& tensor) {
  put("T", 1);
  put_text(tensor.name);
  put_text(tensor.type);
  const auto rank =
      static_cast<std::uint8_t>(std::min<std::size_t>(tensor.shape.size(), kMostRank));
  put(&rank, 1);
  put(tensor.shape.data(), rank * sizeof(std::uint64_t));
  const std::uint8_t read = tensor.read ? 1 : 0;
  put(&read, 1);
  if (tensor.read) put(tensor.values.data(), tensor.values.size() * sizeof(float));
}

void TensorStreamWriter::text(std::string_view name, std::string_view text) {
  put("X", 1);
  put_text(name);
  put_text(text);
}

void TensorStreamWriter::end() { put("Z", 1); }

void TensorStreamWriter::error(std::string_view why) {
  bytes_.clear();
  put(kMagic.data(), kMagic.size());
  put("E", 1);
  put_text(why);
}

Result<NamedTensors> read_tensor_stream(std::span<const std::byte> bytes) {
  Cursor cursor(bytes);
  const auto magic = cursor.take(kMagic.size());
  if (!magic || std::memcmp(magic->data(), kMagic.data(), kMagic.size()) != 0) return broken();
  NamedTensors found;
  for (;;) {
    const auto kind = cursor.number<char>();
    if (!kind) return broken();
    if (*kind == 'T') {
      auto tensor = take_tensor(cursor);
      if (!tensor) return broken();
      found.tensors.push_back(std::move(*tensor));
    } else if (*kind == 'X') {
      auto name = cursor.text();
      auto text = cursor.text();
      if (!name || !text) return broken();
      found.texts.emplace_back(std::move(*name), std::move(*text));
    } else if (*kind == 'E') {
      auto why = cursor.text();
      if (!why || !cursor.empty()) return broken();
      return Error{std::move(*why)};
    } else if (*kind == 'Z') {
      if (!cursor.empty()) return broken();
      return found;
    } else {
      return broken();
    }
  }
}

}  // namespace imps::files
