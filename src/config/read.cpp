#include "config/read.h"

#include <algorithm>
#include <array>
#include <fstream>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "config/bytes.h"
#include "config/check.h"
#include "config/endpoint.h"
#include "config/keys.h"
#include "config/node_value.h"
#include "config/scene.h"
#include "config/suggest.h"
#include "config/text.h"
#include "config/toml_depth.h"
#include "core/nearest.h"

// Last: see there.
#include "config/element_faults.h"
#include "config/found_keys.h"
#include "config/no_effect.h"

namespace imps {
namespace {

using Kind = Key::Kind;
using Standing = Key::Standing;

constexpr std::size_t kMostUnknown = 100;
constexpr std::size_t kMostElements = 100;

/// Sections whose presence turns an interface on.
constexpr std::array<std::string_view, 4> kInterfaces{"midi", "websocket", "serial", "serialmidi"};

/// One reading of one file.
class Reader {
 public:
  Reader(const toml::table& root, const std::string& file) : root_(root), file_(file) {}

  ConfigRead read() {
    find_keys();
    apply();
    explain_impsy();
    for (const Finding& finding : findings(read_.settings)) {
      // What a single key said is already reported at its own place.
      if (faulty_.contains(finding.key)) continue;
      error(found_.place_of(finding.key), finding.what, finding.fix);
    }
    sort(read_.errors);
    if (elements_ > kMostElements) {
      read_.errors.push_back({file_, 0, 0,
                              fmt::format("{} more faults in lists", elements_ - kMostElements),
                              "mend the first ones"});
    }
    no_effect_.look_at(read_.settings, found_);
    for (const NoEffect::Warning& one : no_effect_.warnings())
      warning(one.at, one.what, one.fix);
    sort(read_.warnings);
    if (const std::size_t more = no_effect_.left_out(); more > 0) {
      read_.warnings.push_back(
          {file_, 0, 0, fmt::format("{} more that have no effect", more), "mend the first ones"});
    }
    if (unknown_ > kMostUnknown) {
      read_.warnings.push_back({file_, 0, 0,
                                fmt::format("{} more unknown keys", unknown_ - kMostUnknown),
                                "mend the first ones"});
    }
    return std::move(read_);
  }

 private:
  void find_keys() {
    for (const auto& [name, node] : root_) {
      const std::string_view path = name.str();
      const toml::source_position at = name.source().begin;
      const bool section = is_section(path);
      if (section && node.is_table()) {
        find_in_section(path, *node.as_table());
      } else if (const Key* const key = find_key(path); key != nullptr) {
        if (key->standing == Standing::no_effect) {
          read_.impsy = true;
          without_effect_.push_back({key, &node, at});
        } else if (section && !node.is_boolean()) {  // `log`, which is two things
          error(at, wrong_section(path, node), section_fix(path));
        } else {
          found_.keys.push_back({key, &node, at});
        }
      } else if (section) {
        error(at, wrong_section(path, node), section_fix(path));
      } else if (unknown_wanted()) {
        unknown_at_top(path, node, at);
      }
    }
  }

  void find_in_section(std::string_view section, const toml::table& table) {
    for (const auto& [name, node] : table) {
      const toml::source_position at = name.source().begin;
      const Key* const key = find_key(fmt::format("{}.{}", section, name.str()));
      if (key != nullptr) {
        found_.keys.push_back({key, &node, at});
      } else if (unknown_wanted()) {
        unknown(at, fmt::format("{}.{}", section, shortened(name.str())),
                meant_key(section, name.str()));
      }
    }
  }

