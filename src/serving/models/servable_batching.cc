#include "serving/models/servable_batching.h"

#include <utility>

#include "base/file.h"
#include "base/status.h"
#include "fmt/format.h"
#include "serving/models/text_config.h"

namespace tiqu::serving {

absl::StatusOr<ServableBatching> MakeServableBatching(const std::string& parameters_file, bool per_model) {
  tensorflow::serving::BatchingParameters parameters;
  if (!parameters_file.empty()) TIQU_RETURN_IF_ERROR(ReadTextConfig(parameters_file, &parameters));
  absl::StatusOr<BatchingOptions> options = MakeBatchingOptions(parameters);
  if (!options.ok()) return Annotate(options.status(), parameters_file);
  const absl::StatusOr<int> threads = BatchThreads(parameters);
  if (!threads.ok()) return Annotate(threads.status(), parameters_file);
  ServableBatching batching;
  batching.options = *std::move(options);
  batching.per_model = per_model;
  batching.scheduler = std::make_shared<BatchScheduler>(*threads);
  return batching;
}

absl::StatusOr<std::unique_ptr<Batcher>> MakeBatcher(const ServableBatching& batching, const std::string& model_name,
                                                     const std::string& version_dir,
                                                     const std::map<std::string, engine::Signature>& signatures,
                                                     bool reader, RunAlone run) {
  if (batching.scheduler == nullptr) return nullptr;
  BatchingOptions options = batching.options;
  if (batching.per_model) {
    const std::string path = fmt::format("{}/{}", version_dir, kBatchingFile);
    if (!FileExists(path)) return nullptr;
    tensorflow::serving::BatchingParameters parameters;
    TIQU_RETURN_IF_ERROR(ReadTextConfig(path, &parameters));
    absl::StatusOr<BatchingOptions> own = MakeBatchingOptions(parameters);
    if (!own.ok()) return Annotate(own.status(), path);
    options = *std::move(own);
  }
  Batcher::Observer observer;
  if (batching.observer) {
    observer = [model_name, observe = batching.observer](const std::string& signature, const BatchReport& report) {
      observe(model_name, signature, report);
    };
  }
  return std::make_unique<Batcher>(batching.scheduler, options, signatures, reader, std::move(run),
                                   std::move(observer));
}

}  // namespace tiqu::serving
