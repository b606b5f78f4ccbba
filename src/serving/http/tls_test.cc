#include "serving/http/tls.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/http/http_server.h"
#include "serving/http/raw_client.h"

namespace tiqu::serving {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

template <typename Write>
std::string PemText(const Write& write) {
  BIO* memory = BIO_new(BIO_s_mem());
  write(memory);
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  std::string text(data, size);
  BIO_free(memory);
  return text;
}

// A certificate that signs itself, and its key.
struct SelfSigned {
  explicit SelfSigned(const char* name) : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    ASN1_INTEGER_set(X509_get_serialNumber(certificate_), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate_), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate_), 3600);
    X509_set_pubkey(certificate_, key_);
    X509_NAME* subject = X509_get_subject_name(certificate_);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
    X509_set_issuer_name(certificate_, subject);
    X509_sign(certificate_, key_, EVP_sha256());
  }
  ~SelfSigned() {
    X509_free(certificate_);
    EVP_PKEY_free(key_);
  }

  std::string certificate() const {
    return PemText([this](BIO* out) { PEM_write_bio_X509(out, certificate_); });
  }
  std::string key() const {
    return PemText([this](BIO* out) { PEM_write_bio_PrivateKey(out, key_, nullptr, nullptr, 0, nullptr, nullptr); });
  }

  EVP_PKEY* key_;
  X509* certificate_;
};

class PathHandler : public HttpHandler {
 public:
  HttpResponse Handle(const HttpRequest& request, const RequestContext& /*context*/) const override {
    return {200, {}, request.target};
  }
};

// Sends the request over TLS and gives what comes back; empty when the handshake fails.
std::string Ask(int port, const std::string& request, const SelfSigned* shown) {
  RawClient client(port);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (shown != nullptr) {
    SSL_CTX_use_certificate(context, shown->certificate_);
    SSL_CTX_use_PrivateKey(context, shown->key_);
  }
  SSL* ssl = SSL_new(context);
  SSL_set_fd(ssl, client.socket());
  std::string answer;
  if (SSL_connect(ssl) == 1 && SSL_write(ssl, request.data(), static_cast<int>(request.size())) > 0) {
    char bytes[4096];
    int count = 0;
    while ((count = SSL_read(ssl, bytes, sizeof(bytes))) > 0) answer.append(bytes, count);
  }
  SSL_free(ssl);
  SSL_CTX_free(context);
  return answer;
}

constexpr char kRequest[] = "GET /path HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    options_.address = "127.0.0.1";
    options_.worker_threads = 1;
    options_.tls.set_server_key(server_.key());
    options_.tls.set_server_cert(server_.certificate());
  }

  SelfSigned server_{"server"};
  SelfSigned client_{"client"};
  HttpServerOptions options_;
  PathHandler handler_;
};

TEST_F(TlsTest, RequestsOverTls) {
  const auto server = HttpServer::Start(&handler_, options_, nullptr);
  ASSERT_TRUE(server.ok()) << server.status();
  const std::string answer = Ask((*server)->port(), kRequest, nullptr);
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, ::testing::EndsWith("\r\n\r\n/path"));
  // Plain HTTP on the port is no TLS.
  RawClient plain((*server)->port());
  plain.Send(kRequest);
  EXPECT_THAT(plain.ReadAll(), Not(HasSubstr("200 OK")));
}

TEST_F(TlsTest, ClientsShowACertificateWhereItIsWanted) {
  options_.tls.set_client_verify(true);
  options_.tls.set_custom_ca(client_.certificate());
  const auto server = HttpServer::Start(&handler_, options_, nullptr);
  ASSERT_TRUE(server.ok()) << server.status();
  EXPECT_THAT(Ask((*server)->port(), kRequest, &client_), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_EQ(Ask((*server)->port(), kRequest, nullptr), "");
  EXPECT_EQ(Ask((*server)->port(), kRequest, &server_), "");
}

TEST_F(TlsTest, TextsThatAreNoPemAreNamed) {
  const auto message = [](const ::tensorflow::serving::SSLConfig& config) {
    return std::string(MakeTlsContext(config).status().message());
  };
  auto config = options_.tls;
  config.set_server_cert("x");
  EXPECT_THAT(message(config), HasSubstr("server_cert"));
  config = options_.tls;
  config.set_server_key("x");
  EXPECT_THAT(message(config), HasSubstr("server_key"));
  config.set_server_key(client_.key());
  EXPECT_THAT(message(config), HasSubstr("server_key"));
  config = options_.tls;
  config.set_custom_ca("x");
  EXPECT_THAT(message(config), HasSubstr("custom_ca"));
  config = options_.tls;
  config.set_client_verify(true);
  EXPECT_THAT(message(config), HasSubstr("custom_ca is empty"));
}

}  // namespace
}  // namespace tiqu::serving
