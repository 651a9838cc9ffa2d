#include "dataset/zip_writer.h"

#include <utility>
#include <vector>

#include <zlib.h>

#include "platform/aside_file.h"

namespace imps {
namespace {

// The records are those of PKWARE's APPNOTE.TXT 6.3.
constexpr std::uint32_t kLocal = 0x04034b50;
constexpr std::uint32_t kCentral = 0x02014b50;
constexpr std::uint32_t kEnd = 0x06054b50;
constexpr std::uint32_t kEnd64 = 0x06064b50;
constexpr std::uint32_t kLocator64 = 0x07064b50;
constexpr std::uint32_t kIn64 = 0xFFFFFFFF;  // "the number stands in the ZIP64 record"
constexpr std::size_t kLocalSize = 30;
constexpr std::size_t kAlignment = 64;
constexpr std::size_t kExtra64 = 20;  // id, length, size and packed size
constexpr std::size_t kLeastPadding = 4;
constexpr std::uint16_t kPaddingId = 0xd935;  // the alignment field of Android's zipalign
constexpr std::uint16_t kDate = 0x0021;       // 1980-01-01: the same data give the same file

constexpr std::size_t kBuffer = std::size_t{1} << 20U;

struct Record {
  std::string bytes;

  Record& u16(std::uint64_t value) { return number(value, 2); }
  Record& u32(std::uint64_t value) { return number(value, 4); }
  Record& u64(std::uint64_t value) { return number(value, 8); }
  Record& text(std::string_view value) {
    bytes += value;
    return *this;
  }
  Record& number(std::uint64_t value, int size) {
    for (int k = 0; k < size; ++k)
      bytes += static_cast<char>(value >> (8 * k) & 0xFFU);
    return *this;
  }
};

struct Member {
  std::string name;
  std::uint64_t offset = 0;  ///< of its local header
  std::uint64_t extra = 0;   ///< bytes after the name
  std::uint64_t size = 0;
  std::uint64_t front = 0;
  uLong crc = 0;  ///< of what follows the front, while it is written

  [[nodiscard]] std::uint64_t data() const { return offset + kLocalSize + name.size() + extra; }
  [[nodiscard]] bool is_large() const { return size >= kIn64; }
};

std::string local_record(const Member& member) {
  const bool large = member.is_large();
  const std::uint64_t size = large ? kIn64 : member.size;
  Record record;
  record.u32(kLocal).u16(large ? 45 : 20).u16(0).u16(0).u16(0).u16(kDate).u32(member.crc);
  record.u32(size).u32(size).u16(member.name.size()).u16(member.extra).text(member.name);
  std::uint64_t padding = member.extra;
  if (large) {
    record.u16(1).u16(16).u64(member.size).u64(member.size);
    padding -= kExtra64;
  }
  record.u16(kPaddingId).u16(padding - 4);
  record.bytes.resize(static_cast<std::size_t>(member.data() - member.offset));
  return record.bytes;
}

std::string central_record(const Member& member) {
  const bool large = member.is_large();
  const bool far = member.offset >= kIn64;
  const std::uint64_t size = large ? kIn64 : member.size;
  Record extra;
  if (large) extra.u64(member.size).u64(member.size);
  if (far) extra.u64(member.offset);
  const std::uint64_t extra_size = extra.bytes.empty() ? 0 : extra.bytes.size() + 4;
  const std::uint64_t version = large || far ? 45 : 20;
  Record record;
  record.u32(kCentral)
      .u16(std::uint64_t{3} << 8U | version)
      .u16(version)
      .u16(0)
      .u16(0)
      .u16(0)
      .u16(kDate);
  record.u32(member.crc).u32(size).u32(size).u16(member.name.size()).u16(extra_size);
  record.u16(0).u16(0).u16(0).u32(std::uint64_t{0100644} << 16U).u32(far ? kIn64 : member.offset);
  record.text(member.name);
  if (extra_size > 0) record.u16(1).u16(extra.bytes.size()).text(extra.bytes);
  return record.bytes;
}

std::string end_records(std::uint64_t members, std::uint64_t at, std::uint64_t size) {
  Record record;
  const bool far = at >= kIn64;
  if (far) {
    record.u32(kEnd64)
        .u64(44)
        .u16(std::uint64_t{3} << 8U | 45U)
        .u16(45)
        .u32(0)
        .u32(0)
        .u64(members)
        .u64(members);
    record.u64(size).u64(at);
    record.u32(kLocator64).u32(0).u64(at + size).u32(1);
  }
  record.u32(kEnd).u16(0).u16(0).u16(members).u16(members).u32(size).u32(far ? kIn64 : at).u16(0);
  return record.bytes;
}

}  // namespace

struct ZipWriter::State {
  platform::AsideFile file;
  std::uint64_t written = 0;  // bytes in the file
  std::vector<char> buffer;
  std::vector<Member> members;

