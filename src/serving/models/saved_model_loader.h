// The server's loader: SavedModels of version folders, warmed up.
//
// Thread safety: as ServableLoader.
#pragma once

#include <memory>
#include <string>

#include "serving/models/loaded_servable.h"
#include "serving/models/servable_loader.h"

namespace tiqu::serving {

struct SavedModelLoaderOptions {
  ServableOptions servable;
  bool warm_up = true;         // --enable_model_warmup
  int warm_up_iterations = 1;  // --num_request_iterations_for_warmup; 0 means 1
};

std::shared_ptr<ServableLoader> MakeSavedModelLoader(const SavedModelLoaderOptions& options);

}  // namespace tiqu::serving
