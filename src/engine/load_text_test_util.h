// Graphs in protobuf's text form, for tests of loading.
//
// Thread safety: free functions without state.
#pragma once

#include <google/protobuf/text_format.h>

#include <map>
#include <string>

#include "base/status.h"
#include "engine/compile.h"
#include "engine/fuser.h"
#include "engine/graph.h"
#include "engine/inline_functions.h"
#include "engine/signature.h"
#include "engine/variables.h"
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
  TIQU_RETURN_IF_ERROR(InlineFunctions(&meta));
  TIQU_ASSIGN_OR_RETURN(Graph graph, Graph::FromDef(meta.graph_def()));
  TIQU_ASSIGN_OR_RETURN(const auto signatures, ResolveSignatures(meta, graph));
  LoadContext load;
  load.variables = &variables;
  load.variable_keys = RestoredKeys(graph, variables);
  load.most_folded_bytes = most_folded_bytes;
  FuseLayers(signatures, &graph);
  return CompileNodes(graph, signatures, &load).status();
}

inline std::string SignatureText(const std::string& name, const std::string& inputs, const std::string& output) {
  return "signature_def { key: '" + name + "' value { " + inputs + " outputs { key: 'y' value { name: '" + output +
         "' } } } }\n";
}

}  // namespace tiqu::engine
