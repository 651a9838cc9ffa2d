// A text file that grows line by line, and outlives a full, failing or vanished disk.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "log/disk.h"

namespace imps {

/// Lines on their way into one file. What a disk does not take stays here, in order; a line that
/// went in by half is remembered whole, so that it can be completed, or written anew elsewhere.
class GrowingFile {
 public:
  explicit GrowingFile(std::shared_ptr<Disk> disk) : disk_(std::move(disk)) {}
  ~GrowingFile();
  GrowingFile(const GrowingFile&) = delete;
  GrowingFile& operator=(const GrowingFile&) = delete;

  /// Append whole lines here.
  [[nodiscard]] std::string& text() noexcept { return text_; }
  /// Bytes that the file has not taken yet.
  [[nodiscard]] std::size_t waiting() const noexcept { return text_.size() - sent_; }
  /// Lines not wholly in the file.
  [[nodiscard]] std::uint64_t waiting_lines() const;
  /// Of these, the ones that hold `word`.
  [[nodiscard]] std::uint64_t waiting_lines(std::string_view word) const;
  /// Forgets what waits.
  void abandon();
  /// Lines wholly in the file.
  [[nodiscard]] std::uint64_t written_lines() const noexcept { return lines_; }
  [[nodiscard]] std::uint64_t written_bytes() const noexcept { return written_; }

  [[nodiscard]] bool is_open() const noexcept { return file_.has_value(); }
  [[nodiscard]] Disk::File file() const noexcept { return file_.value_or(-1); }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// A new file; an error (EEXIST, …) leaves everything as it was.
  DiskError create(const std::filesystem::path& path);
  /// Removes the file that create() made: nothing has been written yet.
  void take_back();

  /// Gives the file what waits, at most `most` bytes (whole lines only, when that is less than what
  /// waits). Success when the disk has taken all it was offered.
  DiskError write(std::size_t most);

  [[nodiscard]] bool is_in_place() const { return file_ && disk_->is_at(*file_, path_); }

  /// What restore() found.
  struct Restored {
    std::uint64_t lost_lines = 0;  ///< were in the file and are gone with it
    bool torn = false;             ///< the file had lost bytes at its end
  };
  /// Opens the file again where it should be: the one that is there, or else a new one with what
  /// the old one held, as far as that can still be read. Then write() goes on.
  DiskResult<Restored> restore();

 private:
  enum class Copied { everything, nothing };  // nothing: the old file cannot be read any more
  /// Copies what was written; or why `to` does not take it.
  DiskResult<Copied> copy_into(Disk::File to);
  void forget_sent();

  std::shared_ptr<Disk> disk_;
  std::filesystem::path path_;
  std::optional<Disk::File> file_;
  std::string text_;           // from the start of the first line that is not wholly written
  std::size_t sent_ = 0;       // bytes of text_ that are in the file
  std::uint64_t written_ = 0;  // bytes in the file
  std::uint64_t lines_ = 0;    // newlines in the file
};

}  // namespace imps
