// Sizes of storage as people write them: "500 MB".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <imps/result.h>

namespace imps {

/// Bytes in `text`: a number, not negative, with or without a fraction, and B, kB, MB, GB, TB
/// (thousands) or KiB, MiB, GiB, TiB (1024s), in any case, with or without a space between; a bare
/// number is bytes. A fraction of a byte is dropped. Refuses what is above 2^53.
Result<std::uint64_t> bytes_from_text(std::string_view text);

/// The shortest of these texts that bytes_from_text() reads as exactly `bytes`: "2 GB", "1500 MB".
std::string bytes_to_text(std::uint64_t bytes);

/// The greatest size that may be written: beyond it a double no longer counts single bytes.
inline constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 53;

}  // namespace imps
