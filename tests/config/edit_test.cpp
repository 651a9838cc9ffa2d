// One key of a config file is set, and nothing else changes.
#include "config/edit.h"

#include <algorithm>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include "config/keys.h"
#include "config/read.h"
#include "config/write.h"

// Last: see there.
#include "config/toml_library.h"

namespace imps {
namespace {

using testing::HasSubstr;

std::string edited(std::string_view toml, std::string_view path, std::string_view value) {
  const auto result = set_key(toml, path, value);
  return result ? *result : "refused: " + result.error().message;
}
std::string refusal(std::string_view toml, std::string_view path, std::string_view value) {
  const auto result = set_key(toml, path, value);
  return result ? "made: " + *result : result.error().message;
}

TEST(SetKey, ReplacesTheValueWhereTheKeyStands) {
  EXPECT_EQ(
      edited("# mine\n[model]\ndimension = 9  # eight knobs\npitemp=1\n", "model.dimension", "5"),
      "# mine\n[model]\ndimension = 5  # eight knobs\npitemp=1\n");
  EXPECT_EQ(edited("model.dimension = 9\n", "model.dimension", "5"), "model.dimension = 5\n");
  EXPECT_EQ(edited("model = { size = \"s\", dimension = 9 }", "model.dimension", "5"),
            "model = { size = \"s\", dimension = 5 }");
  EXPECT_EQ(edited("title = 'a'", "title", "\"b\""), "title = \"b\"");
}

TEST(SetKey, KeepsTheCommentsOfAListOfSeveralLines) {
  const std::string two =
      "[midi]\n# above\ninput = [  # first\n  'note_on 1',  # second\n  # between\n  'none'\n"
      "]  # after\n# below\n";
  EXPECT_EQ(edited(two, "midi.input", "[\"pitch_bend 1\", \"control_change 1 7\"]"),
            "[midi]\n# above\ninput = [  # first\n  \"pitch_bend 1\",  # second\n  # between\n"
            "  \"control_change 1 7\"\n]  # after\n# below\n");
  EXPECT_EQ(edited(two, "midi.input", "['a', 'b', 'c', 'd']"),
            "[midi]\n# above\ninput = [  # first\n  'a',  # second\n  # between\n"
            "  'b',\n  'c',\n  'd',\n]  # after\n# below\n");
  EXPECT_EQ(edited(two, "midi.input", "['a']"),
            "[midi]\n# above\ninput = [  # first\n  'a',  # second\n  # between\n"
            "]  # after\n# below\n");
  EXPECT_EQ(edited(two, "midi.input", "[]"),
            "[midi]\n# above\ninput = [  # first\n    # second\n  # between\n"
            "]  # after\n# below\n");
  EXPECT_EQ(edited("x = [1, # one\n  2]\n", "x", "[3, 4, 5]"), "x = [3, # one\n  4, 5]\n");
  EXPECT_EQ(edited("x = [[1, 2], # one\n  [3]\n  # who knows\n  ,]\n", "x", "[[3], [4], [5]]"),
            "x = [[3], # one\n  [4]\n  # who knows\n  , [5]]\n");
}

TEST(SetKey, ReplacesAListWhollyWhereTheNewOneHasCommentsOfItsOwn) {
  EXPECT_EQ(edited("x = [\n  1,  # one\n]\n", "x", "[\n  2,  # two\n]"), "x = [\n  2,  # two\n]\n");
}

TEST(SetKey, PutsANewKeyAtTheEndOfItsSectionBeforeWhatLeadsToTheNext) {
  EXPECT_EQ(edited("[model]\nsize = 's'  # small\n\n# The ports\n[osc]\n", "model.dimension", "5"),
            "[model]\nsize = 's'  # small\ndimension = 5\n\n# The ports\n[osc]\n");
  EXPECT_EQ(edited("[model]\n# nothing yet\n\n[osc]\n", "model.dimension", "5"),
            "[model]\ndimension = 5\n# nothing yet\n\n[osc]\n");
  EXPECT_EQ(edited("[model]\nsize = 's'", "model.dimension", "5"),
            "[model]\nsize = 's'\ndimension = 5\n");
  EXPECT_EQ(edited("[model]", "model.dimension", "5"), "[model]\ndimension = 5\n");
}

TEST(SetKey, PutsANewKeyBelowTheCommentThatShowsIt) {
  EXPECT_EQ(edited("[model]\n# How many.\n# dimension = 9\n\nsize = 's'\n", "model.dimension", "5"),
            "[model]\n# How many.\n# dimension = 9\ndimension = 5\n\nsize = 's'\n");
  EXPECT_EQ(edited("[model]\nx = '''\n# dimension = 9\n'''\n[osc]\n# dimension = 9\n",
                   "model.dimension", "5"),
            "[model]\nx = '''\n# dimension = 9\n'''\ndimension = 5\n[osc]\n# dimension = 9\n");
}

TEST(SetKey, IndentsANewKeyAsItsNeighbours) {
  EXPECT_EQ(edited("[model]\n\tsize = 's'\n", "model.dimension", "5"),
            "[model]\n\tsize = 's'\n\tdimension = 5\n");
}

TEST(SetKey, PutsANewKeyOfTheTopBeforeTheFirstSection) {
  EXPECT_EQ(edited("title = 'a'\n\n[model]\n", "owner", "'b'"),
            "title = 'a'\nowner = 'b'\n\n[model]\n");
  EXPECT_EQ(edited("# The stage.\n# Of 2026.\n\n[model]\n", "owner", "'b'"),
            "# The stage.\n# Of 2026.\n\nowner = 'b'\n\n[model]\n");
  EXPECT_EQ(edited("# Of the model.\n[model]\n", "owner", "'b'"),
            "owner = 'b'\n\n# Of the model.\n[model]\n");
  EXPECT_EQ(edited("", "owner", "'b'"), "owner = 'b'\n");
  EXPECT_EQ(edited("# empty", "owner", "'b'"), "# empty\nowner = 'b'\n");
}

TEST(SetKey, AppendsASectionThatIsNotThere) {
  EXPECT_EQ(edited("title = 'a'\n", "model.dimension", "5"),
            "title = 'a'\n\n[model]\ndimension = 5\n");
  EXPECT_EQ(edited("", "midi.input.\"X-TOUCH MINI\"", "[]"),
            "[midi]\ninput.\"X-TOUCH MINI\" = []\n");
  EXPECT_EQ(edited("[midi.input]\nA = []\n", "midi.enabled", "true"),
            "[midi.input]\nA = []\n\n[midi]\nenabled = true\n");
}

TEST(SetKey, SpeaksOfDevicesAsTheFileDoes) {
  const std::string path = "midi.input.\"X-TOUCH\"";
  EXPECT_EQ(edited("[midi.input]\n\"A\" = []\n[osc]\n", path, "[]"),
            "[midi.input]\n\"A\" = []\nX-TOUCH = []\n[osc]\n");
  EXPECT_EQ(edited("[midi]\ninput.\"A\" = []\napi = 'jack'\n", path, "[]"),
            "[midi]\ninput.\"A\" = []\ninput.X-TOUCH = []\napi = 'jack'\n");
  EXPECT_EQ(edited("[midi]\ninput = { \"A\" = [] }\n", path, "[]"),
            "[midi]\ninput = { \"A\" = [], X-TOUCH = [] }\n");
  EXPECT_EQ(edited("[midi]\ninput = {}\n", path, "[]"), "[midi]\ninput = { X-TOUCH = [] }\n");
  EXPECT_EQ(edited("[midi]\ninput.\"X-TOUCH\" = ['none']\n", path, "[]"),
            "[midi]\ninput.\"X-TOUCH\" = []\n");
  EXPECT_EQ(edited("midi.input.\"A\" = []\n", path, "[]"),
            "midi.input.\"A\" = []\nmidi.input.X-TOUCH = []\n");
  EXPECT_EQ(edited("midi = { input.A = [], api = 'jack' }\n", path, "[]"),
            "midi = { input.A = [], api = 'jack', input.X-TOUCH = [] }\n");
}

TEST(SetKey, KeepsTheByteOrderMarkAndTheLineEnds) {
  EXPECT_EQ(edited("\xef\xbb\xbf# ä\r\n[model]\r\nsize = \"ä\"\r\n", "model.dimension", "[\n5\n]"),
            "\xef\xbb\xbf# ä\r\n[model]\r\nsize = \"ä\"\r\ndimension = [\r\n5\r\n]\r\n");
  EXPECT_EQ(edited("\xef\xbb\xbfname = \"ä🎹\" # ö\n", "name", "1"), "\xef\xbb\xbfname = 1 # ö\n");
}

TEST(SetKey, RefusesWhatWouldNotBeOneKey) {
  EXPECT_THAT(refusal("[midi.input]\nA = []\n", "midi.input", "[]"), HasSubstr("is a section"));
  EXPECT_THAT(refusal("[midi]\ninput.A = []\n", "midi.input", "[]"), HasSubstr("is a section"));
  EXPECT_THAT(refusal("[[midi]]\n", "midi", "1"), HasSubstr("is a section"));
  EXPECT_THAT(refusal("[midi]\ninput = []\n", "midi.input.A", "[]"),
              HasSubstr("line 2: midi.input is no section"));
  EXPECT_THAT(refusal("", "title", "1\nowner = 2"), HasSubstr("is no value in TOML"));
  EXPECT_THAT(refusal("", "title", "1 # note"), HasSubstr("is no value in TOML"));
  EXPECT_THAT(refusal("", "title", ""), HasSubstr("is no value in TOML"));
  for (const char* const path : {"", "a b", "a = 1 #", "[a]\nb", "a.", "# a", "x = 2\ny", "{"})
    EXPECT_THAT(refusal("", path, "1"), HasSubstr("is no key")) << path;
  EXPECT_THAT(refusal("title = \n", "title", "1"), HasSubstr("not TOML"));
  EXPECT_THAT(refusal("", "a.b.c.d.e.f.g.h.i", "1"), HasSubstr("is no key"));
}

TEST(SetKey, SetsEveryKeyOfAFileThatImpsWrites) {
  const Settings defaults;
  for (const Key& key : keys()) {
    if (key.get == nullptr) continue;
    std::string value = default_text(key);
    if (value.empty()) value = key.example;
    if (value.empty()) continue;
    const auto file = set_key(write_config(defaults), key.path, value);
    ASSERT_TRUE(file.has_value()) << file.error().message;
    EXPECT_TRUE(read_config(*file, "x.toml").ok()) << key.path;
    const auto alone = set_key("", key.path, value);
    ASSERT_TRUE(alone.has_value()) << alone.error().message;
    EXPECT_THAT(read_config(*alone, "x.toml").understood,
                testing::ElementsAre(std::string(key.path)));
  }
}

// ---- any file

rc::Gen<std::string> blank() {
  return rc::gen::element<std::string>("", "", "", "\n", "# why\n", "\t# [a] x = 1 ä\n",
                                       "# k = 4\n");
}
rc::Gen<std::string> any_value() {
  return rc::gen::element<std::string>(
      "1", "-0.0", "nan", "true", "\"ä # '\"", "'[x]'", "\"\"\"\n[k]\n# \"x\" = 1\"\"\"", "[]",
      "[\n  1,  # one\n\n  2\n]", "[{ a = 1 }, { b.c = 2 }]", "{}", "{ p = 1, q.r = [1, 2] }",
      "{ k = {} }", "1979-05-27T07:32:00Z", "'''\n\n'''", "[[1], ['# ]']]");
}

/// Keys of one section that do not contradict each other.
std::string section_text(std::set<std::string>& taken, const std::string& prefix) {
  std::string text;
  for (const char* const key : {"k", "l", "m.x", "m.\"ü y\"", "n.o.p"}) {
    if (!*rc::gen::arbitrary<bool>()) continue;
    const std::string name(key);
    if (!taken.insert(prefix + name.substr(0, 1) + (name.size() > 1 ? name : "")).second) continue;
    text += *blank() + *rc::gen::element<std::string>("", "  ", "\t") + name +
            *rc::gen::element<std::string>(" = ", "=") + *any_value() +
            *rc::gen::element<std::string>("", " ", "  # after") + "\n";
  }
  return text + *blank();
}

std::string any_toml() {
  std::set<std::string> taken;
  std::string text = *blank() + section_text(taken, "");
  const auto headers = *rc::gen::container<std::vector<std::string>>(rc::gen::element<std::string>(
      "[a]", "[a.b]", "[a.\"c d\"]", "[e]  # the e", "[e.f.g]", "[ h ]", "[[s]]", "[[s.t]]"));
  std::set<std::string> seen;
  int number = 0;
  for (const std::string& header : headers) {
    if (!header.starts_with("[[") && !seen.insert(header).second) continue;
    text += header + "\n" + section_text(taken, std::to_string(++number));
  }
  if (*rc::gen::arbitrary<bool>() && text.ends_with('\n')) text.pop_back();
  if (*rc::gen::arbitrary<bool>()) {
    std::string crlf;
    for (const char c : text)
      crlf += c == '\n' ? "\r\n" : std::string(1, c);
    text = crlf;
  }
  return (*rc::gen::arbitrary<bool>() ? "\xef\xbb\xbf" : "") + text;
}

/// All values by their paths, as text.
void flatten(const toml::node& node, const std::string& path, std::set<std::string>& out) {
  if (const toml::table* const table = node.as_table()) {
    out.insert(path + " {}");
    for (const auto& [key, inner] : *table)
      flatten(inner, path + "/" + std::string(key.str()), out);
  } else if (const toml::array* const list = node.as_array()) {
    out.insert(path + " []");
    for (std::size_t k = 0; k < list->size(); ++k)
      flatten((*list)[k], path + "/" + std::to_string(k), out);
  } else {
    std::ostringstream text;
    node.visit([&text](const auto& value) {
      if constexpr (toml::is_value<decltype(value)>) text << value;
    });
    out.insert(path + " " + std::to_string(static_cast<int>(node.type())) + " " + text.str());
  }
}
std::set<std::string> flat(std::string_view toml) {
  const toml::parse_result parsed = toml::parse(toml);
  std::set<std::string> out;
  if (parsed) flatten(parsed.table(), "", out);
  return out;
}

/// How many bytes of `before` are in `after` at its start, and the others at its end.
std::size_t common_ends(std::string_view before, std::string_view after) {
  const auto head = static_cast<std::size_t>(
      std::mismatch(before.begin(), before.end(), after.begin(), after.end()).first -
      before.begin());
  before.remove_prefix(head);
  after.remove_prefix(head);
  return head +
         static_cast<std::size_t>(
             std::mismatch(before.rbegin(), before.rend(), after.rbegin(), after.rend()).first -
             before.rbegin());
}

RC_GTEST_PROP(SetKey, ChangesNothingElseInAnyFile, ()) {
  const std::string before = any_toml();
  RC_PRE(static_cast<bool>(toml::parse(before)));
  const std::string path = *rc::gen::element<std::string>(
      "k", "l", "z", "m.x", "m.z", "n.o.p", "n.o.z", "a.k", "a.z", "a.b.k", "a.b.z", "a.m.z",
      "a.\"c d\".\"x y\"", "e.z", "e.f.z", "e.f.g.z", "h.n.q", "new.z", "new.y.z", "k.z", "k.p",
      "l.q.s", "e.k.z");
  const std::string value = *any_value();
  const auto after = set_key(before, path, value);
  if (!after) {
    RC_LOG() << after.error().message << '\n' << before << '\n';
    // Only for what stands there as another thing.
    const bool known = after.error().message.find("section") != std::string::npos;
    RC_ASSERT(known);
    RC_TAG("refused");
    return;
  }
  RC_LOG() << before << "\n---- " << path << '\n' << *after << '\n';
  // The key's own, and the tables that lead to it, apart, all is as it was.
  std::string own = "/";
  for (const char c : path)
    if (c != '"') own += c == '.' ? '/' : c;
  const auto others = [&own](std::set<std::string> all) {
    std::erase_if(all, [&own](const std::string& one) {
      return one.starts_with(own + " ") || one.starts_with(own + "/") ||
             (one.ends_with(" {}") && own.starts_with(one.substr(0, one.size() - 3)));
    });
    return all;
  };
  RC_ASSERT(others(flat(before)) == others(flat(*after)));
  // And it is what was asked for.
  std::set<std::string> wanted;
  for (const std::string& one : flat("x = " + value))
    if (one.starts_with("/x")) wanted.insert(own + one.substr(2));
  const std::set<std::string> all = flat(*after);
  RC_ASSERT(std::includes(all.begin(), all.end(), wanted.begin(), wanted.end()));
  // In bytes: one place changed, and before it and after it nothing did.
  const auto other = set_key(before, path, "\"~\"");
  RC_ASSERT(other.has_value());
  const std::size_t at = other->find("\"~\"");
  RC_ASSERT(at != std::string::npos);
  const std::string head = other->substr(0, at);
  const std::string tail = other->substr(at + 3);
  RC_ASSERT(after->starts_with(head) && after->ends_with(tail));
  const std::set<std::string> old = flat(before);
  const bool is_new = std::none_of(old.begin(), old.end(), [&own](const std::string& one) {
    return one.starts_with(own + " ") || one.starts_with(own + "/");
  });
  RC_ASSERT(!is_new || common_ends(before, *other) == before.size());
  RC_ASSERT(is_new || (before.starts_with(head) && before.ends_with(tail)));
  RC_ASSERT(set_key(*after, path, value).value() == *after);
}

}  // namespace
}  // namespace imps
