// The value of one key, whatever its type: what files, checks, documentation and JSON pass around.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace imps {

/// Lists of texts by name, in the order given. A list of no name is for all that have none of their
/// own.
using TextTable = std::vector<std::pair<std::string, std::vector<std::string>>>;

/// std::monostate: not given. Whole numbers are signed where a negative one could come in, and
/// unsigned for the seed and for sizes, which need all 64 bits.
using Value = std::variant<std::monostate, bool, double, std::int64_t, std::uint64_t, std::string,
                           std::vector<std::string>, TextTable, std::vector<double>>;

/// The value as TOML spells it, "" for none. A double reads back bit for bit.
std::string to_toml(const Value& value);

/// The same bits: tells 0.0 from -0.0, and a NaN equals itself.
bool same(const Value& a, const Value& b) noexcept;

}  // namespace imps
