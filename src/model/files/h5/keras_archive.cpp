#include "model/files/h5/keras_archive.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>

#include <fmt/format.h>
#include <zip.h>

namespace imps::files {
namespace {

constexpr std::int64_t kMostMembers = 4096;

constexpr zip_uint16_t kFirstDay = (1U << 5U) | 1U;  // 1980-01-01 as zip counts days

struct Discard {
  void operator()(zip_t* zip) const noexcept { ::zip_discard(zip); }
  void operator()(zip_file_t* file) const noexcept { ::zip_fclose(file); }
  void operator()(zip_source_t* source) const noexcept { ::zip_source_free(source); }
};

Error damaged(std::string_view what, std::string_view why) {
  return Error{fmt::format("{}: {}: the file is damaged, copy or download it again", what, why)};
}

// A member's bytes; nothing and no error when there is no such member.
template <class Bytes>
Result<bool> read_member(zip_t* zip, const char* name, std::uint64_t most, Bytes& into) {
  const zip_int64_t index = ::zip_name_locate(zip, name, ZIP_FL_ENC_GUESS);
  if (index < 0) return false;
  zip_stat_t about;
  ::zip_stat_init(&about);
  if (::zip_stat_index(zip, static_cast<zip_uint64_t>(index), 0, &about) != 0 ||
      (about.valid & ZIP_STAT_SIZE) == 0) {
    return damaged(name, "its entry cannot be read");
  }
  if (about.size > most) {
    return damaged(name,
                   fmt::format("unpacks to {} bytes, at most {} are expected", about.size, most));
  }
  const std::unique_ptr<zip_file_t, Discard> file(
      ::zip_fopen_index(zip, static_cast<zip_uint64_t>(index), 0));
  if (!file) return damaged(name, ::zip_strerror(zip));
  into.resize(static_cast<std::size_t>(about.size));
  std::size_t filled = 0;
  while (filled < into.size()) {
    const zip_int64_t got = ::zip_fread(file.get(), into.data() + filled, into.size() - filled);
    if (got < 0) return damaged(name, ::zip_file_strerror(file.get()));
    if (got == 0) return damaged(name, "is shorter than its entry says");
    filled += static_cast<std::size_t>(got);
  }
  // The checksum is compared when the end is read.
  char beyond = 0;
  const zip_int64_t more = ::zip_fread(file.get(), &beyond, 1);
  if (more < 0) return damaged(name, ::zip_file_strerror(file.get()));
  if (more > 0) return damaged(name, "is longer than its entry says");
  return true;
}

}  // namespace

bool looks_like_zip(std::span<const std::byte> bytes) noexcept {
  constexpr std::string_view kSignature = "PK\x03\x04";
  return bytes.size() >= kSignature.size() &&
         std::memcmp(bytes.data(), kSignature.data(), kSignature.size()) == 0;
}

Result<KerasArchive> read_keras_archive(std::span<const std::byte> bytes) {
  zip_error_t error;
  ::zip_error_init(&error);
  zip_source_t* const source = ::zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source == nullptr) return damaged("zip", ::zip_error_strerror(&error));
  zip_t* const opened = ::zip_open_from_source(source, ZIP_RDONLY, &error);
  if (opened == nullptr) {
    ::zip_source_free(source);
    const std::string why = ::zip_error_strerror(&error);
    ::zip_error_fini(&error);
    return damaged("the zip's list of members cannot be read", why);
  }
  const std::unique_ptr<zip_t, Discard> zip(opened);
  if (::zip_get_num_entries(zip.get(), 0) > kMostMembers) {
    return damaged("zip", "has too many members");
  }

  KerasArchive archive;
  const std::uint64_t most = std::uint64_t{bytes.size()} * 4 + 65536;
  // The same small bound for the texts: a config has a few kilobytes a layer.
  if (auto read = read_member(zip.get(), "metadata.json", most, archive.metadata); !read) {
    return read.error();
  }
  if (auto read = read_member(zip.get(), "config.json", most, archive.config); !read) {
    return read.error();
  }
  auto read = read_member(zip.get(), "model.weights.h5", most, archive.weights);
  if (!read) return read.error();
  if (!*read) {
    return Error{"has no member model.weights.h5: it is a zip, but not a .keras model"};
  }
  return archive;
}

Result<std::vector<std::byte>> write_keras_archive(const KerasArchive& archive) {
  const auto failed = [](std::string_view why) {
    return Error{fmt::format("the zip cannot be made: {}", why)};
  };
  zip_error_t error;
  ::zip_error_init(&error);
  const std::unique_ptr<zip_source_t, Discard> made(
      ::zip_source_buffer_create(nullptr, 0, 0, &error));
  if (!made) return failed(::zip_error_strerror(&error));
  // The zip gives its reference back when it is closed; what was made is read through ours.
  ::zip_source_keep(made.get());
  std::unique_ptr<zip_t, Discard> zip(
      ::zip_open_from_source(made.get(), ZIP_CREATE | ZIP_TRUNCATE, &error));
  if (!zip) {
    ::zip_source_free(made.get());
    return failed(::zip_error_strerror(&error));
  }
  struct Member {
    const char* name;
    std::span<const std::byte> bytes;
  };
  const std::array<Member, 3> members{
      {{"metadata.json", std::as_bytes(std::span(archive.metadata))},
       {"config.json", std::as_bytes(std::span(archive.config))},
       {"model.weights.h5", archive.weights}}};
  for (const Member& member : members) {
    zip_source_t* const bytes =
        ::zip_source_buffer(zip.get(), member.bytes.data(), member.bytes.size(), 0);
    const zip_int64_t index =
        bytes == nullptr ? -1 : ::zip_file_add(zip.get(), member.name, bytes, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      ::zip_source_free(bytes);
      return failed(::zip_strerror(zip.get()));
    }
    const auto at = static_cast<zip_uint64_t>(index);
    if (::zip_set_file_compression(zip.get(), at, ZIP_CM_STORE, 0) != 0 ||
        ::zip_file_set_dostime(zip.get(), at, 0, kFirstDay, 0) != 0) {
      return failed(::zip_strerror(zip.get()));
    }
  }
  if (::zip_close(zip.get()) != 0) return failed(::zip_strerror(zip.get()));
  static_cast<void>(zip.release());

  zip_stat_t about;
  ::zip_stat_init(&about);
  if (::zip_source_open(made.get()) != 0) return failed("it cannot be opened again");
  std::vector<std::byte> bytes;
  if (::zip_source_stat(made.get(), &about) == 0 && (about.valid & ZIP_STAT_SIZE) != 0)
    bytes.resize(static_cast<std::size_t>(about.size));
  const zip_int64_t got = ::zip_source_read(made.get(), bytes.data(), bytes.size());
  ::zip_source_close(made.get());
  if (bytes.empty() || got != static_cast<zip_int64_t>(bytes.size()))
    return failed("it cannot be read again");
  return bytes;
}

}  // namespace imps::files
