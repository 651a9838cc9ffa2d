// A disk in memory that fills up, fails and vanishes when a test says so.
#pragma once

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <memory>
#include <string>

#include "log/disk.h"

namespace imps::test {

class FakeDisk final : public Disk {
 public:
  static constexpr std::uint64_t kEndless = std::numeric_limits<std::uint64_t>::max();

  // What a test sets.
  std::uint64_t room = kEndless;  ///< bytes that the disk still takes
  int append_error = 0;           ///< errno of every append
  int open_error = 0;             ///< errno of everything that makes or opens files and folders
  int sync_error = 0;
  int read_error = 0;
  int replace_error = 0;
  std::size_t longest_append = std::numeric_limits<std::size_t>::max();

  /// All files are gone; open ones live on without a name, as on a real disk.
  void vanish() { files_.clear(); }
  void erase(const std::filesystem::path& path) { files_.erase(path.string()); }
  /// The text of a file; fails the test's expectations by being "(no such file)".
  [[nodiscard]] std::string text(const std::filesystem::path& path) const {
    const auto found = files_.find(path.string());
    return found == files_.end() ? "(no such file)" : *found->second;
  }
  [[nodiscard]] bool has(const std::filesystem::path& path) const {
    return files_.contains(path.string());
  }
  void put(const std::filesystem::path& path, std::string text) {
    files_[path.string()] = std::make_shared<std::string>(std::move(text));
  }
  [[nodiscard]] std::size_t files() const { return files_.size(); }
  int syncs = 0;
  int opened = 0;  ///< files that are open now

  DiskError make_folder(const std::filesystem::path&) override { return code(open_error); }
  DiskError check_folder(const std::filesystem::path&) override { return code(open_error); }

  DiskResult<File> create(const std::filesystem::path& path) override {
    if (open_error != 0) return code(open_error);
    if (has(path)) return code(EEXIST);
    put(path, "");
    return open(path);
  }
  DiskResult<File> reopen(const std::filesystem::path& path) override {
    if (open_error != 0) return code(open_error);
    if (!has(path)) return code(ENOENT);
    return open(path);
  }
  DiskResult<std::size_t> append(File file, std::string_view bytes) override {
    if (append_error != 0) return code(append_error);
    if (!bytes.empty() && room == 0) return code(ENOSPC);
    bytes = bytes.substr(0, std::min<std::uint64_t>(room, longest_append));
    open_.at(file)->append(bytes);
    if (room != kEndless) room -= bytes.size();
    return bytes.size();
  }
  DiskResult<std::size_t> read(File file, std::uint64_t offset, std::span<char> into) override {
    if (read_error != 0) return code(read_error);
    const std::string& text = *open_.at(file);
    if (offset >= text.size()) return std::size_t{0};
    return text.copy(into.data(), into.size(), offset);
  }
  DiskResult<std::uint64_t> size(File file) override {
    return std::uint64_t{open_.at(file)->size()};
  }
  bool is_at(File file, const std::filesystem::path& path) override {
    return has(path) && files_.at(path.string()) == open_.at(file);
  }
  DiskError sync(File) override {
    ++syncs;
    return code(sync_error);
  }
  void close(File file) override {
    open_.erase(file);
    --opened;
  }
  DiskError replace(const std::filesystem::path& path, std::string_view text) override {
    if (replace_error != 0) return code(replace_error);
    if (room == 0) return code(ENOSPC);
    put(path, std::string(text));
    return {};
  }
  DiskError remove(const std::filesystem::path& path) override {
    erase(path);
    return {};
  }
  DiskResult<std::uint64_t> folder_bytes(const std::filesystem::path&) override {
    std::uint64_t sum = 0;
    for (const auto& [path, text] : files_)
      sum += text->size();
    return sum;
  }

 private:
  static DiskError code(int number) { return {number, boost::system::system_category()}; }

  DiskResult<File> open(const std::filesystem::path& path) {
    const File file = ++last_;
    open_[file] = files_.at(path.string());
    ++opened;
    return file;
  }

  std::map<std::string, std::shared_ptr<std::string>> files_;
  std::map<File, std::shared_ptr<std::string>> open_;
  File last_ = 100;
};

}  // namespace imps::test
