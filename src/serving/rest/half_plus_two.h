// For tests: a registry of one model "m" with the versions 1 and 2, label "stable" for 1; y = x / 2 + 2.
//
// Thread safety: the model may be used from any number of threads once it is set up.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "answer/fake_reader.h"
#include "base/task_queue.h"
#include "serving/models/model_registry.h"

namespace tiqu::serving {

class HalfPlusTwoServable : public Servable {
 public:
  using OnRunCall = std::function<absl::Status(const RunLimits&)>;

  explicit HalfPlusTwoServable(int64_t version) : version_(version) {
    Add("serving_default", "tensorflow/serving/predict", {"x", DataType::kFloat}, {"y", DataType::kFloat});
    Add("regress", "tensorflow/serving/regress", {"inputs", DataType::kString}, {"outputs", DataType::kFloat});
    Add("classify", "tensorflow/serving/classify", {"inputs", DataType::kString}, {"scores", DataType::kFloat});
  }

  const std::string& model_name() const override { return name_; }
  int64_t version() const override { return version_; }
  const SignatureDefs& signature_defs() const override { return defs_; }
  const std::map<std::string, engine::Signature>& signatures() const override { return signatures_; }
  const answer::Reader* reader() const override { return reader_.get(); }

  absl::StatusOr<TensorMap> Run(const std::string& signature, const TensorMap& inputs,
                                const RunLimits& limits) const override {
    if (const auto on_run = OnRunNow()) {
      if (absl::Status status = on_run(limits); !status.ok()) return status;
    }
    if (signature != "serving_default") {
      const int64_t rows = inputs.at("inputs").size();
      Tensor result(DataType::kFloat, {rows, 1});
      for (int64_t i = 0; i < rows; ++i) result.data<float>()[i] = static_cast<float>(i) + 0.5F;
      return TensorMap{{signature == "regress" ? "outputs" : "scores", result}};
    }
    const Tensor& x = inputs.at("x");
    if (x.type() != DataType::kFloat) return absl::InvalidArgumentError("x is not float");
    Tensor y(DataType::kFloat, x.shape());
    for (int64_t i = 0; i < x.size(); ++i) y.data<float>()[i] = x.data<float>()[i] / 2 + 2;
    return TensorMap{{"y", y}};
  }

  // Takes serving_default for a signature of text: what is started runs on a thread of the queue.
  bool TakesText(const std::string& signature) const override {
    return elsewhere_ != nullptr && signature == "serving_default";
  }
  void Start(const std::string& signature, TensorMap inputs, const RunLimits& limits, RunDone done) const override {
    elsewhere_->Submit([this, signature, inputs = std::move(inputs), limits, done = std::move(done)] {
      done(Run(signature, inputs, limits));
    });
  }
  void StartElsewhere(TaskQueue* queue) { elsewhere_ = queue; }

  void SetReader(std::shared_ptr<const answer::Reader> reader) { reader_ = std::move(reader); }
  // Called at the start of each run. Whoever is called sees all that was done before.
  void OnRun(OnRunCall call) {
    const std::lock_guard<std::mutex> lock(mutex_);
    on_run_ = std::move(call);
  }

 private:
  OnRunCall OnRunNow() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return on_run_;
  }

  using Named = std::pair<std::string, DataType>;

  void Add(const std::string& name, const std::string& method, const Named& input, const Named& output) {
    engine::Signature& signature = signatures_[name];
    signature.method_name = method;
    signature.inputs[input.first] = {input.first + ":0", input.second, {-1}, false};
    signature.outputs[output.first] = {output.first + ":0", output.second, {}, true};
    tensorflow::SignatureDef& def = defs_[name];
    def.set_method_name(method);
    (*def.mutable_inputs())[input.first].set_name(input.first + ":0");
    (*def.mutable_inputs())[input.first].set_dtype(static_cast<tensorflow::DataType>(input.second));
    (*def.mutable_outputs())[output.first].set_name(output.first + ":0");
    (*def.mutable_outputs())[output.first].set_dtype(static_cast<tensorflow::DataType>(output.second));
  }

  std::string name_ = "m";
  int64_t version_;
  SignatureDefs defs_;
  std::map<std::string, engine::Signature> signatures_;
  std::shared_ptr<const answer::Reader> reader_;
  mutable std::mutex mutex_;
  OnRunCall on_run_;
  TaskQueue* elsewhere_ = nullptr;
};

class HalfPlusTwoModels : public ModelRegistry {
 public:
  HalfPlusTwoServable& version(int64_t number) { return *versions_.at(number - 1); }
  void set_ready(bool ready) { ready_ = ready; }

  absl::StatusOr<ServableHandle> Find(const pb::ModelSpec& spec) const override {
    if (spec.has_version_label() && spec.version_label() != "stable") {
      return absl::InvalidArgumentError(absl::StrCat("Unrecognized servable version label: ", spec.version_label()));
    }
    const int64_t number = spec.has_version_label() ? 1 : spec.has_version() ? spec.version().value() : 2;
    if (spec.name() == "m" && number >= 1 && number <= 2) return versions_[number - 1];
    const std::string which =
        spec.has_version() ? absl::StrCat("Specific(", spec.name(), ", ", number, ")") : "Latest(" + spec.name() + ")";
    return absl::NotFoundError("Servable not found for request: " + which);
  }

  absl::StatusOr<std::vector<VersionStatus>> Status(const pb::ModelSpec& spec) const override {
    if (spec.name() != "m") {
      return absl::NotFoundError("Could not find any versions of model " + spec.name());
    }
    std::vector<VersionStatus> all;
    for (const int64_t number : {2, 1}) {
      if (spec.has_version() && spec.version().value() != number) continue;
      all.push_back({number, pb::ModelVersionStatus::AVAILABLE, absl::OkStatus()});
    }
    return all;
  }

  absl::Status Reload(const pb::ModelServerConfig& /*config*/) override { return absl::OkStatus(); }
  std::vector<std::string> ModelNames() const override { return {"m"}; }
  bool Ready() const override { return ready_; }

 private:
  std::vector<std::shared_ptr<HalfPlusTwoServable>> versions_ = {std::make_shared<HalfPlusTwoServable>(1),
                                                                 std::make_shared<HalfPlusTwoServable>(2)};
  bool ready_ = true;
};

}  // namespace tiqu::serving
