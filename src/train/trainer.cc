#include "train/trainer.h"

#include <exception>

#include "base/status.h"
#include "fmt/format.h"
#include "train/training_data.h"
#include "train/training_run.h"

namespace tiqu::train {
namespace {

absl::StatusOr<TrainingResult> TrainUnguarded(TrainerOptions* options) {
  TIQU_RETURN_IF_ERROR(options->Validate());
  TIQU_ASSIGN_OR_RETURN(const TrainingData data, LoadTrainingData(options));
  TrainingRun run(*options, data);
  TIQU_RETURN_IF_ERROR(run.Prepare());
  TIQU_RETURN_IF_ERROR(run.RunEpochs());
  return run.Finish();
}

}  // namespace

absl::StatusOr<TrainingResult> Train(TrainerOptions options) {
  try {
    return TrainUnguarded(&options);
  } catch (const std::exception& error) {  // libtorch, out of memory
    return absl::InternalError(fmt::format("training failed: {}", error.what()));
  }
}

}  // namespace tiqu::train
