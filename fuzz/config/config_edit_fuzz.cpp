// Whatever a config file holds: setting a key of it either is refused with a reason, or changes
// nothing but that key; it is never refused for want of a place where there must be one.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/edit.h"

namespace {

constexpr std::array<std::string_view, 8> kPaths{"midi.input",
                                                 "midi.input.\"X-TOUCH \xc3\xa4\"",
                                                 "model.dimension",
                                                 "title",
                                                 "a",
                                                 "a.b",
                                                 "a.b.c",
                                                 "interaction.seed"};
constexpr std::array<std::string_view, 4> kValues{"4", "\"ä # '\"", "{ \"K\" = [1, 2] }",
                                                  "[\n  \"control_change 1 7\",  # one\n]"};

void require(bool holds) {
  if (!holds) std::abort();
}

/// How many bytes of both are the same from the start, and then from the end.
std::size_t kept(std::string_view before, std::string_view after) {
  std::size_t head = 0;
  while (head < before.size() && head < after.size() && before[head] == after[head])
    ++head;
  std::size_t tail = 0;
  while (tail < before.size() - head && tail < after.size() - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail])
    ++tail;
  return head + tail;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  // The last byte chooses, so that the corpus is of config files.
  const std::string_view toml(reinterpret_cast<const char*>(data), size - 1);
  const std::string_view path = kPaths[data[size - 1] % kPaths.size()];
  const std::string_view value = kValues[data[size - 1] / kPaths.size() % kValues.size()];
  const auto edited = imps::set_key(toml, path, value);
  if (!edited) {
    require(!edited.error().message.empty() && edited.error().message.size() < 600);
    require(edited.error().message.find("there is no place") == std::string::npos);
    return 0;
  }
  // Set again it changes nothing: the value was put where the key is found.
  const auto again = imps::set_key(*edited, path, value);
  require(again && *again == *edited);
  // With another value only the value changes.
  const auto other = imps::set_key(*edited, path, "77777");
  require(other && other->size() >= 5);
  require(kept(*edited, *other) + 5 >= other->size());
  // A new key leaves every byte; and an old one all but its value, on either side of it.
  const auto old = imps::set_key(toml, path, "77777");
  require(old.has_value());
  require(kept(*old, *edited) + 5 >= old->size());
  return 0;
}
