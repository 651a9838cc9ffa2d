#include "dataset/npz_read.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include <imps/frame.h>

#include "core/digest.h"
#include "dataset/npy.h"
#include "dataset/perfs.h"
#include "dataset/zip_members.h"

namespace imps {
namespace {

static_assert(std::endian::native == std::endian::little, "arrays are read as they lie");

/// No control and no dt is beyond this (a clock that was set makes 2e9 seconds); its square still
/// is a number for training.
constexpr float kMostValue = 1e12F;
/// IMPSY's form cannot be read in place.
constexpr std::uint64_t kMostPickle = std::uint64_t{1} << 30U;

/// How far a compressed member may unpack: real playing packs to a third, a controller at rest to a
/// fiftieth; and small files may hold anything.
std::uint64_t most_unpacked(std::uint64_t file_size) {
  return 64 * file_size + (std::uint64_t{1} << 24U);
}

/// An array of the file.
struct Found {
  ZipMembers::Member member;
  NpyHeader header;

  [[nodiscard]] std::uint64_t bytes() const { return member.size - header.size; }
};

class NpzReader {
 public:
  NpzReader(std::uint64_t file_size, ZipMembers members, std::uint64_t most_in_memory)
      : file_size_(file_size), members_(std::move(members)), most_in_memory_(most_in_memory) {}

  Result<NpzContent> read() {
    if (members_.find("values.npy")) return read_ours();
    if (members_.find("perfs.npy")) return read_impsy();
    const auto names = members_.names();
    std::string listed;
    for (std::size_t k = 0; k < std::min<std::size_t>(names.size(), 8); ++k) {
      listed += listed.empty() ? "" : ", ";
      for (const char c : names[k].substr(0, 40))
        listed += c < ' ' ? '?' : c;
    }
    return Error{fmt::format(
        "has neither an array values (imps) nor perfs (IMPSY), but {}: it is no dataset",
        listed.empty() ? "nothing" : listed)};
  }

 private:
  Result<Found> find(const std::string& name) const {
    const auto member = members_.find(name + ".npy");
    if (!member) return Error{name + ": is missing: the dataset is not whole, make it again"};
    const auto head = members_.head(*member, kMostNpyHeader);
    if (!head) return in(name, head.error());
    auto header = read_npy_header(*head);
    if (!header) return in(name, header.error());
    return Found{*member, std::move(*header)};
  }

  [[nodiscard]] bool can_unpack(const ZipMembers::Member& member) const {
    return member.size <= (member.stored ? file_size_ : most_unpacked(file_size_));
  }

  /// The bytes behind the header, of an array that has `item` bytes a number.
  Result<std::vector<std::byte>> read_array(const std::string& name, const Found& found,
                                            std::uint64_t item) const {
    if (auto whole = check_size(name, found, item); !whole) return whole.error();
    if (!can_unpack(found.member)) return too_packed(name, found);
    std::vector<std::byte> bytes(static_cast<std::size_t>(found.bytes()));
    if (auto read = members_.read(found.member, found.header.size, bytes); !read)
      return in(name, read.error());
    return bytes;
  }

  static Error too_packed(const std::string& name, const Found& found) {
    return Error{
        fmt::format("{}: unpacks to {} bytes, far more than its file: store it without compression "
                    "(numpy.savez, or imps dataset)",
                    name, found.member.size)};
  }

  static Result<void> check_size(const std::string& name, const Found& found, std::uint64_t item) {
    const std::uint64_t count = found.header.count();
    if (count > found.bytes() / item || count * item != found.bytes()) {
      return Error{fmt::format("{}: {}, and {} bytes of numbers: cut or damaged, make it again",
                               name, describe(found.header), found.bytes())};
    }
    return {};
  }

  Result<NpzContent> read_ours() {
    const auto values = find("values");
    if (!values) return values.error();
    const NpyHeader& header = values->header;
    if (header.descr != "<f4" || header.fortran_order || header.shape.size() != 2) {
      return Error{
          fmt::format("values: {}, expected float32 [rows, dimension] in C order: write "
                      "it with 'imps dataset', or with numpy.savez as such an array",
                      describe(header))};
    }
    NpzContent content;
    content.rows = header.shape[0];
    if (header.shape[1] < kMinDimension || header.shape[1] > kMaxDimension) {
      return Error{fmt::format("values: {} columns, expected dt and 1 to {} controls",
                               header.shape[1], kMaxControls)};
    }
    content.dimension = static_cast<int>(header.shape[1]);
    if (content.rows == 0) return Error{"values: has no rows: collate logs with playing in them"};
    if (auto whole = check_size("values", *values, sizeof(float)); !whole) return whole.error();
    if (auto taken = read_takes(content); !taken) return taken.error();
    if (auto taken = take_values(*values, content); !taken) return taken.error();
    return content;
  }

