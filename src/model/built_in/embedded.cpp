#include "model/built_in/embedded.h"

#include <array>
#include <cassert>

// IMPS_BUILT_IN_FOLDER: where the files are when this is compiled.
#define IMPS_TEXT_OF(x) #x
#define IMPS_TEXT(x) IMPS_TEXT_OF(x)
#define IMPS_SYMBOL(name) IMPS_TEXT(__USER_LABEL_PREFIX__) name

// The assembler puts a file's bytes into the program. (As an array in the source, two million
// numbers would cost the compiler more than all the rest of imps.)
#define IMPS_EMBED(dimension)                                                            \
  asm(".data\n"                                                                        \
      ".balign 64\n"                                                                   \
      ".globl " IMPS_SYMBOL("imps_model_" #dimension) "\n"                             \
      IMPS_SYMBOL("imps_model_" #dimension) ":\n"                                      \
      ".incbin \"" IMPS_BUILT_IN_FOLDER "/dim" #dimension ".safetensors\"\n"           \
      ".globl " IMPS_SYMBOL("imps_model_end_" #dimension) "\n"                         \
      IMPS_SYMBOL("imps_model_end_" #dimension) ":\n"                                  \
      ".byte 0\n"                                                                      \
      ".text\n"); \
  extern "C" const std::byte imps_model_##dimension[];                                   \
  extern "C" const std::byte imps_model_end_##dimension[];

IMPS_EMBED(2)
IMPS_EMBED(3)
IMPS_EMBED(4)
IMPS_EMBED(5)
IMPS_EMBED(6)
IMPS_EMBED(7)
IMPS_EMBED(8)
IMPS_EMBED(9)

namespace imps {

std::span<const std::byte> embedded_model(int dimension) noexcept {
  static const std::array<std::span<const std::byte>, 8> files{{
      {imps_model_2, imps_model_end_2},
      {imps_model_3, imps_model_end_3},
      {imps_model_4, imps_model_end_4},
      {imps_model_5, imps_model_end_5},
      {imps_model_6, imps_model_end_6},
      {imps_model_7, imps_model_end_7},
      {imps_model_8, imps_model_end_8},
      {imps_model_9, imps_model_end_9},
  }};
  assert(dimension >= 2 && dimension <= 9);
  return files[static_cast<std::size_t>(dimension - 2)];
}

}  // namespace imps
