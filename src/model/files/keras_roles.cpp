#include "model/files/keras_roles.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "model/files/path_order.h"

namespace imps::files {
namespace {

constexpr std::uint64_t kGates = 4;
constexpr std::size_t kMostLayers = kMaxLayers + 3;  // LSTM; mus, sigmas and pi

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string what_was_found(const NamedTensors& found) {
  constexpr std::size_t kMostListed = 24;
  std::string list;
  for (std::size_t i = 0; i < found.tensors.size() && i < kMostListed; ++i) {
    list += fmt::format("{}{} {}", i == 0 ? "" : "; ", found.tensors[i].name,
                        describe(found.tensors[i]));
  }
  if (found.tensors.size() > kMostListed) {
    list += fmt::format("; and {} more", found.tensors.size() - kMostListed);
  }
  return list.empty() ? "no tensors" : list;
}

enum class Part { mus, sigmas, pi };

// What a layer's path says it is, the innermost word first: "td_mdn/mdn_outputs/mdn_pi" is pi.
std::optional<Part> part_named(std::string_view path) {
  auto parts = path_parts(path);
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    std::string word;
    for (std::size_t i = 0; i <= part->size(); ++i) {
      const char c = i < part->size() ? (*part)[i] : '_';
      if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
        word += static_cast<char>(c | 0x20);
        continue;
      }
      if (word == "mus" || word == "mu") return Part::mus;
      if (word == "sigmas" || word == "sigma") return Part::sigmas;
      if (word == "pi" || word == "pis") return Part::pi;
      word.clear();
    }
  }
  return std::nullopt;
}

// A layer, as far as its tensors say: what lies in one folder of the file.
struct Layer {
  std::string path;
  std::vector<NamedTensor*> by_number;  // vars/0, vars/1, … until they get their roles
  NamedTensor* kernel = nullptr;
  NamedTensor* recurrent_kernel = nullptr;
  NamedTensor* bias = nullptr;
  std::size_t place = SIZE_MAX;  // in layer_names or weight_names, where the file has them

  // By its name too: one that lacks a tensor is to be named as what it is.
  [[nodiscard]] bool is_lstm() const {
    return recurrent_kernel != nullptr ||
           (path.find("lstm") != std::string::npos && !part_named(path));
  }
};

bool in_order(const Layer& a, const Layer& b) {
  return a.place != b.place ? a.place < b.place : comes_before(a.path, b.path);
}

// "layers/lstm/cell/vars/0": folder "layers/lstm/cell", number 0. "td/mus/kernel_1:0": folder
// "td/mus#1" (old Keras numbers what would have the same name), word "kernel".
struct Place {
  std::string folder;
  std::string word;
  std::optional<std::size_t> number;
};

Place place_of(const std::string& name) {
  std::vector<std::string_view> parts = path_parts(name);
  Place place;
  if (parts.empty()) return place;
  std::string_view last = parts.back();
  parts.pop_back();
  if (last.ends_with(":0")) last.remove_suffix(2);
  std::string_view suffix;
  if (is_digits(last) && last.size() < 3 && !parts.empty() && parts.back() == "vars") {
    parts.pop_back();
    place.number = last.size() == 1
                       ? static_cast<std::size_t>(last[0] - '0')
                       : static_cast<std::size_t>((last[0] - '0') * 10 + (last[1] - '0'));
  } else {
    const std::size_t underscore = last.rfind('_');
    if (underscore != std::string_view::npos && is_digits(last.substr(underscore + 1))) {
      suffix = last.substr(underscore + 1);
      last = last.substr(0, underscore);
    }
    place.word = last;
  }
  place.folder = fmt::format("{}", fmt::join(parts, "/"));
  if (!suffix.empty()) place.folder += fmt::format("#{}", suffix);
  return place;
}

Result<std::vector<Layer>> layers_of(NamedTensors& found) {
  std::map<std::string, Layer> layers;
  for (NamedTensor& tensor : found.tensors) {
    // Counters and scalars (seeds, the state of metrics) are no part of the network.
    if (!tensor.read || tensor.shape.empty()) continue;
    const Place place = place_of(tensor.name);
    Layer& layer = layers[place.folder];
    layer.path = place.folder;
    NamedTensor** role = place.word == "kernel"             ? &layer.kernel
                         : place.word == "recurrent_kernel" ? &layer.recurrent_kernel
                         : place.word == "bias"             ? &layer.bias
                                                            : nullptr;
    if (place.number && *place.number < 3) {
      layer.by_number.resize(std::max(layer.by_number.size(), *place.number + 1), nullptr);
      role = &layer.by_number[*place.number];
    }
    if (role == nullptr || *role != nullptr) {
      return Error{fmt::format(
          "tensor {} {} is no part of an MDRNN (LSTM layers and a mixture density layer): this "
          "model is of another kind",
          tensor.name, describe(tensor))};
    }
    *role = &tensor;
  }
  std::vector<Layer> list;
  for (auto& [path, layer] : layers) {
    const auto numbered = [&layer = layer](std::size_t i) {
      return i < layer.by_number.size() ? layer.by_number[i] : nullptr;
    };
    if (!layer.by_number.empty()) {
      layer.kernel = numbered(0);
      const bool lstm = layer.by_number.size() == 3 || layer.is_lstm();
      (lstm ? layer.recurrent_kernel : layer.bias) = numbered(1);
      if (lstm) layer.bias = numbered(2);
    }
    list.push_back(std::move(layer));
  }
  return list;
}

