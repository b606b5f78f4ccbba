#include "model/model_config.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::model {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

ModelConfig SmallConfig() {
  ModelConfig config;
  config.spec.char_vocab_size = 100;
  config.spec.word_vocab_size = 50;
  config.spec.word_dim = 16;
  config.spec.hidden = 8;
  config.text.user_words = {"广西壮族自治区", "户籍地"};
  config.text.to_simplified = false;
  config.decoding.threshold = 0.25F;
  config.decoding.single = true;
  config.crf.transitions[1][2] = 1.5F;
  config.crf.begin[0] = -0.125F;
  config.crf.end[2] = 0.75F;
  config.provenance["seed"] = 7;
  config.scores["f1"] = 86.5;
  return config;
}

TEST(ModelConfigTest, SurvivesTheRoundTripThroughJson) {
  const ModelConfig config = SmallConfig();
  const auto read = ModelConfig::Parse(config.ToJson().dump());
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->ToJson(), config.ToJson());
  EXPECT_EQ(read->text.user_words, config.text.user_words);
  EXPECT_EQ(read->crf.transitions[1][2], 1.5F);
  EXPECT_EQ(read->provenance["seed"], 7);
}

TEST(ModelConfigTest, RefusesWhatIsNotJson) {
  for (const char* text : {"", "{", "{\"format\": 1,", "\xff\xfe"}) {
    EXPECT_EQ(ModelConfig::Parse(text).status().code(), absl::StatusCode::kDataLoss) << text;
  }
}

TEST(ModelConfigTest, RefusesWhatIsNestedTooDeep) {
  const std::string deep = std::string(300000, '[') + std::string(300000, ']');
  const std::string whole = SmallConfig().ToJson().dump();
  for (const std::string& text :
       {"{\"format\":" + deep + "}", whole.substr(0, whole.size() - 1) + ",\"scores\":" + deep + "}"}) {
    const absl::Status status = ModelConfig::Parse(text).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
    EXPECT_EQ(status.message(), "tiqu.json is nested deeper than the limit of 100");
  }
}

struct BadField {
  std::string pointer;
  json value;
  std::string message;
};

class BadFieldTest : public ::testing::TestWithParam<BadField> {};

TEST_P(BadFieldTest, IsNamedInTheError) {
  json config = SmallConfig().ToJson();
  config[json::json_pointer(GetParam().pointer)] = GetParam().value;
  const auto read = ModelConfig::FromJson(config);
  ASSERT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(read.status().message()), HasSubstr(GetParam().message));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadFieldTest,
    ::testing::Values(BadField{"/format", 2, "tiqu.json.format is 2, this program reads 1"},
                      BadField{"/spec", 3, "spec is 3, expected an object"},
                      BadField{"/spec/kind", "writer", "spec.kind is \"writer\""},
                      BadField{"/spec/hidden", 0, "spec.hidden is 0, limits 1 to 16384"},
                      BadField{"/spec/hidden", 1e300, "spec.hidden is 1e+300, expected a 32-bit integer"},
                      BadField{"/spec/hidden", 18446744073709551615ULL, "expected a 32-bit integer"},
                      BadField{"/spec/char_vocab_size", 1, "spec.char_vocab_size is 1, limits 2 to"},
                      BadField{"/spec/encoder_rates", json::array(), "spec.encoder_rates has 0 layers"},
                      BadField{"/spec/model_rates/1", -4, "spec.model_rates[1] is -4"},
                      BadField{"/spec/crf", "yes", "spec.crf is \"yes\", expected true or false"},
                      BadField{"/text/user_words/0", 5, "text.user_words is"},
                      BadField{"/text/window_overlap_chars", 512, "text.window_overlap_chars is 512, limits 0 to 511"},
                      BadField{"/text/max_question_chars", 0, "text.max_question_chars is 0"},
                      BadField{"/decoding/threshold", 1.5, "decoding.threshold is 1.5, limits 0 to 1"},
                      BadField{"/decoding/temperature", 0, "decoding.temperature is 0"},
                      BadField{"/decoding/max_answer_chars", 0, "decoding.max_answer_chars is 0, at least 1"},
                      BadField{"/crf/begin", json::array({1, 2}),
                               "crf.begin is [1,2], expected a list of 3 finite numbers"},
                      BadField{"/crf/transitions", json::object(), "crf.transitions is not a list of 3 lists"},
                      BadField{"/crf/transitions/2", nullptr, "crf.transitions[2].row is null"}));

TEST(ModelConfigTest, NamesEveryFieldThatIsMissing) {
  const json whole = SmallConfig().ToJson();
  for (const char* section : {"spec", "text", "decoding", "crf"}) {
    json without_section = whole;
    without_section.erase(section);
    EXPECT_EQ(ModelConfig::FromJson(without_section).status().code(), absl::StatusCode::kInvalidArgument) << section;
    for (const auto& [field, value] : whole[section].items()) {
      json without = whole;
      without[section].erase(field);
      const auto read = ModelConfig::FromJson(without);
      ASSERT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument) << section << "." << field;
      EXPECT_THAT(std::string(read.status().message()), HasSubstr(std::string(section) + "." + field));
    }
  }
}

}  // namespace
}  // namespace tiqu::model
