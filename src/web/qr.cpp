#include "web/qr.h"

#include <cstdint>
#include <stdexcept>

#include <qrcodegen/qrcodegen.hpp>

namespace imps {
namespace {

/// ISO/IEC 18004 wants four modules; two are enough on a screen that is dark around it.
constexpr int kBorder = 2;

}  // namespace

std::vector<std::string> qr_rows(std::string_view text) {
  try {
    const auto code =
        qrcodegen::QrCode::encodeBinary({text.begin(), text.end()}, qrcodegen::QrCode::Ecc::MEDIUM);
    std::vector<std::string> rows;
    for (int y = 0; y < code.getSize(); ++y) {
      std::string& row = rows.emplace_back();
      for (int x = 0; x < code.getSize(); ++x)
        row += code.getModule(x, y) ? '1' : '0';
    }
    return rows;
  } catch (const std::length_error&) {
    return {};
  }
}

std::vector<std::string> qr_lines(std::string_view text) {
  const std::vector<std::string> rows = qr_rows(text);
  if (rows.empty()) return {};
  const int size = static_cast<int>(rows.size());
  const auto is_light = [&](int x, int y) {
    const bool inside = x >= 0 && y >= 0 && x < size && y < size;
    return !inside || rows[static_cast<std::size_t>(y)][static_cast<std::size_t>(x)] == '0';
  };
  std::vector<std::string> lines;
  for (int y = -kBorder; y < size + kBorder; y += 2) {
    std::string& line = lines.emplace_back();
    for (int x = -kBorder; x < size + kBorder; ++x) {
      const bool below = y + 1 < size + kBorder && is_light(x, y + 1);
      line += is_light(x, y) ? (below ? "█" : "▀") : (below ? "▄" : " ");
    }
  }
  return lines;
}

}  // namespace imps
