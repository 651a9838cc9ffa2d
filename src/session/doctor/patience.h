// Looking at what may never answer: a disk that has gone, a sound server that hangs.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace imps::doctor {

/// So many looks that never ended are left to themselves; then within() looks no more.
inline constexpr int kMostLost = 8;

/// Runs `task` on a thread of its own for at most `patience`; true when it has ended. Otherwise it
/// is left to itself, so it owns what it uses. Exceptions of the task come out of here.
bool run_within(std::chrono::milliseconds patience, std::function<void()> task);

/// What `look` returns, or nothing when it takes longer than `patience`.
template <class Look>
auto within(std::chrono::milliseconds patience, Look look)
    -> std::optional<std::invoke_result_t<Look>> {
  using Found = std::invoke_result_t<Look>;
  const auto found = std::make_shared<std::optional<Found>>();
  if (!run_within(patience, [found, look = std::move(look)] { found->emplace(look()); }))
    return std::nullopt;
  return std::move(*found);
}

}  // namespace imps::doctor
