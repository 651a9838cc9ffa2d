#include "session/interfaces.h"

#include <utility>

namespace imps {

Result<Interfaces> open_interfaces(boost::asio::io_context& loop, const Settings& settings) {
  Interfaces opened;
  if (settings.osc.enabled) {
    auto osc = OscInterface::open(loop, settings.osc, settings.interaction.ahead);
    if (!osc) return osc.error();
    opened.osc = osc->get();
    opened.all.push_back(std::move(*osc));
  }
  return Result<Interfaces>(boost::system::in_place_value, std::move(opened));
}

}  // namespace imps
