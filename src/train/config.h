// TrainerOptions from a TOML or JSON file and from flags, and back to JSON.
//
//   [data]
//   train_files = ["train.jsonl"]          # tiqu train xxcq.toml --epochs 5 --output-dir models/xxcq
//   [optimizer]
//   epochs = 20
//
// A flag is a field's name with dashes; it overrides the file. Paths are relative to where the program runs.
//
// Thread safety: free functions.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "train/trainer_options.h"

namespace tiqu::train {

// One option: where it stands in the file, what it is for, and its place in a TrainerOptions.
struct OptionField {
  std::string section;  // "data", "optimizer", "regularization", "model", "run"
  std::string name;
  std::variant<int*, uint64_t*, double*, bool*, std::string*, std::vector<std::string>*, std::vector<int>*> value;
  std::string help;

  std::string flag() const;       // "--max-minutes"
  std::string ValueText() const;  // the present value, for help
};

// Every option that a file or a flag may set, in the order of help. They point into `options`.
std::vector<OptionField> OptionFields(TrainerOptions* options);

// Errors: INVALID_ARGUMENT naming the key: unknown (with the known ones of its section), or a value of the wrong kind.
absl::Status ApplyConfig(const nlohmann::json& config, TrainerOptions* options);
// TOML, or JSON when the name ends in .json. Errors: as above and where the file is malformed, NOT_FOUND.
absl::Status ReadConfigFile(const std::string& path, TrainerOptions* options);
// The words of one flag. Errors: INVALID_ARGUMENT naming the flag and the word.
absl::Status ApplyFlag(const OptionField& field, const std::vector<std::string>& words);

// {"data": {...}, "optimizer": {...}, ...}: what ApplyConfig takes.
nlohmann::json ConfigToJson(const TrainerOptions& options);

}  // namespace tiqu::train
