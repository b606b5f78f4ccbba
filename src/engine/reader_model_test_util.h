// A whole reader with random weights, written as a SavedModel, and inputs for it. For tests and benchmarks.
//
// Thread safety: free functions; WriteRandomReader writes files.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/status.h"
#include "engine/engine.h"
#include "graph/reader_graph.h"
#include "model/model_spec.h"
#include "savedmodel/saved_model.h"

namespace tiqu::engine {

// A reader for tests: small, with all its parts.
inline model::ModelSpec SmallSpec() {
  model::ModelSpec spec;
  spec.char_vocab_size = 60;
  spec.word_vocab_size = 90;
  spec.word_dim = 12;
  spec.hidden = 32;
  spec.max_position = 40;
  return spec;
}

// Uniform, of a size that keeps activations and attention within the range that trained ones have.
inline model::WeightMap RandomWeights(const model::ModelSpec& spec, uint64_t seed) {
  Random random(seed);
  model::WeightMap weights;
  for (const model::WeightShape& shape : model::WeightShapes(spec)) {
    if (!shape.in_graph) continue;
    model::WeightTensor& weight = weights[shape.name];
    weight.shape = shape.shape;
    weight.values.resize(static_cast<size_t>(ElementCount(shape.shape)));
    const bool frequency = shape.name.ends_with("_idf");
    const bool table = shape.name.find("embed") != std::string::npos || shape.name.ends_with("word_vectors");
    const auto inputs = static_cast<double>(weight.values.size() / shape.shape.back());
    const double scale = table ? 0.5 : std::sqrt(3.0 / inputs);
    for (float& value : weight.values) {
      value = static_cast<float>(frequency ? random.Uniform() : (2 * random.Uniform() - 1) * scale);
    }
  }
  return weights;
}

// Writes BASE_DIR/1 and returns that folder. `change` may alter the graph before.
inline absl::StatusOr<std::string> WriteRandomReader(
    const model::ModelSpec& spec, const std::string& base_dir,
    const std::function<void(tensorflow::MetaGraphDef*)>& change = nullptr) {
  std::filesystem::remove_all(base_dir);  // of a process before with the same number
  savedmodel::SavedModelContents contents;
  TIQU_ASSIGN_OR_RETURN(contents.meta_graph, graph::BuildReaderGraph(spec));
  contents.variables = RandomWeights(spec, /*seed=*/7);
  if (change) change(&contents.meta_graph);
  TIQU_RETURN_IF_ERROR(savedmodel::WriteSavedModel(contents, base_dir, 1));
  return base_dir + "/1";
}

// One question and passage as ids; short runs of the question stand in the passage so that features are not all 0.
struct ReaderSample {
  std::vector<float> q1, q2, p1, p2, pos;
  float k1 = -1, k2 = -1;
};

inline ReaderSample RandomSample(const model::ModelSpec& spec, int question, int passage, Random* random) {
  ReaderSample sample;
  const auto draw = [&](int limit) { return static_cast<float>(random->Between(1, limit - 1)); };
  for (int i = 0; i < question; ++i) {
    sample.q1.push_back(draw(spec.char_vocab_size));
    sample.q2.push_back(draw(spec.word_vocab_size));
  }
  for (int i = 0; i < passage; ++i) {
    sample.p1.push_back(draw(spec.char_vocab_size));
    sample.p2.push_back(draw(spec.word_vocab_size));
    sample.pos.push_back(static_cast<float>(i));
  }
  for (int copies = 1 + passage / 32; copies > 0; --copies) {
    const int length = std::min({random->Between(1, 4), question, passage});
    const int from = random->Between(0, question - length), to = random->Between(0, passage - length);
    std::copy_n(sample.q1.begin() + from, length, sample.p1.begin() + to);
    std::copy_n(sample.q2.begin() + from, length, sample.p2.begin() + to);
    sample.k1 = static_cast<float>(to);
    sample.k2 = static_cast<float>(to + length - 1);
  }
  return sample;
}

// The samples as one batch, padded with zeros to the longest of them plus `extra` positions.
inline TensorMap BatchInputs(const std::vector<ReaderSample>& samples, int extra = 0) {
  size_t question = 0, passage = 0;
  for (const ReaderSample& sample : samples) {
    question = std::max(question, sample.q1.size());
    passage = std::max(passage, sample.p1.size());
  }
  question += extra;
  passage += extra;
  const auto batch = static_cast<int64_t>(samples.size());
  TensorMap inputs;
  const auto add = [&](const std::string& name, size_t length, auto member) {
    Tensor tensor(DataType::kFloat, {batch, static_cast<int64_t>(length)});
    for (size_t b = 0; b < samples.size(); ++b) {
      const std::vector<float>& row = samples[b].*member;
      std::copy(row.begin(), row.end(), tensor.data<float>() + b * length);
    }
    inputs[name] = tensor;
  };
  add("q1_in", question, &ReaderSample::q1);
  add("q2_in", question, &ReaderSample::q2);
  add("p1_in", passage, &ReaderSample::p1);
  add("p2_in", passage, &ReaderSample::p2);
  add("pos_in", passage, &ReaderSample::pos);
  Tensor k1(DataType::kFloat, {batch, 1}), k2(DataType::kFloat, {batch, 1});
  for (size_t b = 0; b < samples.size(); ++b) {
    k1.data<float>()[b] = samples[b].k1;
    k2.data<float>()[b] = samples[b].k2;
  }
  inputs["k1_in"] = k1;
  inputs["k2_in"] = k2;
  return inputs;
}

}  // namespace tiqu::engine
