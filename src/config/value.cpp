#include "config/value.h"

#include <bit>
#include <cmath>

#include <fmt/format.h>

#include "config/text.h"

namespace imps {
namespace {

struct Spelling {
  std::string operator()(std::monostate) const { return ""; }
  std::string operator()(bool on) const { return on ? "true" : "false"; }
  std::string operator()(double number) const {
    if (std::isnan(number)) return "nan";
    // fmt finds the shortest text that reads back as the same bits. Without a point TOML would take
    // it for a whole number.
    std::string text = fmt::format("{}", number);
    if (std::isfinite(number) && text.find_first_of(".e") == std::string::npos) text += ".0";
    return text;
  }
  std::string operator()(std::int64_t number) const { return std::to_string(number); }
  std::string operator()(std::uint64_t number) const { return std::to_string(number); }
  std::string operator()(const std::string& text) const { return in_quotes(text); }
  std::string operator()(const std::vector<std::string>& texts) const {
    std::string out = "[";
    for (const std::string& text : texts) {
      if (out.size() > 1) out += ", ";
      out += in_quotes(text);
    }
    return out + "]";
  }
  /// One number is for all.
  std::string operator()(const std::vector<double>& numbers) const {
    if (numbers.size() == 1) return (*this)(numbers.front());
    std::string out = "[";
    for (const double number : numbers)
      out += (out.size() > 1 ? ", " : "") + (*this)(number);
    return out + "]";
  }
  std::string operator()(const TextTable& table) const {
    if (table.size() == 1 && table.front().first.empty()) return (*this)(table.front().second);
    std::string out;
    for (const auto& [name, texts] : table)
      out += (out.empty() ? "{ " : ", ") + in_quotes(name) + " = " + (*this)(texts);
    return out.empty() ? "{}" : out + " }";
  }
};

}  // namespace

std::string to_toml(const Value& value) { return std::visit(Spelling{}, value); }

bool same(const Value& a, const Value& b) noexcept {
  const double* const x = std::get_if<double>(&a);
  const double* const y = std::get_if<double>(&b);
  if (x != nullptr && y != nullptr) {
    return std::bit_cast<std::uint64_t>(*x) == std::bit_cast<std::uint64_t>(*y);
  }
  return a == b;
}

}  // namespace imps
