// One connection: requests in, answers out, one after the other.
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <memory>

#include "base/open_count.h"
#include "base/task_queue.h"
#include "serving/http/http_answer.h"
#include "serving/http/http_options.h"
#include "serving/http/http_sessions.h"

namespace tiqu::serving {

// What the connections share.
struct HttpServices {
  HttpServerOptions options;
  const HttpAnswerer* answerer = nullptr;
  TaskQueue* workers = nullptr;
  std::shared_ptr<boost::asio::ssl::context> tls;  // null: plain
  HttpSessions sessions;
  OpenCount unanswered;  // requests
  std::atomic<bool> draining{false};
  std::atomic<bool> aborting{false};  // nobody waits for answers any more
};

// Added to services->sessions; keeps itself alive from Start until the connection ends.
std::shared_ptr<HttpSession> MakeHttpSession(boost::asio::ip::tcp::socket socket,
                                             std::shared_ptr<HttpServices> services);

}  // namespace tiqu::serving