// Gives layers the places that Keras's lists of names say.
void put_in_place(std::vector<Layer>& layers, const Notes& texts) {
  for (const auto& [name, text] : texts) {
    const bool of_layers = name.ends_with("@layer_names");
    if (!of_layers && !name.ends_with("@weight_names")) continue;
    const std::string folder = name.substr(0, name.rfind('@'));
    const std::string prefix = folder.empty() ? "" : folder + "/";
    std::size_t line_number = 0;
    std::map<std::string, std::size_t, std::less<>> lines;
    for (std::size_t begin = 0; begin <= text.size();) {
      const std::size_t end = std::min(text.find('\n', begin), text.size());
      lines.emplace(prefix + text.substr(begin, end - begin), line_number++);
      begin = end + 1;
    }
    for (Layer& layer : layers) {
      const NamedTensor* const first = layer.kernel;
      if (first == nullptr || !first->name.starts_with(prefix)) continue;
      // The layer's own name is the part after the folder that lists it.
      const std::string key =
          of_layers ? first->name.substr(0, first->name.find('/', prefix.size())) : first->name;
      // Names of weights order the parts of one layer, and only where nothing orders whole layers.
      if (!of_layers && layer.is_lstm()) continue;
      const auto line = lines.find(key);
      if (line != lines.end() && (of_layers == layer.is_lstm())) layer.place = line->second;
    }
  }
}

// Takes the values of `tensor` if it is there and has `shape`.
Result<void> take(NamedTensor* tensor, const std::string& role,
                  const std::vector<std::uint64_t>& shape, const NamedTensors& found,
                  std::vector<float>& into) {
  if (tensor == nullptr) {
    return Error{fmt::format("tensor {} is missing, expected {}; found: {}", role,
                             shape_text(shape), what_was_found(found))};
  }
  if (tensor->shape != shape) {
    return Error{fmt::format("tensor {} ({}): shape {}, expected {}", tensor->name, role,
                             shape_text(tensor->shape), shape_text(shape))};
  }
  into = std::move(tensor->values);
  return {};
}

struct Head {
  Layer* mus = nullptr;
  Layer* sigmas = nullptr;
  Layer* pi = nullptr;
};

// The three dense layers of the mixture. Missing ones stay null.
Result<Head> head_of(std::vector<Layer>& dense, Notes& notes) {
  Head head;
  std::vector<Layer*> unnamed;
  for (Layer& layer : dense) {
    const auto part = part_named(layer.path);
    Layer** const role = !part                   ? nullptr
                         : *part == Part::mus    ? &head.mus
                         : *part == Part::sigmas ? &head.sigmas
                                                 : &head.pi;
    if (role == nullptr) {
      unnamed.push_back(&layer);
    } else if (*role != nullptr) {
      return Error{
          fmt::format("{} and {} both look like the same part of the mixture density layer",
                      (*role)->path, layer.path)};
    } else {
      *role = &layer;
    }
  }
  if (unnamed.empty()) return head;
  const auto width = [](const Layer* layer) {
    return layer->kernel != nullptr && layer->kernel->shape.size() == 2 ? layer->kernel->shape[1]
                                                                        : 0;
  };
  if (unnamed.size() == 3 && dense.size() == 3) {
    std::sort(unnamed.begin(), unnamed.end(),
              [](const Layer* a, const Layer* b) { return in_order(*a, *b); });
    const auto pi = std::min_element(unnamed.begin(), unnamed.end(),
                                     [&](auto* a, auto* b) { return width(a) < width(b); });
    head.pi = *pi;
    unnamed.erase(pi);
    if (width(unnamed[0]) == width(unnamed[1]) && width(head.pi) < width(unnamed[0])) {
      head.mus = unnamed[0];
      head.sigmas = unnamed[1];
      notes.emplace_back("mus and sigmas", fmt::format("told apart by their order ({}, then {}): "
                                                       "their names do not say it",
                                                       head.mus->path, head.sigmas->path));
      return head;
    }
  }
  const Layer& first = *unnamed.front();
  const NamedTensor* const tensor = first.kernel != nullptr ? first.kernel : first.bias;
  return Error{
      fmt::format("tensor {} {} is no part of an MDRNN (LSTM layers and a mixture density "
                  "layer of mus, sigmas and pi): this model is of another kind",
                  tensor->name, describe(*tensor))};
}

