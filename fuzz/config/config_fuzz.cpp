// Whatever a config file holds: it is read or refused with a reason, its messages stay short, and
// what was read without errors is sound and survives being written and read again.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "config/check.h"
#include "config/keys.h"
#include "config/read.h"
#include "config/write.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view toml(reinterpret_cast<const char*>(data), size);
  const imps::ConfigRead config = imps::read_config(toml, "x.toml");
  for (const auto* list : {&config.errors, &config.warnings}) {
    for (const imps::Diagnostic& diagnostic : *list) {
      require(!diagnostic.what.empty() && !diagnostic.fix.empty());
      require(to_text(diagnostic).size() < 600);
    }
  }
  if (!config.ok()) return 0;
  require(imps::check(config.settings).empty());
  const imps::ConfigRead again = imps::read_config(imps::write_config(config.settings), "y.toml");
  require(again.ok());
  // Written anew, only what was said of the settings themselves may be said again.
  for (const imps::Diagnostic& diagnostic : again.warnings) {
    require(std::ranges::any_of(config.warnings, [&](const imps::Diagnostic& before) {
      return before.what == diagnostic.what;
    }));
  }
  require(imps::changes(config.settings, again.settings).empty());
  return 0;
}
