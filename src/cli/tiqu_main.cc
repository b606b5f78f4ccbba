// The `tiqu` program: parses the command line, runs one verb, turns its status into an exit code.
#include <csignal>
#include <cstdio>
#include <exception>

#include "CLI/CLI.hpp"
#include "base/log.h"
#include "cli/exit_code.h"
#include "cli/verb.h"
#include "cli/verbs.h"

namespace tiqu::cli {
namespace {

int RunProgram(int argc, char** argv) {
  CLI::App app("Reads a question and a Chinese passage and returns the answers as spans of the passage.", "tiqu");
  app.require_subcommand(1);
  app.set_version_flag("--version", TIQU_VERSION);
  VerbResult result;
  AddAllVerbs(app, &result);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help and version are "errors" of CLI11 that succeed.
    return app.exit(error) == 0 ? kExitDone : kExitUsage;
  }
  if (!result.status.ok()) {
    const std::string message(result.status.message());
    std::fprintf(stderr, "tiqu: %s\n", message.c_str());
    return ExitCodeOf(result.status);
  }
  return result.exit_code;
}

}  // namespace
}  // namespace tiqu::cli

int main(int argc, char** argv) {
  // A reader that went away is an error of the write to it: standard error closed must not end what writes a file.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    tiqu::SetUpLogging();
    return tiqu::cli::RunProgram(argc, argv);
  } catch (const std::exception& error) {  // out of memory and the like
    std::fprintf(stderr, "tiqu: %s\n", error.what());
    return tiqu::cli::kExitFailed;
  }
}
