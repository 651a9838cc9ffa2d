// What the web server asks of the performance, and what it answers.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace imps {

/// A request under /api/v1. What it says comes from anybody: nothing of it has been checked but
/// the encoding and the sizes.
struct ApiRequest {
  std::string method;                        ///< "GET", "POST", "PUT", "PATCH", "DELETE"
  std::vector<std::string> path;             ///< decoded, after the resource's name
  std::map<std::string, std::string> query;  ///< decoded
  std::string body;
  [[nodiscard]] std::string_view at(std::size_t k) const {
    return k < path.size() ? std::string_view(path[k]) : std::string_view();
  }
};

struct ApiReply {
  unsigned status = 200;
  std::string body;
  std::string type = "application/json";
  std::string download;  ///< the name it is to be saved under, if it is a file
  std::string allow;     ///< the methods that there are instead: "GET, POST"
};

/// {"error": why}.
ApiReply api_error(unsigned status, std::string_view why);

/// 405, with the methods that there are: "GET, POST". HEAD is where GET is.
ApiReply not_allowed(std::string_view method, std::string_view allowed);

/// The resources of the API by name: what comes after /api/v1/.
struct ApiResource {
  std::function<ApiReply(const ApiRequest&)> answer;
  /// Reads or writes files, and may take its time: asked on a thread of its own, one at a time.
  bool is_slow = false;
  /// What a request may bring with it.
  std::size_t most_bytes = 64 * 1024;
};
using Api = std::map<std::string, ApiResource, std::less<>>;

}  // namespace imps
