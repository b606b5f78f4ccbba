#include "train/config.h"

#include <cmath>
#include <set>

#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tiqu::train {
namespace {

using nlohmann::json;
using testing::HasSubstr;

std::string WriteConfig(const std::string& name, const std::string& text) {
  const std::string path = testing::TempDir() + "/" + name;
  EXPECT_TRUE(WriteFileAtomically(path, text).ok());
  return path;
}

TEST(ConfigTest, ReadsTomlAndJsonAlike) {
  const std::string toml = WriteConfig("ok.toml",
                                       "[data]\ntrain_files = [\"a.jsonl\", \"b.jsonl\"]\nvalid_files = \"c.jsonl\"\n"
                                       "[optimizer]\nepochs = 7\nlearning_rate = 3e-4\n"
                                       "[model]\nmodel_rates = [1, 2]\ncrf = false\n[run]\nseed = 9\n");
  const std::string as_json =
      WriteConfig("ok.json",
                  R"({"data": {"train_files": ["a.jsonl", "b.jsonl"], "valid_files": ["c.jsonl"]}, "run": {"seed": 9},
          "optimizer": {"epochs": 7, "learning_rate": 3e-4}, "model": {"model_rates": [1, 2], "crf": false}})");
  TrainerOptions a;
  TrainerOptions b;
  ASSERT_TRUE(ReadConfigFile(toml, &a).ok());
  ASSERT_TRUE(ReadConfigFile(as_json, &b).ok());
  EXPECT_EQ(ConfigToJson(a), ConfigToJson(b));
  EXPECT_THAT(a.data.train_files, testing::ElementsAre("a.jsonl", "b.jsonl"));
  EXPECT_THAT(a.data.valid_files, testing::ElementsAre("c.jsonl"));
  EXPECT_EQ(a.optimizer.epochs, 7);
  EXPECT_DOUBLE_EQ(a.optimizer.learning_rate, 3e-4);
  EXPECT_FALSE(a.spec.crf);
  EXPECT_EQ(a.seed, 9U);
}

TEST(ConfigTest, WhatIsWrittenReadsBack) {
  TrainerOptions options;
  options.data.train_files = {"x"};
  options.regularization.span_weight = 0.25;
  options.spec.encoder_rates = {3};
  options.seed = 1ULL << 63;
  TrainerOptions copy;
  ASSERT_TRUE(ApplyConfig(ConfigToJson(options), &copy).ok());
  EXPECT_EQ(ConfigToJson(copy), ConfigToJson(options));
}

struct BadConfig {
  const char* text;
  std::vector<const char*> message;
};

TEST(ConfigTest, ErrorsNameKeyAndValue) {
  const BadConfig bad[] = {
      {"[optimizer]\nepoch = 3", {"bad.toml", "optimizer.epoch", "epochs"}},
      {"[optimiser]\nepochs = 3", {"optimiser", "known are"}},
      {"[optimizer]\nepochs = \"many\"", {"optimizer.epochs", "\"many\"", "whole number"}},
      {"[optimizer]\nepochs = 2.5", {"optimizer.epochs", "2.5", "whole number"}},
      {"[run]\nseed = -1", {"run.seed", "-1", "from 0"}},
      {"[run]\nresume = 1", {"run.resume", "1", "true or false"}},
      {"[run]\noutput_dir = []", {"run.output_dir", "[]", "string"}},
      {"[data]\ntrain_files = [1]", {"data.train_files", "[1]", "list of strings"}},
      {"[model]\nmodel_rates = [1, \"2\"]", {"model.model_rates", "whole numbers"}},
      {"[optimizer]\nlearning_rate = true", {"optimizer.learning_rate", "true", "number"}},
      {"[data\n", {"bad.toml", "line 1"}},
      {"epochs = 3", {"epochs", "known are"}},
  };
  for (const BadConfig& each : bad) {
    TrainerOptions options;
    const absl::Status status = ReadConfigFile(WriteConfig("bad.toml", each.text), &options);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << each.text;
    for (const char* part : each.message) EXPECT_THAT(std::string(status.message()), HasSubstr(part)) << each.text;
  }
  TrainerOptions options;
  EXPECT_EQ(ReadConfigFile(testing::TempDir() + "/none.toml", &options).code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ReadConfigFile(WriteConfig("bad.json", "{"), &options).code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReadConfigFile(WriteConfig("list.json", "[]"), &options).code(), absl::StatusCode::kInvalidArgument);
}

