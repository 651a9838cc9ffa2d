// A JACK client that sends controller messages, each at some place within a period, and sees when
// they come back. It prints the frames between, one number a line, and first the period and the
// rate. See latency.py.
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include <jack/jack.h>
#include <jack/midiport.h>
#include <poll.h>

namespace {

constexpr std::uint8_t kControlChange = 0xb0;
constexpr std::uint8_t kController = 1;

struct Probe {
  jack_client_t* client = nullptr;
  jack_port_t* out = nullptr;
  jack_port_t* in = nullptr;
  std::size_t wanted = 0;
  std::vector<jack_nframes_t> under_way;  // reserved; written by JACK's thread only
  std::atomic<std::size_t> answered{0};
  std::uint8_t value = 0;
  bool waits = false;
  jack_nframes_t sent_at = 0;
  jack_nframes_t rests = 0;  // periods until the next message
  std::uint32_t luck = 1;
};

int process(jack_nframes_t frames, void* given) {
  Probe& probe = *static_cast<Probe*>(given);
  void* const out = jack_port_get_buffer(probe.out, frames);
  jack_midi_clear_buffer(out);
  void* const in = jack_port_get_buffer(probe.in, frames);
  const jack_nframes_t now = jack_last_frame_time(probe.client);
  for (std::uint32_t k = 0; k < jack_midi_get_event_count(in); ++k) {
    jack_midi_event_t event;
    if (jack_midi_event_get(&event, in, k) != 0 || event.size != 3) continue;
    const bool is_it = probe.waits && event.buffer[0] == kControlChange &&
                       event.buffer[1] == kController && event.buffer[2] == probe.value;
    if (!is_it || probe.under_way.size() >= probe.wanted) continue;
    probe.waits = false;
    probe.under_way.push_back(now + event.time - probe.sent_at);
    probe.answered = probe.under_way.size();
    probe.rests = 3 + static_cast<jack_nframes_t>(probe.under_way.size() % 5);
  }
  // One that is lost is given up after a second.
  if (probe.waits && now - probe.sent_at > jack_get_sample_rate(probe.client)) probe.waits = false;
  if (probe.waits || probe.under_way.size() >= probe.wanted) return 0;
  if (probe.rests > 0) {
    --probe.rests;
    return 0;
  }
  probe.luck = probe.luck * 1'664'525 + 1'013'904'223;
  const jack_nframes_t place = (probe.luck >> 8) % frames;
  probe.value = static_cast<std::uint8_t>((probe.value + 1) % 128);
  const std::array<jack_midi_data_t, 3> message{kControlChange, kController, probe.value};
  if (jack_midi_event_write(out, place, message.data(), message.size()) != 0) return 0;
  probe.sent_at = now + place;
  probe.waits = true;
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) {
    std::fprintf(stderr, "usage: midi_probe MESSAGES PORT-TO-PLAY PORT-TO-HEAR\n");
    return 2;
  }
  Probe probe;
  probe.wanted = std::strtoul(words[1], nullptr, 10);
  probe.under_way.reserve(probe.wanted);
  probe.client = jack_client_open("probe", JackNoStartServer, nullptr);
  if (probe.client == nullptr) {
    std::fprintf(stderr, "midi_probe: there is no JACK server\n");
    return 1;
  }
  probe.out = jack_port_register(probe.client, "out", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
  probe.in = jack_port_register(probe.client, "in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
  jack_set_process_callback(probe.client, process, &probe);
  if (jack_activate(probe.client) != 0 || jack_connect(probe.client, "probe:out", words[2]) != 0 ||
      jack_connect(probe.client, words[3], "probe:in") != 0) {
    std::fprintf(stderr, "midi_probe: cannot be connected with %s and %s\n", words[2], words[3]);
    return 1;
  }
  while (probe.answered < probe.wanted)
    poll(nullptr, 0, 50);
  jack_deactivate(probe.client);
  std::printf("%u %u\n", jack_get_buffer_size(probe.client), jack_get_sample_rate(probe.client));
  for (const jack_nframes_t frames : probe.under_way)
    std::printf("%u\n", frames);
  jack_client_close(probe.client);
  return 0;
}
