#include "train/tagger_teacher.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/status.h"
#include "decode/pieces.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "train/parameters.h"
#include "train/starting_model.h"
#include "train/tagger_batch.h"
#include "train/tagger_network.h"
#include "train/tagger_start.h"
#include "train/training_state.h"

namespace tiqu::train {
namespace {

// Sums over checkpoints, in the student's order of tags.
struct TeacherSums {
  std::vector<std::vector<float>> logits;
  std::vector<float> transitions;
};

// Where the student's tags stand among the model's.
absl::StatusOr<std::vector<size_t>> PlacesOfTags(const StartingModel& model, const model::TagSet& tags) {
  const model::ModelSpec& spec = model.checkpoint.config.spec;
  if (!spec.is_tagger()) {
    return absl::InvalidArgumentError(fmt::format("is a {}, only a tagger teaches a tagger", spec.kind));
  }
  std::vector<size_t> places;
  for (const std::string& name : tags.names()) {
    const auto at = std::find(spec.tags.begin(), spec.tags.end(), name);
    if (at != spec.tags.end()) places.push_back(static_cast<size_t>(at - spec.tags.begin()));
  }
  if (places.size() != tags.names().size() || places.size() != spec.tags.size()) {
    return absl::InvalidArgumentError(
        fmt::format("has the tags {}, expected {}", fmt::join(spec.tags, " "), fmt::join(tags.names(), " ")));
  }
  return places;
}

// A trained tagger on the texts of a corpus of its own.
struct TextReader {
  const model::ModelSpec& spec;
  const Parameters& parameters;
  const TaggerData& tagger;
  const Corpus& corpus;
  const std::vector<NgramIds>& ngrams;

  // [chars, tags], in pieces.
  std::vector<float> Logits(int32_t passage, int max_chars) const {
    std::vector<float> all;
    const std::u32string& chars = corpus.passages[static_cast<size_t>(passage)].text.chars;
    for (const decode::Piece& piece : decode::CutIntoPieces(chars, max_chars)) {
      const PassageUnit unit{passage, piece.begin, piece.end, {}};
      const TaggerBatch batch = BuildTaggerBatch(corpus, ngrams, tagger, spec, {unit}, /*labels=*/false);
      const torch::Tensor logits = RunTagger(spec, parameters, batch, {}).contiguous();
      all.insert(all.end(), logits.data_ptr<float>(), logits.data_ptr<float>() + logits.numel());
    }
    return all;
  }
};

void AddLogits(const std::vector<float>& logits, const std::vector<size_t>& places, std::vector<float>* sum) {
  const size_t tags = places.size();
  sum->resize(logits.size(), 0.0F);
  for (size_t at = 0; at < logits.size(); at += tags) {
    for (size_t j = 0; j < tags; ++j) (*sum)[at + j] += logits[at + places[j]];
  }
}

absl::Status AddTeacher(const StartingModel& model, const std::vector<data::Sample>& samples, const Corpus& expected,
                        const model::TagSet& tags, int max_chars, TeacherSums* sums) {
  TIQU_ASSIGN_OR_RETURN(const std::vector<size_t> places, PlacesOfTags(model, tags));
  const model::ModelSpec& spec = model.checkpoint.config.spec;
  TIQU_ASSIGN_OR_RETURN(const Parameters parameters, Parameters::FromWeights(spec, model.checkpoint.weights));
  const text::Tokenizer tokenizer(model.normalizer_options(), model.chars, text::Vocabulary(), {});
  TIQU_ASSIGN_OR_RETURN(const Corpus corpus, EncodeEntities(samples, tokenizer, tags));
  TaggerData tagger;
  tagger.tags = tags;
  tagger.word_table = WordTableOf(model);
  tagger.pair_table = PairTableOf(model);
  const std::vector<NgramIds> ngrams = FindNgrams(corpus, tagger);
  const TextReader reader{spec, parameters, tagger, corpus, ngrams};
  const torch::NoGradGuard no_gradient;
  if (corpus.passages.size() != expected.passages.size()) {
    return absl::InvalidArgumentError(
        fmt::format("reads {} texts, expected {}", corpus.passages.size(), expected.passages.size()));
  }
  for (size_t i = 0; i < expected.passages.size(); ++i) {
    const auto passage = static_cast<int32_t>(i);
    if (corpus.passage_chars(passage) != expected.passage_chars(passage)) {
      return absl::InvalidArgumentError(fmt::format("cuts text {} into other characters", i + 1));
    }
    AddLogits(reader.Logits(passage, max_chars), places, &sums->logits[i]);
  }
  const float* moves = parameters.Get("crf/transitions").data_ptr<float>();
  for (size_t i = 0; i < places.size(); ++i) {
    for (size_t j = 0; j < places.size(); ++j) {
      sums->transitions[i * places.size() + j] += moves[places[i] * places.size() + places[j]];
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TaggerTeacher> TaggerTeacher::Load(const std::vector<std::string>& paths,
                                                  const std::vector<data::Sample>& samples, const Corpus& corpus,
                                                  const model::TagSet& tags, int max_chars) {
  const auto size = static_cast<size_t>(tags.size());
  TeacherSums sums{std::vector<std::vector<float>>(corpus.passages.size()), std::vector<float>(size * size, 0.0F)};
  for (const std::string& path : paths) {
    TIQU_ASSIGN_OR_RETURN(const StartingModel model, LoadStartingModel(path));
    const absl::Status added = AddTeacher(model, samples, corpus, tags, max_chars, &sums);
    if (!added.ok()) return Annotate(added, fmt::format("run.teachers, {}", path));
    TIQU_LOG_INFO("teacher {} has read {} texts", path, corpus.passages.size());
  }
  const float part = 1.0F / static_cast<float>(paths.size());
  for (std::vector<float>& logits : sums.logits) {
    for (float& logit : logits) logit *= part;
  }
  for (float& move : sums.transitions) move *= part;
  return TaggerTeacher(decode::LinearChain(sums.transitions, tags.size()), std::move(sums.logits));
}

decode::ChainCounts TaggerTeacher::Expect(const PassageUnit& unit) const {
  const std::vector<float>& logits = logits_[static_cast<size_t>(unit.passage)];
  const auto tags = static_cast<size_t>(chain_.tags());
  return chain_.Expect(
      std::span(logits).subspan(static_cast<size_t>(unit.begin) * tags, static_cast<size_t>(unit.chars()) * tags));
}

uint64_t TaggerTeacher::AddFingerprint(uint64_t hash) const {
  for (const std::vector<float>& logits : logits_) {
    hash = Fingerprint(logits.data(), logits.size() * sizeof(float), hash);
  }
  return hash;
}

void MixPath(std::span<const uint16_t> path, double weight, decode::ChainCounts* taught) {
  for (float& count : taught->tags) count *= static_cast<float>(weight);
  for (double& count : taught->moves) count *= weight;
  const size_t tags = taught->tags.size() / path.size();
  const double rest = 1.0 - weight;
  for (size_t t = 0; t < path.size(); ++t) {
    taught->tags[t * tags + path[t]] += static_cast<float>(rest);
    if (t > 0) taught->moves[path[t - 1] * tags + path[t]] += rest;
  }
}

}  // namespace tiqu::train
