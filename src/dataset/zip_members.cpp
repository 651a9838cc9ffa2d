#include "dataset/zip_members.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <zip.h>

namespace imps {
namespace {

/// Ours have three members; more than this is something else.
constexpr std::int64_t kMostMembers = 4096;

struct Close {
  void operator()(zip_t* zip) const noexcept { ::zip_discard(zip); }
  void operator()(zip_file_t* file) const noexcept { ::zip_fclose(file); }
};
using OpenMember = std::unique_ptr<zip_file_t, Close>;

Error damaged(std::string_view why) {
  return Error{fmt::format("{}: the file is damaged, copy or make it again", why)};
}

/// What libzip reads from. It also remembers where libzip read last: that is how a stored member's
/// place in the file is learnt without reading the zip's records ourselves.
struct Reader {
  std::shared_ptr<const ByteSource> bytes;
  std::uint64_t position = 0;
  std::uint64_t last_read = 0;
  zip_error_t error{};

  zip_int64_t fail(int code) {
    ::zip_error_set(&error, code, 0);
    return -1;
  }

  zip_int64_t read(std::span<std::byte> into) {
    const std::uint64_t left = bytes->size() - std::min(position, bytes->size());
    into = into.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, into.size())));
    if (!bytes->read(position, into)) return fail(ZIP_ER_READ);
    last_read = position;
    position += into.size();
    return static_cast<zip_int64_t>(into.size());
  }

  zip_int64_t seek(void* data, zip_uint64_t length) {
    const zip_int64_t offset =
        ::zip_source_seek_compute_offset(position, bytes->size(), data, length, &error);
    if (offset < 0) return -1;
    position = static_cast<std::uint64_t>(offset);
    return 0;
  }

  zip_int64_t stat(void* data, zip_uint64_t length) {
    if (length < sizeof(zip_stat_t)) return fail(ZIP_ER_INVAL);
    auto* const about = static_cast<zip_stat_t*>(data);
    ::zip_stat_init(about);
    about->size = bytes->size();
    about->valid |= ZIP_STAT_SIZE;
    return sizeof(zip_stat_t);
  }
};

zip_int64_t answer(void* user, void* data, zip_uint64_t length, zip_source_cmd_t command) {
  auto& reader = *static_cast<Reader*>(user);
  switch (command) {
    case ZIP_SOURCE_OPEN:
      reader.position = 0;
      return 0;
    case ZIP_SOURCE_READ:
      return reader.read({static_cast<std::byte*>(data), static_cast<std::size_t>(length)});
    case ZIP_SOURCE_SEEK:
      return reader.seek(data, length);
    case ZIP_SOURCE_TELL:
      return static_cast<zip_int64_t>(reader.position);
    case ZIP_SOURCE_STAT:
      return reader.stat(data, length);
    case ZIP_SOURCE_ERROR:
      return ::zip_error_to_data(&reader.error, data, length);
    case ZIP_SOURCE_CLOSE:
    case ZIP_SOURCE_FREE:
      return 0;
    case ZIP_SOURCE_SUPPORTS:
      return ::zip_source_make_command_bitmap(
          ZIP_SOURCE_OPEN, ZIP_SOURCE_READ, ZIP_SOURCE_CLOSE, ZIP_SOURCE_STAT, ZIP_SOURCE_ERROR,
          ZIP_SOURCE_FREE, ZIP_SOURCE_SEEK, ZIP_SOURCE_TELL, ZIP_SOURCE_SUPPORTS, -1);
    default:
      return reader.fail(ZIP_ER_OPNOTSUPP);
  }
}

