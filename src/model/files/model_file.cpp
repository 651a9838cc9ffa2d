#include <cstring>
#include <exception>
#include <new>
#include <string_view>

#include <fmt/format.h>

#include <imps/model_file.h>

#include "core/digest.h"
#include "model/files/keras.h"
#include "model/files/safetensors.h"
#include "model/files/tflite.h"
#include "platform/whole_file.h"

namespace imps {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

using Bytes = std::span<const std::byte>;

bool begins(Bytes bytes, std::string_view with, std::size_t at = 0) {
  return bytes.size() >= at + with.size() &&
         std::memcmp(bytes.data() + at, with.data(), with.size()) == 0;
}

Result<ModelFile> read_by_content(Bytes bytes) {
  if (bytes.empty()) return Error{"is empty: copy or download it again"};
  if (begins(bytes, "\x89HDF\r\n\x1a\n") || begins(bytes, "PK\x03\x04")) {
    return files::read_keras(bytes);
  }
  if (begins(bytes, "TFL3", 4)) return files::read_tflite(bytes);
  if (files::looks_like_safetensors(bytes)) return files::read_safetensors(bytes);
  if (begins(bytes, "version https://git-lfs")) {
    return Error{"is only a pointer of Git LFS: run 'git lfs pull' where it comes from"};
  }
  if (begins(bytes, "<!") || begins(bytes, "<html")) {
    return Error{"is a web page: download the file itself ('raw')"};
  }
  return Error{
      "is not a model file that imps knows (.h5, .keras, .tflite or .safetensors, told apart by "
      "their content): it is damaged or something else"};
}

}  // namespace

Result<ModelFile> read_model_file(const std::filesystem::path& path) {
  try {
    auto bytes = platform::read_whole_file(path, kMostBytes);
    if (!bytes) return in(path.string(), bytes.error());
    auto file = read_by_content(*bytes);
    if (!file) return in(path.string(), file.error());
    if (auto sound = check(file->weights); !sound) return in(path.string(), sound.error());
    file->digest = sha256(*bytes);
    return file;
  } catch (const std::bad_alloc&) {
    return Error{fmt::format("{}: there is not enough memory to read it", path.string())};
  } catch (const std::exception& error) {
    return Error{fmt::format("{}: cannot be read: {}", path.string(), error.what())};
  }
}

}  // namespace imps
