#include "serving/json/example_json.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::serving {
namespace {

namespace pb = ::tensorflow::serving;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<pb::Input> Read(const std::string& body) {
  const auto document = JsonDocument::Parse(body);
  if (!document.ok()) return document.status();
  pb::Input input;
  if (absl::Status status = ReadExamples(*document, &input); !status.ok()) return status;
  return input;
}

TEST(ExampleJsonTest, TheTokenDecidesTheType) {
  const auto input =
      Read(R"({"examples": [{"f": 1.5, "i": [1, true], "s": ["a", {"b64": "Yg=="}], "e": [], "n": NaN}]})");
  ASSERT_TRUE(input.ok()) << input.status();
  const auto& features = input->example_list().examples(0).features().feature();
  EXPECT_THAT(features.at("f").float_list().value(), ElementsAre(1.5F));
  EXPECT_THAT(features.at("i").int64_list().value(), ElementsAre(1, 1));
  EXPECT_THAT(features.at("s").bytes_list().value(), ElementsAre("a", "b"));
  EXPECT_EQ(features.at("e").kind_case(), tensorflow::Feature::KIND_NOT_SET);
  EXPECT_EQ(features.at("n").float_list().value_size(), 1);
}

TEST(ExampleJsonTest, AContextBelongsToAllExamples) {
  const auto input = Read(R"({"context": {"x": 2.0}, "examples": [{}, {"y": 1}]})");
  ASSERT_TRUE(input.ok());
  EXPECT_EQ(input->example_list_with_context().examples_size(), 2);
  EXPECT_EQ(input->example_list_with_context().context().features().feature().at("x").float_list().value(0), 2);
}

TEST(ExampleJsonTest, MessagesAreThoseOfTensorFlowServing) {
  const struct {
    const char* body;
    const char* message;
  } cases[] = {
      {"{}", "When method is classify, key 'examples' is expected and was not found"},
      {R"({"examples": {"x": 1}})", "Expecting 'examples' value to be an list/array"},
      {R"({"examples": []})", "'examples' value is an empty array"},
      {R"({"examples": [[{"x": 1.0}]]})", "Example must be JSON object but got JSON Array"},
      {R"({"context": 1, "examples": [{}]})", "Example must be JSON object but got JSON Number"},
      {R"({"examples": [{"x": null}]})", "Feature: x has element with unexpected JSON type: Null"},
      {R"({"examples": [{"x": {"y": 1}}]})", "Feature: x has element with unexpected JSON type: Object"},
      {R"({"examples": [{"x": [[1]]}]})", "Feature: x has element with unexpected JSON type: Array"},
      {R"({"examples": [{"x": [10, 10.0]}]})", "Unexpected element type in feature: x expecting type: int64"},
      {R"({"examples": [{"x": ["a", 1]}]})", "Unexpected element type in feature: x expecting type: bytes"},
      {R"({"examples": [{"x": [1.0, "a"]}]})", "Unexpected element type in feature: x expecting type: float"},
      {R"({"examples": [{"x": [18446744073709551615]}]})",
       "Feature: x has uint64_t element. Only int64_t is supported."},
      {R"({"examples": [{"x": {"b64": "!"}}]})", "Unable to base64 decode"},
  };
  for (const auto& c : cases) {
    const auto input = Read(c.body);
    EXPECT_EQ(input.status().code(), absl::StatusCode::kInvalidArgument) << c.body;
    EXPECT_THAT(std::string(input.status().message()), HasSubstr(c.message)) << c.body;
  }
}

TEST(ExampleJsonTest, LayoutOfResults) {
  pb::ClassificationResult classes;
  EXPECT_EQ(WriteClassifications(classes).status().message(), "Cannot convert empty ClassificationResults to JSON");
  auto* first = classes.add_classifications();
  first->add_classes()->set_score(12);
  first->add_classes()->set_label("中");
  classes.add_classifications();
  EXPECT_EQ(WriteClassifications(classes).value(), "{\n    \"results\": [[[\"\", 12.0], [\"中\", 0.0]], []\n    ]\n}");
  pb::RegressionResult values;
  EXPECT_EQ(WriteRegressions(values).status().message(), "Cannot convert empty RegressionResults to JSON");
  values.add_regressions()->set_value(42);
  values.add_regressions()->set_value(0.1F);
  EXPECT_EQ(WriteRegressions(values).value(), "{\n    \"results\": [42.0, 0.1]\n}");
}

}  // namespace
}  // namespace tiqu::serving