  Result<void> take_values(const Found& values, NpzContent& content) {
    if (values.bytes() > most_in_memory_) {
      if (!values.member.stored) return too_packed("values", values);
      const auto place = members_.place(values.member);
      if (!place) return in("values", place.error());
      content.place = *place + values.header.size;
      return {};
    }
    if (!can_unpack(values.member)) return too_packed("values", values);
    content.values.resize(static_cast<std::size_t>(values.bytes() / sizeof(float)));
    if (auto read = members_.read(values.member, values.header.size,
                                  std::as_writable_bytes(std::span(content.values)));
        !read)
      return in("values", read.error());
    if (auto fine = check_values(content.values, content.dimension, 0); !fine)
      return in("values", fine.error());
    add_digest(content);
    return {};
  }

  Result<void> read_takes(NpzContent& content) {
    auto lengths = read_lengths();
    if (!lengths) return lengths.error();
    auto names = read_names(lengths->size());
    if (!names) return names.error();
    content.takes.resize(lengths->size());
    std::uint64_t sum = 0;
    for (std::size_t k = 0; k < lengths->size(); ++k) {
      const std::int64_t rows = (*lengths)[k];
      if (rows < 1 || static_cast<std::uint64_t>(rows) > content.rows - sum) {
        return Error{
            fmt::format("lengths: take {} has {} rows, and values has {} of {} left for it: "
                        "the lengths must add up to the rows",
                        k + 1, rows, content.rows - sum, content.rows)};
      }
      content.takes[k] = {std::move((*names)[k]), sum, static_cast<std::uint64_t>(rows)};
      sum += static_cast<std::uint64_t>(rows);
    }
    if (sum != content.rows) {
      return Error{fmt::format("lengths: add up to {}, and values has {} rows: make it again", sum,
                               content.rows)};
    }
    return {};
  }

  Result<std::vector<std::int64_t>> read_lengths() const {
    const auto found = find("lengths");
    if (!found) return found.error();
    if (found->header.descr != "<i8" || found->header.shape.size() != 1) {
      return Error{fmt::format("lengths: {}, expected int64 [takes]", describe(found->header))};
    }
    const auto bytes = read_array("lengths", *found, sizeof(std::int64_t));
    if (!bytes) return bytes.error();
    std::vector<std::int64_t> lengths(bytes->size() / sizeof(std::int64_t));
    // An empty vector has no address to copy to.
    if (!lengths.empty()) std::memcpy(lengths.data(), bytes->data(), bytes->size());
    return lengths;
  }

