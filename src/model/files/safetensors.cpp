#include "model/files/safetensors.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/files/half.h"
#include "model/files/named_tensor.h"

namespace imps::files {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the format is little-endian, and values are copied as they are");

using Json = nlohmann::ordered_json;

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kMostHeader = std::size_t{1} << 18;
constexpr std::size_t kAlignment = 64;  // of the values, so that they can be used in place
constexpr int kMostDepth = 2;           // {tensor: {shape: [..]}}
constexpr std::size_t kMostKeys = 1000;

std::uint64_t header_length(std::span<const std::byte> bytes) noexcept {
  std::uint64_t length = 0;
  std::memcpy(&length, bytes.data(), sizeof length);
  return length;
}

// Flat and small, or nothing: neither depth nor a flood of keys gets into memory.
std::optional<Json> parse_header(std::string_view text) {
  bool absurd = false;
  std::size_t keys = 0;
  std::set<std::string, std::less<>> names;
  const auto watch = [&](int depth, Json::parse_event_t event, Json& parsed) {
    using Event = Json::parse_event_t;
    if (event == Event::key) {
      absurd = absurd || ++keys > kMostKeys;
      if (!absurd && depth == 1) {
        absurd = !names.insert(parsed.get<std::string>()).second;  // twice the same tensor
      }
    } else if (event == Event::object_start || event == Event::array_start) {
      absurd = absurd || depth > kMostDepth;
    }
    return !absurd;
  };
  Json header = Json::parse(text, watch, false);
  if (absurd || !header.is_object()) return std::nullopt;
  return header;
}

struct Tensor {
  bool is_half = false;
  std::vector<std::uint64_t> shape;
  std::span<const std::byte> data;
};

using Tensors = std::map<std::string, Tensor, std::less<>>;

// One entry of the header; an Error without the tensor's name.
Result<Tensor> tensor_of(const Json& entry, std::span<const std::byte> data) {
  const auto is_list = [&entry](const char* name) {
    const auto at = entry.find(name);
    if (at == entry.end() || !at->is_array() || at->size() > 8) return false;
    for (const auto& number : *at) {
      if (!number.is_number_unsigned()) return false;
    }
    return true;
  };
  if (!entry.is_object() || !is_list("shape") || !is_list("data_offsets") ||
      entry.at("data_offsets").size() != 2 || !entry.contains("dtype")) {
    return Error{"its entry is not {dtype, shape, data_offsets}"};
  }
  Tensor tensor;
  tensor.is_half = entry.at("dtype") == "F16";
  if (!tensor.is_half && entry.at("dtype") != "F32")
    return Error{"its dtype is neither F32 nor F16, which imps models have"};
  std::uint64_t size = tensor.is_half ? sizeof(std::uint16_t) : sizeof(float);
  for (const auto& dim : entry.at("shape")) {
    tensor.shape.push_back(dim.get<std::uint64_t>());
    if (__builtin_mul_overflow(size, tensor.shape.back(), &size))
      return Error{"its shape is absurd"};
  }
  const auto begin = entry.at("data_offsets")[0].get<std::uint64_t>();
  const auto end = entry.at("data_offsets")[1].get<std::uint64_t>();
  if (begin > end || end > data.size()) {
    return Error{
        fmt::format("its bytes {} to {} are not all there ({} follow the header): the file "
                    "is cut, copy or download it again",
                    begin, end, data.size())};
  }
  if (end - begin != size) {
    return Error{fmt::format("shape {} takes {} bytes, it has {}", shape_text(tensor.shape), size,
                             end - begin)};
  }
  tensor.data = data.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(size));
  return tensor;
}

Result<void> take(const Tensors& tensors, const std::string& name,
                  const std::vector<std::uint64_t>& shape, std::vector<float>& into) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) {
    std::string list;
    for (const auto& [other, tensor] : tensors)
      list += (list.empty() ? "" : "; ") + other + " " + shape_text(tensor.shape);
    return Error{fmt::format("tensor {} is missing, expected {}; found: {}", name,
                             shape_text(shape), list.empty() ? "no tensors" : list)};
  }
  if (found->second.shape != shape) {
    return Error{fmt::format("tensor {}: shape {}, expected {}", name,
                             shape_text(found->second.shape), shape_text(shape))};
  }
  const std::span<const std::byte> data = found->second.data;
  if (found->second.is_half) {
    into.resize(data.size() / sizeof(std::uint16_t));
    for (std::size_t k = 0; k < into.size(); ++k) {
      std::uint16_t half = 0;
      std::memcpy(&half, &data[k * sizeof half], sizeof half);
      into[k] = from_half(half);
    }
  } else {
    into.resize(data.size() / sizeof(float));
    if (!into.empty()) std::memcpy(into.data(), data.data(), data.size());
  }
  return {};
}

