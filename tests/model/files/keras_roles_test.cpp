#include "model/files/keras_roles.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace imps::files {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Tensors whose values say which one they are: all of one number.
class File {
 public:
  void add(const std::string& name, std::vector<std::uint64_t> shape, float value = 0) {
    std::uint64_t count = 1;
    for (const auto dim : shape)
      count *= dim;
    found_.tensors.push_back({.name = name,
                              .shape = std::move(shape),
                              .type = "float32",
                              .values = std::vector<float>(count, value),
                              .read = true});
  }
  void lstm(const std::string& path, std::uint64_t in, std::uint64_t units, float value = 0) {
    add(path + "/kernel:0", {in, 4 * units}, value);
    add(path + "/recurrent_kernel:0", {units, 4 * units}, value);
    add(path + "/bias:0", {4 * units}, value);
  }
  void dense(const std::string& path, std::uint64_t in, std::uint64_t out, float value = 0) {
    add(path + "/kernel:0", {in, out}, value);
    add(path + "/bias:0", {out}, value);
  }
  void head(std::uint64_t units, std::uint64_t dimension, std::uint64_t mixtures) {
    dense("td_mdn/mdn_mus", units, dimension * mixtures, 1);
    dense("td_mdn/mdn_sigmas", units, dimension * mixtures, 2);
    dense("td_mdn/mdn_pi", units, mixtures, 3);
  }
  void text(const std::string& name, const std::string& value) {
    found_.texts.emplace_back(name, value);
  }
  void remove(const std::string& name) {
    std::erase_if(found_.tensors, [&](const NamedTensor& t) { return t.name == name; });
  }
  Result<Weights> read() { return keras_weights(found_, notes); }
  std::string error() {
    const auto weights = read();
    return weights ? "no error" : weights.error().message;
  }

  Notes notes;

 private:
  NamedTensors found_;
};

TEST(KerasRoles, FindSizesInTheShapes) {
  File file;
  file.lstm("lstm_0/lstm_0", 4, 16);
  file.lstm("lstm_1/lstm_1", 16, 16);
  file.head(16, 4, 5);
  const auto weights = file.read();
  ASSERT_TRUE(weights.has_value()) << weights.error().message;
  EXPECT_EQ(weights->sizes, (Sizes{.dimension = 4, .layers = 2, .units = 16, .mixtures = 5}));
  EXPECT_EQ(weights->mus.bias.front(), 1);
  EXPECT_EQ(weights->sigmas.bias.front(), 2);
  EXPECT_EQ(weights->pi.bias.front(), 3);
}

TEST(KerasRoles, PutLayersInTheOrderOfTheirNumbers) {
  // Keras counts on through a session: a model's layers may be lstm_9 and lstm_10.
  File file;
  file.lstm("lstm_10/lstm_10", 8, 8, 10);
  file.lstm("lstm_9/lstm_9", 8, 8, 9);
  file.head(8, 8, 2);
  const auto weights = file.read();
  ASSERT_TRUE(weights.has_value()) << weights.error().message;
  EXPECT_EQ(weights->lstm[0].bias.front(), 9);
  EXPECT_EQ(weights->lstm[1].bias.front(), 10);
}

TEST(KerasRoles, PreferTheFilesOwnListOfLayersToTheirNames) {
  File file;
  file.lstm("model_weights/aaa_lstm/aaa_lstm", 8, 8, 1);
  file.lstm("model_weights/zzz_lstm/zzz_lstm", 8, 8, 2);
  file.text("model_weights@layer_names", "inputs\nzzz_lstm\naaa_lstm\ntd_mdn");
  file.head(8, 8, 2);
  const auto weights = file.read();
  ASSERT_TRUE(weights.has_value()) << weights.error().message;
  EXPECT_EQ(weights->lstm[0].bias.front(), 2);
}

TEST(KerasRoles, TellNamelessDenseLayersApartByShapeAndOrderAndNoteIt) {
  File file;
  file.lstm("lstm/lstm", 3, 8);
  file.dense("td/dense", 8, 15, 1);
  file.dense("td/dense_1", 8, 15, 2);
  file.dense("td/dense_2", 8, 5, 3);
  const auto weights = file.read();
  ASSERT_TRUE(weights.has_value()) << weights.error().message;
  EXPECT_EQ(weights->mus.bias.front(), 1);
  EXPECT_EQ(weights->sigmas.bias.front(), 2);
  EXPECT_EQ(weights->pi.bias.front(), 3);
  ASSERT_EQ(file.notes.size(), 1U);
  EXPECT_THAT(file.notes[0].second, HasSubstr("by their order (td/dense, then td/dense_1)"));
}

