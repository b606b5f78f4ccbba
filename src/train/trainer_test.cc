// Whole trainings, small ones: they learn, they can be killed at any time and go on, they say what is wrong.
#include "train/trainer.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <thread>

#include "base/file.h"
#include "base/interrupt.h"
#include "checkpoint/checkpoint.h"
#include "data/sample_writer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "train/report.h"
#include "train/training_state.h"

namespace tiqu::train {
namespace {

using testing::HasSubstr;

constexpr const char* kNames[] = {"王小明", "李建国", "张秀英", "刘洋", "陈静", "杨帆", "赵磊", "黄丽", "周强", "吴敏"};
constexpr const char* kCities[] = {"北京", "上海", "广州", "深圳", "成都", "杭州", "武汉", "西安", "南京", "重庆"};

std::string Folder(const std::string& name) {
  const std::string path = testing::TempDir() + "/trainer_test_" + name;
  std::filesystem::remove_all(path);
  EXPECT_TRUE(MakeDirectories(path).ok());
  return path;
}

data::Sample MakeSample(const std::string& question, const std::string& passage, const std::string& answer) {
  data::Sample sample;
  sample.question = question;
  sample.passage = passage;
  if (!answer.empty()) sample.answers = {{answer}};
  return sample;
}

// Thirty samples of ten passages: where somebody lives, how old they are, and a question without an answer.
std::string WriteSamples(const std::string& folder) {
  std::string lines;
  for (int i = 0; i < 10; ++i) {
    const std::string name = kNames[i];
    const std::string age = std::to_string(23 + 5 * i) + "岁";
    const std::string passage = name + ",今年" + age + ",家住" + kCities[i] + "市,喜欢登山。";
    lines += data::WriteSample(MakeSample(name + "住在哪里", passage, kCities[i]));
    lines += data::WriteSample(MakeSample(name + "多大年纪", passage, age));
    lines += data::WriteSample(MakeSample(name + "的工资是多少", passage, ""));
  }
  const std::string path = folder + "/samples.jsonl";
  EXPECT_TRUE(WriteFileAtomically(path, lines).ok());
  return path;
}

TrainerOptions SmallTraining(const std::string& folder) {
  TrainerOptions options;
  options.data.train_files = {WriteSamples(folder)};
  options.data.valid_files = options.data.train_files;
  options.data.min_char_count = 1;
  options.spec.hidden = 32;
  options.spec.max_position = 64;
  options.spec.encoder_rates = {1, 2};
  options.spec.model_rates = {1, 2, 1};
  options.optimizer.learning_rate = 1e-2;
  options.optimizer.batch_chars = 256;
  options.optimizer.epochs = 40;
  options.optimizer.ema_decay = 0.9;
  options.regularization = {0, 0, 0, 0, 0, 0.5, 0, 0};
  options.output_dir = folder + "/out";
  options.threads = 2;
  options.log_steps = 1;
  options.valid_every_epochs = 20;
  return options;
}

// A training long enough to be stopped in the middle, with everything random switched on.
TrainerOptions LongTraining(const std::string& folder) {
  TrainerOptions options = SmallTraining(folder);
  options.regularization = RegularizationOptions();
  options.regularization.negative_fraction = 0.1;
  options.optimizer.epochs = 60;
  options.checkpoint_steps = 7;
  return options;
}

int64_t LinesOf(const std::string& path) {
  const auto text = ReadFile(path);
  return text.ok() ? std::count(text->begin(), text->end(), '\n') : 0;
}

// Runs `child` in a process of its own and sends it `signal_number` when metrics.jsonl has `lines` lines. Returns what
// waitpid says.
int StopWhenLogged(const TrainerOptions& options, int64_t lines, int signal_number, const std::function<int()>& child) {
  const pid_t pid = fork();
  if (pid == 0) _exit(child());
  int status = 0;
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  bool sent = false;
  while (waitpid(pid, &status, WNOHANG) == 0) {
    if (!sent && LinesOf(options.output_dir + "/metrics.jsonl") >= lines) {
      kill(pid, signal_number);
      sent = true;
    }
    if (std::chrono::steady_clock::now() > give_up) kill(pid, SIGKILL);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return status;
}

TrainingState FinalState(const TrainerOptions& options) {
  const auto state = LoadTrainingState(options.output_dir + "/state.bin");
  EXPECT_TRUE(state.ok()) << state.status();
  return state.value_or(TrainingState());
}

// Steps and losses of metrics.jsonl; times differ from run to run.
std::vector<std::string> LossLines(const TrainerOptions& options) {
  std::vector<std::string> out;
  const auto lines = ReadMetrics(options.output_dir + "/metrics.jsonl");
  EXPECT_TRUE(lines.ok()) << lines.status();
  if (!lines.ok()) return out;
  for (const nlohmann::json& line : *lines) {
    out.push_back(line["kind"].get<std::string>() + line["step"].dump() + " " + line["loss"].dump());
  }
  return out;
}

void ExpectSameTraining(const TrainerOptions& a, const TrainerOptions& b) {
  const TrainingState first = FinalState(a);
  const TrainingState second = FinalState(b);
  EXPECT_EQ(first.adam.step, second.adam.step);
  EXPECT_EQ(first.weights, second.weights);
  EXPECT_EQ(first.adam.first_moment, second.adam.first_moment);
  EXPECT_EQ(first.adam.average, second.adam.average);
  EXPECT_EQ(LossLines(a), LossLines(b));
}

TEST(TrainerTest, LearnsThirtySamplesByHeart) {
  const TrainerOptions options = SmallTraining(Folder("overfit"));
  const auto result = Train(options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_TRUE(result->validated);
  EXPECT_DOUBLE_EQ(result->f1, 1.0);
  const auto best = checkpoint::Load(result->model_path);
  ASSERT_TRUE(best.ok()) << best.status();
  EXPECT_EQ(best->config.scores["set_exact"], 1.0);
  EXPECT_EQ(best->config.provenance["training"]["optimizer"]["epochs"], 40);
  EXPECT_TRUE(best->config.decoding.single) << "no sample has more than one answer";
  EXPECT_TRUE(best->files.contains("chars.txt"));
  const auto report = ReadFile(options.output_dir + "/report.html");
  ASSERT_TRUE(report.ok());
  EXPECT_THAT(*report, HasSubstr("the best model"));
  EXPECT_THAT(*report, HasSubstr("100.00"));
}

TEST(TrainerTest, KilledAndResumedEqualsUninterrupted) {
  const TrainerOptions whole = LongTraining(Folder("whole"));
  ASSERT_TRUE(Train(whole).ok());
  TrainerOptions killed = LongTraining(Folder("killed"));
  for (const int64_t lines : {20, 60}) {
    const int status = StopWhenLogged(killed, lines, SIGKILL, [&] { return Train(killed).ok() ? 0 : 1; });
    ASSERT_TRUE(WIFSIGNALED(status)) << "ended before it could be killed: " << status;
    killed.resume = true;
  }
  const auto result = Train(killed);
  ASSERT_TRUE(result.ok()) << result.status();
  killed.data = whole.data;
  ExpectSameTraining(whole, killed);
}

TEST(TrainerTest, AnInterruptSavesAndTheTrainingGoesOn) {
  const TrainerOptions whole = LongTraining(Folder("not_interrupted"));
  ASSERT_TRUE(Train(whole).ok());
  TrainerOptions options = LongTraining(Folder("interrupted"));
  const int status = StopWhenLogged(options, 25, SIGINT, [&] {
    CatchInterrupts();
    const absl::Status stopped = Train(options).status();
    const bool told = stopped.message().find("--resume") != std::string::npos;
    return stopped.code() == absl::StatusCode::kCancelled && told ? 42 : 1;
  });
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 42);
  const TrainingState saved = FinalState(options);
  EXPECT_GE(saved.adam.step, 24);
  EXPECT_FALSE(saved.finished);
  options.resume = true;
  ASSERT_TRUE(Train(options).ok());
  ExpectSameTraining(whole, options);
}

TEST(TrainerTest, RefusesWhatWouldSpoilATraining) {
  TrainerOptions options = SmallTraining(Folder("refuse"));
  options.optimizer.epochs = 2;
  ASSERT_TRUE(Train(options).ok());
  const absl::Status taken = Train(options).status();
  EXPECT_EQ(taken.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(taken.message()), HasSubstr("--resume"));

  TrainerOptions other = options;
  other.resume = true;
  other.optimizer.learning_rate = 0.5;
  const absl::Status changed = Train(other).status();
  EXPECT_EQ(changed.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(changed.message()), HasSubstr("optimizer.learning_rate was 0.01, now it is 0.5"));

  TrainerOptions grown = options;
  grown.resume = true;
  const std::string lines = *ReadFile(options.data.train_files[0]);
  ASSERT_TRUE(WriteFileAtomically(options.data.train_files[0], lines.substr(lines.find('\n') + 1)).ok());
  EXPECT_THAT(std::string(Train(grown).status().message()), HasSubstr("training data"));

  options.overwrite = true;
  EXPECT_TRUE(Train(options).ok());
}

TEST(TrainerTest, AFinishedTrainingResumedIsFinished) {
  TrainerOptions options = SmallTraining(Folder("finished"));
  options.optimizer.epochs = 3;
  const auto first = Train(options);
  ASSERT_TRUE(first.ok()) << first.status();
  options.resume = true;
  const auto second = Train(options);
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_EQ(first->steps, second->steps);
  EXPECT_DOUBLE_EQ(first->f1, second->f1);
}

TEST(TrainerTest, WithoutValidationSamplesItStillMakesAModel) {
  TrainerOptions options = SmallTraining(Folder("no_valid"));
  options.data.valid_files.clear();
  options.data.valid_fraction = 0;
  options.optimizer.epochs = 2;
  const auto result = Train(options);
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_FALSE(result->validated);
  EXPECT_TRUE(FileExists(result->model_path));
  EXPECT_TRUE(FileExists(options.output_dir + "/report.html"));
}

TEST(TrainerTest, BadInputIsAStatusThatNamesIt) {
  const std::string folder = Folder("bad");
  TrainerOptions options = SmallTraining(folder);
  options.data.train_files = {folder + "/missing.jsonl"};
  EXPECT_EQ(Train(options).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(WriteFileAtomically(folder + "/empty.jsonl", "").ok());
  options.data.train_files = {folder + "/empty.jsonl"};
  EXPECT_EQ(Train(options).status().code(), absl::StatusCode::kInvalidArgument);
  options = SmallTraining(folder);
  options.data.word_vectors = folder + "/missing.bin";
  EXPECT_THAT(std::string(Train(options).status().message()), HasSubstr("missing.bin"));
  options = SmallTraining(folder);
  options.spec.hidden = 0;
  EXPECT_THAT(std::string(Train(options).status().message()), HasSubstr("hidden"));
}

}  // namespace
}  // namespace tiqu::train
