// Settings as a config file that explains itself.
#pragma once

#include <string>

#include "config/settings.h"

namespace imps {

/// Every key of imps's own format with what it means, what it takes and its value; a key without a
/// value stands in a comment. read_config() of it gives the same settings bit for bit, if check()
/// finds nothing wrong with them.
std::string write_config(const Settings& settings);

}  // namespace imps
