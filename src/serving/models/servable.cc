#include "serving/models/servable.h"

#include "absl/strings/str_cat.h"
#include "base/status.h"
#include "engine/run_stop.h"

namespace tiqu::serving {

absl::StatusOr<std::vector<answer::RequestResult>> Servable::ReadTexts(std::span<const answer::Request> requests,
                                                                       const decode::AnswerRules& rules,
                                                                       const RunLimits& limits) const {
  if (reader() == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat("model ", model_name(), " version ", version(),
                                                      " is not a Tiqu reader: it takes tensors, not text"));
  }
  TIQU_RETURN_IF_ERROR(limits.Check());
  const engine::ScopedRunStop stop([&limits] { return limits.Check(); });
  std::vector<answer::RequestResult> results = reader()->ReadAll(requests, rules);
  TIQU_RETURN_IF_ERROR(limits.Check());
  return results;
}

}  // namespace tiqu::serving
