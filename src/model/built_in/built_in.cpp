#include "model/built_in/built_in.h"

#include <cassert>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "core/digest.h"
#include "model/built_in/compose.h"
#include "model/built_in/embedded.h"
#include "model/files/safetensors.h"

namespace imps {
namespace {

constexpr std::string_view kName = "built-in-";

std::optional<int> dimension_in(const std::string& name) {
  if (!name.starts_with(kName)) return std::nullopt;
  int dimension = 0;
  const char* const end = name.data() + name.size();
  const auto [rest, error] = std::from_chars(name.data() + kName.size(), end, dimension);
  if (error != std::errc{} || rest != end) return std::nullopt;
  if (dimension < kMinDimension || dimension > kMaxDimension) return std::nullopt;
  return dimension;
}

}  // namespace

ModelFile built_in_model_file(int dimension) {
  assert(dimension >= kMinDimension && dimension <= kMaxDimension);
  const int of = dimension > kMostBuiltIn ? kBuiltInPart : dimension;
  const auto bytes = embedded_model(of);
  // The files are part of the program, and tests read each of them.
  ModelFile file = files::read_safetensors(bytes).value();
  file.format = "built in";
  file.digest = fmt::format("{}-{}", built_in_name(dimension), sha256(bytes).substr(0, 16));
  if (dimension > of) {
    file.weights = compose(file.weights, dimension);
    file.notes.insert(
        file.notes.begin(),
        {"composed",
         fmt::format("dimension {}: {} times the model of dimension {} that the rest of "
                     "this card is about, side by side",
                     dimension, built_in_parts(dimension), of)});
  }
  return file;
}

std::string built_in_name(int dimension) { return fmt::format("{}{}", kName, dimension); }

bool is_built_in_name(const std::filesystem::path& path) {
  return dimension_in(path.string()).has_value();
}

Result<ModelFile> find_model_file(const std::filesystem::path& path) {
  std::error_code error;
  const auto dimension = dimension_in(path.string());
  if (dimension && !std::filesystem::exists(path, error))
    return Result<ModelFile>(boost::system::in_place_value, built_in_model_file(*dimension));
  return read_model_file(path);
}

}  // namespace imps
