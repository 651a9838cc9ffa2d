#include "model/files/digest.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>
#include <sys/types.h>

// libmd's header takes it that the C library's types are known.
#include <sha2.h>

namespace imps::files {

std::string sha256(std::span<const std::byte> bytes) {
  SHA2_CTX context;
  ::SHA256Init(&context);
  ::SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256Final(digest.data(), &context);
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

}  // namespace imps::files