TEST(ConfigTest, FlagsOverrideAndComplain) {
  TrainerOptions options;
  const auto apply = [&](const std::string& flag, const std::vector<std::string>& words) {
    for (const OptionField& field : OptionFields(&options)) {
      if (field.flag() == flag) return ApplyFlag(field, words);
    }
    return absl::NotFoundError(flag);
  };
  EXPECT_TRUE(apply("--max-minutes", {"1.5"}).ok());
  EXPECT_TRUE(apply("--resume", {}).ok());
  EXPECT_TRUE(apply("--crf", {"false"}).ok());
  EXPECT_TRUE(apply("--train-files", {"a", "\"b c\"", "\""}).ok());
  EXPECT_TRUE(apply("--model-rates", {"1", "2", "4"}).ok());
  EXPECT_DOUBLE_EQ(options.optimizer.max_minutes, 1.5);
  EXPECT_THAT(options.data.train_files, testing::ElementsAre("a", "b c", "\""));
  EXPECT_TRUE(options.resume);
  EXPECT_FALSE(options.spec.crf);
  EXPECT_THAT(options.spec.model_rates, testing::ElementsAre(1, 2, 4));
  const absl::Status status = apply("--epochs", {"3x"});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), testing::AllOf(HasSubstr("--epochs"), HasSubstr("3x")));
  EXPECT_FALSE(apply("--seed", {"-3"}).ok());
  EXPECT_FALSE(apply("--crf", {"maybe"}).ok());
}

TEST(ConfigTest, NamesAreUniqueAndExplained) {
  TrainerOptions options;
  std::set<std::string> names;
  for (const OptionField& field : OptionFields(&options)) {
    EXPECT_TRUE(names.insert(field.name).second) << field.name << " would be one flag twice";
    EXPECT_FALSE(field.help.empty()) << field.name;
  }
}

TEST(TrainerOptionsTest, ValidateNamesFieldValueAndLimit) {
  const auto message = [](auto change) {
    TrainerOptions options;
    options.data.train_files = {"a"};
    options.output_dir = "out";
    change(&options);
    const absl::Status status = options.Validate();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    return std::string(status.message());
  };
  EXPECT_THAT(message([](auto* o) { o->data.train_files.clear(); }), HasSubstr("data.train_files"));
  EXPECT_THAT(message([](auto* o) { o->output_dir.clear(); }), HasSubstr("run.output_dir"));
  EXPECT_THAT(message([](auto* o) { o->single = "maybe"; }), HasSubstr("maybe"));
  EXPECT_THAT(message([](auto* o) { o->optimizer.learning_rate = -1; }),
              testing::AllOf(HasSubstr("optimizer.learning_rate"), HasSubstr("-1")));
  EXPECT_THAT(message([](auto* o) { o->optimizer.clip_norm = std::nan(""); }), HasSubstr("optimizer.clip_norm"));
  EXPECT_THAT(message([](auto* o) { o->optimizer.epochs = 0; }), HasSubstr("optimizer.epochs is 0"));
  EXPECT_THAT(message([](auto* o) { o->data.window_overlap_chars = 512; }), HasSubstr("limit 511"));
  EXPECT_THAT(message([](auto* o) { o->regularization.negative_fraction = 1; }), HasSubstr("negative_fraction"));
}

}  // namespace
}  // namespace tiqu::train
