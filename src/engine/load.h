// An engine out of a model in memory, as Engine::Load makes of a folder's.
//
// Thread safety: a free function.
#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "engine/engine.h"
#include "engine/node_spec.h"
#include "savedmodel/saved_model.h"

namespace tiqu::engine {

// Functions are inlined in the model's own graph. Errors: those of Engine::Load.
absl::StatusOr<std::shared_ptr<const Engine>> MakeEngine(savedmodel::LoadedSavedModel model,
                                                         const EngineOptions& options,
                                                         int64_t most_folded_bytes = kMostFoldedBytes);

}  // namespace tiqu::engine
