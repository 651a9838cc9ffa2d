// How tensors come over from the child process that reads HDF5: a flat run of records, whole or not
// at all. The reader takes it for hostile, as the child may have been taken over by the file.
//
//   "imps tensors 1\n"
//   'T' name, type, u8 rank, u64 dims[rank], u8 read, f32 values[product of dims if read]
//   'X' name, text
//   'E' text                      the file is refused; nothing follows
//   'Z'                           the end; nothing follows
//
// Texts and names: u32 length, then that many bytes. Numbers in the byte order of the machine,
// which is the same at both ends.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <imps/result.h>

#include "model/files/named_tensor.h"

namespace imps::files {

/// Puts a stream together in memory.
class TensorStreamWriter {
 public:
  TensorStreamWriter();
  void tensor(const NamedTensor& tensor);
  void text(std::string_view name, std::string_view text);
  /// Ends the stream.
  void end();
  /// Ends the stream with the reason why there is none.
  void error(std::string_view why);

  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return std::as_bytes(std::span(bytes_));
  }

 private:
  void put(const void* data, std::size_t size);
  void put_text(std::string_view text);

  std::string bytes_;
};

/// The tensors of a whole stream, or the Error that it carries, or one that says it is not whole.
/// Allocates no more than a small multiple of the bytes.
Result<NamedTensors> read_tensor_stream(std::span<const std::byte> bytes);

}  // namespace imps::files
