// The few things that logging asks of a disk, behind an interface: tests put one there that fails.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include <boost/system/result.hpp>

namespace imps {

/// A T, or the operating system's code for why there is none.
template <class T>
using DiskResult = boost::system::result<T>;
using DiskError = boost::system::error_code;
/// The error of an errno.
inline DiskError disk_error(int number) { return {number, boost::system::system_category()}; }

/// Files as a log writer uses them. No method throws. Every method may block for as long as the
/// device does: never for the performance loop. Thread-safe: yes, for distinct files.
class Disk {
 public:
  using File = int;

  virtual ~Disk() = default;

  /// Makes the folder and its parents; it may exist.
  virtual DiskError make_folder(const std::filesystem::path& folder) = 0;
  /// Success when the folder, or else the nearest parent that exists, can be written to.
  virtual DiskError check_folder(const std::filesystem::path& folder) = 0;
  /// Opens a new file for appending and reading; EEXIST when the name is taken.
  virtual DiskResult<File> create(const std::filesystem::path& path) = 0;
  /// Opens a regular file that is there for appending and reading.
  virtual DiskResult<File> reopen(const std::filesystem::path& path) = 0;
  /// Appends; returns how many bytes were taken, which may be fewer.
  virtual DiskResult<std::size_t> append(File file, std::string_view bytes) = 0;
  /// Reads from `offset`; 0 at the file's end.
  virtual DiskResult<std::size_t> read(File file, std::uint64_t offset, std::span<char> into) = 0;
  virtual DiskResult<std::uint64_t> size(File file) = 0;
  /// Whether `path` still names this open file. A path that cannot be looked at does not.
  virtual bool is_at(File file, const std::filesystem::path& path) = 0;
  /// Returns when the file's bytes are on the device.
  virtual DiskError sync(File file) = 0;
  virtual void close(File file) = 0;
  /// Puts `text` in place of the file as a whole: after a crash either the old or the new one is
  /// there. The folder's entries are on the device too on return. On a full disk, `text` is written
  /// over the file that is there.
  virtual DiskError replace(const std::filesystem::path& path, std::string_view text) = 0;
  virtual DiskError remove(const std::filesystem::path& path) = 0;
  /// Total size of the regular files in the folder (not in folders within it); 0 when it is
  /// missing.
  virtual DiskResult<std::uint64_t> folder_bytes(const std::filesystem::path& folder) = 0;
};

/// The operating system's files.
std::shared_ptr<Disk> real_disk();

}  // namespace imps
