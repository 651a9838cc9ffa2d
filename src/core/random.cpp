#include <Random123/philox.h>

#include <imps/random.h>

namespace imps {

Uniforms::Uniforms(std::uint64_t seed, std::uint32_t agent, std::uint64_t prediction) noexcept
    : seed_(seed), agent_(agent), prediction_(prediction) {}

double Uniforms::next() noexcept {
  if (used_ == 4) {
    const r123::Philox4x32::ctr_type counter{{static_cast<std::uint32_t>(prediction_),
                                              static_cast<std::uint32_t>(prediction_ >> 32), agent_,
                                              block_++}};
    const r123::Philox4x32::key_type key{
        {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)}};
    const auto drawn = r123::Philox4x32{}(counter, key);
    for (std::size_t i = 0; i < 4; ++i)
      words_[i] = drawn[i];
    used_ = 0;
  }
  const std::uint64_t high = words_[static_cast<std::size_t>(used_)];
  const std::uint64_t low = words_[static_cast<std::size_t>(used_) + 1];
  used_ += 2;
  // 52 bits, then half a step up: never 0, never 1.
  const std::uint64_t bits = ((high << 32) | low) >> 12;
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

}  // namespace imps
