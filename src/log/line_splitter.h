// Pieces of a text in, whole lines out.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace imps {

/// A line, as far as it is kept.
struct Line {
  std::string_view text;     ///< without its newline; the beginning only, when too_long
  std::uint64_t number = 0;  ///< from 1
  bool too_long = false;
  bool ended = true;  ///< false: the text stopped before a newline
};

/// Keeps at most `longest` bytes of a line, however long it goes on.
class LineSplitter {
 public:
  explicit LineSplitter(std::size_t longest) : longest_(longest) {}

  /// Calls take(const Line&) for every line that ends in `piece`.
  template <class Take>
  void feed(std::string_view piece, Take&& take) {
    while (!piece.empty()) {
      const auto newline = piece.find('\n');
      const auto part = piece.substr(0, newline);
      if (newline != std::string_view::npos && kept_.empty() && !too_long_ &&
          part.size() <= longest_) {
        take(Line{part, ++number_, false, true});
      } else {
        keep(part);
        if (newline == std::string_view::npos) return;
        end(take, true);
      }
      piece.remove_prefix(newline + 1);
    }
  }

  /// The text is over: what is left, if anything, is a line that was not ended.
  template <class Take>
  void finish(Take&& take) {
    if (!kept_.empty() || too_long_) end(take, false);
  }

  [[nodiscard]] std::uint64_t lines() const noexcept { return number_; }

 private:
  void keep(std::string_view part) {
    if (part.size() > longest_ - kept_.size()) {
      too_long_ = true;
      part = part.substr(0, longest_ - kept_.size());
    }
    kept_ += part;
  }

  template <class Take>
  void end(Take&& take, bool ended) {
    take(Line{kept_, ++number_, too_long_, ended});
    kept_.clear();
    too_long_ = false;
  }

  std::size_t longest_;
  std::string kept_;
  bool too_long_ = false;
  std::uint64_t number_ = 0;
};

}  // namespace imps
