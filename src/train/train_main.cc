// tiqu-train: the trainer as a program of its own, so that nothing else loads libtorch. `tiqu train` starts it.
#include <malloc.h>

#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/status.h"
#include "train/config.h"
#include "train/step_speed.h"
#include "train/trainer.h"

namespace tiqu::train {
namespace {

// Exit codes of the `tiqu` programs (cli/exit_code.h, which is a higher storey).
constexpr int kExitDone = 0;
constexpr int kExitFailed = 1;
constexpr int kExitUsage = 2;
constexpr int kExitInterrupted = 130;

int Fail(const absl::Status& status) {
  std::fprintf(stderr, "tiqu train: %s\n", std::string(status.message()).c_str());
  if (status.code() == absl::StatusCode::kInvalidArgument) return kExitUsage;
  return status.code() == absl::StatusCode::kCancelled ? kExitInterrupted : kExitFailed;
}

void PrintResult(const TrainingResult& result) {
  std::printf("%s: %lld steps\n", result.model_path.c_str(), static_cast<long long>(result.steps));
  if (!result.validated) return;
  std::printf("span F1 %.2f (precision %.2f, recall %.2f) at threshold %.3f, temperature %.2f\n", 100 * result.f1,
              100 * result.precision, 100 * result.recall, result.threshold, result.temperature);
}

// Tensors of some megabytes come and go every step: keep their memory instead of giving it back to the system.
void KeepFreedMemory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
}

// The command line: a configuration file, a flag for every option, and those of --bench.
class CommandLine {
 public:
  CommandLine()
      : app_("Trains a reader or a tagger. Options come from CONFIG (TOML or JSON); flags override it.", "tiqu train") {
    app_.add_option("config", config_file_, "TOML or JSON file of options");
    TrainerOptions defaults;
    for (const OptionField& field : OptionFields(&defaults)) AddField(field);
    AddBenchFlags();
  }

  // The exit code when the program is to end here, else -1.
  int Parse(int argc, char** argv) {
    try {
      app_.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return app_.exit(error) == 0 ? kExitDone : kExitUsage;
    }
    return -1;
  }

  absl::StatusOr<TrainerOptions> Options() const {
    TrainerOptions options;
    TIQU_RETURN_IF_ERROR(Apply(&options));
    // What was given on top of what suits the kind of model.
    options = TrainerOptions::DefaultsFor(options.spec.kind);
    TIQU_RETURN_IF_ERROR(Apply(&options));
    return options;
  }

  bool bench() const { return bench_; }
  const SpeedBenchOptions& bench_options() const { return bench_options_; }

 private:
  absl::Status Apply(TrainerOptions* options) const {
    if (!config_file_.empty()) TIQU_RETURN_IF_ERROR(ReadConfigFile(config_file_, options));
    for (const OptionField& field : OptionFields(options)) {
      if (app_.count(field.flag()) > 0) TIQU_RETURN_IF_ERROR(ApplyFlag(field, words_.at(field.name)));
    }
    return absl::OkStatus();
  }

  void AddField(const OptionField& field) {
    std::string help = field.help;
    if (!field.ValueText().empty()) help += " [" + field.ValueText() + "]";
    CLI::Option* option = app_.add_option(field.flag(), words_[field.name], help)->group(field.section);
    const bool list = std::holds_alternative<std::vector<std::string>*>(field.value) ||
                      std::holds_alternative<std::vector<int>*>(field.value);
    if (std::holds_alternative<bool*>(field.value)) {
      option->expected(0, 1);
    } else if (!list) {
      option->expected(1);
    }
  }

  void AddBenchFlags() {
    SpeedBenchOptions& bench = bench_options_;
    app_.add_flag("--bench", bench_, "measure steps on made-up batches instead, print JSON")->group("bench");
    const auto add = [&](const char* flag, auto* value, const char* help) {
      app_.add_option(flag, *value, help)->group("bench")->capture_default_str();
    };
    add("--bench-steps", &bench.steps, "timed steps");
    add("--bench-samples", &bench.samples, "of a batch");
    add("--bench-passage-chars", &bench.passage_chars, "of a passage");
    add("--bench-question-chars", &bench.question_chars, "of a question");
    add("--bench-group", &bench.group, "questions a passage");
    add("--bench-out", &bench.out_dir, "folder for the first weights and the batch");
    app_.add_flag("--bench-mixed", bench.mixed, "passages of different lengths")->group("bench");
  }

  CLI::App app_;
  std::string config_file_;
  std::map<std::string, std::vector<std::string>> words_;  // of each flag that was given
  bool bench_ = false;
  SpeedBenchOptions bench_options_;
};

int RunBench(SpeedBenchOptions bench, const TrainerOptions& options) {
  bench.training = options;
  const auto figures = RunSpeedBench(bench);
  if (!figures.ok()) return Fail(figures.status());
  std::printf("%s\n", figures->dump().c_str());
  return kExitDone;
}

int RunProgram(int argc, char** argv) {
  CommandLine line;
  if (const int code = line.Parse(argc, argv); code >= 0) return code;
  const auto options = line.Options();
  if (!options.ok()) return Fail(options.status());
  KeepFreedMemory();
  if (line.bench()) return RunBench(line.bench_options(), *options);
  CatchInterrupts();
  const auto result = Train(*options);
  if (!result.ok()) return Fail(result.status());
  PrintResult(*result);
  return kExitDone;
}

}  // namespace
}  // namespace tiqu::train

int main(int argc, char** argv) {
  try {
    tiqu::SetUpLogging();
    return tiqu::train::RunProgram(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "tiqu train: %s\n", error.what());
    return 1;
  }
}
