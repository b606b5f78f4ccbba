// tiqu convert on the .h5 of a Keras model: a checkpoint that tiqu export takes.
//
// Thread safety: one call at a time.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace tiqu::cli {

struct KerasFlags {
  std::string chars;
  std::string words;
  std::string like;
  std::vector<int> encoder_rates;
  std::vector<int> model_rates;
  bool no_features = false;
  double threshold = -1;  // below 0: not given
};

void AddKerasFlags(CLI::App* verb, KerasFlags* flags);

// True for a regular file that begins as HDF5 files, or Keras's zip archives, do.
bool IsKerasFile(const std::string& path);

// Writes `output` whole or not at all and says on standard output what became of each layer. Errors: those of
// keras::ReadKerasFile and keras::ConvertReader, naming the file; INVALID_ARGUMENT (no vocabularies, or of another size
// than the model's; a Tiqu checkpoint; a .keras archive), those of reading and writing.
absl::Status ConvertKeras(const std::string& input, const std::string& output, const KerasFlags& flags);

}  // namespace tiqu::cli
