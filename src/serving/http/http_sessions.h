// The connections of a server, as those see them who end them.
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <vector>

#include "absl/time/time.h"

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

}  // namespace tiqu::serving
