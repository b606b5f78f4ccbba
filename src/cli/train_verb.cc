// tiqu train: starts tiqu-train, which stands beside this program, with the same arguments. Training is a program of
// its own so that no other verb loads libtorch.
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cli/verbs.h"

namespace tiqu::cli {
namespace {

// Errors: NOT_FOUND when this program does not know where it stands.
absl::StatusOr<std::string> TrainerPath() {
  std::array<char, 4096> path{};
  const ssize_t length = readlink("/proc/self/exe", path.data(), path.size() - 1);
  if (length <= 0) return absl::NotFoundError(absl::StrCat("cannot find tiqu-train: ", std::strerror(errno)));
  const std::string self(path.data(), static_cast<size_t>(length));
  return absl::StrCat(self.substr(0, self.rfind('/') + 1), "tiqu-train");
}

// Returns only when the trainer cannot be started.
absl::Status RunTrain(const std::vector<std::string>& arguments) {
  const auto path = TrainerPath();
  if (!path.ok()) return path.status();
  std::vector<char*> argv = {const_cast<char*>(path->c_str())};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  execv(path->c_str(), argv.data());
  return absl::NotFoundError(
      absl::StrCat("cannot start ", *path, ": ", std::strerror(errno), "; build it with -DTIQU_TRAIN=ON"));
}

}  // namespace

void AddTrainVerb(CLI::App& app, VerbResult* result) {
  CLI::App* verb =
      app.add_subcommand("train", "Train a reader or a tagger on labelled samples (CONFIG [flags]; see train --help)");
  verb->prefix_command();
  verb->set_help_flag();  // tiqu-train answers --help
  verb->callback([verb, result] { result->status = RunTrain(verb->remaining()); });
}

}  // namespace tiqu::cli
