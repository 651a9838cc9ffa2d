// Proof that a session repeats: the performance run again from its files, without sockets.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include <imps/result.h>
#include <imps/time.h>

namespace imps {

struct VerifyRequest {
  std::filesystem::path log;
  /// Where models are looked for by digest, beside the place the session names.
  std::filesystem::path models = "models";
};

struct VerifyReport {
  std::uint64_t performer_rows = 0;
  std::uint64_t predictions = 0;  ///< compared, and equal
  std::uint64_t hand_overs = 0;
  Duration span{};      ///< of the performance
  Duration took{};      ///< to run it again
  std::string warning;  ///< e.g. another instruction set than the session's
  /// Where the performance differs from its log; nothing when it repeats bit for bit.
  std::optional<std::string> difference;
};

/// Plays the log's performer rows, the events' commands and hand-overs at their recorded times into
/// a Performer with the session's settings, seed and models, and compares what it does. An Error
/// when something needed is missing: the session file, the events, a model.
Result<VerifyReport> verify(const VerifyRequest& request);

}  // namespace imps
