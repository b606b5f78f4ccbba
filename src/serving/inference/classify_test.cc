#include "serving/inference/classify.h"

#include <google/protobuf/text_format.h>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/inference/example_signature.h"
#include "serving/inference/examples.h"
#include "serving/inference/metadata.h"
#include "serving/rest/half_plus_two.h"

namespace tiqu::serving {
namespace {

using ::testing::HasSubstr;

template <typename Message>
Message Parse(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message)) << text;
  return message;
}

constexpr char kTwo[] = "input { example_list { examples {} examples {} } }";

absl::StatusOr<std::string> ClassifyText(const std::string& text) {
  const HalfPlusTwoModels models;
  pb::ClassificationResponse response;
  const absl::Status status = Classify(models, Parse<pb::ClassificationRequest>(text), {}, {}, &response);
  if (!status.ok()) return status;
  return response.ShortDebugString();
}

absl::StatusOr<std::string> InferText(const std::string& text) {
  const HalfPlusTwoModels models;
  pb::MultiInferenceResponse response;
  const absl::Status status = MultiInference(models, Parse<pb::MultiInferenceRequest>(text), {}, &response);
  if (!status.ok()) return status;
  return response.ShortDebugString();
}

std::string Message(const absl::StatusOr<std::string>& result) { return std::string(result.status().message()); }

TEST(ClassifyTest, ARowAnExample) {
  const auto response = ClassifyText(std::string("model_spec { name: 'm' signature_name: 'classify' } ") + kTwo);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(
      *response,
      "result { classifications { classes { score: 0.5 } } classifications { classes { score: 1.5 } } } model_spec "
      "{ name: \"m\" version { value: 2 } signature_name: \"classify\" }");
}

TEST(ClassifyTest, TheSignatureMustFit) {
  EXPECT_EQ(Message(ClassifyText("model_spec { name: 'm' signature_name: 'nope' }")),
            "No signature was found with the name: nope. The model has: classify, regress, serving_default");
  EXPECT_THAT(Message(ClassifyText("model_spec { name: 'm' }")),
              HasSubstr("No classification inputs found in SignatureDef"));
  EXPECT_THAT(
      Message(ClassifyText("model_spec { name: 'm' signature_name: 'regress' }")),
      HasSubstr("Expected classification signature outputs to contain at least one of \"classes\" or \"scores\""));
  EXPECT_EQ(Message(ClassifyText("model_spec { name: 'm' signature_name: 'classify' }")), "Input is empty.");
}

TEST(ClassifyTest, TheMethodNameIsLookedAtWhenAskedTo) {
  tensorflow::SignatureDef def;
  def.set_method_name("tensorflow/serving/predict");
  (*def.mutable_inputs())["inputs"];
  (*def.mutable_outputs())["scores"];
  EXPECT_TRUE(CheckExampleSignature(def, ExampleMethod::kClassify, false).ok());
  EXPECT_EQ(CheckExampleSignature(def, ExampleMethod::kClassify, true).message(),
            "Expected classification signature method_name to be tensorflow/serving/classify. Was: "
            "tensorflow/serving/predict");
}

TEST(ClassifyTest, OutputsOfAnotherFormAreRefused) {
  pb::ClassificationResult classes;
  pb::RegressionResult values;
  const Tensor three(DataType::kFloat, {3});
  EXPECT_THAT(std::string(FillClassification({{"scores", three}}, 3, &classes).message()),
              HasSubstr("Expected Tensor shape: [batch_size num_classes] but got (3)"));
  EXPECT_EQ(FillClassification({{"scores", three.Reshaped({3, 1})}}, 2, &classes).message(),
            "Expected scores output batch size of 2. Got: 3");
  EXPECT_EQ(FillRegression({{"outputs", three}}, 2, &values).message(),
            "Input batch size did not match output batch size. Expected: 2 Got: 3");
  EXPECT_THAT(std::string(FillRegression({{"outputs", three.Reshaped({1, 3})}}, 1, &values).message()),
              HasSubstr("[batch_size] or [batch_size, 1] but got (1, 3)"));
  EXPECT_TRUE(FillRegression({{"outputs", three}}, 3, &values).ok());
  EXPECT_EQ(values.regressions_size(), 3);
}

