// The verbs of the `tiqu` program, one source a verb (NAME_verb.cc). To add one: a line here and a line in AddAllVerbs.
#pragma once

#include "CLI/CLI.hpp"
#include "cli/verb.h"

namespace tiqu::cli {

// Adds every verb below to `app`, in the order in which help shows them.
void AddAllVerbs(CLI::App& app, VerbResult* result);

void AddAskVerb(CLI::App& app, VerbResult* result);
void AddExtractVerb(CLI::App& app, VerbResult* result);
void AddEvalVerb(CLI::App& app, VerbResult* result);
void AddTrainVerb(CLI::App& app, VerbResult* result);
void AddExportVerb(CLI::App& app, VerbResult* result);
void AddImportVerb(CLI::App& app, VerbResult* result);
void AddShowVerb(CLI::App& app, VerbResult* result);
void AddVectorsVerb(CLI::App& app, VerbResult* result);
void AddConvertVerb(CLI::App& app, VerbResult* result);
void AddSynthVerb(CLI::App& app, VerbResult* result);
void AddServeVerb(CLI::App& app, VerbResult* result);

}  // namespace tiqu::cli
