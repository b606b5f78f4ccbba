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
#include "train/config.h"
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

int RunProgram(int argc, char** argv) {
  CLI::App app("Trains a reader. Options come from CONFIG (TOML or JSON); flags override it.", "tiqu train");
  TrainerOptions defaults;
  std::string config_file;
  app.add_option("config", config_file, "TOML or JSON file of options");
  std::map<std::string, std::vector<std::string>> flags;
  std::vector<std::pair<CLI::Option*, std::string>> given;
  for (const OptionField& field : OptionFields(&defaults)) {
    std::string help = field.help;
    if (!field.ValueText().empty()) help += " [" + field.ValueText() + "]";
    CLI::Option* option = app.add_option(field.flag(), flags[field.name], help)->group(field.section);
    const bool list = std::holds_alternative<std::vector<std::string>*>(field.value) ||
                      std::holds_alternative<std::vector<int>*>(field.value);
    if (std::holds_alternative<bool*>(field.value)) option->expected(0, 1);
    if (!list && !std::holds_alternative<bool*>(field.value)) option->expected(1);
    given.emplace_back(option, field.name);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }

  TrainerOptions options;
  if (!config_file.empty()) {
    if (const absl::Status status = ReadConfigFile(config_file, &options); !status.ok()) return Fail(status);
  }
  const std::vector<OptionField> fields = OptionFields(&options);
  for (size_t i = 0; i < fields.size(); ++i) {
    if (given[i].first->count() == 0) continue;
    if (const absl::Status status = ApplyFlag(fields[i], flags[fields[i].name]); !status.ok()) return Fail(status);
  }
  CatchInterrupts();
  KeepFreedMemory();
  const auto result = Train(options);
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
