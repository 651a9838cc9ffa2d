// A project of a test's own, asked as the server would ask it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "project/project.h"
#include "tests/support/folder.h"

namespace imps::test {

/// A reply, and its JSON where it has some.
struct Answer {
  unsigned status = 0;
  nlohmann::json json;
  std::string body;
  std::string download;

  [[nodiscard]] std::string error() const { return json.value("error", ""); }
};

class Studio {
 public:
  explicit Studio(const project::JobLimits& limits = {}) : limits_(limits) {}
  ~Studio() { close(); }
  Studio(const Studio&) = delete;
  Studio& operator=(const Studio&) = delete;

  /// `path`: "takes/NAME/rows"; split at its slashes, so that a test that wants one in a name uses
  /// ask_parts().
  Answer ask(std::string_view method, std::string_view path, std::string body = {},
             std::map<std::string, std::string> query = {});
  Answer ask_parts(std::string_view method, std::vector<std::string> parts, std::string body = {},
                   std::map<std::string, std::string> query = {});
  nlohmann::json get(std::string_view path) { return ask("GET", path).json; }

  /// Writes a shell script that is to be taken for imps.
  void program(std::string_view script);
  /// Ends the project, as imps does when it ends.
  void close() {
    api_.clear();
    project_.reset();
  }
  /// Waits until something has changed and `holds`; false when that takes too long.
  bool wait_until(const std::function<bool()>& holds);
  /// Waits for a job's end; returns it.
  nlohmann::json end_of(const std::string& job);
  /// How often a resource was said to have changed.
  std::size_t changes(std::string_view resource);

  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const {
    return folder / name;
  }

  Folder folder;
  std::string running_log;
  std::string playing_model;
  std::vector<std::string> played;  ///< what play_model was asked for
  std::filesystem::path imps;       ///< set before the first request

 private:
  void open();

  project::JobLimits limits_;
  std::unique_ptr<project::Project> project_;
  Api api_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::size_t, std::less<>> changes_;
};

}  // namespace imps::test
