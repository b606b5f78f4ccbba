// The threads that read texts, shared by all models. Whoever has a text read does not keep a thread of its own waiting.
//
// Thread safety: every method may be called from any number of threads, but for the destructor.
#pragma once

#include "base/task_queue.h"

namespace tiqu::serving {

class TextThreads {
 public:
  // REQUIRES: cores > 0
  explicit TextThreads(int cores) : cores_(cores), together_(cores), alone_(kAloneForEachCore * cores) {}

  // For short texts: as many threads as cores.
  TaskQueue& together() { return together_; }
  int most_together() const { return cores_; }
  // For long ones, which take turns in the engine.
  TaskQueue& alone() { return alone_; }
  int most_alone() const { return kAloneForEachCore * cores_; }

 private:
  static constexpr int kAloneForEachCore = 4;

  const int cores_;
  TaskQueue together_, alone_;
};

}  // namespace tiqu::serving