Result<void> take_lstm(Weights& weights, std::vector<Layer>& lstm, std::uint64_t units,
                       const NamedTensors& found) {
  for (std::size_t i = 0; i < lstm.size(); ++i) {
    const std::uint64_t in = i == 0 ? static_cast<std::uint64_t>(weights.sizes.dimension) : units;
    const std::string role = fmt::format("of LSTM layer {}", i);
    LstmWeights& into = weights.lstm.emplace_back();
    for (auto done :
         {take(lstm[i].kernel, "kernel " + role, {in, kGates * units}, found, into.kernel),
          take(lstm[i].recurrent_kernel, "recurrent_kernel " + role, {units, kGates * units}, found,
               into.recurrent_kernel),
          take(lstm[i].bias, "bias " + role, {kGates * units}, found, into.bias)}) {
      if (!done) return done;
    }
  }
  return {};
}

Result<void> take_dense(DenseWeights& into, Layer* layer, const std::string& name,
                        std::uint64_t units, std::uint64_t out, const NamedTensors& found) {
  if (auto done = take(layer != nullptr ? layer->kernel : nullptr, name + " kernel", {units, out},
                       found, into.kernel);
      !done) {
    return done;
  }
  return take(layer != nullptr ? layer->bias : nullptr, name + " bias", {out}, found, into.bias);
}

}  // namespace

Result<Weights> keras_weights(NamedTensors& found, Notes& notes) {
  auto layers = layers_of(found);
  if (!layers) return layers.error();
  if (layers->size() > kMostLayers) {
    return Error{fmt::format("has {} layers with weights, an MDRNN has at most {}", layers->size(),
                             kMostLayers)};
  }
  put_in_place(*layers, found.texts);

  const auto first_dense = std::partition(layers->begin(), layers->end(),
                                          [](const Layer& layer) { return layer.is_lstm(); });
  std::vector<Layer> lstm(layers->begin(), first_dense);
  std::vector<Layer> dense(first_dense, layers->end());
  std::sort(lstm.begin(), lstm.end(), in_order);
  std::sort(dense.begin(), dense.end(), in_order);

  if (lstm.empty()) {
    return Error{fmt::format("has no LSTM layer (a recurrent_kernel [units, 4·units]); found: {}",
                             what_was_found(found))};
  }
  const NamedTensor* const kernel = lstm[0].kernel;
  const NamedTensor* const recurrent = lstm[0].recurrent_kernel;
  if (kernel == nullptr || recurrent == nullptr) {
    return Error{fmt::format("tensor {} of LSTM layer 0 is missing; found: {}",
                             kernel == nullptr ? "kernel" : "recurrent_kernel",
                             what_was_found(found))};
  }
  if (recurrent->shape.size() != 2 || recurrent->shape[0] > kMaxUnits ||
      recurrent->shape[1] != kGates * recurrent->shape[0]) {
    return Error{fmt::format("tensor {}: shape {}, expected [units, 4·units] with at most {} units",
                             recurrent->name, shape_text(recurrent->shape), kMaxUnits)};
  }
  const std::uint64_t units = recurrent->shape[0];
  if (kernel->shape.size() != 2 || kernel->shape[0] > kMaxDimension) {
    return Error{
        fmt::format("tensor {}: shape {}, expected [dimension, {}] with a dimension of at "
                    "most {}",
                    kernel->name, shape_text(kernel->shape), kGates * units, kMaxDimension)};
  }
  const std::uint64_t dimension = kernel->shape[0];

  auto head = head_of(dense, notes);
  if (!head) return head.error();
  if (head->pi == nullptr || head->pi->bias == nullptr || head->pi->bias->shape.size() != 1 ||
      head->pi->bias->shape[0] > kMaxMixtures) {
    return Error{fmt::format(
        "tensor pi bias, expected [mixtures] with at most {} mixtures, is {}; "
        "found: {}",
        kMaxMixtures,
        head->pi == nullptr || head->pi->bias == nullptr ? "missing"
                                                         : shape_text(head->pi->bias->shape),
        what_was_found(found))};
  }
  const std::uint64_t mixtures = head->pi->bias->shape[0];

  Weights weights;
  weights.sizes = {.dimension = static_cast<int>(dimension),
                   .layers = static_cast<int>(lstm.size()),
                   .units = static_cast<int>(units),
                   .mixtures = static_cast<int>(mixtures)};
  if (auto done = take_lstm(weights, lstm, units, found); !done) return done.error();
  for (auto done :
       {take_dense(weights.mus, head->mus, "mus", units, mixtures * dimension, found),
        take_dense(weights.sigmas, head->sigmas, "sigmas", units, mixtures * dimension, found),
        take_dense(weights.pi, head->pi, "pi", units, mixtures, found)}) {
    if (!done) return done.error();
  }
  return weights;
}

}  // namespace imps::files
