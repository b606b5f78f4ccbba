#include "serving/metrics/version_metrics.h"

#include "absl/strings/str_cat.h"

namespace tiqu::serving {
namespace {

constexpr char kLoadAttempts[] = ":tensorflow:cc:saved_model:load_attempt_count";
constexpr char kLoadLatency[] = ":tensorflow:cc:saved_model:load_latency";
constexpr char kLiveVersion[] = ":tiqu:serving:model_version";

}  // namespace

void CountVersionEvent(Metrics* metrics, const VersionEvent& event) {
  const std::string version = absl::StrCat(event.version);
  const std::string path = absl::StrCat(event.model, "/", version);
  const MetricLabels live = {{"model_name", event.model}, {"version", version}};
  switch (event.state) {
    case pb::ModelVersionStatus::AVAILABLE:
      metrics->Count(kLoadAttempts, {{"model_path", path}, {"status", "success"}});
      metrics->Count(kLoadLatency, {{"model_path", path}}, absl::ToInt64Microseconds(event.load_time));
      metrics->Set(kLiveVersion, live, 1);
      return;
    case pb::ModelVersionStatus::UNLOADING:
      metrics->Remove(kLiveVersion, live);
      return;
    case pb::ModelVersionStatus::END:
      metrics->Remove(kLiveVersion, live);
      if (!event.status.ok()) metrics->Count(kLoadAttempts, {{"model_path", path}, {"status", "fail"}});
      return;
    default:
      return;
  }
}

}  // namespace tiqu::serving
