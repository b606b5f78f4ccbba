// Writes small readers with random weights, for the tests in this folder:
//
//   write_random_reader DIR     DIR/best_model.h5, DIR/full/1 (exported from it) and DIR/plain/1 (no word vectors, no
//                               match features)
#include <cmath>
#include <cstdio>
#include <string>

#include "base/file.h"
#include "base/random.h"
#include "base/status.h"
#include "checkpoint/checkpoint.h"
#include "model/model_spec.h"
#include "savedmodel/export.h"

namespace tiqu {
namespace {

model::ModelSpec SmallSpec() {
  model::ModelSpec spec;
  spec.char_vocab_size = 30;
  spec.word_vocab_size = 20;
  spec.word_dim = 12;
  spec.hidden = 16;
  spec.max_position = 24;
  return spec;
}

// Of a size that keeps every layer's values near 1 and tells the tags clearly apart at the end.
model::WeightTensor RandomWeight(const model::WeightShape& weight, Random* random) {
  model::WeightTensor tensor{weight.shape, {}};
  int64_t count = 1;
  for (const int64_t size : weight.shape) count *= size;
  const bool table =
      weight.name.find("embeddings") != std::string::npos || weight.name.find("vectors") != std::string::npos;
  const bool idf = weight.name.find("_idf") != std::string::npos;
  const bool answer = weight.name.rfind("answer/", 0) == 0;
  const bool bias = !table && weight.shape.size() == 1;
  const double fan_in = static_cast<double>(count / weight.shape.back());
  const double scale = table ? 1.0 : bias ? 0.2 : (answer ? 6.0 : 1.7) / std::sqrt(fan_in);
  for (int64_t i = 0; i < count; ++i) {
    const double value = random->Uniform();
    tensor.values.push_back(static_cast<float>(idf ? value : (2 * value - 1) * scale));
  }
  return tensor;
}

checkpoint::Checkpoint RandomReader(const model::ModelSpec& spec) {
  checkpoint::Checkpoint checkpoint;
  checkpoint.config.spec = spec;
  Random random(7);
  for (const model::WeightShape& weight : model::WeightShapes(spec)) {
    checkpoint.weights[weight.name] = RandomWeight(weight, &random);
  }
  checkpoint.files["chars.txt"] = "chars\n";
  checkpoint.files["words.txt"] = "words\n";
  return checkpoint;
}

absl::Status WriteAll(const std::string& dir) {
  TIQU_RETURN_IF_ERROR(MakeDirectories(dir));
  model::ModelSpec spec = SmallSpec();
  TIQU_RETURN_IF_ERROR(checkpoint::Save(RandomReader(spec), dir + "/best_model.h5"));
  TIQU_RETURN_IF_ERROR(savedmodel::ExportCheckpoint(RandomReader(spec), dir + "/full", 1));
  spec.word_vectors = false;
  spec.match_features = false;
  return savedmodel::ExportCheckpoint(RandomReader(spec), dir + "/plain", 1);
}

}  // namespace
}  // namespace tiqu

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_random_reader DIR\n");
    return 2;
  }
  const absl::Status status = tiqu::WriteAll(argv[1]);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return 1;
}
