// One version of a model, loaded and ready to answer.
//
// Thread safety: immutable once it is published; every method may be called from any number of threads.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "answer/reader.h"
#include "answer/tagger.h"
#include "engine/engine.h"
#include "saved_model.pb.h"
#include "serving/models/run_limits.h"

namespace tiqu::serving {

using engine::TensorMap;
using SignatureDefs = google::protobuf::Map<std::string, tensorflow::SignatureDef>;

using ReadResults = absl::StatusOr<std::vector<answer::RequestResult>>;
using TagResults = absl::StatusOr<std::vector<answer::TagResult>>;

// Who is told of the end of what was started; must not throw.
using RunDone = std::function<void(absl::StatusOr<TensorMap> outputs)>;
using ReadDone = std::function<void(ReadResults results)>;
using TagDone = std::function<void(TagResults results)>;

// A request that is read at once, by whoever received it, has no more bytes.
inline constexpr size_t kMostStartedBytes = size_t{8} << 10;

class Servable {
 public:
  virtual ~Servable() = default;

  virtual const std::string& model_name() const = 0;
  virtual int64_t version() const = 0;

  // As the model's file declares them; what metadata shows.
  virtual const SignatureDefs& signature_defs() const = 0;
  // What Run takes; the same keys.
  virtual const std::map<std::string, engine::Signature>& signatures() const = 0;

  // Errors: those of engine::Engine::Run; DEADLINE_EXCEEDED ("Timed out waiting for notification"), CANCELLED; with
  // batching also UNAVAILABLE and RESOURCE_EXHAUSTED.
  virtual absl::StatusOr<TensorMap> Run(const std::string& signature, const TensorMap& inputs,
                                        const RunLimits& limits) const = 0;

  // Whether the signature is one of text: Start then needs no thread of the caller's.
  virtual bool TakesText(const std::string& /*signature*/) const { return false; }
  // As Run; `done` comes once, before this returns or later, on any thread. The servable must last until then. Throws
  // std::bad_alloc; then `done` does not come.
  virtual void Start(const std::string& signature, TensorMap inputs, const RunLimits& limits, RunDone done) const;

  // Null when the model is not a Tiqu reader.
  virtual const answer::Reader* reader() const { return nullptr; }
  // Text in, answers out, under the same limits as Run; one result a request, in order. As Start; the texts, too, must
  // last until `done`. Errors: FAILED_PRECONDITION (the model is not a reader), DEADLINE_EXCEEDED, CANCELLED,
  // RESOURCE_EXHAUSTED (memory), UNAVAILABLE (too many wait).
  virtual void StartReading(std::vector<answer::Request> requests, const decode::AnswerRules& rules,
                            const RunLimits& limits, ReadDone done) const;

  // Null when the model is not a Tiqu tagger.
  virtual const answer::Tagger* tagger() const { return nullptr; }
  // Texts in, entities out; otherwise as StartReading. Errors: FAILED_PRECONDITION (the model is not a tagger), those
  // of StartReading.
  virtual void StartTagging(std::vector<std::string_view> texts, float threshold, const RunLimits& limits,
                            TagDone done) const;
};

// Holding one keeps the version loaded: a version is unloaded when its last handle is gone.
using ServableHandle = std::shared_ptr<const Servable>;

}  // namespace tiqu::serving