  /// The takes' names, or numbers where there are none.
  Result<std::vector<std::string>> read_names(std::size_t takes) const {
    std::vector<std::string> names(takes);
    if (!members_.find("names.npy")) {
      for (std::size_t k = 0; k < takes; ++k)
        names[k] = fmt::format("take {}", k + 1);
      return names;
    }
    const auto found = find("names");
    if (!found) return found.error();
    const std::string& descr = found->header.descr;
    std::uint64_t letters = 0;
    for (const char c : descr.substr(std::min<std::size_t>(2, descr.size()))) {
      if (c < '0' || c > '9' || letters > 100'000) letters = 1'000'000;
      letters = letters * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (!descr.starts_with("<U") || letters < 1 || letters > 100'000 ||
        found->header.shape.size() != 1 || found->header.shape[0] != takes) {
      return Error{fmt::format("names: {}, expected {} texts (NumPy's <U), one for each take",
                               describe(found->header), takes)};
    }
    const auto bytes = read_array("names", *found, letters * 4);
    if (!bytes) return bytes.error();
    for (std::size_t k = 0; k < takes; ++k) {
      const auto width = static_cast<std::size_t>(letters * 4);
      if (!decode(std::span(*bytes).subspan(k * width, width), names[k]))
        return Error{fmt::format("names: that of take {} is no text: the file is damaged", k + 1)};
    }
    return names;
  }

  /// UTF-32 to UTF-8, up to the zeros that NumPy fills with.
  static bool decode(std::span<const std::byte> utf32, std::string& into) {
    for (std::size_t k = 0; k < utf32.size(); k += 4) {
      std::uint32_t code = 0;
      std::memcpy(&code, utf32.data() + k, sizeof code);
      if (code == 0) return true;
      if (code > 0x10FFFFU || (code >= 0xD800U && code < 0xE000U)) return false;
      if (code < 0x20U || code == 0x7FU) code = '?';  // names are shown on terminals
      const auto put = [&into](std::uint32_t byte) { into += static_cast<char>(byte); };
      if (code < 0x80U) {
        put(code);
      } else if (code < 0x800U) {
        put(0xC0U | code >> 6U);
        put(0x80U | (code & 0x3FU));
      } else if (code < 0x10000U) {
        put(0xE0U | code >> 12U);
        put(0x80U | (code >> 6U & 0x3FU));
        put(0x80U | (code & 0x3FU));
      } else {
        put(0xF0U | code >> 18U);
        put(0x80U | (code >> 12U & 0x3FU));
        put(0x80U | (code >> 6U & 0x3FU));
        put(0x80U | (code & 0x3FU));
      }
    }
    return true;
  }

  Result<NpzContent> read_impsy() {
    const auto found = find("perfs");
    if (!found) return found.error();
    if (found->header.descr != "|O") {
      return Error{
          fmt::format("perfs: {}, expected an object array of performances, as IMPSY "
                      "writes it",
                      describe(found->header))};
    }
    if (!can_unpack(found->member)) return too_packed("perfs", *found);
    const auto bytes = members_.read(found->member, kMostPickle);
    if (!bytes) return in("perfs", bytes.error());
    auto perfs = read_perfs(std::span(*bytes).subspan(found->header.size));
    if (!perfs) return in("perfs", perfs.error());
    NpzContent content;
    content.dimension = perfs->dimension;
    for (std::size_t k = 0; k < perfs->rows.size(); ++k) {
      const std::uint64_t rows = perfs->rows[k];
      if (rows == 0) continue;
      content.takes.push_back({fmt::format("performance {}", k + 1), content.rows, rows});
      content.rows += rows;
    }
    if (content.rows == 0) return Error{"perfs: has no rows: collate logs with playing in them"};
    content.values = std::move(perfs->values);
    if (auto fine = check_values(content.values, content.dimension, 0); !fine)
      return in("perfs", fine.error());
    add_digest(content);
    return content;
  }

  static void add_digest(NpzContent& content) {
    Digest digest;
    digest.add(std::as_bytes(std::span(content.values)));
    for (const Take& take : content.takes)
      digest.add(std::as_bytes(std::span(&take.rows, 1)));
    for (const Take& take : content.takes)
      digest.add(std::as_bytes(std::span(take.name.c_str(), take.name.size() + 1)));
    content.digest = digest.finish();
  }

  std::uint64_t file_size_;
  ZipMembers members_;
  std::uint64_t most_in_memory_;
};

}  // namespace

Result<void> check_values(std::span<const float> values, int dimension, std::uint64_t first_row) {
  // The sum of what is too large or no number, without a branch, so that the compiler takes many at
  // once: this runs over every row that training reads.
  const auto wrong = [](float value) { return !(std::abs(value) <= kMostValue); };
  std::size_t count = 0;
  for (const float value : values)
    count += wrong(value) ? 1 : 0;
  if (count == 0) return {};
  const auto first = static_cast<std::size_t>(std::ranges::find_if(values, wrong) - values.begin());
  const auto columns = static_cast<std::size_t>(dimension);
  return Error{fmt::format(
      "row {}, {} is {}: no control is that; leave the row out, and make the "
      "dataset again",
      first_row + first / columns + 1,
      first % columns == 0 ? "dt" : fmt::format("x_{}", first % columns), values[first])};
}

Result<NpzContent> read_npz(const std::shared_ptr<const ByteSource>& bytes,
                            std::uint64_t most_in_memory) {
  auto members = ZipMembers::open(bytes);
  if (!members) return members.error();
  return NpzReader(bytes->size(), std::move(*members), most_in_memory).read();
}

}  // namespace imps