  explicit State(platform::AsideFile opened) : file(std::move(opened)) { buffer.reserve(kBuffer); }

  Result<void> flush() {
    auto put = file.append(std::as_bytes(std::span(buffer)));
    written += buffer.size();
    buffer.clear();
    return put;
  }

  [[nodiscard]] std::uint64_t position() const { return written + buffer.size(); }

  Result<void> append(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto part = bytes.substr(0, kBuffer - buffer.size());
      buffer.insert(buffer.end(), part.begin(), part.end());
      bytes.remove_prefix(part.size());
      if (buffer.size() < kBuffer) continue;
      if (auto flushed = flush(); !flushed) return flushed;
    }
    return {};
  }
};

ZipWriter::ZipWriter(std::unique_ptr<State> state) noexcept : state_(std::move(state)) {}
ZipWriter::ZipWriter(ZipWriter&&) noexcept = default;
ZipWriter& ZipWriter::operator=(ZipWriter&&) noexcept = default;
ZipWriter::~ZipWriter() = default;

Result<ZipWriter> ZipWriter::create(const std::filesystem::path& path) {
  auto file = platform::AsideFile::begin(path);
  if (!file) return file.error();
  return ZipWriter(std::make_unique<State>(std::move(*file)));
}

Result<void> ZipWriter::begin(const std::string& name, std::size_t front) {
  Member member{.name = name, .offset = state_->position(), .front = front};
  member.extra = kExtra64 + kLeastPadding;
  member.extra += (kAlignment - member.data() % kAlignment) % kAlignment;
  member.crc = ::crc32_z(0, nullptr, 0);
  state_->members.push_back(member);
  // The record is written again at the end, when the size and the checksum are known.
  const std::string room(static_cast<std::size_t>(member.data() - member.offset) + front, '\0');
  return state_->append(room);
}

Result<void> ZipWriter::write(std::span<const std::byte> bytes) {
  Member& member = state_->members.back();
  member.crc = ::crc32_z(member.crc, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size());
  return state_->append({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

Result<void> ZipWriter::end(std::string_view front) {
  if (auto flushed = state_->flush(); !flushed) return flushed;
  Member& member = state_->members.back();
  member.size = state_->written - member.data();
  const uLong front_crc = ::crc32_z(::crc32_z(0, nullptr, 0),
                                    reinterpret_cast<const Bytef*>(front.data()), front.size());
  member.crc =
      ::crc32_combine(front_crc, member.crc, static_cast<z_off_t>(member.size - member.front));
  const std::string head = local_record(member) + std::string(front);
  return state_->file.put_at(member.offset, std::as_bytes(std::span(head)));
}

Result<void> ZipWriter::finish() {
  State& state = *state_;
  const std::uint64_t at = state.position();
  for (const Member& member : state.members) {
    if (auto put = state.append(central_record(member)); !put) return put;
  }
  const std::uint64_t size = state.position() - at;
  if (auto put = state.append(end_records(state.members.size(), at, size)); !put) return put;
  if (auto put = state.flush(); !put) return put;
  return state.file.keep(true);
}

}  // namespace imps
