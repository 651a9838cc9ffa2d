// Whatever a session file holds as settings: sound settings that survive being written and read
// again, or an error.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "config/check.h"
#include "config/json.h"
#include "config/keys.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view json(reinterpret_cast<const char*>(data), size);
  const auto settings = imps::settings_from_json(json);
  if (!settings) return settings.error().message.empty() ? (std::abort(), 0) : 0;
  if (!imps::check(*settings).empty()) std::abort();
  const auto again = imps::settings_from_json(imps::settings_to_json(*settings));
  if (!again || !imps::changes(*settings, *again).empty()) std::abort();
  return 0;
}
