// Taggers that learn from trained ones.
#include "train/tagger_teacher.h"

#include <filesystem>

#include "base/file.h"
#include "data/sample_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "train/small_tagger_test_util.h"
#include "train/trainer.h"
#include "train/training_data.h"

namespace tiqu::train {
namespace {

using testing::HasSubstr;

std::string TeacherFolder(const std::string& name) {
  const std::string path = testing::TempDir() + "/tagger_teacher_test_" + name;
  std::filesystem::remove_all(path);
  EXPECT_TRUE(MakeDirectories(path).ok());
  return path;
}

// Eight texts with a name each, of which the first `labelled` are marked.
std::string WriteNames(const std::string& folder, int labelled, const std::string& type = "PER") {
  std::string lines;
  for (const char* name : {"王明", "李强", "张英", "刘洋", "陈静", "杨帆", "赵磊", "黄丽"}) {
    data::Sample text;
    text.passage = std::string(name) + "住在城里。";
    if (labelled-- > 0) text.answers = {{name, 0, 2, type}};
    lines += data::WriteEntities(text);
  }
  const std::string path = folder + "/texts" + std::to_string(labelled) + ".jsonl";
  EXPECT_TRUE(WriteFileAtomically(path, lines).ok());
  return path;
}

const std::string& Teacher() {
  static const std::string path = [] {
    const std::string folder = TeacherFolder("teacher");
    const auto result = Train(SmallTaggerOptions(folder, WriteNames(folder, 8)));
    EXPECT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->f1, 1.0);
    return result->model_path;
  }();
  return path;
}

// Trains on texts of which one is marked, scored on all.
absl::StatusOr<TrainingResult> TrainStudent(const std::string& name, double weight) {
  const std::string folder = TeacherFolder(name);
  TrainerOptions options = SmallTaggerOptions(folder, WriteNames(folder, 8));
  options.data.train_files = {WriteNames(folder, 1)};
  options.teachers = {Teacher(), Teacher()};
  options.regularization.teacher_weight = weight;
  return Train(options);
}

TEST(TaggerTeacherTest, WhatTheLabelsLackIsLearntFromTheTeachers) {
  const auto taught = TrainStudent("taught", 1.0);
  ASSERT_TRUE(taught.ok()) << taught.status();
  EXPECT_EQ(taught->f1, 1.0);
  const auto not_taught = TrainStudent("not_taught", 0.0);
  ASSERT_TRUE(not_taught.ok()) << not_taught.status();
  EXPECT_LT(not_taught->f1, 0.5);
}

TEST(TaggerTeacherTest, ExpectsWhatTheTeacherFindsAndSharesOfIt) {
  const std::string folder = TeacherFolder("expects");
  TrainerOptions options = SmallTaggerOptions(folder, WriteNames(folder, 8));
  options.teachers = {Teacher()};
  const auto data = LoadTrainingData(&options);
  ASSERT_TRUE(data.ok()) << data.status();
  const auto tags = static_cast<size_t>(data->tagger.tags.size());
  const auto chars = static_cast<int32_t>(data->train.passage_chars(3));
  decode::ChainCounts counts = data->teacher->Expect({3, 0, chars, {3}});
  ASSERT_EQ(counts.tags.size(), static_cast<size_t>(chars) * tags);
  const auto at = [&](size_t t, const std::string& tag) {
    const auto& names = data->tagger.tags.names();
    return counts.tags[t * tags + static_cast<size_t>(std::find(names.begin(), names.end(), tag) - names.begin())];
  };
  EXPECT_GT(at(0, "B-PER"), 0.9F);
  EXPECT_GT(at(1, "E-PER"), 0.9F);
  EXPECT_GT(at(2, "O"), 0.9F);
  const float before = at(0, "B-PER");
  MixPath(std::vector<uint16_t>(static_cast<size_t>(chars), 0), 0.25, &counts);  // all O
  EXPECT_NEAR(at(0, "B-PER"), before / 4, 1e-6);
  double moves = 0;
  for (const double count : counts.moves) moves += count;
  EXPECT_NEAR(moves, chars - 1, 1e-6);
}

// So that a training that was stopped does not go on under teachers that say something else.
TEST(TaggerTeacherTest, WhatTheTeachersSayIsPartOfTheData) {
  const std::string folder = TeacherFolder("fingerprint");
  TrainerOptions options = SmallTaggerOptions(folder, WriteNames(folder, 8));
  const auto fingerprint = [&options](std::vector<std::string> teachers) {
    options.teachers = std::move(teachers);
    return LoadTrainingData(&options).value().fingerprint;
  };
  EXPECT_NE(fingerprint({Teacher()}), fingerprint({}));
  EXPECT_EQ(fingerprint({Teacher()}), fingerprint({Teacher()}));
}

TEST(TaggerTeacherTest, SaysWhoCannotTeach) {
  const std::string folder = TeacherFolder("wrong");
  TrainerOptions options = SmallTaggerOptions(folder, WriteNames(folder, 8, "LOC"));
  options.teachers = {Teacher()};
  const absl::Status status = LoadTrainingData(&options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("run.teachers, " + Teacher() + ": has the tags O B-PER"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("expected O B-LOC"));
  options.teachers = {folder + "/none.h5"};
  EXPECT_THAT(std::string(LoadTrainingData(&options).status().message()), HasSubstr("none.h5"));
  options.spec.kind = model::kReaderKind;
  EXPECT_THAT(std::string(options.Validate().message()), HasSubstr("only taggers learn from others"));
}

}  // namespace
}  // namespace tiqu::train
