// A program of its own, since it counts every allocation.
#include <atomic>
#include <cstdlib>
#include <new>
#include <vector>

#include <gtest/gtest.h>

#include <imps/model.h>

#include "tests/model/targets.h"
#include "tests/support/scalar_mdrnn.h"

namespace {

std::atomic<long> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
  ++allocations;
  void* const memory =
      std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);
  if (memory == nullptr) std::abort();
  return memory;
}

// Kept out of line: inlined, the compiler sees free() meet what a new expression returned.
[[gnu::noinline]] void released(void* memory) noexcept { std::free(memory); }

}  // namespace

void* operator new(std::size_t size) { return counted(size, alignof(std::max_align_t)); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void operator delete(void* memory) noexcept { released(memory); }
void operator delete(void* memory, std::size_t) noexcept { released(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { released(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { released(memory); }

namespace imps {
namespace {

TEST(Allocation, DoesNotHappenOnTheWayFromFrameToPrediction) {
  test::on_every_target([] {
    const Mdrnn model = Mdrnn::make(test::random_weights({9, 2, 64, 5}, 1)).value();
    Mdrnn::State state(model);
    Mdrnn::State kept(model);
    const std::vector<double> controls(8, 0.5);
    Frame next;
    const long before = allocations;
    for (std::uint64_t n = 0; n < 10; ++n) {
      advance(model, state, {0.1, controls});
      kept = state;
      advance(model, state, next = FrameView{0.2, controls});
      state = kept;
      Uniforms uniforms(1, 0, n);
      sample(state.mixture(), {}, uniforms, next);
      advance(model, state, next);
    }
    state.reset();
    EXPECT_EQ(allocations, before);
  });
}

TEST(Allocation, IsSeenByThisTest) {
  const long before = allocations;
  const Mdrnn::State state(Mdrnn::make(test::random_weights({2, 1, 8, 1}, 1)).value());
  EXPECT_GT(allocations, before);
  EXPECT_FALSE(state.has_mixture());
}

}  // namespace
}  // namespace imps
