#include "serving/rest/bearer_token.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "absl/strings/match.h"

namespace tiqu::serving {

bool HasBearerToken(std::string_view authorization, std::string_view token) {
  constexpr std::string_view kScheme = "Bearer ";
  const std::string_view scheme = authorization.substr(0, kScheme.size());
  if (!absl::EqualsIgnoreCase({scheme.data(), scheme.size()}, {kScheme.data(), kScheme.size()})) return false;
  std::string_view shown = authorization.substr(kScheme.size());
  while (shown.starts_with(' ')) shown.remove_prefix(1);
  while (shown.ends_with(' ')) shown.remove_suffix(1);
  // Digests are equally long whatever was shown, so that not even the length of the token can be measured.
  unsigned char a[SHA256_DIGEST_LENGTH];
  unsigned char b[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(shown.data()), shown.size(), a);
  SHA256(reinterpret_cast<const unsigned char*>(token.data()), token.size(), b);
  return CRYPTO_memcmp(a, b, sizeof(a)) == 0;
}

}  // namespace tiqu::serving
