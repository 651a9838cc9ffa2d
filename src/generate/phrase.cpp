#include "generate/phrase.h"

#include <algorithm>

#include <fmt/format.h>

#include "log/reader.h"

namespace imps {

Result<Phrase> hear_phrase(Soloist& soloist, int dimension, Seconds max_rest,
                           const std::filesystem::path& log) {
  Phrase phrase;
  Frame frame = neutral_frame(dimension);
  const auto report = read_log(log, {.dimension = dimension}, [&](const LogRowView& row) {
    if (row.voice != Voice::performer) return;
    if (phrase.rows > 0) {
      const double dt = static_cast<double>(row.local_us - phrase.last_local_us) / 1e6;
      frame.dt = std::clamp(dt, 0.0, max_rest.count());
    }
    std::transform(row.values.begin(), row.values.end(), frame.controls().begin(),
                   [](double x) { return std::clamp(x, 0.0, 1.0); });
    soloist.hear(frame);
    phrase.last_local_us = row.local_us;
    ++phrase.rows;
  });
  if (!report) return report.error();
  phrase.skipped = report->skipped;
  if (phrase.rows > 0) return phrase;
  return Error{fmt::format(
      "{}: has no rows of the performer's of dimension {} (dt and {} controls): name a log of what "
      "was played on such an instrument",
      log.string(), dimension, dimension - 1)};
}

}  // namespace imps
