// One connection: requests in, answers out, one after the other.
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/time/time.h"
#include "base/task_queue.h"
#include "serving/http/http_answer.h"
#include "serving/http/http_options.h"

namespace tiqu::serving {

class HttpSession {
 public:
  virtual ~HttpSession() = default;
  virtual void Start() = 0;
  // Closes the connection when it has nothing to do, else after the answer that is due.
  virtual void Drain() = 0;
  // Closes it now.
  virtual void Abort() = 0;
};

// The connections that there are.
class HttpSessions {
 public:
  void Add(const std::shared_ptr<HttpSession>& session);
  void Remove(const HttpSession* session);
  size_t count() const;
  std::vector<std::shared_ptr<HttpSession>> All() const;
  // Until there is none, or the time is over; says which.
  bool WaitUntilEmpty(absl::Time deadline) const;

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::map<const HttpSession*, std::weak_ptr<HttpSession>> sessions_;
};

// What the connections share.
struct HttpServices {
  HttpServerOptions options;
  const HttpAnswerer* answerer = nullptr;
  TaskQueue* workers = nullptr;
  std::shared_ptr<boost::asio::ssl::context> tls;  // null: plain
  HttpSessions sessions;
  std::atomic<bool> draining{false};
  std::atomic<bool> aborting{false};  // nobody waits for answers any more
};

// Added to services->sessions; keeps itself alive from Start until the connection ends.
std::shared_ptr<HttpSession> MakeHttpSession(boost::asio::ip::tcp::socket socket,
                                             std::shared_ptr<HttpServices> services);

}  // namespace tiqu::serving
