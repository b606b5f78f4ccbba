#include "cli/verbs.h"

namespace tiqu::cli {

void AddAllVerbs(CLI::App& app, VerbResult* result) {
  static_cast<void>(app);
  static_cast<void>(result);
}

}  // namespace tiqu::cli
