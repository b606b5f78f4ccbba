#include "serving/models/server_config.h"

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/models/text_config.h"

namespace tiqu::serving {
namespace {

using testing::HasSubstr;

pb::ModelServerConfig ParseConfigText(const std::string& text) {
  pb::ModelServerConfig config;
  const absl::Status status = ParseTextConfig(text, &config);
  EXPECT_TRUE(status.ok()) << status;
  return config;
}

// One model of that text.
std::string ModelText(const std::string& fields) {
  return absl::StrCat("model_config_list { config { ", fields, " } }");
}

absl::Status CheckText(const std::string& text, const ModelConfigs& current = {}) {
  return CheckServerConfig(ParseConfigText(text), current).status();
}

TEST(TextConfigTest, BothWaysOfWritingAListAreRead) {
  const auto config = ParseConfigText(
      "model_config_list: {\n  config: {\n    name: \"m\",\n    base_path: \"/m\",\n    model_platform: "
      "\"tensorflow\",\n"
      "    model_version_policy: { specific: { versions: 1, versions: 3 } }\n  }\n}\n");
  ASSERT_EQ(config.model_config_list().config_size(), 1);
  EXPECT_EQ(config.model_config_list().config(0).model_version_policy().specific().versions(1), 3);
}

TEST(TextConfigTest, AnErrorNamesTheMessageTheLineAndTheColumn) {
  pb::ModelServerConfig config;
  const absl::Status status = ParseTextConfig("model_config_list {\n  confg { }\n}", &config);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("Error parsing text-format tensorflow.serving.ModelServerConfig: 2:9: "));
  EXPECT_THAT(std::string(status.message()), HasSubstr("confg"));
}

TEST(TextConfigTest, WordsAreNotAConfiguration) {
  pb::ModelServerConfig config;
  EXPECT_THAT(std::string(ParseTextConfig("improperly formatted file", &config).message()),
              HasSubstr("Error parsing text-format tensorflow.serving.ModelServerConfig"));
  EXPECT_FALSE(ParseTextConfig(std::string(200, '{'), &config).ok());
  EXPECT_EQ(ReadTextConfig("/no/such/file", &config).code(), absl::StatusCode::kNotFound);
}

TEST(ServerConfigTest, GoodModelsAreTakenByName) {
  const auto models = CheckServerConfig(
      ParseConfigText(
          "model_config_list { config { name: \"b\" base_path: \"/models/b/\" model_platform: \"tensorflow\" } "
          "config { name: \"a\" base_path: \"file:///models/a\" model_type: TENSORFLOW } }"),
      {});
  ASSERT_TRUE(models.ok()) << models.status();
  ASSERT_EQ(models->size(), 2);
  EXPECT_EQ(models->at("a").base_path(), "/models/a");
  EXPECT_EQ(models->at("a").model_platform(), "tensorflow");
  EXPECT_EQ(models->at("b").base_path(), "/models/b");
  EXPECT_TRUE(CheckServerConfig(SingleModelConfig("m", "/m"), {}).ok());
}

TEST(ServerConfigTest, EachFaultHasItsText) {
  const std::string good = "name: \"m\" base_path: \"/m\" model_platform: \"tensorflow\"";
  const struct {
    std::string text;
    std::string message;
  } cases[] = {
      {"model_config_list { config { " + good + " } config { " + good + " } }",
       "Illegal to list model m multiple times in config list"},
      {ModelText("name: \"z\" base_path: \"models/z\" model_platform: \"tensorflow\""),
       "Expected model z to have an absolute path or URI; got base_path()=models/z"},
      {ModelText("name: \"z\" model_platform: \"tensorflow\""),
       "Expected model z to have an absolute path or URI; got base_path()="},
      {ModelText("name: \"z\" base_path: \"gs://bucket/z\" model_platform: \"tensorflow\""),
       "got base_path()=gs://bucket/z"},
      {ModelText("name: \"m\" base_path: \"/m\" model_platform: \"y\""), "Model m requests unsupported platform y"},
      {ModelText("name: \"m\" base_path: \"/m\""), "model_platform"},
      {ModelText(good + " model_type: TENSORFLOW"), "model_type"},
      {ModelText("name: \"m\" base_path: \"/m\" model_type: OTHER"), "choice OTHER"},
      {ModelText("base_path: \"/m\" model_platform: \"tensorflow\""), "has no name"},
      {"custom_model_config { type_url: \"a/b\" }", "custom_model_config"},
  };
  for (const auto& [text, message] : cases) {
    const absl::Status status = CheckText(text);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_THAT(std::string(status.message()), HasSubstr(message));
  }
}

TEST(ServerConfigTest, AModelKeepsItsPlatform) {
  const auto current = CheckServerConfig(SingleModelConfig("h2", "/h2"), {});
  ASSERT_TRUE(current.ok());
  EXPECT_THAT(
      std::string(CheckText(ModelText("name: \"h2\" base_path: \"/h2\" model_platform: \"foo\""), *current).message()),
      HasSubstr("Illegal to change a model's platform. For model h2 platform was tensorflow and new platform "
                "requested is foo"));
}

}  // namespace
}  // namespace tiqu::serving
