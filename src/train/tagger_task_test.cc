// Taggers: the network on packed rows, its gradients, and whole small trainings.
#include "train/tagger_task.h"

#include <filesystem>

#include "base/file.h"
#include "checkpoint/checkpoint.h"
#include "data/sample_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "train/small_tagger_test_util.h"
#include "train/tagger_batch.h"
#include "train/trainer.h"

namespace tiqu::train {
namespace {

std::string TaggerFolder(const std::string& name) {
  const std::string path = testing::TempDir() + "/tagger_task_test_" + name;
  std::filesystem::remove_all(path);
  EXPECT_TRUE(MakeDirectories(path).ok());
  return path;
}

// Ten texts with a name and a city each.
std::string WriteTexts(const std::string& folder) {
  const char* const names[] = {"王小明", "李建国", "张秀英", "刘洋", "陈静", "杨帆", "赵磊", "黄丽", "周强", "吴敏"};
  const char* const cities[] = {"北京", "上海", "广州", "深圳", "成都", "杭州", "武汉", "西安", "南京", "重庆"};
  std::string lines;
  for (int i = 0; i < 10; ++i) {
    data::Sample text;
    text.id = std::to_string(i);
    text.passage = std::string(names[i]) + ",家住" + cities[i] + "市。";
    const int32_t name_end = i < 3 ? 3 : 2;
    text.answers = {{names[i], 0, name_end, "PER"}, {cities[i], name_end + 3, name_end + 5, "LOC"}};
    lines += data::WriteEntities(text);
  }
  const std::string path = folder + "/texts.jsonl";
  EXPECT_TRUE(WriteFileAtomically(path, lines).ok());
  return path;
}

TrainerOptions SmallTagger(const std::string& folder) { return SmallTaggerOptions(folder, WriteTexts(folder)); }

// Loaded data, and a task on it with weights that are not at their start.
struct Fixture {
  explicit Fixture(const std::string& name) : options(SmallTagger(TaggerFolder(name))), pool(1) {
    data = LoadTrainingData(&options).value();
    task = std::make_unique<TaggerTask>(options, data, &pool);
    parameters = std::make_unique<Parameters>(task->Start());
    for (int64_t i = 0; i < parameters->flat_size(); ++i) {
      float& weight = parameters->flat()[i];
      if (weight > model::kForbiddenScore) weight += 0.05F * static_cast<float>((i * 37) % 11 - 5) / 5;
    }
  }

  PassageUnit Unit(int32_t text) const {
    return {text, 0, static_cast<int32_t>(data.train.passage_chars(text)), {text}};
  }
  torch::Tensor Logits(const BatchPlan& units) const {
    const torch::NoGradGuard no_gradient;
    const TaggerBatch batch =
        BuildTaggerBatch(data.train, data.tagger.train_ids, data.tagger, options.spec, units, /*labels=*/false);
    return RunTagger(options.spec, *parameters, batch, {});
  }