// The size that a tensor's shape tells, or 0, with which what follows asks for the right thing.
std::uint64_t dim_of(const Tensors& tensors, std::string_view name, std::size_t axis) {
  const auto found = tensors.find(name);
  return found != tensors.end() && found->second.shape.size() > axis ? found->second.shape[axis]
                                                                     : 0;
}

Result<Weights> weights_of(const Tensors& tensors) {
  const std::uint64_t dimension = dim_of(tensors, "lstm0.kernel", 0);
  const std::uint64_t units = dim_of(tensors, "lstm0.recurrent_kernel", 0);
  const std::uint64_t mixtures = dim_of(tensors, "mdn.pi.bias", 0);
  int layers = 1;
  while (layers < kMaxLayers && tensors.contains(fmt::format("lstm{}.kernel", layers)))
    ++layers;
  if (dimension > kMaxDimension || units > kMaxUnits || mixtures > kMaxMixtures) {
    return Error{
        fmt::format("dimension {}, {} units, {} mixtures: at most {}, {} and {} are "
                    "accepted",
                    dimension, units, mixtures, kMaxDimension, kMaxUnits, kMaxMixtures)};
  }
  Weights weights;
  weights.sizes = {.dimension = static_cast<int>(dimension),
                   .layers = layers,
                   .units = static_cast<int>(units),
                   .mixtures = static_cast<int>(mixtures)};
  std::size_t used = 0;
  const auto get = [&](const std::string& name, const std::vector<std::uint64_t>& shape,
                       std::vector<float>& into) {
    ++used;
    return take(tensors, name, shape, into);
  };
  for (int i = 0; i < layers; ++i) {
    LstmWeights& lstm = weights.lstm.emplace_back();
    const std::string name = fmt::format("lstm{}.", i);
    for (auto done : {get(name + "kernel", {i == 0 ? dimension : units, 4 * units}, lstm.kernel),
                      get(name + "recurrent_kernel", {units, 4 * units}, lstm.recurrent_kernel),
                      get(name + "bias", {4 * units}, lstm.bias)}) {
      if (!done) return done.error();
    }
  }
  for (const auto& [name, dense, out] :
       {std::tuple{std::string("mdn.mus."), &weights.mus, mixtures * dimension},
        std::tuple{std::string("mdn.sigmas."), &weights.sigmas, mixtures * dimension},
        std::tuple{std::string("mdn.pi."), &weights.pi, mixtures}}) {
    for (auto done : {get(name + "kernel", {units, out}, dense->kernel),
                      get(name + "bias", {out}, dense->bias)}) {
      if (!done) return done.error();
    }
  }
  if (used != tensors.size()) {
    return Error{fmt::format("has {} tensors, a model of {} layers has {}: it is of another kind",
                             tensors.size(), layers, used)};
  }
  return weights;
}

/// What the card says of the tensors is so. A card need not say anything.
Result<void> check_card(const Notes& notes, const Sizes& sizes) {
  const std::array<std::pair<std::string_view, int>, 5> facts{
      {{"dimension", sizes.dimension},
       {"layers", sizes.layers},
       {"units", sizes.units},
       {"mixtures", sizes.mixtures},
       {"scale", static_cast<int>(kScale)}}};
  for (const auto& [name, value] : notes) {
    for (const auto& [fact, is] : facts) {
      if (name != fact) continue;
      double says = NAN;
      const char* const end = value.data() + value.size();
      const auto read = std::from_chars(value.data(), end, says);
      if (read.ec != std::errc{} || read.ptr != end || says != is)
        return Error{fmt::format("its card says {} {}, and it is {}: make or download it again",
                                 name, value, is)};
    }
  }
  return {};
}

Error cut(std::string_view what) {
  return Error{fmt::format("{}: the file is cut or damaged, copy or download it again", what)};
}

}  // namespace

bool looks_like_safetensors(std::span<const std::byte> bytes) noexcept {
  return bytes.size() > kLengthBytes && bytes[kLengthBytes] == std::byte{'{'} &&
         header_length(bytes) <= std::uint64_t{1} << 32;
}

