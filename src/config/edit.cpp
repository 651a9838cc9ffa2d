#include "config/edit.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "config/list_edit.h"
#include "config/read.h"
#include "config/text.h"
#include "config/toml_depth.h"

// Last: see there.
#include "config/toml_document.h"

namespace imps {
namespace {

using Path = std::vector<std::string>;

/// Something put in place of [begin, end).
struct Edit {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text;
};

/// The tables of a path as far as they are there, the root first, and what stands at its end.
struct Trail {
  std::vector<const toml::table*> tables;
  const toml::node* found = nullptr;  ///< at the whole path
  std::size_t blocked = 0;            ///< so many parts lead to what is no table; 0: none
};

Trail follow(const toml::table& root, const Path& path) {
  Trail trail{.tables = {&root}};
  for (std::size_t k = 0; k < path.size(); ++k) {
    const toml::node* const node = trail.tables.back()->get(path[k]);
    if (node == nullptr) break;
    if (k + 1 == path.size()) {
      trail.found = node;
    } else if (node->is_table()) {
      trail.tables.push_back(node->as_table());
    } else {
      trail.blocked = k + 1;
      break;
    }
  }
  return trail;
}

std::string dotted(const Path& path, std::size_t from, std::size_t to) {
  std::string text;
  for (std::size_t k = from; k < to; ++k)
    text += (text.empty() ? "" : ".") + key_part(path[k]);
  return text;
}
std::string dotted(const Path& path, std::size_t from = 0) {
  return dotted(path, from, path.size());
}

/// Whether `line` is "# KEY = …".
bool shows(std::string_view line, std::string_view key) {
  const auto skip = [&line](std::string_view what) {
    line.remove_prefix(std::min(line.find_first_not_of(what), line.size()));
  };
  skip(" \t");
  if (!line.starts_with('#')) return false;
  skip("# \t");
  if (!line.starts_with(key)) return false;
  line.remove_prefix(key.size());
  skip(" \t");
  return line.starts_with('=');
}

/// Where a new key can stand, the best place first.
class Insertion {
 public:
  Insertion(const TomlDocument& document, const Path& path, std::string_view value)
      : document_(document), path_(path), value_(value) {}

  std::vector<Edit> candidates(const Trail& trail) {
    std::size_t depth = trail.tables.size() - 1;  // so many parts of the path are there
    const toml::table& deepest = *trail.tables[depth];
    if (document_.is_implied(deepest)) add_section(depth);
    // What is neither a section nor an inline table is a part of dotted keys in one that is.
    while (!is_anchor(*trail.tables[depth]))
      --depth;
    const toml::table& anchor = *trail.tables[depth];
    if (document_.is_inline(anchor)) {
      add_inside(anchor, depth);
    } else if (&anchor == &document_.root() && depth + 1 == trail.tables.size() &&
               path_.size() > 1) {
      add_section(1);
      add_line(anchor, deepest, depth);
    } else {
      add_line(anchor, deepest, depth);
      if (path_.size() > 1) add_section(path_.size() - 1);
    }
    return std::move(edits_);
  }

 private:
  [[nodiscard]] bool is_anchor(const toml::table& table) const {
    return &table == &document_.root() || document_.is_inline(table) ||
           (document_.is_headed(table) && !document_.is_implied(table));
  }
  [[nodiscard]] std::string pair(std::size_t depth) const {
    return fmt::format("{} = {}", dotted(path_, depth), value_);
  }

  void add_inside(const toml::table& table, std::size_t depth) {
    std::optional<toml::source_position> last;
    find_last(table, last);
    if (last) {
      const std::size_t at = document_.offset(*last);
      edits_.push_back({at, at, ", " + pair(depth)});
    } else {
      const std::size_t at = document_.begin(table) + 1;
      const bool closes = document_.text().substr(at, 1) == "}";
      edits_.push_back({at, at, " " + pair(depth) + (closes ? " " : "")});
    }
  }
  static void find_last(const toml::table& table, std::optional<toml::source_position>& last) {
    for (const auto& [key, node] : table) {
      // A dotted key's tables end where their first part does, before their values.
      if (!last || *last < node.source().end) last = node.source().end;
      if (node.is_table() && !node.as_table()->is_inline()) find_last(*node.as_table(), last);
    }
  }

