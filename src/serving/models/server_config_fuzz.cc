// Any bytes as a --model_config_file: an error or models that pass their own checks again, never a crash.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "serving/batching/batching_options.h"
#include "serving/models/server_config.h"
#include "serving/models/text_config.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  tensorflow::serving::ModelServerConfig config;
  if (tiqu::serving::ParseTextConfig(text, &config).ok()) {
    const auto models = tiqu::serving::CheckServerConfig(config, {});
    if (models.ok()) {
      tensorflow::serving::ModelServerConfig again;
      for (const auto& [name, model] : *models) *again.mutable_model_config_list()->add_config() = model;
      if (!tiqu::serving::CheckServerConfig(again, *models).ok()) std::abort();
    }
  }
  tensorflow::serving::BatchingParameters parameters;
  if (tiqu::serving::ParseTextConfig(text, &parameters).ok()) {
    const auto options = tiqu::serving::MakeBatchingOptions(parameters);
    if (options.ok() && options->max_execution_batch_size > options->max_batch_size) std::abort();
  }
  return 0;
}
