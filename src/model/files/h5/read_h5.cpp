// imps-read-h5: takes the bytes of an .h5 or .keras file on standard input and gives its tensors on
// standard output (model/files/tensor_stream.h). It runs for one file, within limits, and can do
// nothing else: whatever a hostile file makes of it ends with it.
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>
#include <exception>
#include <optional>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "model/files/h5/h5_tensors.h"
#include "model/files/h5/keras_archive.h"
#include "model/files/tensor_stream.h"
#include "platform/child.h"

namespace imps::files {
namespace {

// The copies of the file that libraries make, the values, the stream, and room to start.
constexpr std::size_t kMemoryTimesFile = 32;
constexpr std::size_t kMemoryToStart = std::size_t{64} << 20;
constexpr std::size_t kBytesASecond = std::size_t{8} << 20;  // on the slowest machine
constexpr std::size_t kMostFile = std::size_t{1} << 30;

std::optional<std::vector<std::byte>> read_input(std::size_t size) {
  std::vector<std::byte> bytes(size);
  std::size_t filled = 0;
  while (filled < size) {
    const ssize_t got = ::read(STDIN_FILENO, bytes.data() + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return std::nullopt;  // the parent is gone
    filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

bool write_output(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return true;
}

void answer(std::vector<std::byte> bytes, TensorStreamWriter& stream) {
  const std::size_t file_size = bytes.size();
  if (looks_like_zip(bytes)) {
    auto archive = read_keras_archive(bytes);
    if (!archive) return stream.error(archive.error().message);
    if (!looks_like_h5(archive->weights)) {
      return stream.error("model.weights.h5: does not begin as an HDF5 file does");
    }
    stream.text("metadata.json", archive->metadata);
    stream.text("config.json", archive->config);
    bytes = std::move(archive->weights);
  }
  auto tensors = read_h5_tensors(bytes, file_size);
  if (!tensors) return stream.error(tensors.error().message);
  for (NamedTensor& tensor : tensors->tensors) {
    stream.tensor(tensor);
    tensor.values = {};
  }
  for (const auto& [name, text] : tensors->texts)
    stream.text(name, text);
  stream.end();
}

int run(std::string_view size_text) {
  std::size_t size = 0;
  const auto parsed = std::from_chars(size_text.begin(), size_text.end(), size);
  if (parsed.ec != std::errc{} || size > kMostFile) return 2;
  const platform::Limits limits{.memory = kMemoryToStart + kMemoryTimesFile * size,
                                .processor_time = std::chrono::seconds(4 + size / kBytesASecond)};
  if (!platform::limit_this_process(limits)) return 3;
  auto bytes = read_input(size);
  if (!bytes) return 4;
  TensorStreamWriter stream;
  try {
    answer(std::move(*bytes), stream);
  } catch (const std::bad_alloc&) {
    stream.error("asks for more memory than a file of its size can need: it is damaged");
  }
  return write_output(stream.bytes()) ? 0 : 5;
}

}  // namespace
}  // namespace imps::files

int main(int argc, char** argv) {
  int status = 2;
  try {
    if (argc == 2) status = imps::files::run(argv[1]);
  } catch (const std::exception&) {
    status = 6;
  }
  // No tidying up: HDF5's would walk through what the file has left in memory.
  ::_exit(status);
}
