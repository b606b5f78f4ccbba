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

absl::StatusOr<std::vector<answer::RequestResult>> Servable::ReadTexts(std::span<const answer::Request> requests,
                                                                       const decode::AnswerRules& rules,
                                                                       const RunLimits& limits) const {
  if (reader() == nullptr) return WrongKind(*this, "reader");
  return RunLimited(limits, [&] { return reader()->ReadAll(requests, rules); });
}

absl::StatusOr<std::vector<answer::TagResult>> Servable::TagTexts(std::span<const std::string_view> texts,
                                                                  float threshold, const RunLimits& limits) const {
  if (tagger() == nullptr) return WrongKind(*this, "tagger");
  return RunLimited(limits, [&] { return tagger()->TagAll(texts, threshold); });
}

}  // namespace tiqu::serving
