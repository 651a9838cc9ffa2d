// Certificates that nobody vouches for.
#pragma once

#include <filesystem>
#include <string>

namespace imps::test {

/// Writes a certificate for `host` and its key, both as PEM. Fails the test when it cannot.
/// @param passphrase  of the key; "": it has none
void make_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key,
                      const std::string& host, const std::string& passphrase = {});

}  // namespace imps::test
