// A small reader whose graph a test may change, and which operations it then runs.
//
// Thread safety: for tests on one thread.
#pragma once

#include <unistd.h>

#include <functional>
#include <set>
#include <string>

#include "engine/engine.h"
#include "engine/reader_model_test_util.h"
#include "gtest/gtest.h"

namespace tiqu::engine {

using GraphChange = std::function<void(tensorflow::MetaGraphDef*)>;

inline model::ModelSpec TinySpec() {
  model::ModelSpec spec = SmallSpec();
  spec.hidden = 16;
  spec.encoder_rates = {1};
  spec.model_rates = {2};
  return spec;
}

inline tensorflow::NodeDef* FindNode(tensorflow::MetaGraphDef* meta, const std::string& name) {
  for (auto& node : *meta->mutable_graph_def()->mutable_node()) {
    if (node.name() == name) return &node;
  }
  ADD_FAILURE() << "no node " << name;
  return meta->mutable_graph_def()->mutable_node(0);
}

struct ReaderRun {
  std::set<std::string> ops;  // of the nodes that ran
  Tensor pa;
};

inline ReaderRun RunReader(const GraphChange& change) {
  static int count = 0;
  const std::string base = testing::TempDir() + "/fuser_" + std::to_string(getpid()) + "_" + std::to_string(++count);
  const auto dir = WriteRandomReader(TinySpec(), base, change);
  EXPECT_TRUE(dir.ok()) << dir.status();
  ReaderRun outcome;
  const auto engine =
      Engine::Load(*dir, {.observer = [&](std::string_view, std::string_view op, double) { outcome.ops.emplace(op); }});
  EXPECT_TRUE(engine.ok()) << engine.status();
  Random random(3);
  TensorMap inputs = BatchInputs({RandomSample(TinySpec(), 5, 20, &random), RandomSample(TinySpec(), 3, 11, &random)});
  for (const auto& [name, spec] : (*engine)->signatures().at("qa").inputs) {
    if (!inputs.contains(name)) inputs[name] = Tensor::Of<float>({3}, {0, 0, 0});  // a weight that a test feeds
  }
  const auto out = (*engine)->Run("qa", inputs);
  EXPECT_TRUE(out.ok()) << out.status();
  if (out.ok()) outcome.pa = out->at("pa");
  return outcome;
}

inline void ExpectNear(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.shape(), b.shape());
  for (int64_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a.data<float>()[i], b.data<float>()[i], 1e-5F);
}

}  // namespace tiqu::engine
