// A way to end runs early: while one stands, every run of the thread asks it between two operations.
//
//   ScopedRunStop stop([&] { return limits.Check(); });      // not OK: the run ends with that status
//   engine->Run("qa", inputs);
//
// Thread safety: acts on the thread that made it alone; they may nest, the innermost is asked.
#pragma once

#include <functional>

#include "absl/status/status.h"

namespace tiqu::engine {

class ScopedRunStop {
 public:
  using Check = std::function<absl::Status()>;

  explicit ScopedRunStop(Check check);
  ~ScopedRunStop();
  ScopedRunStop(const ScopedRunStop&) = delete;
  ScopedRunStop& operator=(const ScopedRunStop&) = delete;

  // What the innermost one of this thread says; OK when there is none.
  static absl::Status Ask();

 private:
  Check check_;
  const ScopedRunStop* outer_;
};

}  // namespace tiqu::engine
