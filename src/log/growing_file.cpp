#include "log/growing_file.h"

#include <algorithm>
#include <cerrno>
#include <vector>

namespace imps {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 20;

std::uint64_t newlines(std::string_view text) {
  return static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

GrowingFile::~GrowingFile() {
  if (file_) disk_->close(*file_);
}

std::uint64_t GrowingFile::waiting_lines() const { return newlines(text_); }

std::uint64_t GrowingFile::waiting_lines(std::string_view word) const {
  std::uint64_t lines = 0;
  for (std::string_view rest = text_; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n') + 1);  // the text is whole lines
    if (line.find(word) != std::string_view::npos) ++lines;
    rest.remove_prefix(line.size());
  }
  return lines;
}

void GrowingFile::abandon() {
  text_.clear();
  sent_ = 0;
}

DiskError GrowingFile::create(const std::filesystem::path& path) {
  const auto made = disk_->create(path);
  if (!made) return made.error();
  if (file_) disk_->close(*file_);
  file_ = *made;
  path_ = path;
  return {};
}

void GrowingFile::take_back() {
  disk_->close(*file_);
  disk_->remove(path_);
  file_.reset();
}

DiskError GrowingFile::write(std::size_t most) {
  std::size_t end = text_.size();
  if (most < waiting()) {
    const auto newline = std::string_view(text_).substr(sent_, most).rfind('\n');
    end = newline == std::string_view::npos ? sent_ : sent_ + newline + 1;
  }
  DiskError error;
  while (sent_ < end && !error) {
    const auto piece = std::string_view(text_).substr(sent_, std::min(kChunk, end - sent_));
    const auto taken = disk_->append(*file_, piece);
    if (!taken) {
      error = taken.error();
    } else if (*taken == 0) {
      error = disk_error(EIO);
    } else {
      lines_ += newlines(piece.substr(0, *taken));
      sent_ += *taken;
      written_ += *taken;
    }
  }
  forget_sent();
  return error;
}

void GrowingFile::forget_sent() {
  if (sent_ == text_.size()) {
    text_.clear();
    sent_ = 0;
    // After trouble the text may have been megabytes long.
    if (text_.capacity() > kChunk) text_.shrink_to_fit();
    return;
  }
  if (sent_ == 0) return;
  const auto newline = text_.rfind('\n', sent_ - 1);
  if (newline == std::string::npos) return;
  text_.erase(0, newline + 1);
  sent_ -= newline + 1;
}

DiskResult<GrowingFile::Restored> GrowingFile::restore() {
  Restored found;
  const auto there = disk_->reopen(path_);
  if (there) {
    const auto size = disk_->size(*there);
    if (!size) {
      disk_->close(*there);
      return size.error();
    }
    if (*size != written_) {
      // What the disk lost of it is gone. A line that was cut there could pass for a whole one
      // (0.07 of 0.0703125): the word makes sure that every reader refuses it.
      char last = '\n';
      if (*size > 0) disk_->read(*there, *size - 1, {&last, 1});
      sent_ = 0;
      if (last != '\n') text_.insert(0, ",torn\n");
      found.torn = true;
      written_ = *size;
    }
    if (file_) disk_->close(*file_);
    file_ = *there;
    return found;
  }
  if (there.error().value() != ENOENT) return there.error();

  if (const auto error = disk_->make_folder(path_.parent_path())) return error;
  const auto made = disk_->create(path_);
  if (!made) return made.error();
  const auto copied = file_ ? copy_into(*made) : DiskResult<Copied>(Copied::nothing);
  if (!copied) {
    // No room for the copy yet: better later and whole.
    disk_->close(*made);
    disk_->remove(path_);
    return copied.error();
  }
  if (*copied == Copied::nothing && written_ > 0) {
    // The old file cannot be read any more. An empty file and what is still known of the line.
    disk_->close(*made);
    disk_->remove(path_);
    const auto again = disk_->create(path_);
    if (!again) return again.error();
    found.lost_lines = lines_;
    lines_ = 0;
    written_ = 0;
    sent_ = 0;
    if (file_) disk_->close(*file_);
    file_ = *again;
    return found;
  }
  if (file_) disk_->close(*file_);
  file_ = *made;
  return found;
}

DiskResult<GrowingFile::Copied> GrowingFile::copy_into(Disk::File to) {
  std::vector<char> piece(std::min<std::uint64_t>(kChunk, written_));
  for (std::uint64_t done = 0; done < written_;) {
    const auto want =
        static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), written_ - done));
    const auto got = disk_->read(*file_, done, {piece.data(), want});
    if (!got || *got == 0) return Copied::nothing;
    std::string_view rest(piece.data(), *got);
    while (!rest.empty()) {
      const auto taken = disk_->append(to, rest);
      if (!taken) return taken.error();
      if (*taken == 0) return disk_error(EIO);
      rest.remove_prefix(*taken);
    }
    done += *got;
  }
  return Copied::everything;
}

}  // namespace imps
