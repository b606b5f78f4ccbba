// Invented records with questions and answers: for the bundled model, smoke tests and load tests.
//
//   SynthOptions options;
//   options.count = 20000;
//   TIQU_RETURN_IF_ERROR(Synthesize(options, sink));
//
// The same options give the same samples on every machine. docs/synth.md describes what comes out.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "data/collector.h"

namespace tiqu::data::synth {

struct SynthOptions {
  uint64_t seed = 1;
  int64_t count = 1000;            // samples
  int questions_per_passage = 5;   // at most
  std::vector<std::string> kinds;  // of SynthKinds(); empty: all of them
  bool as_entities = false;        // a sample a text, with all that it says as answers with labels; no questions
};

// "people", "staff", "company", "contract", "case", "audit", "transfer".
const std::vector<std::string>& SynthKinds();

// Errors: INVALID_ARGUMENT that names the option; the sink's own.
absl::Status Synthesize(const SynthOptions& options, const SampleSink& sink);

}  // namespace tiqu::data::synth
