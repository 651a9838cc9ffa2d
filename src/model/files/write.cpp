#include "model/files/write.h"

#include <algorithm>
#include <array>
#include <cctype>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "model/files/keras_write.h"
#include "model/files/onnx_write.h"
#include "model/files/rtneural_write.h"
#include "model/files/safetensors.h"

namespace imps::files {
namespace {

constexpr std::array<WrittenForm, 4> kForms{{
    {".safetensors", "imps safetensors", write_safetensors},
    {".keras", "Keras 3 .keras", write_keras},
    {".onnx", "ONNX", write_onnx},
    {".json", "RTNeural JSON", write_rtneural},
}};

std::string valid(const std::string& text) {
  using Text = nlohmann::json;
  return Text::parse(Text(text).dump(-1, ' ', false, Text::error_handler_t::replace))
      .get<std::string>();
}

}  // namespace

std::string written_endings() {
  std::string list;
  for (const WrittenForm& form : kForms) {
    list += list.empty() ? "" : &form == &kForms.back() ? " or " : ", ";
    list += form.ending;
  }
  return list;
}

Result<const WrittenForm*> written_form(std::string_view ending) {
  std::string lower(ending);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto* const found =
      std::find_if(kForms.begin(), kForms.end(),
                   [&lower](const WrittenForm& form) { return form.ending == lower; });
  if (found != kForms.end()) return &*found;
  return Error{fmt::format("'{}' is no ending of a model file that imps writes: end its name in {}",
                           lower.substr(0, 32), written_endings())};
}

Notes as_card(const Notes& notes) {
  Notes card;
  for (const auto& [name, value] : notes) {
    const std::string key = valid(name);
    std::erase_if(card, [&key](const auto& entry) { return entry.first == key; });
    card.emplace_back(key, valid(value));
  }
  return card;
}

}  // namespace imps::files
