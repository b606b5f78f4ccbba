#include "serving/models/saved_model_loader.h"

#include <utility>

#include "base/status.h"
#include "serving/models/warm_up.h"

namespace tiqu::serving {
namespace {

class SavedModelLoader : public ServableLoader {
 public:
  explicit SavedModelLoader(const SavedModelLoaderOptions& options) : options_(options) {
    if (options_.servable.gate == nullptr) options_.servable.gate = std::make_shared<RunGate>(0);
  }

  absl::StatusOr<std::unique_ptr<const Servable>> Load(const std::string& model_name, int64_t version,
                                                       const std::string& path) override {
    TIQU_ASSIGN_OR_RETURN(std::unique_ptr<LoadedServable> servable,
                          LoadedServable::Load(model_name, version, path, options_.servable));
    if (!options_.warm_up) return servable;
    const ServableHandle borrowed(ServableHandle(), servable.get());
    TIQU_RETURN_IF_ERROR(WarmUp(borrowed, path, options_.warm_up_iterations));
    return servable;
  }

 private:
  SavedModelLoaderOptions options_;
};

}  // namespace

std::shared_ptr<ServableLoader> MakeSavedModelLoader(const SavedModelLoaderOptions& options) {
  return std::make_shared<SavedModelLoader>(options);
}

}  // namespace tiqu::serving
