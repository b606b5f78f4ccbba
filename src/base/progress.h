// Shows how far a long work is: a bar that redraws on a terminal, a plain line every few seconds elsewhere.
//
//   Progress progress("train", total_steps);
//   progress.Update(step, "loss 1.23  21.4 k chars/s");
//   progress.Finish("done");
//
// Thread safety: none; one thread reports.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace tiqu {

class Progress {
 public:
  // total 0: not known, only counts are shown.
  Progress(std::string title, int64_t total);
  ~Progress();

  void Update(int64_t done, const std::string& note = "");  // cheap: draws at most a few times a second
  void Finish(const std::string& note = "");

 private:
  void Draw(const std::string& note, bool last);

  using Clock = std::chrono::steady_clock;
  std::string title_;
  int64_t total_;
  int64_t done_ = 0;
  bool terminal_;
  bool finished_ = false;
  Clock::time_point start_;
  Clock::time_point last_draw_;
};

// One line of progress, without its end: "train [====    ]  33% 1/3 10s left 20s  loss 1.23".
struct ProgressState {
  std::string title;
  int64_t done = 0;
  int64_t total = 0;  // 0: not known
  double seconds = 0;
  std::string note;
  bool bar = false;
};
std::string FormatProgress(const ProgressState& state);

// "1h02m", "3m05s", "12s".
std::string FormatDuration(double seconds);

}  // namespace tiqu
