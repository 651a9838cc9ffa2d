// Files that nobody writes by accident: refused quickly, in a few words, and with the stack whole.
#include <string>

#include <gmock/gmock.h>

#include "config/json.h"
#include "config/read.h"
#include "config/toml_depth.h"

namespace imps {
namespace {

using testing::HasSubstr;
using testing::SizeIs;

ConfigRead read(std::string_view toml) { return read_config(toml, "x.toml"); }

std::string repeated(std::string_view piece, std::size_t bytes) {
  std::string out;
  while (out.size() + piece.size() <= bytes)
    out += piece;
  return out;
}

void expect_refused_in_few_words(const ConfigRead& config) {
  ASSERT_THAT(config.errors, SizeIs(1));
  EXPECT_LT(to_text(config.errors[0]).size(), 400u);
}

TEST(HostileConfig, MayBeAMebibyteOfBrackets) {
  for (const char* const piece : {"[", "{", "[[", "a=[", "a={b=", "a=[{b="}) {
    expect_refused_in_few_words(read(repeated(piece, kLongestConfig)));
  }
}

TEST(HostileConfig, MayNestTablesByKeysOfAMillionDots) {
  expect_refused_in_few_words(read(repeated("a.", kLongestConfig - 5) + "b = 1"));
  expect_refused_in_few_words(read("[" + repeated("a.", kLongestConfig - 5) + "b]"));
  expect_refused_in_few_words(read("[" + repeated("\"a\" . ", kLongestConfig - 5) + "b]"));
  expect_refused_in_few_words(read("x = {" + repeated("'a'.", kLongestConfig - 9) + "b=1}"));
  expect_refused_in_few_words(
      read("x = \"\"\"'\"\" \\\"\"\"\"\n" + repeated("a.", kLongestConfig - 40) + "b = 1"));
}

TEST(HostileConfig, IsMeasuredForDepthOutsideOfTextsAndCommentsOnly) {
  EXPECT_FALSE(find_too_deep("a.b.c.d.e.f.g.h = 1"));
  EXPECT_TRUE(find_too_deep("a.b.c.d.e.f.g.h.i = 1"));
  EXPECT_FALSE(find_too_deep("a = 'x.x.x.x.x.x.x.x.x.x' # a.b.c.d.e.f.g.h.i.j"));
  EXPECT_FALSE(find_too_deep("a = \"\\\"x.x.x.x.x.x.x.x.x.x\""));
  EXPECT_FALSE(find_too_deep("a = \"\"\"x\"\"x.x.x.x.x\n.x.x.x.x.x\"\"\"\"\"\nb = 1.5"));
  EXPECT_FALSE(find_too_deep("a = '''x'x.x.x.x.x\n.x.x.x.x.x'''"));
  EXPECT_FALSE(find_too_deep("a = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]"));
  EXPECT_TRUE(find_too_deep("a = '''\n''''\na.b.c.d.e.f.g.h.i = 1"));
  EXPECT_TRUE(find_too_deep("a = \"\\\\\"\na.b.c.d.e.f.g.h.i = 1"));
  const auto deep = find_too_deep("# ä\n\"ä\".b.c.d.e.f.g.h.i = 1");
  ASSERT_TRUE(deep.has_value());
  EXPECT_EQ(deep->line, 2);
  EXPECT_EQ(deep->column, 18);  // the eighth dot
}

TEST(HostileConfig, MayHoldNulsAndWhatIsNotUtf8) {
  expect_refused_in_few_words(read(std::string_view("title = \"a\0b\"", 13)));
  expect_refused_in_few_words(read(std::string(1000, '\0')));
  expect_refused_in_few_words(read("title = \"\xff\""));
  expect_refused_in_few_words(read("title = \"\xed\xa0\x80\""));
  expect_refused_in_few_words(read("\xff\xfe t"));
  // The escape is legal TOML, but no path holds a NUL.
  EXPECT_THAT(to_text(read("model.file = \"a\\u0000b\"").errors.at(0)), HasSubstr("NUL"));
}

TEST(HostileConfig, MayHoldLettersWhereNoneBelong) {
  expect_refused_in_few_words(read("[="));
  expect_refused_in_few_words(read("gerät = 1"));
  expect_refused_in_few_words(read("[\uFEFB"));
  expect_refused_in_few_words(read("verbose = true あ"));
  // Inside of quotes they do, after a line's end too.
  const ConfigRead config = read("title = \"\"\"Hello \\\n   über あ\"\"\"");
  EXPECT_TRUE(config.ok());
  EXPECT_EQ(config.settings.title, "Hello über あ");
}

TEST(HostileConfig, MayHaveAKeyOrAValueOfAMebibyte) {
  const std::string very_long(kLongestConfig - 20, 'a');
  const ConfigRead key = read(very_long + " = 1");
  ASSERT_THAT(key.warnings, SizeIs(1));
  EXPECT_LT(to_text(key.warnings[0]).size(), 200u);
  const ConfigRead section = read("[" + very_long + "]");
  EXPECT_LT(to_text(section.warnings.at(0)).size(), 200u);
  const ConfigRead inner = read("osc." + very_long + " = 1");
  EXPECT_LT(to_text(inner.warnings.at(0)).size(), 200u);
  for (const std::string name : {"title", "model.file", "osc.listen", "log.quota",
                                 "interaction.mode", "osc.input_address"}) {
    const ConfigRead value = read(name + " = \"" + very_long.substr(0, kLongestConfig - 40) + "\"");
    expect_refused_in_few_words(value);
  }
  expect_refused_in_few_words(read("osc.outputs = [\"" + very_long.substr(30) + "\"]"));
  expect_refused_in_few_words(read("x = 1\nx." + very_long.substr(30) + " = 1"));
}

TEST(HostileConfig, IsNotAnsweredWithAListLongerThanItself) {
  std::string many;
  for (int i = 0; many.size() < kLongestConfig - 20; ++i)
    many += "k" + std::to_string(i) + "=1\n";
  const ConfigRead config = read(many);
  EXPECT_TRUE(config.ok());
  EXPECT_THAT(config.warnings, SizeIs(101));
  EXPECT_THAT(to_text(config.warnings.back()), HasSubstr("more unknown keys"));
}

TEST(HostileConfig, MayListAHundredThousandOutputs) {
  const ConfigRead config = read("osc.outputs = [" + repeated("\"1\",", kLongestConfig - 20) + "]");
  expect_refused_in_few_words(config);
}

TEST(HostileConfig, MayHoldAHundredThousandWrongMappings) {
  std::string many;
  for (int i = 0; many.size() < kLongestConfig - 3000; ++i)
    many += "[scenes.s" + std::to_string(i) + "]\nmidi.output=[" + repeated("0,", 250) + "]\n";
  const ConfigRead config = read(many);
  EXPECT_LE(config.errors.size(), 102U);  // with the number of scenes, and that there are more
  EXPECT_THAT(to_text(config.errors.back()), HasSubstr("more faults in lists"));
}

TEST(HostileJson, IsRefusedInFewWords) {
  for (const std::string& json :
       {std::string(), std::string("[]"), std::string("null"), repeated("[", 1000000),
        repeated("{\"a\":", 1000000), std::string("{\"title\": \"\xff\"}"),
        std::string("{\"title\": 1e999}"), std::string("{\"model\": {\"pitemp\": null}}"),
        std::string("{\"model\": {\"dimension\": -1}}"), "{\"" + std::string(900000, 'a') + "\":1}",
        std::string(2000000, ' ')}) {
    const auto settings = settings_from_json(json);
    ASSERT_FALSE(settings.has_value()) << json.substr(0, 40);
    EXPECT_LT(settings.error().message.size(), 400u);
  }
}

}  // namespace
}  // namespace imps