/// Fills `into`; an Error when the member is shorter, or does not unpack.
Result<void> fill(zip_file_t* file, std::span<std::byte> into) {
  while (!into.empty()) {
    const zip_int64_t got = ::zip_fread(file, into.data(), into.size());
    if (got < 0) return damaged(::zip_file_strerror(file));
    if (got == 0) return damaged("is shorter than its entry says");
    into = into.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

/// The checksum is compared when the end is read.
Result<void> finish(zip_file_t* file) {
  char beyond = 0;
  const zip_int64_t more = ::zip_fread(file, &beyond, 1);
  if (more < 0) return damaged(::zip_file_strerror(file));
  if (more > 0) return damaged("is longer than its entry says");
  return {};
}

}  // namespace

struct ZipMembers::Zip {
  Reader reader;
  std::unique_ptr<zip_t, Close> zip;

  [[nodiscard]] Result<OpenMember> open_member(const Member& member) const {
    OpenMember file(::zip_fopen_index(zip.get(), member.index, 0));
    if (!file) return damaged(::zip_strerror(zip.get()));
    return file;
  }
};

ZipMembers::ZipMembers(std::unique_ptr<Zip> zip) noexcept : zip_(std::move(zip)) {}
ZipMembers::ZipMembers(ZipMembers&&) noexcept = default;
ZipMembers& ZipMembers::operator=(ZipMembers&&) noexcept = default;
ZipMembers::~ZipMembers() = default;

Result<ZipMembers> ZipMembers::open(std::shared_ptr<const ByteSource> bytes) {
  auto made = std::make_unique<Zip>();
  made->reader.bytes = std::move(bytes);
  ::zip_error_init(&made->reader.error);
  zip_error_t error;
  ::zip_error_init(&error);
  zip_source_t* const source = ::zip_source_function_create(answer, &made->reader, &error);
  zip_t* const opened =
      source == nullptr ? nullptr : ::zip_open_from_source(source, ZIP_RDONLY, &error);
  if (opened == nullptr) {
    if (source != nullptr) ::zip_source_free(source);
    const std::string why = ::zip_error_strerror(&error);
    ::zip_error_fini(&error);
    return Error{fmt::format(
        "is not a whole .npz ({}): if it was one, it is cut or damaged, copy or make it again",
        why)};
  }
  made->zip.reset(opened);
  if (::zip_get_num_entries(opened, 0) > kMostMembers)
    return Error{fmt::format("has more than {} members: it is no dataset", kMostMembers)};
  return ZipMembers(std::move(made));
}

std::vector<std::string> ZipMembers::names() const {
  std::vector<std::string> all;
  for (zip_int64_t k = 0; k < ::zip_get_num_entries(zip_->zip.get(), 0); ++k) {
    const char* const name = ::zip_get_name(zip_->zip.get(), static_cast<zip_uint64_t>(k), 0);
    if (name != nullptr) all.emplace_back(name);
  }
  return all;
}

std::optional<ZipMembers::Member> ZipMembers::find(const std::string& name) const {
  const zip_int64_t index = ::zip_name_locate(zip_->zip.get(), name.c_str(), ZIP_FL_ENC_GUESS);
  if (index < 0) return std::nullopt;
  zip_stat_t about;
  ::zip_stat_init(&about);
  constexpr zip_uint64_t kNeeded =
      ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
  if (::zip_stat_index(zip_->zip.get(), static_cast<zip_uint64_t>(index), 0, &about) != 0 ||
      (about.valid & kNeeded) != kNeeded) {
    return std::nullopt;
  }
  return Member{.index = static_cast<std::uint64_t>(index),
                .size = about.size,
                .stored = about.comp_method == ZIP_CM_STORE && about.comp_size == about.size &&
                          about.encryption_method == ZIP_EM_NONE};
}

Result<std::vector<std::byte>> ZipMembers::head(const Member& member, std::size_t count) const {
  auto file = zip_->open_member(member);
  if (!file) return file.error();
  std::vector<std::byte> bytes(
      static_cast<std::size_t>(std::min<std::uint64_t>(count, member.size)));
  if (auto filled = fill(file->get(), bytes); !filled) return filled.error();
  return bytes;
}

Result<std::vector<std::byte>> ZipMembers::read(const Member& member, std::uint64_t most) const {
  if (member.size > most) {
    return Error{fmt::format("unpacks to {} bytes, at most {} are accepted", member.size, most)};
  }
  std::vector<std::byte> bytes(static_cast<std::size_t>(member.size));
  if (auto done = read(member, 0, bytes); !done) return done.error();
  return bytes;
}

Result<void> ZipMembers::read(const Member& member, std::uint64_t skip,
                              std::span<std::byte> into) const {
  auto file = zip_->open_member(member);
  if (!file) return file.error();
  std::array<std::byte, 4096> skipped;
  while (skip > 0) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(skip, skipped.size()));
    if (auto filled = fill(file->get(), std::span(skipped).first(part)); !filled) return filled;
    skip -= part;
  }
  if (auto filled = fill(file->get(), into); !filled) return filled;
  return finish(file->get());
}

Result<std::uint64_t> ZipMembers::place(const Member& member) const {
  auto file = zip_->open_member(member);
  if (!file) return file.error();
  std::array<std::byte, 8> first{};
  if (!member.stored || member.size < first.size()) return Error{"is not stored in one piece"};
  if (auto filled = fill(file->get(), first); !filled) return filled.error();
  const std::uint64_t at = zip_->reader.last_read;
  const std::uint64_t size = zip_->reader.bytes->size();
  std::array<std::byte, 8> there{};
  if (at > size || member.size > size - at || !zip_->reader.bytes->read(at, there) ||
      there != first) {
    return damaged("does not lie where its entry says");
  }
  return at;
}

}  // namespace imps
