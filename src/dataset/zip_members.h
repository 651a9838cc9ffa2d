// The members of a zip, read whole or found in place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <imps/result.h>

#include "dataset/byte_source.h"

namespace imps {

/// A zip that is open for reading. Not thread-safe.
class ZipMembers {
 public:
  struct Member {
    std::uint64_t index = 0;
    std::uint64_t size = 0;  ///< unpacked, as the directory says
    bool stored = false;     ///< neither compressed nor encrypted
  };

  /// Reads the directory only.
  static Result<ZipMembers> open(std::shared_ptr<const ByteSource> bytes);
  ZipMembers(ZipMembers&&) noexcept;
  ZipMembers& operator=(ZipMembers&&) noexcept;
  ~ZipMembers();

  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] std::optional<Member> find(const std::string& name) const;

  /// The first `count` bytes of a member, or all when it has fewer.
  Result<std::vector<std::byte>> head(const Member& member, std::size_t count) const;
  /// All bytes of a member, its checksum compared. Refuses members of more than `most` bytes.
  /// `skip` bytes at the front are left out.
  Result<std::vector<std::byte>> read(const Member& member, std::uint64_t most) const;
  /// The same, into memory of the caller's: `into` gets what follows the first `skip` bytes, of
  /// which there must be just as many.
  Result<void> read(const Member& member, std::uint64_t skip, std::span<std::byte> into) const;
  /// Where in the file a stored member's bytes begin; all of them lie in the file.
  Result<std::uint64_t> place(const Member& member) const;

 private:
  struct Zip;
  explicit ZipMembers(std::unique_ptr<Zip> zip) noexcept;
  std::unique_ptr<Zip> zip_;
};

}  // namespace imps
