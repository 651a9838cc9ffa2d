// Settings as JSON: what a take's session file keeps, so that a replay has every value bit for bit.
#pragma once

#include <string>
#include <string_view>

#include <imps/result.h>

#include "config/settings.h"

namespace imps {

/// One JSON object on one line, sections nested, null where nothing is given:
/// {"title": "…", …, "interaction": {"mode": "callresponse", "threshold": 0.1, …}, …}.
/// A double is the shortest number that reads back as the same bits; what is not UTF-8 in a text
/// becomes U+FFFD.
std::string settings_to_json(const Settings& settings);

/// Reads it back. What is absent is as by default (an older imps wrote the file); an unknown key (a
/// newer one did), a wrong type or a value out of range is an error that names them all. At most
/// 1 MiB.
Result<Settings> settings_from_json(std::string_view json);

}  // namespace imps