TEST(KerasRoles, FollowTheListOfWeightsWhereNamesAreNumberedByKeras) {
  File file;
  file.lstm("lstm/lstm", 3, 8);
  file.add("td/td/kernel:0", {8, 15}, 2);
  file.add("td/td/bias:0", {15}, 2);
  file.add("td/td/kernel_1:0", {8, 15}, 1);
  file.add("td/td/bias_1:0", {15}, 1);
  file.add("td/td/kernel_2:0", {8, 5}, 3);
  file.add("td/td/bias_2:0", {5}, 3);
  file.text("td@weight_names",
            "td/kernel_1:0\ntd/bias_1:0\ntd/kernel:0\ntd/bias:0\ntd/kernel_2:0\ntd/bias_2:0");
  const auto weights = file.read();
  ASSERT_TRUE(weights.has_value()) << weights.error().message;
  EXPECT_EQ(weights->mus.bias.front(), 1);
  EXPECT_EQ(weights->sigmas.bias.front(), 2);
}

TEST(KerasRoles, ReadPathsThatKerasOnWindowsWrote) {
  File file;
  file.add("_layer_checkpoint_dependencies\\lstm\\cell/vars/0", {3, 32});
  file.add("_layer_checkpoint_dependencies\\lstm\\cell/vars/1", {8, 32});
  file.add("_layer_checkpoint_dependencies\\lstm\\cell/vars/2", {32});
  file.head(8, 3, 5);
  EXPECT_TRUE(file.read().has_value()) << file.error();
}

TEST(KerasRoles, NameWhatIsMissingAndListWhatThereIs) {
  File file;
  file.lstm("lstm/lstm", 3, 8);
  file.head(8, 3, 5);
  file.remove("td_mdn/mdn_sigmas/kernel:0");
  EXPECT_THAT(file.error(), AllOf(HasSubstr("tensor sigmas kernel is missing, expected [8, 15]"),
                                  HasSubstr("lstm/lstm/kernel:0 float32 [3, 32]")));
}

TEST(KerasRoles, NameAMissingTensorOfALayerWhateverIsLeft) {
  for (const char* const missing : {"kernel", "recurrent_kernel", "bias"}) {
    File file;
    file.lstm("lstm/lstm", 3, 8);
    file.head(8, 3, 5);
    file.remove(std::string("lstm/lstm/") + missing + ":0");
    EXPECT_THAT(file.error(),
                AllOf(HasSubstr(std::string("tensor ") + missing + " of LSTM layer 0"),
                      HasSubstr("is missing")));
  }
}

TEST(KerasRoles, NameATensorOfAWrongShape) {
  File file;
  file.lstm("lstm_0/lstm_0", 3, 8);
  file.lstm("lstm_1/lstm_1", 8, 16);
  file.head(8, 3, 5);
  EXPECT_THAT(file.error(), HasSubstr("tensor lstm_1/lstm_1/kernel:0 (kernel of LSTM layer 1): "
                                      "shape [8, 64], expected [8, 32]"));
}

TEST(KerasRoles, RefuseWhatAnMdrnnDoesNotHave) {
  File with_dense;
  with_dense.lstm("lstm/lstm", 3, 8);
  with_dense.head(8, 3, 5);
  with_dense.dense("dense/dense", 8, 8);
  EXPECT_THAT(with_dense.error(), HasSubstr("tensor dense/dense/kernel:0 float32 [8, 8]"));

  File normalised;
  normalised.lstm("lstm/lstm", 3, 8);
  normalised.head(8, 3, 5);
  normalised.add("batch_normalization/gamma:0", {8});
  EXPECT_THAT(normalised.error(), HasSubstr("batch_normalization/gamma:0"));

  File gru;
  gru.add("gru/gru/kernel:0", {3, 24});
  gru.add("gru/gru/recurrent_kernel:0", {8, 24});
  gru.add("gru/gru/bias:0", {24});
  gru.head(8, 3, 5);
  EXPECT_THAT(gru.error(), HasSubstr("shape [8, 24], expected [units, 4·units]"));

  File empty;
  EXPECT_THAT(empty.error(), HasSubstr("no tensors"));
}

}  // namespace
}  // namespace imps::files