  void add_line(const toml::table& anchor, const toml::table& deepest, std::size_t depth) {
    const bool at_top = &anchor == &document_.root();
    const std::size_t from = at_top ? document_.start() : document_.begin(anchor);
    const std::size_t to = at_top ? document_.first_header() : document_.next_header(from);
    const TomlEntry* last = nullptr;
    if (&deepest != &anchor) last = last_entry(&deepest, from, to);
    std::size_t after = 0;
    if (last == nullptr) {
      last = last_entry(nullptr, from, to);
      if (const auto shown = shown_at(dotted(path_, depth), from, to)) {
        after = *shown;
      } else if (last == nullptr && at_top) {
        return add_first_line(to);
      }
    }
    std::string indent;
    if (last != nullptr) {
      const std::size_t line = document_.line_begin(last->key);
      const std::string_view before = document_.text().substr(line, last->key - line);
      indent = before.substr(0, std::min(before.find_first_not_of(" \t"), before.size()));
    }
    if (after == 0) after = last != nullptr ? last->end : from;
    put_line(document_.line_after(after), indent + pair(depth));
  }

  /// The last one between two places; of all, or of a table made by dotted keys.
  const TomlEntry* last_entry(const toml::table* table, std::size_t from, std::size_t to) const {
    const TomlEntry* last = nullptr;
    for (const TomlEntry& entry : document_.entries()) {
      if (entry.begin < from || entry.begin >= to) continue;
      if (table != nullptr && !holds(*table, *entry.node)) continue;
      if (last == nullptr || last->begin < entry.begin) last = &entry;
    }
    return last;
  }
  static bool holds(const toml::table& table, const toml::node& wanted) {
    return std::any_of(table.begin(), table.end(), [&](const auto& child) {
      const toml::table* const inner = child.second.as_table();
      return &child.second == &wanted || (inner != nullptr && holds(*inner, wanted));
    });
  }

  /// In the last comment there that shows the key, outside of values.
  [[nodiscard]] std::optional<std::size_t> shown_at(std::string_view key, std::size_t from,
                                                    std::size_t to) const {
    std::optional<std::size_t> found;
    for (std::size_t at = document_.line_begin(from); at < to; at = document_.line_after(at)) {
      if (!shows(document_.text().substr(at, document_.line_after(at) - at), key)) continue;
      const bool inside =
          std::any_of(document_.entries().begin(), document_.entries().end(),
                      [at](const TomlEntry& entry) { return entry.begin <= at && at < entry.end; });
      if (!inside) found = at;
    }
    return found;
  }

  /// The first key of a file's top: below the comment that begins the file, if it stands by itself.
  void add_first_line(std::size_t first_header) {
    const std::string_view text = document_.text();
    const auto is_comment = [&](std::size_t at) { return text.substr(at, 1) == "#"; };
    std::size_t at = document_.start();
    while (at < first_header && is_comment(at))
      at = document_.line_after(at);
    const bool is_blank = text.substr(at, 1) == "\n" || text.substr(at, 2) == "\r\n";
    const std::string end(document_.line_end());
    if (at == text.size() || is_blank) {
      at = at == text.size() ? at : document_.line_after(at);
      put_line(at, pair(0), at == text.size() ? "" : end);
    } else {
      put_line(document_.start(), pair(0), end);
    }
  }

  void add_section(std::size_t depth) {
    const std::string end(document_.line_end());
    const std::string_view text = document_.text();
    const bool is_empty = text.size() == document_.start();
    put_line(text.size(), fmt::format("{}[{}]{}{}", is_empty ? "" : end, dotted(path_, 0, depth),
                                      end, pair(depth)));
  }

  void put_line(std::size_t at, const std::string& line, const std::string& after = "") {
    const std::string_view text = document_.text();
    const std::string end(document_.line_end());
    const bool begins = at == document_.start() || text[at - 1] == '\n';
    edits_.push_back({at, at, (begins ? "" : end) + line + end + after});
  }

