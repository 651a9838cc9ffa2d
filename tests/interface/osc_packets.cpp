#include "tests/interface/osc_packets.h"

#include <bit>

namespace imps::test {

void add_uint32(Packet& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8)
    to.push_back(static_cast<std::byte>(value >> shift));
}
void add_uint64(Packet& to, std::uint64_t value) {
  add_uint32(to, static_cast<std::uint32_t>(value >> 32));
  add_uint32(to, static_cast<std::uint32_t>(value));
}
void add_float(Packet& to, float value) { add_uint32(to, std::bit_cast<std::uint32_t>(value)); }
void add_double(Packet& to, double value) { add_uint64(to, std::bit_cast<std::uint64_t>(value)); }
void add_text(Packet& to, std::string_view text) {
  for (const char c : text)
    to.push_back(static_cast<std::byte>(c));
  do {
    to.push_back(std::byte{0});
  } while (to.size() % 4 != 0);
}

Packet message(std::string_view address, std::string_view tags, const Packet& payload) {
  Packet packet;
  add_text(packet, address);
  if (!tags.empty()) add_text(packet, tags);
  packet.insert(packet.end(), payload.begin(), payload.end());
  return packet;
}

Packet floats(std::string_view address, const std::vector<float>& values) {
  Packet payload;
  for (const float value : values)
    add_float(payload, value);
  return message(address, std::string(",").append(values.size(), 'f'), payload);
}

Packet text_message(std::string_view address, std::string_view text) {
  Packet payload;
  add_text(payload, text);
  return message(address, ",s", payload);
}

Packet bundle(std::uint64_t time_tag, const std::vector<Packet>& elements) {
  Packet packet;
  add_text(packet, "#bundle");
  add_uint64(packet, time_tag);
  for (const Packet& element : elements) {
    add_uint32(packet, static_cast<std::uint32_t>(element.size()));
    packet.insert(packet.end(), element.begin(), element.end());
  }
  return packet;
}

}  // namespace imps::test
