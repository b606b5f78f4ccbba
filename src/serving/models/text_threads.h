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

  int cores() const { return cores_; }
  TaskQueue& together() { return together_; }  // for short texts: as many threads as cores
  TaskQueue& alone() { return alone_; }        // for long ones, which wait for each other in the engine

 private:
  static constexpr int kAloneForEachCore = 4;

  const int cores_;
  TaskQueue together_, alone_;
};

}  // namespace tiqu::serving
