#include "train/run_state.h"

#include <fstream>
#include <iterator>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/folder.h"

namespace imps::train {
namespace {

constexpr Sizes kSmall{.dimension = 2, .layers = 1, .units = 2, .mixtures = 1};

RunState some_state(const Layout& layout) {
  RunState state;
  Numbers<float> numbers(layout.count);
  float next = 0.25F;
  for (Numbers<float>* part :
       {&state.learner.parameters, &state.learner.first, &state.learner.second,
        &state.good.parameters, &state.good.first, &state.good.second, &state.best}) {
    for (float& number : numbers)
      number = next += 0.5F;
    *part = numbers;
  }
  state.learner.steps = 77;
  state.planned = 1000;
  state.done = 78;
  state.pass = 3;
  state.nll_sum = 0.1 + 0.2;  // no short decimal
  state.at_best.val_nll = -1.0 / 3;
  return state;
}

TEST(Checkpoint, ComesBackBitForBit) {
  const test::Folder folder;
  const Layout layout(kSmall);
  const RunState state = some_state(layout);
  ASSERT_TRUE(save_checkpoint(folder.path() / "a.checkpoint", layout, state, "the job"));
  const auto read = load_checkpoint(folder.path() / "a.checkpoint");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->job, "the job");
  EXPECT_EQ(read->sizes, kSmall);
  EXPECT_EQ(read->state.learner.parameters, state.learner.parameters);
  EXPECT_EQ(read->state.learner.second, state.learner.second);
  EXPECT_TRUE(read->state.learner.average.empty());
  EXPECT_EQ(read->state.good.first, state.good.first);
  EXPECT_EQ(read->state.best, state.best);
  EXPECT_EQ(read->state.learner.steps, 77U);
  EXPECT_EQ(read->state.nll_sum, state.nll_sum);
  EXPECT_EQ(read->state.at_best.val_nll, state.at_best.val_nll);
}

TEST(Checkpoint, CutAtAnyByteIsRefused) {
  const test::Folder folder;
  const Layout layout(kSmall);
  const auto path = folder.path() / "a.checkpoint";
  ASSERT_TRUE(save_checkpoint(path, layout, some_state(layout), "{}"));
  std::ifstream file(path, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // Its digest, 64 letters, would tell; the models by themselves must, too.
  const auto bytes = std::as_bytes(std::span(text)).first(text.size() - 64);
  ASSERT_TRUE(parse_checkpoint(bytes));
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    const auto cut = parse_checkpoint(bytes.first(length));
    ASSERT_FALSE(cut) << length;
    EXPECT_NE(cut.error().message.find("no whole checkpoint"), std::string::npos);
  }
}

TEST(Checkpoint, OfWhichAByteIsAnotherOneIsRefused) {
  const test::Folder folder;
  const Layout layout(kSmall);
  const auto path = folder.path() / "a.checkpoint";
  ASSERT_TRUE(save_checkpoint(path, layout, some_state(layout), "{}"));
  const auto size = std::filesystem::file_size(path);
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  for (std::uintmax_t at = 0; at < size; at += 97) {
    const auto change = [&] {
      file.seekg(static_cast<std::streamoff>(at));
      const auto byte = static_cast<char>(file.get() ^ 1);
      file.seekp(static_cast<std::streamoff>(at));
      file.put(byte).flush();
    };
    change();
    const auto read = load_checkpoint(path);
    ASSERT_FALSE(read) << at;
    EXPECT_NE(read.error().message.find("no whole checkpoint"), std::string::npos);
    change();
  }
  EXPECT_TRUE(load_checkpoint(path));
}

TEST(Checkpoint, ThatIsNotThereIsNamed) {
  const auto read = load_checkpoint("nowhere.checkpoint");
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("nowhere.checkpoint"), std::string::npos);
}

}  // namespace
}  // namespace imps::train
