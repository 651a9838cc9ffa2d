// What names models and data whatever their file is called, and tells whether one is whole.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace imps {

/// SHA-256 of bytes that come piece by piece.
class Digest {
 public:
  Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  ~Digest();

  void add(std::span<const std::byte> bytes);
  /// Lower-case hex, 64 letters. Nothing may be added afterwards.
  [[nodiscard]] std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Of bytes that are all there.
std::string sha256(std::span<const std::byte> bytes);

}  // namespace imps
