// Lets so many runs of the engine through at a time as there are cores, in the order in which they come: more at once
// would only take the cores from each other.
//
//   RunGate gate(2);
//   TIQU_ASSIGN_OR_RETURN(const RunGate::Pass pass, gate.Enter(limits));
//   engine->Run(...);                                                        // until `pass` goes
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <condition_variable>
#include <list>
#include <mutex>
#include <utility>

#include "absl/status/statusor.h"
#include "serving/models/run_limits.h"

namespace tiqu::serving {

// `asked`, or as many as the machine has hardware threads when it is 0.
int RunWidth(int asked);

class RunGate {
 public:
  class Pass {
   public:
    explicit Pass(RunGate* gate) : gate_(gate) {}
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      std::swap(gate_, other.gate_);
      return *this;
    }
    ~Pass() {
      if (gate_ != nullptr) gate_->Leave();
    }

   private:
    RunGate* gate_;
  };

  explicit RunGate(int asked) : width_(RunWidth(asked)) {}

  // Waits for its turn. Errors: those of RunLimits::Check.
  absl::StatusOr<Pass> Enter(const RunLimits& limits);

  int waiting() const;

 private:
  struct Waiter {
    std::condition_variable turn;
    bool admitted = false;
  };

  void Leave();

  const int width_;
  mutable std::mutex mutex_;
  int inside_ = 0;
  std::list<Waiter*> queue_;
};

}  // namespace tiqu::serving