  const TomlDocument& document_;
  const Path& path_;
  std::string_view value_;
  std::vector<Edit> edits_;
};

template <class T>
bool equal(const toml::node& a, const toml::node& b) {
  return a.as<T>()->get() == b.as<T>()->get();
}

/// The same values, with NaN equal to itself and 0.0 unlike -0.0.
bool same(const toml::node& a, const toml::node& b) {
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case toml::node_type::table:
      return a.as_table()->size() == b.as_table()->size() &&
             std::equal(a.as_table()->begin(), a.as_table()->end(), b.as_table()->begin(),
                        [](const auto& one, const auto& other) {
                          return one.first.str() == other.first.str() &&
                                 same(one.second, other.second);
                        });
    case toml::node_type::array:
      return a.as_array()->size() == b.as_array()->size() &&
             std::equal(a.as_array()->begin(), a.as_array()->end(), b.as_array()->begin(),
                        [](const auto& one, const auto& other) { return same(one, other); });
    case toml::node_type::string:
      return equal<std::string>(a, b);
    case toml::node_type::integer:
      return equal<std::int64_t>(a, b);
    case toml::node_type::floating_point:
      return std::bit_cast<std::uint64_t>(a.as_floating_point()->get()) ==
             std::bit_cast<std::uint64_t>(b.as_floating_point()->get());
    case toml::node_type::boolean:
      return equal<bool>(a, b);
    case toml::node_type::date:
      return equal<toml::date>(a, b);
    case toml::node_type::time:
      return equal<toml::time>(a, b);
    case toml::node_type::date_time:
      return equal<toml::date_time>(a, b);
    case toml::node_type::none:
      break;
  }
  return false;
}

/// Whether `now` is `before` (which may be null) with `value` at path[depth] and below.
bool is_set(const toml::table& now, const toml::table* before, const Path& path, std::size_t depth,
            const toml::node& value) {
  const std::string& part = path[depth];
  const toml::node* const there = now.get(part);
  if (there == nullptr) return false;
  const toml::node* const old = before == nullptr ? nullptr : before->get(part);
  const std::size_t others = before == nullptr ? 0 : before->size() - (old == nullptr ? 0 : 1);
  if (now.size() != others + 1) return false;
  for (const auto& [key, node] : now) {
    if (key.str() == part) continue;
    const toml::node* const kept = before->get(key.str());
    if (kept == nullptr || !same(node, *kept)) return false;
  }
  if (depth + 1 == path.size()) return same(*there, value);
  return there->is_table() && is_set(*there->as_table(), old == nullptr ? nullptr : old->as_table(),
                                     path, depth + 1, value);
}

std::string with_line_ends(std::string_view value, std::string_view line_end) {
  std::string out;
  for (const char c : value) {
    if (c == '\n') {
      out += line_end;
    } else if (c != '\r') {
      out += c;
    }
  }
  return out;
}

/// Where the elements of a list stand, from its beginning.
std::vector<TextSpan> places_of(const TomlDocument& document, const toml::array& list) {
  const std::size_t from = document.begin(list);
  std::vector<TextSpan> places;
  for (const toml::node& element : list)
    places.push_back({document.begin(element) - from, document.end(element) - from});
  return places;
}

/// A list of several lines with `value`, also a list, in it; nothing where that is none, or has
/// comments of its own.
std::optional<Edit> within_list(const TomlDocument& document, const toml::node& list,
                                std::string_view value) {
  if (!list.is_array()) return std::nullopt;
  const std::size_t begin = document.begin(list);
  const std::string_view old = document.text().substr(begin, document.end(list) - begin);
  const std::vector<TextSpan> places = places_of(document, *list.as_array());
  if (!has_comments(old, places)) return std::nullopt;
  const std::string line = "x = " + std::string(value);
  const toml::parse_result parsed = toml::parse(line);
  const toml::array* const wanted = parsed ? parsed.table()["x"].as_array() : nullptr;
  if (wanted == nullptr) return std::nullopt;
  const std::vector<TextSpan> parts = places_of(TomlDocument(line, parsed.table()), *wanted);
  if (has_comments(value, parts) || (places.empty() && !parts.empty())) return std::nullopt;
  std::vector<std::string> elements;
  for (const TextSpan& part : parts)
    elements.emplace_back(value.substr(part.begin, part.end - part.begin));
  return Edit{begin, begin + old.size(),
              with_line_ends(with_elements(old, places, elements), document.line_end())};
}

Result<toml::table> parse(std::string_view toml) {
  if (toml.size() > kLongestConfig) return Error{"it is longer than 1 MiB: give a shorter file"};
  if (const auto deep = find_too_deep(toml)) {
    return Error{fmt::format("{}:{}: a key has more than {} parts: write fewer dots", deep->line,
                             deep->column, kMostKeyParts)};
  }
  toml::parse_result parsed = toml::parse(toml);
  if (parsed) return std::move(parsed).table();
  const auto at = parsed.error().source().begin;
  return Error{fmt::format("{}:{}: not TOML: {}: mend it first", at.line, at.column,
                           shortened(parsed.error().description(), 160))};
}

/// A key path's parts.
Result<Path> parts_of(std::string_view key_path) {
  const Error none{
      fmt::format("\"{}\" is no key: give one such as midi.in_device", shortened(key_path))};
  const std::string line = std::string(key_path) + " = 0";
  const auto parsed = parse(line);
  if (!parsed) return none;
  Path path;
  const toml::node* node = &*parsed;
  while (const toml::table* const table = node->as_table()) {
    if (table->size() != 1) return none;
    path.emplace_back(table->begin()->first.str());
    node = &table->begin()->second;
  }
  // Nothing but a key: no line, comment or value of its own.
  const TomlDocument document(line, *parsed);
  if (document.begin(*node) != line.size() - 1 || document.start() != 0 ||
      key_path.find('\n') != std::string_view::npos)
    return none;
  return path;
}

/// A value as the only one of a table.
Result<toml::table> parse_value(std::string_view value) {
  const Error none{
      fmt::format("\"{}\" is no value in TOML: texts stand in quotes", shortened(value))};
  const std::string line = "x = " + std::string(value);
  auto parsed = parse(line);
  if (!parsed || parsed->size() != 1) return none;
  const toml::node& node = parsed->begin()->second;
  const TomlDocument document(line, *parsed);
  if (document.begin(node) != 4 || document.end(node) != line.size()) return none;
  return parsed;
}

}  // namespace

