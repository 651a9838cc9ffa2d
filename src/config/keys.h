// The one table of keys: what can be set, within which limits, and what it means. The reader, the
// writer, the checks, JSON, the reference in doc/configuration.md and changes() are all made from
// it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/settings.h"
#include "config/value.h"

namespace imps {

struct Key {
  /// What a value must be; the alternative of Value that holds it is in brackets.
  enum class Kind {
    boolean,      ///< [bool]
    number,       ///< [double] in range
    whole,        ///< [int64] in range
    seed,         ///< [uint64] 0 to 2^53, as far as live control can say one
    size,         ///< [uint64] bytes; in files a text such as "500 MB"
    text,         ///< [string] of at most 4096 bytes
    path,         ///< [string] without NUL
    mode,         ///< [string] any name of a mode
    choice,       ///< [string] one of `choices`
    listen,       ///< [string] an endpoint to listen at
    outputs,      ///< [strings] endpoints to send to, at most 64
    osc_address,  ///< [string] an OSC address without wildcards
    names,        ///< [strings] at most 128 names
    host,         ///< [string] IMPSY: a host; "" is localhost
    port,         ///< [int64] IMPSY: 1–65535
    mappings,     ///< [strings] MIDI mappings of x_1 …, at most 128; in files also IMPSY's lists
    bindings,     ///< [strings] MIDI messages and commands, at most 128
    devices,      ///< [strings] names of devices, at most 64; in files also one text
    device_mappings,  ///< [TextTable] mappings by device, at most 64
    device_lights,    ///< [TextTable] lamps by device, at most 64
    device_matrix,    ///< [TextTable] names of devices by device, at most 64
    routes,           ///< [strings] routes of controls, at most 128; in files also numbers
    controls,         ///< [doubles] numbers of controls, from 1, at most 128; in files also one
    limits,           ///< [strings] limits of x_1, …, at most 128
    numbers,          ///< [doubles] each in range, at most 128; in files also one
    line,             ///< [string] a serial line: a path or "usb:VENDOR:PRODUCT"; "" for none
    scenes,           ///< [TextTable] keys with values, as lines of TOML, by scene, at most 64
  };
  /// Whose key it is.
  enum class Standing {
    own,        ///< imps's
    shared,     ///< of imps and of IMPSY, with the same meaning
    impsy,      ///< IMPSY's spelling of what imps says otherwise (`same_as`)
    no_effect,  ///< a section of IMPSY for what this version does not have
  };
  struct Range {
    double least = -std::numeric_limits<double>::infinity();
    double most = std::numeric_limits<double>::infinity();
    bool above_least = false;  ///< `least` itself is outside: (least, most]
  };

  std::string_view path;  ///< "interaction.threshold"; a section's name for no_effect
  Kind kind{};
  Standing standing{};
  std::string_view unit;  ///< in words: "seconds", or ""
  Range range;
  std::span<const std::string_view> choices;
  std::string_view documentation;  ///< one sentence
  std::string_view same_as;        ///< for impsy: the own key that it sets, or sets a part of
  std::string_view example;        ///< for keys that have no default, as TOML

  /// Nothing for impsy and no_effect: their meaning is in other keys.
  Value (*get)(const Settings&) = nullptr;
  /// `value` holds the alternative of `kind` and has passed fault(). monostate (none) only for keys
  /// whose default is none.
  void (*set)(Settings&, const Value& value) = nullptr;
};

/// All keys, top-level ones first, then section by section.
std::span<const Key> keys() noexcept;
/// The key at exactly this path, or nullptr.
const Key* find_key(std::string_view path) noexcept;

/// "interaction" of "interaction.threshold", "" of a top-level key.
std::string_view section(const Key& key) noexcept;
/// "threshold" of "interaction.threshold".
std::string_view leaf(const Key& key) noexcept;

/// What the key takes: "a number, 0 or more, in seconds". Completes "give …".
std::string accepts(const Key& key);
/// The key's value when nobody sets it, as TOML; "" for none.
std::string default_text(const Key& key);
/// The value as a config file spells it: "500 MB" for a size, else to_toml().
std::string file_text(const Key& key, const Value& value);

/// What is wrong with `value` for `key`, completing "KEY …" ("is -1.0"); "" when nothing is.
/// A value of another kind than the key's is a fault too. None is right where the default is none.
std::string fault(const Key& key, const Value& value);

/// The keys that differ between two settings, in the table's order.
std::vector<std::string> changes(const Settings& from, const Settings& to);

/// IMPSY's OSC addresses: what its [osc] keys start from when some are absent.
OscSettings impsy_osc();

}  // namespace imps
