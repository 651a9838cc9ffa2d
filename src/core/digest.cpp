#include "core/digest.h"

#include <array>
#include <cstdint>

#include <fmt/format.h>
#include <sys/types.h>

// libmd's header takes it that the C library's types are known.
#include <sha2.h>

namespace imps {

struct Digest::State {
  SHA2_CTX context{};
};

Digest::Digest() : state_(std::make_unique<State>()) { ::SHA256Init(&state_->context); }
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;
Digest::~Digest() = default;

void Digest::add(std::span<const std::byte> bytes) {
  ::SHA256Update(&state_->context, reinterpret_cast<const std::uint8_t*>(bytes.data()),
                 bytes.size());
}

std::string Digest::finish() {
  std::array<std::uint8_t, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256Final(digest.data(), &state_->context);
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string sha256(std::span<const std::byte> bytes) {
  Digest digest;
  digest.add(bytes);
  return digest.finish();
}

}  // namespace imps
