#include "tests/web/made_certificate.h"

#include <cstdio>
#include <memory>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace imps::test {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

constexpr long kDay = 24L * 60 * 60;

File open(const std::filesystem::path& path) {
  return {std::fopen(path.c_str(), "w"), std::fclose};
}

}  // namespace

void make_certificate(const std::filesystem::path& certificate, const std::filesystem::path& key,
                      const std::string& host, const std::string& passphrase) {
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> pair(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, void (*)(X509*)> x509(X509_new(), X509_free);
  ASSERT_TRUE(pair && x509);
  X509_set_version(x509.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), kDay);
  X509_set_pubkey(x509.get(), pair.get());
  const std::string names = "DNS:" + host + ",DNS:*." + host + ",IP:192.0.2.1";
  X509_EXTENSION* const extension =
      X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  ASSERT_NE(extension, nullptr);
  X509_add_ext(x509.get(), extension, -1);
  X509_EXTENSION_free(extension);
  ASSERT_GT(X509_sign(x509.get(), pair.get(), EVP_sha256()), 0);

  const File certificate_file = open(certificate);
  ASSERT_TRUE(certificate_file);
  ASSERT_EQ(PEM_write_X509(certificate_file.get(), x509.get()), 1);
  const File key_file = open(key);
  ASSERT_TRUE(key_file);
  const auto* const phrase = reinterpret_cast<const unsigned char*>(passphrase.data());
  ASSERT_EQ(PEM_write_PrivateKey(key_file.get(), pair.get(),
                                 passphrase.empty() ? nullptr : EVP_aes_128_cbc(),
                                 passphrase.empty() ? nullptr : phrase,
                                 static_cast<int>(passphrase.size()), nullptr, nullptr),
            1);
}

}  // namespace imps::test
