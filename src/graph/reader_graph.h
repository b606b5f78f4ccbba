// The reader as a TensorFlow graph: docs/model.md, node by node.
//
//   TIQU_ASSIGN_OR_RETURN(tensorflow::MetaGraphDef meta, BuildReaderGraph(spec));
//   meta.signature_def().at("qa")     q1_in q2_in p1_in p2_in k1_in k2_in pos_in  ->  pa
//
// The same in two steps, so that a passage is encoded once for all its questions:
//   encode_passage    p1_in p2_in pos_in                                  ->  encoded   [passages, characters, hidden]
//   answer_encoded    encoded p1_in p2_in q1_in q2_in k1_in k2_in         ->  pa        [questions, characters, 3]
// Questions may be a multiple of the passages: question i is asked of passage i modulo their number.
//
// The graph holds no values: the weights are variables of the names in docs/model.md, restored by its saver.
// Thread safety: a free function without state.
#pragma once

#include "absl/status/statusor.h"
#include "model/model_spec.h"
#include "saved_model.pb.h"

namespace tiqu::graph {

// With the tag `serve` and the signatures `qa` and `serving_default`, which are the same, `encode_passage` and
// `answer_encoded`.
// Errors: INVALID_ARGUMENT (the spec is not valid).
absl::StatusOr<tensorflow::MetaGraphDef> BuildReaderGraph(const model::ModelSpec& spec);

}  // namespace tiqu::graph
