// Where things stand in a TOML text, in bytes. To be included last: see toml_library.h.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "config/toml_library.h"

namespace imps {

/// A key and its value, not within another value.
struct TomlEntry {
  const toml::node* node;
  std::size_t key;    ///< offset of the key's last part
  std::size_t begin;  ///< of the value
  std::size_t end;
};

/// A text and the table that toml++ has read from it; both must outlive this. All places are
/// offsets of bytes. Thread-safe: yes.
class TomlDocument {
 public:
  TomlDocument(std::string_view text, const toml::table& root);

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] const toml::table& root() const { return root_; }
  /// After the byte order mark, if there is one.
  [[nodiscard]] std::size_t start() const { return start_; }
  [[nodiscard]] const std::vector<TomlEntry>& entries() const { return entries_; }
  /// "\n" or "\r\n", as the first line has it.
  [[nodiscard]] std::string_view line_end() const;

  [[nodiscard]] std::size_t offset(const toml::source_position& position) const;
  /// Of a value, or of the header of a section.
  [[nodiscard]] std::size_t begin(const toml::node& node) const;
  /// Of a value.
  [[nodiscard]] std::size_t end(const toml::node& node) const;

  /// Where the line of `at` begins, and where the next one does.
  [[nodiscard]] std::size_t line_begin(std::size_t at) const;
  [[nodiscard]] std::size_t line_after(std::size_t at) const;
  /// Where the next [header] after `at` begins, or the text ends.
  [[nodiscard]] std::size_t next_header(std::size_t at) const;
  [[nodiscard]] std::size_t first_header() const;

  /// { … }.
  [[nodiscard]] bool is_inline(const toml::table& table) const;
  /// Has a [header], or is a part of one.
  [[nodiscard]] bool is_headed(const toml::table& table) const;
  /// Is only a part of other tables' headers: [a.b] implies a.
  [[nodiscard]] bool is_implied(const toml::table& table) const;
  /// [[…]].
  [[nodiscard]] static bool is_array_of_sections(const toml::node& node);

 private:
  void walk(const toml::table& table);

  std::string_view text_;
  const toml::table& root_;
  std::size_t start_ = 0;
  std::vector<std::size_t> lines_;    // where each begins
  std::vector<std::size_t> headers_;  // in order, some twice
  std::vector<TomlEntry> entries_;    // in no order
};

}  // namespace imps
