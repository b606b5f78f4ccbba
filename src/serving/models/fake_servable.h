// For tests: servables without a graph, and a loader that makes them of folders.
//
// Thread safety: yes.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/file.h"
#include "serving/models/servable.h"
#include "serving/models/servable_loader.h"

namespace tiqu::serving {

// Signature "serving_default" gives "version" and what it was given.
class FakeServable : public Servable {
 public:
  FakeServable(std::string model, int64_t version, std::atomic<int>* alive = nullptr)
      : model_(std::move(model)), version_(version), alive_(alive) {
    if (alive_ != nullptr) ++*alive_;
    signatures_["serving_default"].inputs["x"] = {"x:0", DataType::kFloat, {-1}};
    signatures_["serving_default"].outputs["x"] = {"x:0", DataType::kFloat, {-1}};
    signature_defs_["serving_default"];
  }
  ~FakeServable() override {
    if (alive_ != nullptr) --*alive_;
    version_ = -1;  // a use after the end shows
  }

  const std::string& model_name() const override { return model_; }
  int64_t version() const override { return version_; }
  const SignatureDefs& signature_defs() const override { return signature_defs_; }
  const std::map<std::string, engine::Signature>& signatures() const override { return signatures_; }
  absl::StatusOr<TensorMap> Run(const std::string&, const TensorMap& inputs, const RunLimits& limits) const override {
    const absl::Status status = limits.Check();
    if (!status.ok()) return status;
    TensorMap outputs = inputs;
    outputs["version"] = Tensor::Of<int64_t>({}, {version_});
    return outputs;
  }

 private:
  std::string model_;
  int64_t version_;
  std::atomic<int>* alive_;
  std::map<std::string, engine::Signature> signatures_;
  SignatureDefs signature_defs_;
};

// A folder is whole when it has a file "whole".
class FakeLoader : public ServableLoader {
 public:
  absl::StatusOr<std::unique_ptr<const Servable>> Load(const std::string& model, int64_t version,
                                                       const std::string& path) override {
    ++loads;
    if (before_load) before_load(path);
    if (!FileExists(path + "/whole")) return absl::NotFoundError(path + " is not whole");
    return std::make_unique<FakeServable>(model, version, &alive);
  }

  std::function<void(const std::string& path)> before_load;  // set before the first load
  std::atomic<int> loads = 0;
  std::atomic<int> alive = 0;
};

}  // namespace tiqu::serving
