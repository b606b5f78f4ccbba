// Graphs in protobuf's text form, for tests of loading.
//
// Thread safety: free functions without state.
#pragma once

#include <google/protobuf/text_format.h>

#include <map>
#include <string>

#include "base/status.h"
#include "engine/load.h"
#include "gtest/gtest.h"

namespace tiqu::engine {

inline tensorflow::MetaGraphDef MetaGraphOf(const std::string& text) {
  tensorflow::MetaGraphDef meta;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &meta)) << text;
  return meta;
}

// What loading does with a meta graph. Errors: those of loading.
inline absl::Status LoadMetaGraph(tensorflow::MetaGraphDef meta, const std::map<std::string, Tensor>& variables,
                                  int64_t most_folded_bytes = int64_t{1} << 30) {
  return MakeEngine({std::move(meta), variables}, {}, most_folded_bytes).status();
}

// Loads and runs signature "f".
inline absl::StatusOr<TensorMap> RunMetaGraph(tensorflow::MetaGraphDef meta,
                                              const std::map<std::string, Tensor>& variables, const TensorMap& inputs) {
  TIQU_ASSIGN_OR_RETURN(const auto engine, MakeEngine({std::move(meta), variables}, {}));
  return engine->Run("f", inputs);
}

inline std::string SignatureText(const std::string& name, const std::string& inputs, const std::string& output,
                                 const std::string& type = "DT_FLOAT") {
  return "signature_def { key: '" + name + "' value { " + inputs + " outputs { key: 'y' value { name: '" + output +
         "' dtype: " + type + " } } } }\n";
}

}  // namespace tiqu::engine