TEST(ClassifyTest, TheContextBelongsToEveryExample) {
  const auto input = Parse<pb::Input>(R"(example_list_with_context {
    context { features { feature { key: 'x' value { float_list { value: 2 } } } } }
    examples {}
    examples { features { feature { key: 'x' value { float_list { value: 5 } } } } } })");
  const auto serialized = SerializeExamples(input);
  ASSERT_TRUE(serialized.ok());
  tensorflow::Example first, second;
  ASSERT_TRUE(first.ParseFromString(serialized->strings()[0]));
  ASSERT_TRUE(second.ParseFromString(serialized->strings()[1]));
  EXPECT_EQ(first.features().feature().at("x").float_list().value(0), 2);
  EXPECT_EQ(second.features().feature().at("x").float_list().value(0), 5);
}

TEST(ClassifyTest, SeveralTasksInOneCall) {
  const std::string regress =
      "tasks { model_spec { name: 'm' signature_name: 'regress' } method_name: 'tensorflow/serving/regress' } ";
  const std::string classify =
      "tasks { model_spec { name: 'm' signature_name: 'classify' } method_name: 'tensorflow/serving/classify' } ";
  const auto both = InferText(regress + classify + "input { example_list { examples {} } }");
  ASSERT_TRUE(both.ok()) << both.status();
  EXPECT_EQ(*both,
            "results { model_spec { name: \"m\" version { value: 2 } signature_name: \"regress\" } regression_result { "
            "regressions { value: 0.5 } } } results { model_spec { name: \"m\" version { value: 2 } signature_name: "
            "\"classify\" } classification_result { classifications { classes { score: 0.5 } } } }");
  EXPECT_EQ(Message(InferText(regress + regress + kTwo)), "Duplicate evaluation of signature: regress");
  EXPECT_EQ(Message(InferText(regress)), "Input is empty.");
  EXPECT_EQ(Message(InferText(regress + "tasks { model_spec { name: 'n' } }")),
            "All ModelSpecs in a MultiInferenceRequest must access the same model name.");
  EXPECT_EQ(Message(InferText(regress + "tasks { model_spec {} }")), "Found ModelSpec with an empty model name.");
  EXPECT_EQ(Message(InferText("tasks { model_spec { name: 'm' signature_name: 'nope' } }")),
            "Requested signature not found in model graph: nope");
  const auto other = InferText("tasks { model_spec { name: 'm' } method_name: 'tensorflow/serving/predict' } ");
  EXPECT_EQ(other.status(), absl::UnimplementedError("Unsupported signature method_name: tensorflow/serving/predict"));
}

TEST(MetadataTest, FieldsAreCheckedBeforeTheModel) {
  const HalfPlusTwoModels models;
  pb::GetModelMetadataResponse response;
  const auto error = [&](const std::string& text) {
    return std::string(GetModelMetadata(models, Parse<pb::GetModelMetadataRequest>(text), &response).message());
  };
  EXPECT_EQ(error("metadata_field: 'signature_def'"), "Missing ModelSpec");
  EXPECT_THAT(error("model_spec { name: 'foo' }"),
              HasSubstr("GetModelMetadataRequest must specify at least one metadata_field"));
  EXPECT_THAT(error("model_spec { name: 'foo' } metadata_field: 'x'"), HasSubstr("Metadata field x is not supported"));
  EXPECT_EQ(error("model_spec { name: 'foo' } metadata_field: 'signature_def'"),
            "Servable not found for request: Latest(foo)");
  EXPECT_EQ(error("model_spec { name: 'm' } metadata_field: 'signature_def'"), "");
  pb::SignatureDefMap signatures;
  ASSERT_TRUE(response.metadata().at("signature_def").UnpackTo(&signatures));
  EXPECT_EQ(signatures.signature_def().size(), 3U);
}

}  // namespace
}  // namespace tiqu::serving
