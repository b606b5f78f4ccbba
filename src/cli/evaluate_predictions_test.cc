#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "cli/evaluate.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::cli {
namespace {

using ::testing::HasSubstr;

// Two questions whose answers differ.
std::vector<data::Sample> TwoSamples() {
  return {{"a", "", "多少", "共12元", {{"12", 1, 3}}, {}}, {"b", "", "多少", "共3元", {{"3", 1, 2}}, {}}};
}

constexpr char kTwelve[] = R"("answers":[{"text":"12","begin":1,"end":3,"score":0.9}],"no_answer":0}
)";
constexpr char kThree[] = R"("answers":[{"text":"3","begin":1,"end":2,"score":0.9}],"no_answer":0}
)";

absl::StatusOr<eval::Evaluation> Evaluate(const std::vector<data::Sample>& samples, const std::string& predictions) {
  const std::string path = absl::StrCat(testing::TempDir(), "/tiqu_predictions_", getpid(), ".jsonl");
  EXPECT_TRUE(WriteFileAtomically(path, predictions).ok());
  return EvaluatePredictions(samples, path);
}

TEST(EvaluatePredictionsTest, IdsMatchWhateverTheOrder) {
  const auto evaluation = Evaluate(TwoSamples(), absl::StrCat("{\"id\":\"b\",", kThree, "{\"id\":\"a\",", kTwelve));
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->overall().sets_exact, 2);
}

TEST(EvaluatePredictionsTest, ALineWithoutAnIdIsLeftOutAndTheOthersMatchById) {
  const auto evaluation = Evaluate(
      TwoSamples(), absl::StrCat("{\"id\":null,\"error\":{\"line\":1,\"message\":\"not JSON\"}}\n{\"id\":\"b\",",
                                 kThree, "{\"id\":\"a\",", kTwelve));
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->overall().sets_exact, 2);
  // As many lines as samples do not make it a matter of position.
  const auto one_short = Evaluate(TwoSamples(), absl::StrCat("{\"id\":\"b\",", kThree, "{", kTwelve));
  EXPECT_EQ(one_short.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(one_short.status().message()), HasSubstr("has no prediction for sample \"a\""));
}

TEST(EvaluatePredictionsTest, WithoutAnyIdThePositionCounts) {
  const auto evaluation = Evaluate(TwoSamples(), absl::StrCat("{", kTwelve, "{", kThree));
  ASSERT_TRUE(evaluation.ok()) << evaluation.status();
  EXPECT_EQ(evaluation->overall().sets_exact, 2);
  EXPECT_EQ(Evaluate(TwoSamples(), absl::StrCat("{", kTwelve)).status().code(), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace tiqu::cli