  void apply() {
    // IMPSY's spellings of [osc] start from IMPSY's addresses, and its keys come before imps's.
    std::stable_sort(found_.keys.begin(), found_.keys.end(),
                     [](const FoundKey& a, const FoundKey& b) {
                       return std::pair(a.key->standing != Standing::impsy, a.key) <
                              std::pair(b.key->standing != Standing::impsy, b.key);
                     });
    for (const FoundKey& found : found_.keys) {
      if (found.key->standing != Standing::impsy) continue;
      read_.impsy = true;
      if (section(*found.key) == "osc" && !impsy_osc_) {
        impsy_osc_ = true;
        read_.settings.osc = impsy_osc();
      }
    }
    // An interface that is set up is wanted, unless its `enabled` says otherwise.
    for (const FoundKey& found : found_.keys) {
      for (const std::string_view one : kInterfaces) {
        if (section(*found.key) == one)
          find_key(fmt::format("{}.enabled", one))->set(read_.settings, Value{true});
      }
    }
    for (const FoundKey& found : found_.keys)
      apply(found);
    settle_serial_lines();
    std::sort(read_.understood.begin(), read_.understood.end(),
              [](const std::string& a, const std::string& b) { return find_key(a) < find_key(b); });
  }

  void apply(const FoundKey& found) {
    const Key& key = *found.key;
    if (key.kind == Kind::scenes) {
      read_scenes(found);
      return;
    }
    const auto value = value_of(key, *found.node);
    const std::string wrong = value ? fault(key, *value) : fmt::format("is {}", shown(*found.node));
    if (!wrong.empty()) {
      faulty_.insert(std::string(key.path));
      tell(key, *found.node, wrong);
      return;
    }
    if (!key.same_as.empty()) {
      const FoundKey* const other = found_.find(key.same_as);
      if (other != nullptr && other->key->standing == Standing::shared) {
        warning(found.at,
                fmt::format("{} has no effect beside {} (line {})", key.path, key.same_as,
                            other->at.line),
                "leave it, or take it out");
        return;
      }
      if (other != nullptr) {
        error(found.at, fmt::format("{} and {} say the same", key.path, key.same_as),
              fmt::format("keep {} (line {})", key.same_as, other->at.line));
        return;
      }
    }
    key.set(read_.settings, *value);
    read_.understood.emplace_back(key.path);
    no_effect_.look_at_elements(key, *found.node);
    if (key.kind == Kind::host) look_at_host(key, found.node->source().begin);
  }

  /// What is wrong with a key's value; of a list, with each of its elements.
  void tell(const Key& key, const toml::node& node, const std::string& wrong) {
    const auto faults = element_faults(key, node);
    for (const ElementFault& one : faults)
      if (elements_++ < kMostElements) error(one.at->source().begin, one.what, one.fix);
    if (faults.empty())
      error(node.source().begin, fmt::format("{} {}", key.path, wrong), "give " + accepts(key));
  }

  void read_scenes(const FoundKey& found) {
    const toml::table* const scenes = found.node->as_table();
    if (scenes == nullptr) {
      error(found.at, "scenes is " + shown(*found.node), "write sections [scenes.NAME]");
      return;
    }
    std::vector<std::pair<toml::source_position, Scene>> read;
    for (const auto& [name, node] : *scenes) {
      Scene scene{.name = std::string(name.str()), .changes = {}};
      const toml::table* const table = node.as_table();
      if (table == nullptr) {
        error(name.source().begin,
              fmt::format("scenes.{} is {}", shortened(name.str()), shown(node)),
              "write a section [scenes.NAME], and its keys below");
        continue;
      }
      for (const auto& [section, inner] : *table)
        read_scene(scene, section, inner);
      read.emplace_back(name.source().begin, std::move(scene));
    }
    // toml++ sorts by name; the order of the file is that of "next".
    std::stable_sort(read.begin(), read.end(), [](const auto& a, const auto& b) {
      return std::pair(a.first.line, a.first.column) < std::pair(b.first.line, b.first.column);
    });
    std::vector<Scene> list;
    for (auto& [at, scene] : read)
      list.push_back(std::move(scene));
    TextTable table;
    for (const Scene& scene : list)
      table.emplace_back(scene.name, lines_of(scene));
    if (const std::string wrong = fault(*found.key, Value{table}); !wrong.empty()) {
      faulty_.insert(std::string(found.key->path));
      error(found.at, "scenes " + wrong, "give " + accepts(*found.key));
      return;
    }
    read_.settings.scenes = std::move(list);
    read_.understood.emplace_back(found.key->path);
  }

