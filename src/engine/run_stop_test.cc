#include "engine/run_stop.h"

#include "engine/load_text_test_util.h"
#include "gtest/gtest.h"

namespace tiqu::engine {
namespace {

TEST(RunStopTest, AskIsOkWithoutOne) { EXPECT_TRUE(ScopedRunStop::Ask().ok()); }

TEST(RunStopTest, TheInnermostIsAskedAndTheOuterComesBack) {
  ScopedRunStop outer([] { return absl::CancelledError("outer"); });
  {
    ScopedRunStop inner([] { return absl::DeadlineExceededError("inner"); });
    EXPECT_EQ(ScopedRunStop::Ask().message(), "inner");
  }
  EXPECT_EQ(ScopedRunStop::Ask().message(), "outer");
}

TEST(RunStopTest, ARunEndsBetweenTwoOperations) {
  const std::string graph = R"(graph_def {
    node { name: 'x' op: 'Placeholder' attr { key: 'dtype' value { type: DT_FLOAT } } }
    node { name: 'a' op: 'Neg' input: 'x' attr { key: 'T' value { type: DT_FLOAT } } }
    node { name: 'b' op: 'Neg' input: 'a' attr { key: 'T' value { type: DT_FLOAT } } }
  })";
  const std::string x = "inputs { key: 'x' value { name: 'x:0' dtype: DT_FLOAT } }";
  EngineOptions options;
  options.fuse_elementwise = false;  // two operations
  const auto engine = MakeEngine({MetaGraphOf(graph + SignatureText("f", x, "b:0")), {}}, options);
  ASSERT_TRUE(engine.ok()) << engine.status();
  const TensorMap inputs = {{"x", Tensor::Of<float>({1}, {3})}};
  int asked = 0;
  {
    ScopedRunStop stop([&asked] { return ++asked < 2 ? absl::OkStatus() : absl::CancelledError("enough"); });
    EXPECT_EQ((*engine)->Run("f", inputs).status(), absl::CancelledError("enough"));
    EXPECT_EQ(asked, 2);
  }
  const auto outputs = (*engine)->Run("f", inputs);
  ASSERT_TRUE(outputs.ok()) << outputs.status();
  EXPECT_EQ(outputs->at("y").data<float>()[0], 3);
}

}  // namespace
}  // namespace tiqu::engine
