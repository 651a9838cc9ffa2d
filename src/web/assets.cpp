#include "web/assets.h"

#include <array>
#include <cstdint>
#include <new>
#include <string>

#include <fmt/format.h>
#include <zlib.h>

// IMPS_PAGE_FOLDER: where the bundled files are when this is compiled. As for the built-in models,
// the assembler puts their bytes into the program.
#define IMPS_TEXT_OF(x) #x
#define IMPS_TEXT(x) IMPS_TEXT_OF(x)
#define IMPS_SYMBOL(name) IMPS_TEXT(__USER_LABEL_PREFIX__) name

#define IMPS_EMBED(name, file)                         \
  asm(".data\n"                                      \
      ".globl " IMPS_SYMBOL("imps_page_" #name) "\n" \
      IMPS_SYMBOL("imps_page_" #name) ":\n"          \
      ".incbin \"" IMPS_PAGE_FOLDER "/" file "\"\n"  \
      ".globl " IMPS_SYMBOL("imps_page_end_" #name) "\n" \
      IMPS_SYMBOL("imps_page_end_" #name) ":\n"      \
      ".byte 0\n"                                    \
      ".text\n"); \
  extern "C" const char imps_page_##name[];            \
  extern "C" const char imps_page_end_##name[];

IMPS_EMBED(html, "index.html.gz")
IMPS_EMBED(js, "page.js.gz")
IMPS_EMBED(charts, "charts.js.gz")
IMPS_EMBED(css, "page.css.gz")
IMPS_EMBED(openapi, "openapi.json")

namespace imps {
namespace {

std::string_view bytes(const char* begin, const char* end) noexcept {
  return {begin, static_cast<std::size_t>(end - begin)};
}

/// FNV-1a, 64 bits: enough to see that a file is another one.
std::string digest(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text)
    hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return fmt::format("\"{:016x}\"", hash);
}

}  // namespace

std::span<const Asset> assets() noexcept {
  static const std::string_view html = bytes(imps_page_html, imps_page_end_html);
  static const std::string_view js = bytes(imps_page_js, imps_page_end_js);
  static const std::string_view charts = bytes(imps_page_charts, imps_page_end_charts);
  static const std::string_view css = bytes(imps_page_css, imps_page_end_css);
  static const std::array digests{digest(html), digest(js), digest(css), digest(charts)};
  static const std::array all{
      Asset{"/", "text/html; charset=utf-8", html, digests[0]},
      Asset{"/page.js", "text/javascript; charset=utf-8", js, digests[1]},
      Asset{"/page.css", "text/css; charset=utf-8", css, digests[2]},
      Asset{"/charts.js", "text/javascript; charset=utf-8", charts, digests[3]},
  };
  return all;
}

std::string_view openapi() noexcept { return bytes(imps_page_openapi, imps_page_end_openapi); }

std::string unpacked(const Asset& asset) {
  // A gzip file ends with the size of what it holds, little-endian (RFC 1952, ISIZE).
  const auto byte = [&](std::size_t from_end) {
    return std::size_t{static_cast<unsigned char>(asset.gzip[asset.gzip.size() - from_end])};
  };
  std::string text(byte(4) | byte(3) << 8 | byte(2) << 16 | byte(1) << 24, '\0');
  z_stream stream{};
  constexpr int kWithGzipHeader = 16 + MAX_WBITS;
  if (inflateInit2(&stream, kWithGzipHeader) != Z_OK) throw std::bad_alloc();
  // zlib does not write to its input; its interface is from before const.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(asset.gzip.data()));
  stream.avail_in = static_cast<uInt>(asset.gzip.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  return text;
}

const Asset* find_asset(std::string_view path) noexcept {
  for (const Asset& asset : assets())
    if (asset.path == path) return &asset;
  return nullptr;
}

}  // namespace imps
