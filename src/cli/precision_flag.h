// --precision of verbs that run a model.
#pragma once

#include "CLI/CLI.hpp"
#include "tiqu/options.h"

namespace tiqu::cli {

void AddPrecisionFlag(CLI::App* verb, Precision* precision);

}  // namespace tiqu::cli
