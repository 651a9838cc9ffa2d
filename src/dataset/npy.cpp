#include "dataset/npy.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include <fmt/format.h>

namespace imps {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMostDimensions = 32;

/// Reads the dictionary that NumPy writes: three keys, a text, True or False, and a tuple.
class Dictionary {
 public:
  explicit Dictionary(std::string_view text) : text_(text) {}

  bool read(NpyHeader& into) {
    bool descr = false;
    bool order = false;
    bool shape = false;
    if (!take('{')) return false;
    while (!take('}')) {
      std::string key;
      if (!text(key) || !take(':')) return false;
      if (key == "descr" && !descr) {
        descr = text(into.descr);
        if (!descr) return false;
      } else if (key == "fortran_order" && !order) {
        order = truth(into.fortran_order);
        if (!order) return false;
      } else if (key == "shape" && !shape) {
        shape = tuple(into.shape);
        if (!shape) return false;
      } else {
        return false;
      }
      if (!take(',') && !ahead('}')) return false;
    }
    blanks();
    return descr && order && shape && text_.empty();
  }

 private:
  void blanks() {
    const auto first = text_.find_first_not_of(" \t\n");
    text_.remove_prefix(std::min(first, text_.size()));
  }
  bool ahead(char c) {
    blanks();
    return !text_.empty() && text_.front() == c;
  }
  bool take(char c) {
    if (!ahead(c)) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool word(std::string_view what) {
    blanks();
    if (!text_.starts_with(what)) return false;
    text_.remove_prefix(what.size());
    return true;
  }
  bool text(std::string& into) {
    const char quote = ahead('"') ? '"' : '\'';
    if (!take(quote)) return false;
    const auto end = text_.find(quote);
    if (end == std::string_view::npos) return false;
    into = text_.substr(0, end);
    text_.remove_prefix(end + 1);
    return into.find('\\') == std::string::npos;
  }
  bool truth(bool& into) {
    into = word("True");
    return into || word("False");
  }
  bool tuple(std::vector<std::uint64_t>& into) {
    if (!take('(')) return false;
    while (!take(')')) {
      blanks();
      std::uint64_t number = 0;
      const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), number);
      if (error != std::errc{} || into.size() == kMostDimensions) return false;
      text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
      into.push_back(number);
      if (!take(',') && !ahead(')')) return false;
    }
    return true;
  }

  std::string_view text_;
};

std::size_t little_endian(std::string_view bytes) {
  std::size_t number = 0;
  for (std::size_t k = bytes.size(); k-- > 0;)
    number = number << 8U | static_cast<unsigned char>(bytes[k]);
  return number;
}

}  // namespace

std::uint64_t NpyHeader::count() const noexcept {
  constexpr std::uint64_t kMost = std::uint64_t{1} << 63U;
  if (std::ranges::find(shape, std::uint64_t{0}) != shape.end()) return 0;
  std::uint64_t product = 1;
  for (const std::uint64_t length : shape)
    product = product > kMost / length ? kMost : product * length;
  return product;
}

Result<NpyHeader> read_npy_header(std::span<const std::byte> bytes) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(kMagic) || text.size() < kMagic.size() + 2)
    return Error{"is not a NumPy array (.npy): the file is damaged, or no dataset"};
  const auto version = static_cast<unsigned char>(text[kMagic.size()]);
  const std::size_t digits = version == 1 ? 2 : 4;
  const std::size_t start = kMagic.size() + 2 + digits;
  if (version < 1 || version > 3)
    return Error{fmt::format("is a NumPy array of format version {}, 1 to 3 are read", version)};
  if (text.size() < start) return Error{"its header is cut: copy or make the file again"};
  const std::size_t length = little_endian(text.substr(kMagic.size() + 2, digits));
  if (length > text.size() - start) {
    return Error{fmt::format("its header has {} bytes: cut, or not NumPy's own", length)};
  }
  NpyHeader header;
  header.size = start + length;
  if (!Dictionary(text.substr(start, length)).read(header))
    return Error{"its header cannot be read: write it with numpy.savez, as plain arrays"};
  return header;
}

std::string npy_header(const std::string& descr, std::span<const std::uint64_t> shape,
                       std::size_t size) {
  std::string text = fmt::format("{{'descr': '{}', 'fortran_order': False, 'shape': ({}{}), }}",
                                 descr, fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
  std::string header(kMagic);
  header += '\x01';
  header += '\0';
  const std::size_t length = size - header.size() - 2;
  header += static_cast<char>(length & 0xFFU);
  header += static_cast<char>(length >> 8U);
  text.resize(length - 1, ' ');
  return header + text + '\n';
}

std::string describe(const NpyHeader& header) {
  std::string type = fmt::format("'{:.20}'", header.descr);
  if (header.descr == "<f4") type = "float32";
  if (header.descr == "<f8") type = "float64";
  if (header.descr == "<i8") type = "int64";
  if (header.descr == "<i4") type = "int32";
  if (header.descr == "|O") type = "objects";
  return fmt::format("{} [{}]{}", type, fmt::join(header.shape, ", "),
                     header.fortran_order ? " in Fortran order" : "");
}

}  // namespace imps
