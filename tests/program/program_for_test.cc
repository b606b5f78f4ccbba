#include "program_for_test.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>

#include "base/file.h"
#include "base/random.h"
#include "checkpoint/checkpoint.h"
#include "gtest/gtest.h"
#include "savedmodel/export.h"
#include "savedmodel/reader_files.h"
#include "text/vocabulary.h"

extern char** environ;

namespace tiqu::cli {
namespace {

std::vector<char*> Argv(std::vector<std::string>* arguments) {
  std::vector<char*> argv;
  for (std::string& argument : *arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  return argv;
}

int Spawn(const std::vector<std::string>& arguments, int input, const std::string& output, const std::string& errors) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  std::vector<std::string> all = {TiquPath()};
  all.insert(all.end(), arguments.begin(), arguments.end());
  pid_t process = -1;
  const int error = posix_spawn(&process, all[0].c_str(), &actions, nullptr, Argv(&all).data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  EXPECT_EQ(error, 0) << all[0];
  return error == 0 ? process : -1;
}

int ExitCodeOfProcess(int process) {
  int status = 0;
  if (process < 0 || waitpid(process, &status, 0) != process) return -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

text::Vocabulary VocabularyOf(const std::vector<std::string>& texts) {
  std::vector<text::Vocabulary::Entry> entries;
  for (const std::string& text : texts) entries.push_back({text, 1});
  return text::Vocabulary::FromEntries(entries);
}

model::WeightTensor RandomWeight(const model::WeightShape& weight, Random* random) {
  model::WeightTensor tensor{weight.shape, {}};
  int64_t count = 1;
  for (const int64_t size : weight.shape) count *= size;
  const bool crf = weight.name.starts_with("crf/");
  // Of a size that tells tags and characters clearly apart.
  const bool table = weight.name.find("embeddings") != std::string::npos;
  const bool answer = weight.name.starts_with("answer/");
  const double scale = crf ? 0.0 : table ? 1.0 : answer ? 0.3 : 0.4;
  for (int64_t i = 0; i < count; ++i) tensor.values.push_back(static_cast<float>((2 * random->Uniform() - 1) * scale));
  return tensor;
}

}  // namespace

std::string TiquPath() { return (std::filesystem::read_symlink("/proc/self/exe").parent_path() / "tiqu").string(); }

std::string TestDir() {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  const std::string dir = testing::TempDir() + "/tiqu_cli_" + std::to_string(getpid()) + "_" + info->name();
  std::filesystem::create_directories(dir);
  return dir;
}

ProgramResult RunTiqu(const std::vector<std::string>& arguments, const std::string& input,
                      const std::string& output_path) {
  const std::string dir = TestDir();
  EXPECT_TRUE(WriteFileAtomically(dir + "/stdin", input).ok());
  const int input_fd = open((dir + "/stdin").c_str(), O_RDONLY | O_CLOEXEC);
  ProgramResult result;
  const std::string output = output_path.empty() ? dir + "/stdout" : output_path;
  result.exit_code = ExitCodeOfProcess(Spawn(arguments, input_fd, output, dir + "/stderr"));
  close(input_fd);
  if (output_path.empty()) result.output = ReadFile(output).value_or("");
  result.errors = ReadFile(dir + "/stderr").value_or("");
  return result;
}

RunningProgram StartTiqu(const std::vector<std::string>& arguments, const std::string& output_path) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(pipe2(ends, O_CLOEXEC), 0);
  RunningProgram program;
  program.process = Spawn(arguments, ends[0], output_path, output_path + ".errors");
  program.input = ends[1];
  close(ends[0]);
  return program;
}

int WaitFor(const RunningProgram& program) {
  close(program.input);
  return ExitCodeOfProcess(program.process);
}

std::string WriteRandomModel(const std::string& name) {
  checkpoint::Checkpoint checkpoint;
  std::vector<std::string> chars = {"罗", "显", "敏", "男", "年", "月", "日", "出", "生", "户", "籍",
                                    "地", "广", "西", "宾", "阳", "县", "的", "是", "哪", "里", ",",
                                    ":",  "1",  "2",  "3",  "4",  "5",  "6",  "7",  "8",  "9"};
  const text::Vocabulary char_vocabulary = VocabularyOf(chars);
  const text::Vocabulary word_vocabulary = VocabularyOf({"户籍", "出生", "出生地", "广西", "宾阳县"});
  model::ModelSpec& spec = checkpoint.config.spec;
  spec.char_vocab_size = char_vocabulary.size();
  spec.word_vocab_size = word_vocabulary.size();
  spec.word_dim = 4;
  spec.hidden = 16;
  spec.max_position = 64;
  spec.encoder_rates = {1, 2, 4};  // deeper, random weights would be certain of all they find
  checkpoint.config.text.window_chars = 64;
  checkpoint.config.text.window_overlap_chars = 16;
  checkpoint.config.decoding.threshold = 0.3F;
  Random random(3);
  for (const model::WeightShape& weight : model::WeightShapes(spec)) {
    checkpoint.weights[weight.name] = RandomWeight(weight, &random);
  }
  checkpoint.files[savedmodel::kCharsAsset] = char_vocabulary.Encode();
  checkpoint.files[savedmodel::kWordsAsset] = word_vocabulary.Encode();
  const std::string base = TestDir() + "/" + name;
  const absl::Status status = savedmodel::ExportCheckpoint(checkpoint, base, 1);
  EXPECT_TRUE(status.ok()) << status;
  return base;
}

}  // namespace tiqu::cli
