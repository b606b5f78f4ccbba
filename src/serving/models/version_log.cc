#include "serving/models/version_log.h"

#include "base/log.h"

namespace tiqu::serving {

void LogVersionEvent(const VersionEvent& event) {
  const std::string& state = pb::ModelVersionStatus::State_Name(event.state);
  if (!event.status.ok()) {
    TIQU_LOG_ERROR("model {} version {}: {}: {}", event.model, event.version, state, event.status.ToString());
  } else if (event.state == pb::ModelVersionStatus::AVAILABLE) {
    TIQU_LOG_INFO("model {} version {}: {} after {:.3f} s", event.model, event.version, state,
                  absl::ToDoubleSeconds(event.load_time));
  } else {
    TIQU_LOG_INFO("model {} version {}: {}", event.model, event.version, state);
  }
}

}  // namespace tiqu::serving
