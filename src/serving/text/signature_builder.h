// How the signatures of text are written into what metadata shows and what Run takes.
//
// Thread safety: free functions.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "serving/models/servable.h"

namespace tiqu::serving {

inline constexpr char kExtractMethod[] = "tensorflow/serving/predict";
// A name that no graph has: by it a signature of ours is told from the graph's own.
inline constexpr char kTextTensorPrefix[] = "tiqu_text/";

struct SignatureField {
  const char* key;
  DataType type;
  Shape shape;  // -1 unknown
};

struct SignatureName {
  const char* key;
  const char* method;
};

// Does nothing where there is a signature of that name.
void AddTextSignature(const SignatureName& name, const std::vector<SignatureField>& inputs,
                      const std::vector<SignatureField>& outputs, SignatureDefs* defs,
                      std::map<std::string, engine::Signature>* signatures);

}  // namespace tiqu::serving
