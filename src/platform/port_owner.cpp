#include "platform/port_owner.h"

#if defined(__linux__)
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string_view>
#include <system_error>
#endif

namespace imps::platform {

#if defined(__linux__)
namespace {

/// The inodes of the sockets on `port` in a table like /proc/net/udp (proc(5)): columns are
/// "sl local_address rem_address st … inode", the local address "HEX:HEXPORT", the inode the 10th.
/// @param state  of the sockets, as the table says it; "" is any
void add_inodes(const char* table, std::uint16_t port, std::string_view state,
                std::set<std::string>& inodes) {
  std::ifstream file(table);
  std::string line;
  std::getline(file, line);  // the columns' names
  while (std::getline(file, line)) {
    std::istringstream columns(line);
    std::string column;
    std::string local;
    for (int i = 1; i <= 10 && columns >> column; ++i) {
      if (i == 2) local = column;
      if (i == 4 && !state.empty() && column != state) break;
      if (i != 10) continue;
      const auto colon = local.rfind(':');
      if (colon == std::string::npos) continue;
      unsigned number = 0;
      const char* const end = local.data() + local.size();
      const auto read = std::from_chars(local.data() + colon + 1, end, number, 16);
      if (read.ec == std::errc{} && read.ptr == end && number == port) inodes.insert(column);
    }
  }
}

bool has_one_of(const std::filesystem::path& descriptors, const std::set<std::string>& inodes) {
  std::error_code error;
  for (std::filesystem::directory_iterator at(descriptors, error), end; !error && at != end;
       at.increment(error)) {
    std::error_code gone;
    const std::string target = std::filesystem::read_symlink(at->path(), gone).string();
    constexpr std::string_view kSocket = "socket:[";
    if (gone || !target.starts_with(kSocket) || target.back() != ']') continue;
    if (inodes.contains(target.substr(kSocket.size(), target.size() - kSocket.size() - 1))) {
      return true;
    }
  }
  return false;
}

/// The first program that has one of these sockets.
std::optional<PortOwner> owner_of(const std::set<std::string>& inodes) {
  if (inodes.empty()) return std::nullopt;
  std::error_code error;
  for (std::filesystem::directory_iterator at("/proc", error), end; !error && at != end;
       at.increment(error)) {
    const std::string name = at->path().filename().string();
    int process = 0;
    const auto read = std::from_chars(name.data(), name.data() + name.size(), process);
    if (read.ec != std::errc{} || read.ptr != name.data() + name.size()) continue;
    if (!has_one_of(at->path() / "fd", inodes)) continue;
    std::ifstream comm(at->path() / "comm");
    PortOwner owner{.process = process};
    std::getline(comm, owner.program);
    return owner;
  }
  return std::nullopt;
}

}  // namespace

std::optional<PortOwner> udp_port_owner(std::uint16_t port) {
  std::set<std::string> inodes;
  add_inodes("/proc/net/udp", port, "", inodes);
  add_inodes("/proc/net/udp6", port, "", inodes);
  return owner_of(inodes);
}

std::optional<PortOwner> tcp_port_owner(std::uint16_t port) {
  constexpr std::string_view kListens = "0A";  // TCP_LISTEN
  std::set<std::string> inodes;
  add_inodes("/proc/net/tcp", port, kListens, inodes);
  add_inodes("/proc/net/tcp6", port, kListens, inodes);
  return owner_of(inodes);
}
#else
std::optional<PortOwner> udp_port_owner(std::uint16_t) { return std::nullopt; }
std::optional<PortOwner> tcp_port_owner(std::uint16_t) { return std::nullopt; }
#endif

}  // namespace imps::platform
