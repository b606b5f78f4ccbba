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
#include "engine/run_stop.h"
#include "serving/models/job_combiner.h"
#include "serving/models/run_limits.h"
#include "serving/models/text_threads.h"

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
  // One result a text, in order. May throw std::bad_alloc.
  using RunTexts = std::function<Results(std::span<const Text> texts, const Rules& rules)>;
  // Errors: those of RunLimits::Check; RESOURCE_EXHAUSTED (memory). Must not throw.
  using Done = std::function<void(absl::StatusOr<Results> results)>;

  // REQUIRES: `threads` outlives this and is not ended by what `run` or a Done holds.
  TextCombiner(TextThreads* threads, const RunTexts& run)
      : threads_(*threads),
        run_(run),
        combiner_(std::make_shared<JobCombiner>(&threads->together(), threads->cores(),
                                                [run](auto jobs) { RunJobs(run, jobs); })) {}

  // Returns at once; `done` comes on a thread of the texts, or on this one when the limits fail already. What the texts
  // point to must last until then. Texts that are long run alone, beside the others: these would wait for them. Throws
  // std::bad_alloc; then `done` does not come.
  void Start(std::vector<Text> texts, const Rules& rules, const RunLimits& limits, Done done) {
    int64_t bytes = 0;
    for (const Text& text : texts) bytes += TextBytes(text);
    auto job = std::make_unique<Job>(std::move(texts), rules, bytes, limits, std::move(done));
    if (bytes <= kMostBytes) return combiner_->Add(std::move(job));
    threads_.alone().Submit([run = run_, job = std::shared_ptr<Job>(std::move(job))] { RunAlone(run, job.get()); });
  }

 private:
  static constexpr int64_t kMostBytes = 8 << 10;

  struct Job : CombinedJob {
    Job(std::vector<Text> its_texts, const Rules& its_rules, int64_t bytes, const RunLimits& limits, Done its_done)
        : CombinedJob(bytes, limits), texts(std::move(its_texts)), rules(its_rules), done(std::move(its_done)) {}
    bool GoesWith(const CombinedJob& other) const override { return rules == static_cast<const Job&>(other).rules; }
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

  static void RunAlone(const RunTexts& run, Job* job) {
    if (const absl::Status status = job->limits().Check(); !status.ok()) return job->Finish(status);
    {
      const engine::ScopedRunStop stop([job] { return job->limits().Check(); });
      CombinedJob* const jobs[] = {job};
      RunJobs(run, jobs);
    }
    job->Finish(job->limits().Check());
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

  TextThreads& threads_;
  const RunTexts run_;
  const std::shared_ptr<JobCombiner> combiner_;  // runs on when this has gone
};

}  // namespace tiqu::serving
