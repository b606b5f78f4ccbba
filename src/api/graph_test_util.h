// For tests: a small SavedModel with the signatures f (y = 2 x + 1) and same (names out = names in).
//
// Thread safety: free functions.
#pragma once

#include <unistd.h>

#include <string>

#include "graph/graph_builder.h"
#include "graph/saver.h"
#include "graph/signature.h"
#include "gtest/gtest.h"
#include "savedmodel/saved_model.h"

namespace tiqu::api {

// A folder of versions with the one version 1. f: float x (-1, 2) -> y; same: string names (-1) -> names.
inline std::string WriteTestGraph(const std::string& name) {
  graph::GraphBuilder g;
  const graph::Output x = g.Placeholder("x", DataType::kFloat, {-1, 2});
  const graph::Output w = g.Variable("w", {2}, true);
  const graph::Output y = g.Add(g.Mul(x, w), g.Float(1));
  const graph::Output names = g.Placeholder("names", DataType::kString, {-1});
  savedmodel::SavedModelContents contents;
  contents.variables["w"] = {{2}, {2, 2}};
  graph::AddSaver(g, &contents.meta_graph);
  auto& signatures = *contents.meta_graph.mutable_signature_def();
  signatures["f"] = graph::MakePredictSignature({{"x", x, {-1, 2}}}, {{"y", y, {-1, 2}}});
  signatures["same"] = graph::MakePredictSignature({{"names", names, {-1}}}, {{"out", names, {-1}}});
  graph::DescribeMetaGraph(&contents.meta_graph);
  auto graph_def = g.Finish();
  EXPECT_TRUE(graph_def.ok()) << graph_def.status();
  *contents.meta_graph.mutable_graph_def() = *std::move(graph_def);
  const std::string base = testing::TempDir() + "/" + name + "_" + std::to_string(getpid());
  const absl::Status status = savedmodel::WriteSavedModel(contents, base, 1);
  EXPECT_TRUE(status.ok()) << status;
  return base;
}

}  // namespace tiqu::api
