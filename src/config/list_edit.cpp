#include "config/list_edit.h"

#include <algorithm>
#include <optional>

namespace imps {
namespace {

constexpr std::string_view kBlank = " \t\r";

/// The comma after an element that ends at `at`; nothing when the list ends before one.
std::optional<std::size_t> comma_after(std::string_view list, std::size_t at) {
  while (at < list.size()) {
    if (list[at] == ',') return at;
    if (list[at] == '#') {
      at = std::min(list.find('\n', at), list.size());
    } else if (list[at] == '\n' || kBlank.find(list[at]) != std::string_view::npos) {
      ++at;
    } else {
      break;
    }
  }
  return std::nullopt;
}

std::size_t line_begin(std::string_view text, std::size_t at) {
  const std::size_t before = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
  return before == std::string_view::npos ? 0 : before + 1;
}

/// Takes the line of `at` out if nothing stands in it.
void drop_if_blank(std::string& list, std::size_t at) {
  const std::size_t begin = line_begin(list, at);
  const std::size_t end = list.find('\n', at);
  if (begin == 0 || end == std::string::npos) return;
  if (list.find_first_not_of(kBlank, begin) == end) list.erase(begin, end + 1 - begin);
}

void append(std::string& list, const TextSpan& last, const std::vector<std::string>& elements,
            std::size_t from) {
  std::optional<std::size_t> comma = comma_after(list, last.end);
  if (!comma) {
    list.insert(last.end, ",");
    comma = last.end;
  }
  const std::size_t line_end = list.find('\n', *comma);
  const std::size_t other = list.find_first_not_of(kBlank, *comma + 1);
  const bool has_own_lines = line_end != std::string::npos && other != std::string::npos &&
                             (other == line_end || list[other] == '#');
  const std::size_t line = line_begin(list, last.begin);
  const std::string before = list.substr(line, last.begin - line);
  const bool begins_line = before.find_first_not_of(kBlank) == std::string::npos;
  const std::string indent = begins_line ? before : "  ";
  std::string text;
  for (std::size_t k = from; k < elements.size(); ++k) {
    if (has_own_lines) {
      text += indent + elements[k] + ",\n";
    } else {
      text += (k > from ? ", " : " ") + elements[k];
    }
  }
  list.insert(has_own_lines ? line_end + 1 : *comma + 1, text);
}

}  // namespace

bool has_comments(std::string_view list, const std::vector<TextSpan>& places) {
  std::size_t from = 0;
  for (const TextSpan& place : places) {
    if (list.substr(from, place.begin - from).find('#') != std::string_view::npos) return true;
    from = place.end;
  }
  return list.find('#', from) != std::string_view::npos;
}

std::string with_elements(std::string_view list, const std::vector<TextSpan>& places,
                          const std::vector<std::string>& elements) {
  std::string edited(list);
  // From behind, so that what is before stays where it is.
  if (!places.empty() && elements.size() > places.size())
    append(edited, places.back(), elements, places.size());
  for (std::size_t k = places.size(); k-- > 0;) {
    const TextSpan& place = places[k];
    if (k < elements.size()) {
      edited.replace(place.begin, place.end - place.begin, elements[k]);
      continue;
    }
    if (const auto comma = comma_after(edited, place.end)) edited.erase(*comma, 1);
    edited.erase(place.begin, place.end - place.begin);
    drop_if_blank(edited, place.begin);
  }
  return edited;
}

}  // namespace imps