Result<ModelFile> read_safetensors(std::span<const std::byte> bytes) {
  if (bytes.size() < kLengthBytes) return cut("has no header");
  const std::uint64_t length = header_length(bytes);
  if (length > kMostHeader) {
    return cut(fmt::format("the header says that it has {} bytes, at most {} are accepted", length,
                           kMostHeader));
  }
  if (length > bytes.size() - kLengthBytes) {
    return cut(
        fmt::format("the header has {} bytes, {} are there", length, bytes.size() - kLengthBytes));
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()) + kLengthBytes,
                              static_cast<std::size_t>(length));
  auto header = parse_header(text);
  if (!header) return cut("the header is not a flat JSON object with different names");
  const auto data = bytes.subspan(kLengthBytes + static_cast<std::size_t>(length));

  ModelFile file{.format = "imps safetensors"};
  Tensors tensors;
  std::uint64_t total = 0;
  for (const auto& [name, entry] : header->items()) {
    if (name == "__metadata__") {
      if (!entry.is_object()) return cut("__metadata__ is not an object");
      for (const auto& [key, value] : entry.items()) {
        if (!value.is_string()) return cut("__metadata__ holds something else than texts");
        file.notes.emplace_back(key, value.get<std::string>());
      }
      continue;
    }
    auto tensor = tensor_of(entry, data);
    if (!tensor) return in("tensor " + name, tensor.error());
    total += tensor->data.size();
    tensors.emplace(name, std::move(*tensor));
  }
  // Every byte belongs to one tensor: none shared, none hidden, none missing.
  if (total != data.size()) {
    return cut(fmt::format("its tensors take {} bytes, {} follow the header", total, data.size()));
  }
  auto weights = weights_of(tensors);
  if (!weights) return weights.error();
  file.weights = std::move(*weights);
  if (auto fits = check_card(file.notes, file.weights.sizes); !fits) return fits.error();
  return file;
}

Result<std::vector<std::byte>> write_safetensors(const Weights& weights, const Notes& metadata) {
  if (auto sound = check(weights); !sound) return sound.error();
  Json header = Json::object();
  if (!metadata.empty()) {
    Json& card = header["__metadata__"] = Json::object();
    for (const auto& [key, value] : metadata) {
      if (card.contains(key)) return Error{fmt::format("the model card says {} twice", key)};
      card[key] = value;
    }
  }
  std::vector<std::span<const float>> blocks;
  std::size_t offset = 0;
  const auto add = [&](const std::string& name, const std::vector<float>& values,
                       const std::vector<std::size_t>& shape) {
    const std::size_t size = values.size() * sizeof(float);
    header[name] = {{"dtype", "F32"}, {"shape", shape}, {"data_offsets", {offset, offset + size}}};
    offset += size;
    blocks.emplace_back(values);
  };
  for (std::size_t i = 0; i < weights.lstm.size(); ++i) {
    const LstmWeights& lstm = weights.lstm[i];
    const std::string name = fmt::format("lstm{}.", i);
    const std::size_t gates = lstm.bias.size();
    add(name + "kernel", lstm.kernel, {lstm.kernel.size() / gates, gates});
    add(name + "recurrent_kernel", lstm.recurrent_kernel, {gates / 4, gates});
    add(name + "bias", lstm.bias, {gates});
  }
  for (const auto& [name, dense] : {std::pair{std::string("mdn.mus."), &weights.mus},
                                    std::pair{std::string("mdn.sigmas."), &weights.sigmas},
                                    std::pair{std::string("mdn.pi."), &weights.pi}}) {
    const std::size_t out = dense->bias.size();
    add(name + "kernel", dense->kernel, {dense->kernel.size() / out, out});
    add(name + "bias", dense->bias, {out});
  }

  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace);
  const std::size_t unpadded = kLengthBytes + text.size();
  text.append((kAlignment - unpadded % kAlignment) % kAlignment, ' ');
  if (text.size() > kMostHeader) return Error{"the model card is too long for a model file"};
  const std::uint64_t length = text.size();
  std::vector<std::byte> bytes;
  bytes.reserve(kLengthBytes + text.size() + offset);
  const auto put = [&bytes](const void* from, std::size_t size) {
    const auto* const first = static_cast<const std::byte*>(from);
    bytes.insert(bytes.end(), first, first + size);
  };
  put(&length, sizeof length);
  put(text.data(), text.size());
  for (const auto block : blocks)
    put(block.data(), block.size_bytes());
  return bytes;
}

}  // namespace imps::files