  /// A section in a scene.
  void read_scene(Scene& scene, const toml::key& section, const toml::node& node) {
    const auto fix = "give keys such as interaction.mode or midi.output";
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
      error(section.source().begin,
            fmt::format("{} is no section of a scene", shortened(section.str())), fix);
      return;
    }
    for (const auto& [name, value_node] : *table) {
      const std::string path = fmt::format("{}.{}", section.str(), name.str());
      const Key* const key = find_key(path);
      if (key == nullptr || !may_be_in_scene(*key)) {
        error(name.source().begin,
              fmt::format("{} is no key that a scene changes{}", shortened(path),
                          key == nullptr ? meant_key(section.str(), name.str()) : ""),
              fix);
        continue;
      }
      const auto value = value_of(*key, value_node);
      const std::string wrong = value ? fault(*key, *value) : "is " + shown(value_node);
      if (wrong.empty()) {
        add_change(scene, *key, *value);
        no_effect_.look_at_elements(*key, value_node);
      } else {
        tell(*key, value_node, wrong);
      }
    }
  }

  // IMPSY's examples carry 0.0.0.0 for both ends: it hears every network by one, and takes the
  // other for this machine.
  void look_at_host(const Key& key, const toml::source_position& at) {
    OscSettings& osc = read_.settings.osc;
    const Endpoint* const listen = key.path == "osc.server_ip" ? &osc.listen
                                   : key.path == "websocket.server_ip"
                                       ? &read_.settings.websocket.listen
                                       : nullptr;
    if (listen != nullptr && is_any_address(listen->host)) {
      warning(at,
              fmt::format("{} \"{}\" opens imps to every network that this machine is in", key.path,
                          listen->host),
              "write \"localhost\" if all that plays with it runs on this machine");
    }
    if (key.path == "osc.client_ip" && is_any_address(osc.outputs.front().host)) {
      warning(
          at,
          fmt::format("osc.client_ip \"{}\" is no place to send to, and is taken for this machine",
                      osc.outputs.front().host),
          "write \"localhost\"");
      osc.outputs.front().host = "localhost";
    }
  }

  // IMPSY takes the line of [serial] for both, whatever [serialmidi] says.
  void settle_serial_lines() {
    SerialSettings& text = read_.settings.serial;
    SerialMidiSettings& midi = read_.settings.serial_midi;
    if (!midi.enabled) return;
    if (midi.port.empty()) midi.port = text.port;
    if (!text.enabled || text.port != midi.port) return;
    text.enabled = false;
    warning(found_.place_of("serialmidi.port"), "[serial] and [serialmidi] have the same line",
            "it speaks MIDI; leave one of the two out");
  }

  void explain_impsy() {
    for (const FoundKey& found : without_effect_) {
      warning(found.at,
              fmt::format("[{}] has no effect: where the page is, [web] says", found.key->path),
              "leave it, or take it out");
    }
  }

  void unknown_at_top(std::string_view path, const toml::node& node,
                      const toml::source_position& at) {
    const std::string name = shortened(path);
    unknown(at, node.is_table() ? "[" + name + "]" : name,
            node.is_table() ? meant_section(path) : meant_key("", path));
  }

  void unknown(const toml::source_position& at, const std::string& name,
               const std::string& suggestion) {
    ++unknown_;
    warning(at, fmt::format("unknown key {}{}", name, suggestion),
            "it has no effect; mend it or take it out");
  }

