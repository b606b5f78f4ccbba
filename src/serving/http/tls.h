// The server's side of TLS, from PEM texts.
//
// Thread safety: free functions.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "absl/status/statusor.h"
#include "serving_config.pb.h"

namespace tiqu::serving {

// TLS 1.2 and later. With client_verify a client must show a certificate that custom_ca signed. Errors:
// INVALID_ARGUMENT, naming the text that OpenSSL does not take.
absl::StatusOr<std::shared_ptr<boost::asio::ssl::context>> MakeTlsContext(
    const ::tensorflow::serving::SSLConfig& config);

}  // namespace tiqu::serving
