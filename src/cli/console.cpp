#include "cli/console.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fmt/format.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace imps::cli {
namespace {

constexpr std::string_view kYellow = "\x1b[33m";
constexpr std::string_view kPlain = "\x1b[0m";

void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

bool is_set(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

bool is_terminal(int descriptor) {
  return ::isatty(descriptor) == 1 &&
         !(is_set("TERM") && std::string_view(std::getenv("TERM")) == "dumb");
}

/// How many bytes of `text`, which begins with one above 0x7f, are a whole character of UTF-8; 0
/// when it begins with none.
std::size_t utf8_at(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const std::size_t size = lead >= 0xf0 && lead < 0xf5   ? 4
                           : lead >= 0xe0 && lead < 0xf0 ? 3
                           : lead >= 0xc2 && lead < 0xe0 ? 2
                                                         : 0;
  if (size == 0 || text.size() < size) return 0;
  const bool goes_on =
      std::all_of(text.begin() + 1, text.begin() + static_cast<long>(size),
                  [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; });
  return goes_on ? size : 0;
}

std::size_t columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

/// The start of a UTF-8 text that is at most `columns` characters wide.
std::string_view fitting(std::string_view text, std::size_t columns) {
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool starts = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
    if (starts && characters++ == columns) return text.substr(0, i);
  }
  return text;
}

}  // namespace

void complain(std::string_view message) {
  put("imps: ");
  put(printable(message));
  put("\n");
}

std::string printable(std::string_view text) {
  std::string safe;
  for (std::size_t k = 0; k < text.size(); ++k) {
    const auto byte = static_cast<unsigned char>(text[k]);
    const unsigned next = k + 1 < text.size() ? static_cast<unsigned char>(text[k + 1]) : 0;
    // 0x80 to 0x9f are control characters, too; in UTF-8 they are two bytes.
    const bool is_high = byte == 0xc2 && next >= 0x80 && next < 0xa0;
    if (byte >= 0x80 && !is_high) {
      const std::size_t size = utf8_at(text.substr(k));
      safe += size == 0 ? fmt::format("\\x{:02x}", byte) : std::string(text.substr(k, size));
      k += size == 0 ? 0 : size - 1;
    } else if ((byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7f || is_high) {
      safe += fmt::format("\\x{:02x}", is_high ? next : byte);
      k += is_high ? 1 : 0;
    } else {
      safe += text[k];
    }
  }
  return safe;
}

bool shows_colour(int descriptor) { return is_terminal(descriptor) && !is_set("NO_COLOR"); }

Console::Console() : terminal_(is_terminal(STDERR_FILENO)), colour_(shows_colour(STDERR_FILENO)) {}

Console::~Console() { clear_status(); }

bool Console::is_gone() const {
  pollfd descriptor{.fd = STDERR_FILENO, .events = 0, .revents = 0};
  return terminal_ && ::poll(&descriptor, 1, 0) == 1 &&
         (descriptor.revents & (POLLHUP | POLLERR)) != 0;
}

void Console::clear_status() {
  if (status_shown_) put("\r\x1b[K");
  status_shown_ = false;
}

void Console::tell(std::string_view line) {
  clear_status();
  put(printable(line));
  put("\n");
}

void Console::warn(std::string_view line) {
  clear_status();
  if (colour_) put(kYellow);
  put("imps: ");
  put(printable(line));
  if (colour_) put(kPlain);
  put("\n");
}

void Console::status(std::string_view line) {
  put("\r");
  put(fitting(line, columns() - 1));
  put("\x1b[K");
  std::fflush(stderr);
  status_shown_ = true;
}

}  // namespace imps::cli
