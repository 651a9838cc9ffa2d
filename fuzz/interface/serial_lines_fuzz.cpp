// A serial line of text, in pieces: the first byte says how large they are.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "interface/frame_values.h"
#include "interface/serial/line_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] + std::size_t{1};
  imps::LineReader reader;
  imps::PortTally tally("serial");
  for (std::size_t at = 1; at < size; at += piece) {
    reader.put({data + at, std::min(piece, size - at)});
    while (const auto line = reader.next()) {
      if (line->size() > imps::LineReader::kLongest) std::abort();
      auto values = imps::read_values(*line);
      if (!values || !imps::settle_frame(*values, 0, tally)) continue;
      // What was accepted is written, and read as the same number of values.
      const std::string again = imps::line_of(*values);
      const auto read = imps::read_values(again.substr(0, again.size() - 1));
      if (!read || read->size() != values->size()) std::abort();
    }
  }
  return 0;
}
