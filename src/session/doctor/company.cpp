#include "session/doctor/company.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace imps::doctor {
namespace {

/// Commands that are over at once, or lie still beside a performance.
constexpr std::array<std::string_view, 5> kQuiet{"doctor", "help", "ports", "inspect",
                                                 "guard-notes"};

bool is_quiet(const platform::RunningProgram& program) {
  return program.words.size() < 2 ||
         std::find(kQuiet.begin(), kQuiet.end(), program.words[1]) != kQuiet.end();
}

std::string told(const platform::RunningProgram& program) {
  constexpr std::size_t kMostWords = 4;
  constexpr std::size_t kLongestWord = 60;
  std::string text = std::filesystem::path(program.words.front()).filename().string();
  for (std::size_t i = 1; i < std::min(kMostWords, program.words.size()); ++i)
    text += " " + program.words[i].substr(0, kLongestWord);
  if (program.words.size() > kMostWords) text += " …";
  return text;
}

}  // namespace

std::optional<CompanyFacts> look_at_company(const std::filesystem::path& folder) {
  auto found = platform::programs_in(folder, "imps");
  if (!found) return std::nullopt;
  std::erase_if(*found, is_quiet);
  return CompanyFacts{std::move(*found)};
}

bool performs(const CompanyFacts& facts) {
  return std::any_of(facts.programs.begin(), facts.programs.end(),
                     [](const auto& program) { return program.words[1] == "run"; });
}

Check judge(const CompanyFacts& facts) {
  Check check{.name = "other imps"};
  for (const auto& program : facts.programs) {
    check.words += fmt::format("{}'{}' (process {})", check.words.empty() ? "" : ", ",
                               told(program), program.process);
  }
  if (check.words.empty()) {
    check.words = "none runs in this folder";
    return check;
  }
  check.state = Check::State::doubtful;
  check.words += facts.programs.size() == 1 ? " runs in this folder" : " run in this folder";
  check.help = performs(facts) ? "two performances want the same ports and controllers: end one"
                               : "it takes processors from the performance: wait until it is done";
  return check;
}

}  // namespace imps::doctor
