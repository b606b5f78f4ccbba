#include "serving/http/http_sessions.h"

namespace tiqu::serving {

void HttpSessions::Add(const std::shared_ptr<HttpSession>& session) {
  const std::lock_guard<std::mutex> lock(mutex_);
  sessions_[session.get()] = session;
}

void HttpSessions::Remove(const HttpSession* session) {
  const std::lock_guard<std::mutex> lock(mutex_);
  sessions_.erase(session);
  if (sessions_.empty()) changed_.notify_all();
}

size_t HttpSessions::count() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return sessions_.size();
}

std::vector<std::shared_ptr<HttpSession>> HttpSessions::All() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::shared_ptr<HttpSession>> all;
  for (const auto& [key, session] : sessions_) {
    if (auto held = session.lock()) all.push_back(std::move(held));
  }
  return all;
}

bool HttpSessions::WaitUntilEmpty(absl::Time deadline) const {
  std::unique_lock<std::mutex> lock(mutex_);
  return changed_.wait_until(lock, absl::ToChronoTime(deadline), [this] { return sessions_.empty(); });
}

}  // namespace tiqu::serving
