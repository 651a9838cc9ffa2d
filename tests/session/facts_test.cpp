#include "session/facts.h"

#include <algorithm>

#include <gmock/gmock.h>

#include "log/session_file.h"

namespace imps {
namespace {

using ::testing::HasSubstr;

Settings unusual_settings() {
  Settings settings;
  settings.interaction.mode = Mode::polyphony;
  settings.interaction.threshold = Seconds{1.0 / 3};
  settings.interaction.max_rest = Seconds{0.7};
  settings.model.temperatures = {.sigma = 0.1, .pi = 1.7};
  settings.model.timescale = 1e-6;
  settings.model.file = "models/\"a name\".keras";
  settings.osc.outputs = {{"localhost", 5000}, {"::1", 6001}};
  return settings;
}

TEST(SessionFacts, ReadBackAsTheyWereThroughTheSessionFile) {
  ChosenModel model = built_in_model(5);
  model.path = "models/\xC3\xA4 \"quoted\".keras";
  model.digest = "0123abcd";
  const Settings settings = unusual_settings();
  const std::uint64_t seed = (std::uint64_t{1} << 53) - 1;
  const LogOptions options{.dimension = 5,
                           .start = {},
                           .program = "1.2.3",
                           .facts = session_facts(settings, seed, model)};
  ASSERT_TRUE(check(options));
  const auto file = parse_session(session_text(options, "take.log", std::nullopt));
  ASSERT_TRUE(file) << file.error().message;
  const auto facts = read_facts(file->facts);
  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->seed, seed);
  EXPECT_EQ(facts->simd, simd_target());
  EXPECT_EQ(facts->model_path, model.path.string());
  EXPECT_EQ(facts->model_digest, "0123abcd");
  EXPECT_EQ(facts->settings.interaction.mode, Mode::polyphony);
  EXPECT_EQ(facts->settings.interaction.threshold.count(), 1.0 / 3) << "to the last bit";
  EXPECT_EQ(facts->settings.interaction.max_rest.count(), 0.7);
  EXPECT_EQ(facts->settings.model.temperatures.sigma, 0.1);
  EXPECT_EQ(facts->settings.model.temperatures.pi, 1.7);
  EXPECT_EQ(facts->settings.model.timescale, 1e-6);
  EXPECT_EQ(facts->settings.osc.outputs, settings.osc.outputs);
}

TEST(SessionFacts, NameWhatIsMissingOrOfTheWrongKind) {
  const auto whole = session_facts({}, 1, built_in_model(3));
  for (const std::string key : {"settings", "seed", "simd", "model"}) {
    auto facts = whole;
    const auto one = std::find_if(facts.begin(), facts.end(),
                                  [&key](const LogFact& fact) { return fact.key == key; });
    ASSERT_NE(one, facts.end());
    one->json = "[-1]";
    const auto wrong = read_facts(facts);
    ASSERT_FALSE(wrong) << key;
    EXPECT_THAT(wrong.error().message, HasSubstr(key));
    facts.erase(one);
    const auto missing = read_facts(facts);
    ASSERT_FALSE(missing) << key;
    EXPECT_THAT(missing.error().message, HasSubstr(key));
  }
}

}  // namespace
}  // namespace imps
