// The zip that a .keras file is.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include <imps/result.h>

namespace imps::files {

/// The members that matter; nothing is ever written anywhere.
struct KerasArchive {
  std::string metadata;            ///< metadata.json, "" when there is none
  std::string config;              ///< config.json, "" when there is none
  std::vector<std::byte> weights;  ///< model.weights.h5
};

/// Reads the zip `bytes`. Refuses a member that would unpack to more than four times the archive's
/// size and 64 KiB (random weights hardly shrink in a zip; a bomb grows a thousandfold), or whose
/// checksum is wrong. Thread-safe: yes.
Result<KerasArchive> read_keras_archive(std::span<const std::byte> bytes);

/// The zip with these three members, stored as they are (weights hardly shrink) and dated
/// 1980-01-01, so that the same model gives the same bytes. Thread-safe: yes.
Result<std::vector<std::byte>> write_keras_archive(const KerasArchive& archive);

/// Whether `bytes` begin as a zip file does.
bool looks_like_zip(std::span<const std::byte> bytes) noexcept;

}  // namespace imps::files