  TrainerOptions options;
  WorkerPool pool;
  TrainingData data;
  std::unique_ptr<TaggerTask> task;
  std::unique_ptr<Parameters> parameters;
};

TEST(TaggerNetworkTest, ATextDoesNotDependOnWhatItIsPackedWith) {
  const Fixture fixture("packing");
  const torch::Tensor alone = fixture.Logits({fixture.Unit(4)});
  const torch::Tensor packed = fixture.Logits({fixture.Unit(0), fixture.Unit(4), fixture.Unit(7)});
  const int64_t first = fixture.data.train.passage_chars(0);
  EXPECT_TRUE(torch::allclose(packed.slice(0, first, first + alone.size(0)), alone, 1e-5, 1e-5));
}

TEST(TaggerNetworkTest, GradientsAreThoseOfTheLoss) {
  Fixture fixture("gradients");
  const BatchPlan share = {fixture.Unit(1), fixture.Unit(8)};
  const auto loss = [&] { return fixture.task->ComputeLoss(*fixture.parameters, share, {}); };
  const LossTerms terms = loss();
  const auto gradients = torch::autograd::grad({terms.tags}, fixture.parameters->trained());
  const std::vector<model::WeightShape> shapes = model::WeightShapes(fixture.options.spec);
  size_t index = 0;
  for (const model::WeightShape& shape : shapes) {
    if (shape.frozen) continue;
    const torch::Tensor gradient = gradients[index].contiguous();
    float* weight = fixture.parameters->flat() + fixture.parameters->offsets()[index++];
    const auto strongest = gradient.abs().argmax().item<int64_t>();
    const float kept = weight[strongest];
    constexpr float kStep = 2e-3F;
    weight[strongest] = kept + kStep;
    const double above = loss().tags.item<double>();
    weight[strongest] = kept - kStep;
    const double below = loss().tags.item<double>();
    weight[strongest] = kept;
    const double expected = (above - below) / (2 * kStep);
    EXPECT_NEAR(gradient.data_ptr<float>()[strongest], expected, 0.02 * std::abs(expected) + 2e-3) << shape.name;
    EXPECT_NE(expected, 0.0) << shape.name;
  }
}

TEST(TaggerNetworkTest, TheAdversarialShiftHasItsLengthInEveryTextAndRaisesTheLoss) {
  Fixture fixture("shift");
  const TrainingData& data = fixture.data;
  const TaggerBatch batch = BuildTaggerBatch(data.train, data.tagger.train_ids, data.tagger, fixture.options.spec,
                                             {fixture.Unit(1), fixture.Unit(8)}, /*labels=*/true);
  const auto loss_of = [&](const torch::Tensor& embedded) {
    const torch::Tensor logits = ScoreTags(fixture.options.spec, *fixture.parameters, batch, {}, embedded);
    return TaggerLoss(logits, fixture.parameters->Get("crf/transitions"), batch);
  };
  const torch::Tensor embedded = EmbedTexts(*fixture.parameters, batch, {});
  const torch::Tensor loss = loss_of(embedded);
  const torch::Tensor gradient = torch::autograd::grad({loss}, {embedded}, {}, /*retain_graph=*/true)[0];
  const torch::Tensor shift = AdversarialShift(embedded, gradient, batch.texts, 0.01);
  for (int64_t s = 0; s < 2; ++s) {
    const auto rows = [&](const torch::Tensor& of) {
      return of.narrow(0, batch.texts.begin[static_cast<size_t>(s)], batch.texts.length(s));
    };
    const double length = rows(embedded).norm().item<double>();
    EXPECT_NEAR(rows(shift).norm().item<double>(), 0.01 * length, 1e-5 * length);
  }
  // To first order it raises the loss by their product.
  const double expected = (shift * gradient).sum().item<double>();
  EXPECT_GT(expected, 0.0);
  EXPECT_NEAR(loss_of(embedded + shift).item<double>() - loss.item<double>(), expected, 0.1 * expected);
  const torch::Tensor none = AdversarialShift(embedded, torch::zeros_like(gradient), batch.texts, 0.01);
  EXPECT_EQ(none.abs().max().item<double>(), 0.0);
}

TEST(TaggerNetworkTest, TheAdversarialLossLiesBetweenTheLossAndThatOfTheShiftedTexts) {
  Fixture fixture("adversarial");
  const BatchPlan share = {fixture.Unit(1), fixture.Unit(8)};
  const auto loss = [&] { return fixture.task->ComputeLoss(*fixture.parameters, share, {}).tags.item<double>(); };
  const double plain = loss();
  fixture.options.regularization.adversarial_size = 0.01;
  const double small = loss();
  EXPECT_GT(small, plain);
  EXPECT_EQ(loss(), small);
  fixture.options.regularization.adversarial_size = 0.02;
  EXPECT_GT(loss(), small);
}

TEST(TaggerNetworkTest, ForbiddenMovesStayForbidden) {
  const Fixture fixture("forbidden");
  const model::TagSet& tags = fixture.data.tagger.tags;
  const torch::Tensor transitions = fixture.parameters->Get("crf/transitions");
  for (int from = 0; from < tags.size(); ++from) {
    for (int to = 0; to < tags.size(); ++to) {
      const float score = transitions.data_ptr<float>()[from * tags.size() + to];
      EXPECT_EQ(score == model::kForbiddenScore, !tags.MayFollow(from, to)) << from << " " << to;
    }
  }
}

TEST(TaggerTrainingTest, LearnsWhatItIsShown) {
  const std::string folder = TaggerFolder("learns");
  const auto result = Train(SmallTagger(folder));
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->f1, 1.0);
  const auto checkpoint = checkpoint::Load(result->model_path);
  ASSERT_TRUE(checkpoint.ok()) << checkpoint.status();
  EXPECT_EQ(checkpoint->config.spec.kind, "tagger");
  EXPECT_THAT(checkpoint->config.spec.tags,
              testing::ElementsAre("O", "B-LOC", "I-LOC", "E-LOC", "S-LOC", "B-PER", "I-PER", "E-PER", "S-PER"));
  const auto& transitions = checkpoint->weights.at("crf/transitions").values;
  EXPECT_EQ(transitions[2], model::kForbiddenScore);  // O -> I-LOC
  EXPECT_THAT(ReadFile(folder + "/out/report.html").value(), testing::HasSubstr("LOC"));
}

TEST(TaggerTrainingTest, TheSameSeedGivesTheSameModel) {
  const auto train = [](const std::string& name) {
    TrainerOptions options = SmallTagger(TaggerFolder(name));
    options.regularization = RegularizationOptions();
    options.optimizer.epochs = 3;
    options.valid_every_epochs = 1;
    EXPECT_TRUE(Train(options).ok());
    return checkpoint::Load(options.output_dir + "/best_model.h5").value().weights.at("tags/kernel").values;
  };
  EXPECT_EQ(train("once"), train("again"));
}

TEST(TaggerTrainingTest, SaysWhatIsWrong) {
  TrainerOptions options = SmallTagger(TaggerFolder("wrong"));
  options.tag_scheme = "bmes";
  EXPECT_EQ(Train(options).status().message(), "model.tag_scheme is \"bmes\", expected bioes or bio");
  options = SmallTagger(TaggerFolder("wrong"));
  ASSERT_TRUE(WriteFileAtomically(options.data.train_files[0], "{\"text\":\"无\",\"labels\":[]}\n").ok());
  EXPECT_EQ(Train(options).status().message(), "spec.tags has 1 tags, limits 3 to 1024");
}

}  // namespace
}  // namespace tiqu::train
