// Texts of requests that wait run together, as the lines of `tiqu extract` do. What runs beside a text never changes
// what is found in it (answer/reader.h).
//
//   TextCombiner<answer::Request, decode::AnswerRules, answer::RequestResult> combiner(2, run);
//   combiner.Run(requests, rules, limits)      // one result a text, in order
//
// Thread safety: Run may be called from any number of threads.
#pragma once

#include <exception>
#include <functional>
#include <iterator>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "answer/reader.h"
#include "base/status.h"
#include "engine/run_stop.h"
#include "serving/models/job_combiner.h"
#include "serving/models/run_limits.h"

namespace tiqu::serving {

inline int64_t TextBytes(std::string_view text) { return static_cast<int64_t>(text.size()); }
inline int64_t TextBytes(const answer::Request& request) {
  int64_t bytes = 0;
  for (const std::string_view question : request.questions) bytes += TextBytes(request.passage) + TextBytes(question);
  return bytes;
}

template <typename Text, typename Rules, typename Result>
class TextCombiner {
 public:
  using Results = std::vector<Result>;
  // One result a text, in order.
  using RunTexts = std::function<Results(std::span<const Text> texts, const Rules& rules)>;

  TextCombiner(int width, RunTexts run) : combiner_(width), run_(std::move(run)) {}

  // Texts that are long run alone, beside the others: these would wait for them. Errors: those of RunLimits::Check;
  // RESOURCE_EXHAUSTED (memory).
  absl::StatusOr<Results> Run(std::span<const Text> texts, const Rules& rules, const RunLimits& limits) {
    int64_t bytes = 0;
    for (const Text& text : texts) bytes += TextBytes(text);
    Job job(texts, rules, bytes);
    TIQU_RETURN_IF_ERROR(bytes > kMostBytes ? RunAlone(&job, limits)
                                            : combiner_.Run(&job, limits, [this](auto jobs) { RunJobs(jobs); }));
    if (!job.results) return absl::ResourceExhaustedError("memory did not suffice for the texts");
    return *std::move(job.results);
  }

 private:
  static constexpr int64_t kMostBytes = 8 << 10;

  struct Job : CombinedJob {
    Job(std::span<const Text> its_texts, const Rules& its_rules, int64_t bytes)
        : CombinedJob(bytes), texts(its_texts), rules(its_rules) {}
    bool GoesWith(const CombinedJob& other) const override { return rules == static_cast<const Job&>(other).rules; }

    std::span<const Text> texts;
    const Rules& rules;
    std::optional<Results> results;  // none: memory did not suffice
  };

  absl::Status RunAlone(Job* job, const RunLimits& limits) const {
    TIQU_RETURN_IF_ERROR(limits.Check());
    const engine::ScopedRunStop stop([&limits] { return limits.Check(); });
    CombinedJob* const jobs[] = {job};
    RunJobs(jobs);
    return limits.Check();
  }

  void RunJobs(std::span<CombinedJob* const> jobs) const {
    try {
      std::vector<Text> texts;
      for (const CombinedJob* job : jobs) {
        const auto& own = static_cast<const Job*>(job)->texts;
        texts.insert(texts.end(), own.begin(), own.end());
      }
      Results results = run_(texts, static_cast<const Job*>(jobs.front())->rules);
      auto next = std::make_move_iterator(results.begin());
      for (CombinedJob* one : jobs) {
        Job& job = *static_cast<Job*>(one);
        const auto end = next + static_cast<std::ptrdiff_t>(job.texts.size());
        job.results.emplace(next, end);
        next = end;
      }
    } catch (const std::exception&) {  // each job without results says so
    }
  }

  JobCombiner combiner_;
  const RunTexts run_;
};

}  // namespace tiqu::serving
