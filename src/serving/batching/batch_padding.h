// How tensors of other lengths may share a batch.
//
// Thread safety: values; free functions.
#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/engine.h"
#include "serving/models/servable.h"

namespace tiqu::serving {

// Inputs whose dimension 1 may be padded with zeros because the model masks them: nothing that is put there changes an
// answer.
struct MaskedPadding {
  std::set<std::string> inputs;  // of rank 2; empty: no such inputs
  std::string length_input;      // every output has its length in dimension 1, and is cut back to it
};

// That of a Tiqu reader's signature: texts and positions pad, anchors do not. No inputs for a signature of another
// form.
MaskedPadding ReaderPadding(const engine::Signature& signature);

// Whether requests to the signature can be put together: it has inputs, and every input and output has rows, as many as
// a request brings.
bool CanBatch(const engine::Signature& signature);

// Requests with equal keys can be joined. `pads`: other lengths can, too (pad_variable_length_inputs).
std::string ShapeKey(const TensorMap& inputs, const MaskedPadding& masked, bool pads);

}  // namespace tiqu::serving
