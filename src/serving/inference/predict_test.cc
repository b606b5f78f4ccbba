#include "serving/inference/predict.h"

#include <google/protobuf/text_format.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/rest/half_plus_two.h"

namespace tiqu::serving {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kX[] =
    "inputs { key: 'x' value { dtype: DT_FLOAT tensor_shape { dim { size: 2 } } float_val: [2, 4] } }";

absl::StatusOr<pb::PredictResponse> PredictText(const std::string& text, const PredictOptions& options = {}) {
  const HalfPlusTwoModels models;
  pb::PredictRequest request;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &request)) << text;
  pb::PredictResponse response;
  const absl::Status status = Predict(models, request, options, {}, &response);
  if (!status.ok()) return status;
  return response;
}

std::string ErrorOf(const std::string& text, absl::StatusCode code) {
  const absl::Status status = PredictText(text).status();
  EXPECT_EQ(status.code(), code) << status;
  return std::string(status.message());
}

std::string WithModel(const std::string& rest) { return "model_spec { name: 'm' } " + rest; }

TEST(PredictTest, AnswersInTypedListsAndSaysWhoAnswered) {
  const auto response = PredictText(std::string("model_spec { name: 'm' version_label: 'stable' } ") + kX);
  ASSERT_TRUE(response.ok()) << response.status();
  const tensorflow::TensorProto& y = response->outputs().at("y");
  EXPECT_THAT(y.float_val(), ElementsAre(3, 4));
  EXPECT_TRUE(y.tensor_content().empty());
  EXPECT_EQ(response->model_spec().ShortDebugString(),
            "name: \"m\" version { value: 1 } signature_name: \"serving_default\"");
}

TEST(PredictTest, AnswersInBytesWhenAskedTo) {
  const auto response = PredictText(WithModel(kX), {.tensor_content = true});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->outputs().at("y").tensor_content(), std::string("\0\0\x40\x40\0\0\x80\x40", 8));
  EXPECT_TRUE(response->outputs().at("y").float_val().empty());
}

TEST(PredictTest, TheModelIsLookedUpFirstThenTheSignatureThenTheInputs) {
  EXPECT_EQ(ErrorOf(kX, absl::StatusCode::kInvalidArgument), "Missing ModelSpec");
  EXPECT_EQ(ErrorOf("model_spec { name: 'foo' signature_name: 'nope' }", absl::StatusCode::kNotFound),
            "Servable not found for request: Latest(foo)");
  EXPECT_EQ(ErrorOf("model_spec { name: 'm' signature_name: 'nope' }", absl::StatusCode::kFailedPrecondition),
            "Serving signature key \"nope\" not found. The model has: classify, regress, serving_default");
}

TEST(PredictTest, InputsMustBeThoseOfTheSignature) {
  EXPECT_EQ(ErrorOf(WithModel(""), absl::StatusCode::kInvalidArgument),
            "input size does not match signature: 0!=1 len({}) != len({x}). Sent extra: {}. Missing but required: {x}. "
            "Expected: x (DT_FLOAT, (-1))");
  EXPECT_THAT(ErrorOf(WithModel("inputs { key: 'z' value { dtype: DT_FLOAT float_val: 1 tensor_shape {} } }"),
                      absl::StatusCode::kInvalidArgument),
              HasSubstr("Signature input alias: x(feed name: x:0) not found in request and no default value provided"));
  EXPECT_THAT(ErrorOf(WithModel(std::string(kX) + "inputs { key: 'z' value { dtype: DT_FLOAT tensor_shape {} } }"),
                      absl::StatusCode::kInvalidArgument),
              HasSubstr("2!=1 len({x,z}) != len({x}). Sent extra: {z}. Missing but required: {}"));
  EXPECT_THAT(ErrorOf(WithModel("inputs { key: 'x' value { dtype: DT_FLOAT tensor_content: '12345' tensor_shape { dim "
                                "{ size: 3 } } } }"),
                      absl::StatusCode::kInvalidArgument),
              HasSubstr("tensor parsing error: x"));
}

TEST(PredictTest, TheFilterNamesOutputsOnce) {
  EXPECT_THAT(ErrorOf(WithModel(std::string(kX) + " output_filter: 'nope'"), absl::StatusCode::kInvalidArgument),
              HasSubstr("output tensor alias not found in signature: nope Outputs expected to be in the set {y}."));
  EXPECT_EQ(ErrorOf(WithModel(std::string(kX) + " output_filter: ['y', 'y']"), absl::StatusCode::kInvalidArgument),
            "duplicate output tensor alias: y");
  EXPECT_TRUE(PredictText(WithModel(std::string(kX) + " output_filter: 'y'")).ok());
}

}  // namespace
}  // namespace tiqu::serving