std::string key_part(std::string_view name) {
  const bool is_bare = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
  });
  return is_bare ? std::string(name) : in_quotes(name);
}

Result<std::string> set_key(std::string_view toml, std::string_view key_path,
                            std::string_view value) {
  const auto before = parse(toml);
  if (!before) return before.error();
  const auto path = parts_of(key_path);
  if (!path) return path.error();
  const auto wanted = parse_value(value);
  if (!wanted) return wanted.error();

  const TomlDocument document(toml, *before);
  const Trail trail = follow(*before, *path);
  if (trail.blocked != 0) {
    const toml::node& node = *trail.tables.back()->get((*path)[trail.blocked - 1]);
    return Error{fmt::format("line {}: {} is no section, so that {} cannot be in it: take it out",
                             node.source().begin.line, dotted(*path, 0, trail.blocked),
                             dotted(*path))};
  }
  const std::string text = with_line_ends(value, document.line_end());
  std::vector<Edit> edits;
  if (trail.found == nullptr) {
    edits = Insertion(document, *path, text).candidates(trail);
  } else if ((trail.found->is_table() && !document.is_inline(*trail.found->as_table())) ||
             TomlDocument::is_array_of_sections(*trail.found)) {
    return Error{fmt::format("line {}: {} is a section, not a value: take it out, or set its keys",
                             trail.found->source().begin.line, dotted(*path))};
  } else {
    if (auto within = within_list(document, *trail.found, text)) edits.push_back(*within);
    edits.push_back({document.begin(*trail.found), document.end(*trail.found), text});
  }
  for (const Edit& edit : edits) {
    std::string edited(toml);
    edited.replace(edit.begin, edit.end - edit.begin, edit.text);
    const auto now = parse(edited);
    if (now && is_set(*now, &*before, *path, 0, wanted->begin()->second))
      return Result<std::string>(boost::system::in_place_value, std::move(edited));
  }
  return Error{
      fmt::format("there is no place for {} that leaves all else as it is: write \"{}\" "
                  "into the file yourself",
                  dotted(*path), shortened(fmt::format("{} = {}", dotted(*path), value)))};
}

}  // namespace imps
