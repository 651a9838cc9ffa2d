// One place that datagrams are sent to, whatever happens there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/udp.hpp>

#include <imps/time.h>

#include "config/settings.h"
#include "interface/osc/backoff.h"
#include "interface/osc/counts.h"
#include "interface/osc/host_lookup.h"
#include "interface/osc/wire.h"

namespace imps {

/// Sends to an endpoint. Nothing here fails for good: what cannot be sent is counted, a receiver
/// that comes back is sent to again, and a host's address is looked up anew (off the loop, and ever
/// less often: after 1 s, 2 s, … up to a minute) when sending to it fails.
/// Thread-safe: no.
class UdpOutput {
 public:
  /// Opens at once when `endpoint` needs no lookup; else starts to look it up.
  UdpOutput(boost::asio::io_context& loop, Endpoint endpoint, OscTally& tally);

  /// True when it was sent (nobody knows whether it arrived). Never blocks. Realtime-safe: yes,
  /// but for the rare call that finds the output not connected and tries again.
  bool send(Bytes packet, TimePoint now);

  [[nodiscard]] const Endpoint& endpoint() const noexcept { return endpoint_; }
  /// Where it sends to, once that is known.
  [[nodiscard]] std::optional<UdpEndpoint> address() const noexcept { return address_; }
  /// Takes the answer of a lookup that is done; cheap when there is none.
  void take_lookup();
  /// Blocks until no lookup is under way: for the start, and for tests.
  void wait_for_lookup();
  /// How often the host's name has been looked up.
  [[nodiscard]] int lookups() const noexcept { return lookups_; }

 private:
  bool connect(const UdpEndpoint& to);
  void start_lookup();
  void try_again(TimePoint now);
  void count_failure(std::string_view reason);

  Endpoint endpoint_;
  std::string name_;  // "host:port", for reports
  OscTally& tally_;
  boost::asio::ip::udp::socket socket_;
  std::optional<UdpEndpoint> numeric_;
  std::optional<UdpEndpoint> address_;
  std::optional<HostLookup> lookup_;
  int lookups_ = 0;
  int sent_in_a_row_ = 0;
  bool told_of_nobody_ = false;
  Backoff backoff_{std::chrono::seconds(1), std::chrono::seconds(60)};
};

}  // namespace imps
