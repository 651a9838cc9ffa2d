// imps-write-h5: takes tensors and texts on standard input (model/files/tensor_stream.h) and gives
// the bytes of a .keras file on standard output. It is a program of its own only so that HDF5 is
// not linked into imps: what it takes comes from imps.
#include <array>
#include <cerrno>
#include <chrono>
#include <exception>
#include <optional>
#include <vector>

#include <unistd.h>

#include "model/files/h5/h5_write.h"
#include "model/files/h5/keras_archive.h"
#include "model/files/tensor_stream.h"

namespace imps::files {
namespace {

std::optional<std::vector<std::byte>> read_input() {
  std::vector<std::byte> bytes;
  std::vector<std::byte> buffer(std::size_t{1} << 16);
  while (true) {
    const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) return bytes;
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + got);
  }
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

int run() {
  const auto input = read_input();
  if (!input) return 4;
  auto contents = read_tensor_stream(*input);
  if (!contents) return 3;
  KerasArchive archive;
  for (const auto& [name, text] : contents->texts) {
    if (name == "metadata.json") archive.metadata = text;
    if (name == "config.json") archive.config = text;
  }
  auto weights = write_h5(*contents);
  if (!weights) return 6;
  archive.weights = std::move(*weights);
  const auto file = write_keras_archive(archive);
  if (!file) return 7;
  return write_output(*file) ? 0 : 5;
}

}  // namespace
}  // namespace imps::files

int main() {
  try {
    return imps::files::run();
  } catch (const std::exception&) {
    return 8;
  }
}
