// What every verb of the `tiqu` program gives back to main.
//
//   void AddShowVerb(CLI::App& app, VerbResult* result) {
//     auto options = std::make_shared<ShowOptions>();
//     CLI::App* verb = app.add_subcommand("show", "Print the signatures of a SavedModel");
//     verb->add_option("--dir", options->dir, "Version folder")->required();
//     verb->callback([options, result] { result->status = RunShow(*options); });
//   }
//
// A verb prints its results on standard output and progress and logs on standard error; it never calls exit. main
// prints "tiqu: message" for a status that is not OK and turns its code into the exit code.
#pragma once

#include "absl/status/status.h"

namespace tiqu::cli {

struct VerbResult {
  absl::Status status;
  // Set to other than 0 by a verb that ran well but has something to report, such as bad lines that were skipped.
  int exit_code = 0;
};

}  // namespace tiqu::cli
