// A keyboard that sends controller messages, each at some place within a period, and a synthesizer
// that sees when they arrive: two JACK clients, each in a process of its own. It prints the frames
// between, one number a line, and first the period and the rate. See latency.py.
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <new>
#include <vector>

#include <jack/jack.h>
#include <jack/midiport.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr std::uint8_t kControlChange = 0xb0;
constexpr std::uint8_t kController = 1;

/// What both processes see. One message at a time is under way.
struct Shared {
  std::atomic<bool> waits{false};
  std::atomic<std::uint8_t> value{0};
  std::atomic<jack_nframes_t> sent_at{0};
  std::atomic<std::uint32_t> answered{0};
  std::atomic<bool> is_over{false};
};

struct Keyboard {
  Shared& shared;
  jack_client_t* client = nullptr;
  jack_port_t* port = nullptr;
  std::uint32_t rested_after = 0;
  jack_nframes_t rests = 0;  // periods until the next message
  std::uint32_t luck = 1;

  void process(jack_nframes_t frames) {
    void* const out = jack_port_get_buffer(port, frames);
    jack_midi_clear_buffer(out);
    const jack_nframes_t now = jack_last_frame_time(client);
    // One that is lost is given up after a second.
    if (shared.waits && now - shared.sent_at > jack_get_sample_rate(client)) shared.waits = false;
    if (shared.waits || shared.is_over) return;
    if (const std::uint32_t answered = shared.answered; answered != rested_after) {
      rested_after = answered;
      rests = 3 + answered % 5;
    }
    if (rests > 0) {
      --rests;
      return;
    }
    luck = luck * 1'664'525 + 1'013'904'223;
    const jack_nframes_t place = (luck >> 8) % frames;
    const auto value = static_cast<std::uint8_t>((shared.value + 1) % 128);
    const std::array<jack_midi_data_t, 3> message{kControlChange, kController, value};
    shared.value = value;
    shared.sent_at = now + place;
    shared.waits = jack_midi_event_write(out, place, message.data(), message.size()) == 0;
  }
};

struct Synth {
  Shared& shared;
  std::size_t wanted;
  jack_client_t* client = nullptr;
  jack_port_t* port = nullptr;
  std::vector<std::int32_t> under_way{};  // reserved; written by JACK's thread only

  void process(jack_nframes_t frames) {
    void* const in = jack_port_get_buffer(port, frames);
    const jack_nframes_t now = jack_last_frame_time(client);
    for (std::uint32_t k = 0; k < jack_midi_get_event_count(in); ++k) {
      jack_midi_event_t event;
      if (jack_midi_event_get(&event, in, k) != 0 || event.size != 3) continue;
      const bool is_it = shared.waits && event.buffer[0] == kControlChange &&
                         event.buffer[1] == kController && event.buffer[2] == shared.value;
      if (!is_it || under_way.size() >= wanted) continue;
      under_way.push_back(static_cast<std::int32_t>(now + event.time - shared.sent_at));
      shared.answered = static_cast<std::uint32_t>(under_way.size());
      shared.waits = false;
    }
  }
};

/// Opens a client with one port, connected with `other`. False, and said, when that cannot be.
template <class Who>
bool open(Who& who, const char* name, unsigned long flags, const char* other) {
  who.client = jack_client_open(name, JackNoStartServer, nullptr);
  if (who.client == nullptr) {
    std::fprintf(stderr, "midi_probe: there is no JACK server\n");
    return false;
  }
  who.port = jack_port_register(who.client, "midi", JACK_DEFAULT_MIDI_TYPE, flags, 0);
  const auto process = [](jack_nframes_t frames, void* given) {
    static_cast<Who*>(given)->process(frames);
    return 0;
  };
  jack_set_process_callback(who.client, process, &who);
  const bool plays = flags == JackPortIsOutput;
  const char* const own = jack_port_name(who.port);
  const bool is_open = jack_activate(who.client) == 0 &&
                       jack_connect(who.client, plays ? own : other, plays ? other : own) == 0;
  if (!is_open) std::fprintf(stderr, "midi_probe: %s cannot be connected with %s\n", name, other);
  return is_open;
}

}  // namespace

int main(int count, char** words) {
  if (count != 4) {
    std::fprintf(stderr, "usage: midi_probe MESSAGES PORT-TO-PLAY PORT-TO-HEAR\n");
    return 2;
  }
  void* const memory =
      ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  Shared& shared = *new (memory) Shared;
  const pid_t player = ::fork();
  if (player == 0) {
    Keyboard keyboard{.shared = shared};
    if (!open(keyboard, "probe-keyboard", JackPortIsOutput, words[2])) _exit(1);
    while (!shared.is_over)
      ::poll(nullptr, 0, 50);
    jack_client_close(keyboard.client);
    _exit(0);
  }
  Synth synth{.shared = shared, .wanted = std::strtoul(words[1], nullptr, 10)};
  synth.under_way.reserve(synth.wanted);
  bool is_well = open(synth, "probe-synth", JackPortIsInput, words[3]);
  while (is_well && shared.answered < synth.wanted) {
    ::poll(nullptr, 0, 50);
    is_well = ::waitpid(player, nullptr, WNOHANG) == 0;
  }
  shared.is_over = true;
  ::waitpid(player, nullptr, 0);
  if (!is_well) return 1;
  jack_deactivate(synth.client);
  std::printf("%u %u\n", jack_get_buffer_size(synth.client), jack_get_sample_rate(synth.client));
  for (const std::int32_t frames : synth.under_way)
    std::printf("%d\n", frames);
  jack_client_close(synth.client);
  return 0;
}
