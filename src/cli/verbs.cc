#include "cli/verbs.h"

namespace tiqu::cli {

void AddAllVerbs(CLI::App& app, VerbResult* result) {
  AddAskVerb(app, result);
  AddExtractVerb(app, result);
  AddEvalVerb(app, result);
  AddTrainVerb(app, result);
  AddExportVerb(app, result);
  AddImportVerb(app, result);
  AddShowVerb(app, result);
  AddServeVerb(app, result);
  AddVectorsVerb(app, result);
  AddConvertVerb(app, result);
  AddSynthVerb(app, result);
}

}  // namespace tiqu::cli
