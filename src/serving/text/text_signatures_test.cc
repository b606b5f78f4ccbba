#include "serving/text/text_signatures.h"

#include "answer/fake_reader.h"
#include "example.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "serving/models/wait_for.h"

namespace tiqu::serving {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor Texts(Shape shape, std::vector<std::string> texts) {
  Tensor tensor(DataType::kString, std::move(shape));
  tensor.strings() = std::move(texts);
  return tensor;
}

std::string ExampleOf(const std::vector<std::pair<std::string, std::string>>& features) {
  tensorflow::Example example;
  for (const auto& [name, text] : features) {
    (*example.mutable_features()->mutable_feature())[name].mutable_bytes_list()->add_value(text);
  }
  return example.SerializeAsString();
}

template <typename T>
std::vector<T> Values(const Tensor& tensor) {
  return {tensor.data<T>(), tensor.data<T>() + tensor.size()};
}

class TextSignaturesTest : public testing::Test {
 protected:
  TextSignaturesTest() : fake_(answer::MakeFakeReader()) { AddTextSignatures(&defs_, &signatures_); }

  absl::StatusOr<TensorMap> Run(const std::string& signature, const TensorMap& inputs) {
    const auto read = [this](auto requests, const auto& rules, const ReadDone& done) {
      done(fake_.reader->ReadAll(requests, rules));
    };
    return WaitFor<absl::StatusOr<TensorMap>>([&](RunDone done) {
      StartTextSignature(defs_.at(signature), inputs, fake_.reader->rules(), read, std::move(done));
    });
  }

  answer::FakeReader fake_;
  SignatureDefs defs_;
  std::map<std::string, engine::Signature> signatures_;
};

TEST_F(TextSignaturesTest, ExtractFillsRowsUpToTheLongest) {
  const auto out =
      Run("extract", {{"question", Texts({2}, {"多少", "有无"})}, {"passage", Texts({2}, {"共12元和3元", "7"})}});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->at("answers").shape(), (Shape{2, 2}));
  EXPECT_THAT(out->at("answers").strings(), ElementsAre("12", "3", "", ""));
  EXPECT_THAT(Values<int32_t>(out->at("begins")), ElementsAre(1, 5, -1, -1));
  EXPECT_THAT(Values<int32_t>(out->at("ends")), ElementsAre(3, 6, -1, -1));
  EXPECT_THAT(Values<int32_t>(out->at("counts")), ElementsAre(2, 0));
  EXPECT_GT(Values<float>(out->at("scores"))[0], 0.9F);
  EXPECT_LT(Values<float>(out->at("no_answer"))[0], 0.1F);
  EXPECT_GT(Values<float>(out->at("no_answer"))[1], 0.9F);
}

TEST_F(TextSignaturesTest, OnePassageGoesWithEveryQuestion) {
  const auto out = Run("extract", {{"question", Texts({2, 1}, {"多少", "几"})}, {"passage", Texts({}, {"共12元"})}});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_THAT(out->at("answers").strings(), ElementsAre("12", "12"));
}

TEST_F(TextSignaturesTest, NoRowsGiveNoRows) {
  const auto out = Run("extract", {{"question", Texts({0}, {})}, {"passage", Texts({0}, {})}});
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->at("answers").shape(), (Shape{0, 0}));
}

TEST_F(TextSignaturesTest, ErrorsNameTheRowOrTheInput) {
  const Tensor one = Texts({1}, {"多少"});
  const auto empty = Run("extract", {{"question", Texts({2}, {"多少", ""})}, {"passage", Texts({1}, {"3"})}});
  EXPECT_EQ(empty.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(empty.status().message()), HasSubstr("row 1"));
  const auto counts = Run("extract", {{"question", Texts({2}, {"a", "b"})}, {"passage", Texts({3}, {"1", "2", "3"})}});
  EXPECT_EQ(counts.status().message(),
            "there are 2 questions and 3 passages; expected as many of one as of the other, or one");
  const auto shape = Run("extract", {{"question", Texts({1, 2}, {"a", "b"})}, {"passage", one}});
  EXPECT_EQ(shape.status().message(), "input 'question' is DT_STRING (1, 2), expected DT_STRING (n), a text a row");
  const auto type = Run("extract", {{"question", Tensor::Of<float>({1}, {1})}, {"passage", one}});
  EXPECT_EQ(type.status().message(), "input 'question' is DT_FLOAT (1), expected DT_STRING (n), a text a row");
}

TEST_F(TextSignaturesTest, ClassifyListsCandidatesAndRegressTheProbabilityOfAnAnswer) {
  const TensorMap inputs = {{"inputs", Texts({2}, {ExampleOf({{"question", "多少"}, {"passage", "共12元和3元"}}),
                                                   ExampleOf({{"question", "有无"}, {"passage", "9"}})})}};
  const auto classes = Run("classify", inputs);
  ASSERT_TRUE(classes.ok()) << classes.status();
  EXPECT_EQ(classes->at("classes").shape(), classes->at("scores").shape());
  EXPECT_THAT(
      std::vector<std::string>(classes->at("classes").strings().begin(), classes->at("classes").strings().begin() + 2),
      testing::UnorderedElementsAre("12", "3"));
  const auto values = Run("regress", inputs);
  ASSERT_TRUE(values.ok()) << values.status();
  EXPECT_GT(Values<float>(values->at("outputs"))[0], 0.9F);
  EXPECT_LT(Values<float>(values->at("outputs"))[1], 0.1F);
}

TEST_F(TextSignaturesTest, ExamplesAreChecked) {
  const auto run = [this](const std::string& example) {
    return std::string(Run("classify", {{"inputs", Texts({1}, {example})}}).status().message());
  };
  EXPECT_EQ(run("\xff"), "example 0 is not a serialized tf.Example");
  EXPECT_EQ(run(ExampleOf({{"question", "多少"}})), "example 0: has no feature 'passage'");
  EXPECT_EQ(run(ExampleOf({{"passage", "3"}})), "example 0: has no feature 'question'");
}

TEST_F(TextSignaturesTest, SignaturesOfTheGraphStay) {
  SignatureDefs defs;
  std::map<std::string, engine::Signature> signatures;
  defs["extract"].set_method_name("theirs");
  signatures["extract"];
  AddTextSignatures(&defs, &signatures);
  EXPECT_EQ(defs.at("extract").method_name(), "theirs");
  EXPECT_FALSE(IsTextSignature(defs.at("extract")));
  EXPECT_TRUE(IsTextSignature(defs.at("classify")));
  EXPECT_TRUE(signatures.contains("regress"));
}

}  // namespace
}  // namespace tiqu::serving
