// Other programs of imps's in the same folder.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "platform/programs.h"
#include "session/doctor/check.h"

namespace imps::doctor {

struct CompanyFacts {
  std::vector<platform::RunningProgram> programs;  ///< that perform, train, …
};
/// Nothing where the system does not tell.
std::optional<CompanyFacts> look_at_company(const std::filesystem::path& folder);

/// One of them performs.
bool performs(const CompanyFacts& facts);

/// Doubtful when there are any: they share ports, logs and processors.
Check judge(const CompanyFacts& facts);

}  // namespace imps::doctor
