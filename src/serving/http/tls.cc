#include "serving/http/tls.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace tiqu::serving {
namespace {

namespace ssl = boost::asio::ssl;

boost::asio::const_buffer Pem(const std::string& text) { return boost::asio::buffer(text); }

absl::Status BadPem(const char* field, const boost::system::error_code& error) {
  return absl::InvalidArgumentError(absl::StrCat("SSLConfig: ", field, " is no such PEM text: ", error.message()));
}

}  // namespace

absl::StatusOr<std::shared_ptr<ssl::context>> MakeTlsContext(const ::tensorflow::serving::SSLConfig& config) {
  boost::system::error_code error;
  try {
    auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
    context->set_options(ssl::context::default_workarounds | ssl::context::no_sslv2 | ssl::context::no_sslv3 |
                         ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1);
    context->use_certificate_chain(Pem(config.server_cert()), error);
    if (error) return BadPem("server_cert", error);
    context->use_private_key(Pem(config.server_key()), ssl::context::pem, error);
    if (error) return BadPem("server_key", error);
    if (SSL_CTX_check_private_key(context->native_handle()) != 1) {
      return absl::InvalidArgumentError("SSLConfig: server_key does not belong to server_cert");
    }
    if (!config.custom_ca().empty()) {
      context->add_certificate_authority(Pem(config.custom_ca()), error);
      if (error) return BadPem("custom_ca", error);
    }
    if (config.client_verify()) {
      if (config.custom_ca().empty()) {
        return absl::InvalidArgumentError("SSLConfig: client_verify is set, and custom_ca is empty");
      }
      context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
    }
    return context;
  } catch (const boost::system::system_error& thrown) {
    return absl::InternalError(absl::StrCat("TLS cannot be set up: ", thrown.what()));
  }
}

}  // namespace tiqu::serving
