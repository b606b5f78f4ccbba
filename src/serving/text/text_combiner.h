// Texts of requests that wait are read together, as the lines of `tiqu extract` are. What runs beside a text never
// changes what is found in it (answer/reader.h).
//
//   TextCombiner<answer::Request, decode::AnswerRules, answer::RequestResult> combiner(&threads, run);
//   combiner.Start(requests, rules, limits, [](auto results) { ... });     // one result a text, in order
//
// Thread safety: every method may be called from any number of threads.
#pragma once

#include <exception>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "answer/reader.h"
#include "serving/models/job_combiner.h"
#include "serving/models/run_limits.h"
#include "serving/models/text_threads.h"

namespace tiqu::serving {

// What a text costs, in bytes; an empty one is work, too.
inline int64_t TextBytes(std::string_view text) { return static_cast<int64_t>(text.size()) + 16; }
inline int64_t TextBytes(const answer::Request& request) {
  int64_t bytes = 0;
  for (const std::string_view question : request.questions) bytes += TextBytes(request.passage) + TextBytes(question);
  return bytes;
}

template <typename Text, typename Rules, typename Result>
class TextCombiner {
 public:
  using Results = std::vector<Result>;
  // One result a text, in order. May throw std::bad_alloc.
  using RunTexts = std::function<Results(std::span<const Text> texts, const Rules& rules)>;
  // Errors: those of RunLimits::Check; RESOURCE_EXHAUSTED (memory); UNAVAILABLE (too many wait). Must not throw.
  using Done = std::function<void(absl::StatusOr<Results> results)>;

  // REQUIRES: `threads` outlives this and is not ended by what `run` or a Done holds.
  TextCombiner(TextThreads* threads, const RunTexts& run)
      : together_(MakeCombiner(&threads->together(), threads->most_together(), run)),
        alone_(MakeCombiner(&threads->alone(), threads->most_alone(), run)) {}

  // Returns at once; `done` comes on a thread of the texts, or on this one when there is an error already. What the
  // texts point to must last until then. Texts that are long run alone, beside the others: these would wait for them.
  // Throws std::bad_alloc; then `done` does not come.
  void Start(std::vector<Text> texts, const Rules& rules, const RunLimits& limits, Done done) {
    int64_t bytes = 0;
    for (const Text& text : texts) bytes += TextBytes(text);
    auto job = std::make_unique<Job>(std::move(texts), rules, bytes, limits, std::move(done));
    (job->IsLong() ? alone_ : together_)->Add(std::move(job));
  }

 private:
  static constexpr int64_t kMostBytes = 8 << 10;

  struct Job : CombinedJob {
    Job(std::vector<Text> its_texts, const Rules& its_rules, int64_t bytes, const RunLimits& limits, Done its_done)
        : CombinedJob(bytes, limits), texts(std::move(its_texts)), rules(its_rules), done(std::move(its_done)) {}
    bool IsLong() const { return cost() > kMostBytes; }
    bool GoesWith(const CombinedJob& other) const override {
      return !IsLong() && rules == static_cast<const Job&>(other).rules;
    }
    void Finish(const absl::Status& status) override {
      if (!status.ok()) return done(status);
      if (!results) return done(absl::ResourceExhaustedError("memory did not suffice for the texts"));
      done(*std::move(results));
    }

    const std::vector<Text> texts;
    const Rules rules;
    const Done done;
    std::optional<Results> results;  // none: memory did not suffice
  };

  static std::shared_ptr<JobCombiner> MakeCombiner(TaskQueue* threads, int width, const RunTexts& run) {
    return std::make_shared<JobCombiner>(threads, width, [run](auto jobs) { RunJobs(run, jobs); });
  }

  static void RunJobs(const RunTexts& run, std::span<CombinedJob* const> jobs) {
    try {
      std::vector<Text> texts;
      for (const CombinedJob* job : jobs) {
        const auto& own = static_cast<const Job*>(job)->texts;
        texts.insert(texts.end(), own.begin(), own.end());
      }
      Results results = run(texts, static_cast<const Job*>(jobs.front())->rules);
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

  const std::shared_ptr<JobCombiner> together_, alone_;  // they run on when this has gone
};

}  // namespace tiqu::serving
