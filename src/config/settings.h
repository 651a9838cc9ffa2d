// Everything that can be set, as plain aggregates with their defaults. What a key means is
// documented once, in the table of keys (config/keys.h).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <imps/mode.h>
#include <imps/model.h>
#include <imps/time.h>

#include "config/midi_binding.h"
#include "config/midi_light.h"
#include "config/midi_mapping.h"
#include "config/route.h"
#include "config/scene.h"

namespace imps {

struct Endpoint {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

struct InteractionSettings {
  Mode mode = Mode::call_response;
  Seconds threshold{0.1};   ///< silence after which the model answers, ≥ 0
  bool input_thru = false;  ///< the performer's frames go to the outputs as well
  bool start_now = false;   ///< battle begins at once instead of with the first frame
  bool ahead = false;       ///< predictions go out early, as bundles timetagged with their due time
  Seconds max_rest{5.0};    ///< upper bound of a predicted dt, > 0
  bool shared_hands = false;    ///< touched controls stay the performer's while the model plays
  Seconds release{1.0};         ///< so long after the last touch, ≥ 0
  Seconds glide{0.5};           ///< over so long the model takes over what was left, ≥ 0
  double tempo = 0;             ///< beats a minute, up to 400; below 1: none
  double grid = 4;              ///< lines in a beat, 0.25 to 24
  double snap = 1;              ///< how much of the way to a line, 0 to 1
  std::vector<double> pick_up;  ///< numbers of the controls, from 1, that wait instead
  std::vector<MidiBinding> bindings;  ///< of all that speak MIDI
  /// The model's notes are as loud as the performer's last ones, where no control says how loud.
  bool remember_velocity = false;
  std::optional<std::uint64_t> seed;  ///< of the performance; drawn anew for each when not given
};

struct ModelSettings {
  std::optional<int> dimension;  ///< else from the model, else from the first message
  std::optional<std::filesystem::path> file;
  std::optional<std::string> size;  ///< xxs … xl: narrows the choice among models/
  std::filesystem::path folder = "models";
  Temperatures temperatures;
  double surprise = 0.5;  ///< [0, 1]
  double timescale = 1;   ///< (0, 1000]
};

struct OscSettings {
  bool enabled = true;
  Endpoint listen{"localhost", 5001};
  std::vector<Endpoint> outputs{{"localhost", 5000}};
  std::string input_address = "/interface";
  std::string output_address = "/prediction";

  friend bool operator==(const OscSettings&, const OscSettings&) = default;
};

struct WebSocketSettings {
  bool enabled = false;
  Endpoint listen{"localhost", 5001};
  std::vector<MidiMapping> input;    ///< of x_1 …
  std::vector<MidiMapping> output;   ///< of x_1 …
  std::vector<std::string> origins;  ///< pages of other hosts that may connect

  friend bool operator==(const WebSocketSettings&, const WebSocketSettings&) = default;
};

struct SerialSettings {
  bool enabled = false;
  std::string port;  ///< a path, or "usb:VENDOR:PRODUCT"
  int baudrate = 115'200;
};

struct SerialMidiSettings {
  bool enabled = false;
  std::string port;  ///< as above; the serial one's when empty
  int baudrate = 31'250;
  std::vector<MidiMapping> input;
  std::vector<MidiMapping> output;
  bool follow_clock = false;
};

/// By a part of a device's name; "" is any device that has no mappings of its own.
using DeviceMappings = std::vector<std::pair<std::string, std::vector<MidiMapping>>>;
using DeviceLights = std::vector<std::pair<std::string, std::vector<MidiLight>>>;

struct MidiSettings {
  bool enabled = false;
  std::string api = "auto";         ///< auto, alsa, jack or core
  std::vector<std::string> inputs;  ///< parts of names
  std::vector<std::string> outputs;
  DeviceMappings input;
  DeviceMappings output;
  DeviceLights lights;  ///< of each control, which of them shows whose it is
  /// Outputs that an input's messages are passed on to, as they are.
  std::vector<std::pair<std::string, std::vector<std::string>>> thru;
  bool echo_guard = false;
  Seconds echo_window{0.02};
  bool follow_clock = false;  ///< the tempo and the beats are those of the clock that comes in
  /// What an output takes; frames that come faster are put together. 0: all that comes.
  double bytes_per_second = 3125;
};

struct LogSettings {
  bool enabled = true;
  bool performer = true;    ///< rows of the performer ("interface")
  bool predictions = true;  ///< rows of the model ("rnn")
  std::filesystem::path folder = "logs";
  std::optional<std::uint64_t>
      quota_bytes;  ///< of the whole folder: logging stops there, announced before
};

/// The page.
struct WebSettings {
  bool enabled = true;
  Endpoint listen{"localhost", 4000};
  /// Other machines may connect, with a token; listen.host is then every address of this one.
  bool share = false;
  /// PEM; with it the page is given over https. The key's is empty when both are in one file.
  std::filesystem::path certificate;
  std::filesystem::path certificate_key;
};

/// The instrument, for the takes' session files.
struct InstrumentSettings {
  std::string name;
  std::vector<std::string> controls;  ///< names of x_1 … x_N; may be empty
};

/// Which control goes where. Empty: each to its own place.
struct RouteSettings {
  std::vector<Route> input;   ///< of x_1 …: from the performer's controls
  std::vector<Route> output;  ///< of what the outputs have: from x_1 …

  friend bool operator==(const RouteSettings&, const RouteSettings&) = default;
};

/// What the model keeps to. As texts: see limit_from_text().
struct LimitSettings {
  std::string dt;                     ///< e.g. "0.1 to 2", in seconds; "" for none
  std::vector<std::string> controls;  ///< of x_1 …; "" for none

  friend bool operator==(const LimitSettings&, const LimitSettings&) = default;
};

/// How the outputs get from one of the model's frames to the next.
struct SmoothingSettings {
  enum class Kind {
    none,      ///< at once
    one_pole,  ///< exponentially: `seconds` is the time constant
    slew,      ///< at a steady rate: `seconds` is the time from 0 to 1
  };
  Kind kind = Kind::none;
  std::vector<double> seconds{0.05};  ///< by control, ≥ 0; one for all; 0: at once
  double rate = 100;                  ///< frames a second on the way, [1, 1000]

  friend bool operator==(const SmoothingSettings&, const SmoothingSettings&) = default;
};

struct Settings {
  std::string title;
  std::string owner;
  std::string description;
  bool verbose = false;
  std::vector<Scene> scenes;
  InstrumentSettings instrument;
  InteractionSettings interaction;
  ModelSettings model;
  OscSettings osc;
  MidiSettings midi;
  WebSocketSettings websocket;
  SerialSettings serial;
  SerialMidiSettings serial_midi;
  RouteSettings route;
  LimitSettings limits;
  SmoothingSettings smoothing;
  LogSettings log;
  WebSettings web;
};

/// How many controls of the performer's the mappings and routes know of; 0 when there are none.
std::size_t mapped_controls(const Settings& settings) noexcept;

/// How many controls the model has by mappings and routes; 0 when they do not say.
std::size_t model_controls(const Settings& settings) noexcept;

}  // namespace imps
