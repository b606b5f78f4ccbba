// How fast a training step is on this machine: `tiqu-train --bench`. Steps on made-up batches of a given shape, beside
// the largest speed of matrix products in the same run. bench/train_speed.py runs the same in Python.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"
#include "train/reader_network.h"
#include "train/trainer_options.h"

namespace tiqu::train {

struct SpeedBenchOptions {
  TrainerOptions training;  // spec (sizes of the vocabularies apart), dropouts, seed and threads are looked at
  int steps = 20;           // timed, after two more
  int samples = 24;         // of a batch
  int passage_chars = 320;
  int question_chars = 16;
  int group = 1;        // samples a passage
  bool mixed = false;   // passages of a quarter of passage_chars up to all of it
  std::string out_dir;  // when not empty: model.h5 (the first weights) and batch.json are written here, for Python
};

// {"first_loss": 9.1, "seconds_a_step": 0.21, "chars_per_second": 36000, "gflops": 70, "peak_gflops": 110, ...}.
// first_loss is of a sample, without dropout. Errors: INVALID_ARGUMENT naming an option, those of writing files.
absl::StatusOr<nlohmann::json> RunSpeedBench(SpeedBenchOptions options);

// Floating-point operations of the matrix products of one training step (a multiplication and an addition are two);
// everything else in a step is not counted.
double CountStepFlops(const model::ModelSpec& spec, const ReaderBatch& batch);

}  // namespace tiqu::train
