#include "serving/models/servable.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/run_stop.h"

namespace tiqu::serving {
namespace {

absl::Status WrongKind(const Servable& servable, const char* kind) {
  return absl::FailedPreconditionError(
      absl::StrCat("model ", servable.model_name(), " version ", servable.version(), " is not a Tiqu ", kind));
}

// Runs `work` under the limits: it may end early, and then what it gives is of no use.
template <typename Work>
auto RunLimited(const RunLimits& limits, const Work& work) -> absl::StatusOr<decltype(work())> {
  TIQU_RETURN_IF_ERROR(limits.Check());
  const engine::ScopedRunStop stop([&limits] { return limits.Check(); });
  auto results = work();
  TIQU_RETURN_IF_ERROR(limits.Check());
  return results;
}

}  // namespace

void Servable::Start(const std::string& signature, TensorMap inputs, const RunLimits& limits, RunDone done) const {
  done(Run(signature, inputs, limits));
}

void Servable::StartReading(std::vector<answer::Request> requests, const decode::AnswerRules& rules,
                            const RunLimits& limits, ReadDone done) const {
  if (reader() == nullptr) return done(WrongKind(*this, "reader"));
  done(RunLimited(limits, [&] { return reader()->ReadAll(requests, rules); }));
}

void Servable::StartTagging(std::vector<std::string_view> texts, float threshold, const RunLimits& limits,
                            TagDone done) const {
  if (tagger() == nullptr) return done(WrongKind(*this, "tagger"));
  done(RunLimited(limits, [&] { return tagger()->TagAll(texts, threshold); }));
}

}  // namespace tiqu::serving
