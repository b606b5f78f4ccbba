// How the HTTP server listens and what it puts up with.
#pragma once

#include <cstddef>
#include <string>

#include "absl/time/time.h"
#include "serving_config.pb.h"

namespace tiqu::serving {

struct HttpServerOptions {
  std::string address;     // empty: all, of IPv6 and IPv4
  int port = 0;            // 0: a free one
  int worker_threads = 0;  // that run the handler; 0: four a core
  int io_threads = 1;      // that read and write

  size_t max_header_bytes = size_t{64} << 10;
  size_t max_body_bytes = size_t{100} << 20;  // as sent, and again after decompression
  int max_connections = 4096;                 // more are answered with 503 and closed

  absl::Duration idle_timeout = absl::Seconds(120);   // until the first byte of the next request
  absl::Duration header_timeout = absl::Seconds(20);  // for a head, and for the TLS handshake
  // For a body or an answer, and a second more for each 16 KiB that got through.
  absl::Duration transfer_timeout = absl::Seconds(30);

  ::tensorflow::serving::SSLConfig tls;  // PEM texts; without a certificate the server speaks plain HTTP
  bool log_requests = false;
  size_t gzip_from_bytes = 1024;  // smaller answers are sent as they are
};

}  // namespace tiqu::serving
