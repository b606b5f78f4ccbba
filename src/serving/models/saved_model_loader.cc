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
    return LoadedServable::Load(model_name, version, path, options_.servable);
  }

 private:
  SavedModelLoaderOptions options_;
};

}  // namespace

std::shared_ptr<ServableLoader> MakeSavedModelLoader(const SavedModelLoaderOptions& options) {
  return std::make_shared<SavedModelLoader>(options);
}

}  // namespace tiqu::serving