  static std::string wrong_section(std::string_view path, const toml::node& node) {
    return fmt::format("{} is {}", path, shown(node));
  }
  static std::string section_fix(std::string_view path) {
    return fmt::format("write [{}] on a line of its own, and its keys below", path);
  }

  void error(const toml::source_position& at, std::string what, std::string fix) {
    read_.errors.push_back(diagnostic(at, std::move(what), std::move(fix)));
  }
  void warning(const toml::source_position& at, std::string what, std::string fix) {
    read_.warnings.push_back(diagnostic(at, std::move(what), std::move(fix)));
  }
  /// A file of nothing but unknown keys must become neither a list many times its size nor a long
  /// search for what was meant: from some number on they are only counted.
  bool unknown_wanted() {
    if (unknown_ < kMostUnknown) return true;
    ++unknown_;
    return false;
  }
  [[nodiscard]] Diagnostic diagnostic(const toml::source_position& at, std::string what,
                                      std::string fix) const {
    return {file_, static_cast<int>(at.line), static_cast<int>(at.column), std::move(what),
            std::move(fix)};
  }

  static void sort(std::vector<Diagnostic>& list) {
    std::stable_sort(list.begin(), list.end(), [](const Diagnostic& a, const Diagnostic& b) {
      return std::pair(a.line, a.column) < std::pair(b.line, b.column);
    });
  }

  const toml::table& root_;
  const std::string& file_;
  ConfigRead read_;
  FoundKeys found_;
  NoEffect no_effect_;
  std::vector<FoundKey> without_effect_;
  std::set<std::string> faulty_;
  bool impsy_osc_ = false;
  std::size_t unknown_ = 0;
  std::size_t elements_ = 0;  // that are wrong, in lists
};

ConfigRead refused(const std::string& file, int line, int column, std::string what,
                   std::string fix) {
  ConfigRead read;
  read.errors.push_back({file, line, column, std::move(what), std::move(fix)});
  return read;
}

}  // namespace

ConfigRead read_config(std::string_view toml, const std::string& file_name) {
  if (toml.size() > kLongestConfig) {
    return refused(file_name, 0, 0, "is longer than 1 MiB", "give a config file");
  }
  if (const auto deep = find_too_deep(toml)) {
    return refused(file_name, deep->line, deep->column,
                   fmt::format("a key has more than {} parts", kMostKeyParts),
                   "write fewer dots; nothing in this file has been used");
  }
  const toml::parse_result parsed = toml::parse(toml);
  if (!parsed) {
    const toml::parse_error& failure = parsed.error();
    const auto at = failure.source().begin;
    constexpr std::size_t kLongestReason = 160;
    return refused(file_name, static_cast<int>(at.line), static_cast<int>(at.column),
                   "not TOML: " + shortened(failure.description(), kLongestReason),
                   "mend it here; nothing in this file has been used");
  }
  return Reader(parsed.table(), file_name).read();
}

ConfigRead read_config_file(const std::filesystem::path& path) {
  const std::string name = shortened(to_utf8(path), 4096);
  const auto no = [&](std::string what, std::string fix) {
    return refused(name, 0, 0, std::move(what), std::move(fix));
  };
  std::error_code failure;
  const auto status = std::filesystem::status(path, failure);
  if (status.type() == std::filesystem::file_type::not_found) {
    return no("there is no such file", "give the path of a config file");
  }
  if (failure) return no("cannot be read (" + failure.message() + ")", "check who may read it");
  // A FIFO would be waited for, and a device may never end.
  if (!std::filesystem::is_regular_file(status)) {
    return no(std::filesystem::is_directory(status) ? "is a folder" : "is not a plain file",
              "give the path of a config file");
  }
  std::ifstream file(path, std::ios::binary);
  if (!file) return no("cannot be opened", "check who may read it");
  std::string text(kLongestConfig + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return no("cannot be read to its end", "check the disk");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return read_config(text, name);
}

}  // namespace imps
