#include "train/training_data.h"

#include <algorithm>
#include <unordered_set>

#include "base/log.h"
#include "base/random.h"
#include "base/status.h"
#include "data/reader.h"
#include "fmt/format.h"
#include "train/tagger_start.h"
#include "train/training_state.h"
#include "vectors/word_vectors.h"

namespace tiqu::train {
namespace {

constexpr uint64_t kSplitStream = 1;

absl::StatusOr<std::vector<data::Sample>> ReadFiles(const std::vector<std::string>& files, bool as_entities) {
  std::vector<data::Sample> samples;
  for (const std::string& file : files) {
    data::Report report;
    data::ReadOptions read;
    read.format = as_entities ? data::Format::kAuto : data::Format::kJsonl;
    read.as_entities = as_entities;
    TIQU_ASSIGN_OR_RETURN(std::vector<data::Sample> more, data::ReadAllSamples(file, read, &report));
    if (as_entities) {
      TIQU_LOG_INFO("{}: {} texts, {} entities", file, report.samples_kept, report.answers_kept);
    } else {
      TIQU_LOG_INFO("{}: {} samples, {} unanswerable, {} with several answers", file, report.samples_kept,
                    report.unanswerable, report.several_answers);
    }
    if (report.samples_dropped() + report.records_bad() > 0) {
      TIQU_LOG_WARNING("{}: {} samples dropped, {} lines could not be read (tiqu convert shows why)", file,
                       report.samples_dropped(), report.records_bad());
    }
    samples.insert(samples.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  }
  return samples;
}

// Moves the samples of a share of the passages from train to valid.
void SplitByPassage(const TrainerOptions& options, TrainingData* data) {
  std::vector<std::string> passages;
  std::unordered_set<std::string> seen;
  for (const data::Sample& sample : data->train_samples) {
    if (seen.insert(sample.passage).second) passages.push_back(sample.passage);
  }
  Random(options.seed, kSplitStream).Shuffle(&passages);
  const auto kept_aside = static_cast<size_t>(options.data.valid_fraction * static_cast<double>(passages.size()));
  const std::unordered_set<std::string> valid(passages.begin(), passages.begin() + static_cast<int64_t>(kept_aside));
  const auto middle =
      std::stable_partition(data->train_samples.begin(), data->train_samples.end(),
                            [&](const data::Sample& sample) { return !valid.contains(sample.passage); });
  data->valid_samples.assign(std::make_move_iterator(middle), std::make_move_iterator(data->train_samples.end()));
  data->train_samples.erase(middle, data->train_samples.end());
}

// What a training from random weights starts with.
absl::StatusOr<text::Vocabulary> LoadWords(TrainerOptions* options, TrainingData* data) {
  model::ModelSpec& spec = options->spec;
  if (options->data.word_vectors.empty()) {
    spec.word_vectors = false;
    spec.word_dim = 1;
    data->word_vectors = torch::zeros({text::kUnknownId + 1, 1});
    return text::Vocabulary();
  }
  TIQU_ASSIGN_OR_RETURN(vectors::WordVectors vectors, vectors::LoadWordVectors(options->data.word_vectors));
  vectors = vectors::KeepMostFrequent(vectors, options->data.max_words);
  spec.word_vectors = true;
  spec.word_dim = vectors.dim;
  data->word_vectors = torch::empty({vectors.words.size(), vectors.dim});
  std::copy(vectors.values.begin(), vectors.values.end(), data->word_vectors.data_ptr<float>());
  return std::move(vectors.words);
}

template <typename T>
uint64_t Mix(const std::vector<T>& values, uint64_t hash) {
  const uint64_t size = values.size();
  return Fingerprint(values.data(), values.size() * sizeof(T), Fingerprint(&size, sizeof(size), hash));
}

uint64_t FingerprintOf(const TrainingData& data) {
  uint64_t hash = kFingerprintStart;
  for (const Corpus* corpus : {&data.train, &data.valid}) {
    for (const text::EncodedText& passage : corpus->passages) hash = Mix(passage.word_ids, Mix(passage.char_ids, hash));
    for (const EncodedSample& sample : corpus->samples) {
      hash = Mix(sample.gold, Mix(sample.question_words, Mix(sample.question_chars, hash)));
    }
  }
  hash = Mix(data.idf.words, Mix(data.idf.chars, hash));
  hash = Mix(data.tagger.pair_table.keys, Mix(data.tagger.word_table.keys, hash));
  if (data.teacher != nullptr) hash = data.teacher->AddFingerprint(hash);
  for (const std::string& tag : data.tagger.tags.names()) hash = Fingerprint(tag.data(), tag.size(), hash);
  return Fingerprint(data.word_vectors.data_ptr<float>(), static_cast<size_t>(data.word_vectors.numel()) * 4, hash);
}

bool ReportSingle(const std::string& single, const std::vector<data::Sample>& samples) {
  if (single != "auto") return single == "yes";
  return std::all_of(samples.begin(), samples.end(),
                     [](const data::Sample& sample) { return sample.answers.size() <= 1; });
}

absl::Status MakeTokenizer(TrainerOptions* options, TrainingData* data) {
  const StartingModel* start = data->start.get();
  const text::NormalizerOptions normalizer_options =
      start != nullptr ? start->normalizer_options() : text::NormalizerOptions();
  TIQU_ASSIGN_OR_RETURN(
      text::Vocabulary chars,
      BuildCharVocabulary(data->train_samples, text::Normalizer(normalizer_options), options->data.min_char_count));
  text::Vocabulary words;
  std::vector<std::string> user_words = options->data.user_words;
  if (start != nullptr) {
    const model::ModelConfig& config = start->checkpoint.config;
    chars = ExtendVocabulary(start->chars, chars);
    words = start->words;
    user_words.insert(user_words.end(), config.text.user_words.begin(), config.text.user_words.end());
    data->word_vectors = start->WordVectors();
    options->spec = config.spec;
  } else {
    TIQU_ASSIGN_OR_RETURN(words, LoadWords(options, data));
  }
  options->spec.char_vocab_size = chars.size();
  options->spec.word_vocab_size = words.size();
  TIQU_RETURN_IF_ERROR(options->spec.Validate());
  data->tokenizer =
      std::make_unique<text::Tokenizer>(normalizer_options, std::move(chars), std::move(words), std::move(user_words));
  return absl::OkStatus();
}

// Texts, characters, words and tags of a training from random weights; returns how many characters have a vector.
absl::StatusOr<int32_t> StartTagger(TrainerOptions* options, TrainingData* data) {
  TIQU_ASSIGN_OR_RETURN(data->tagger.words, LoadWords(options, data));
  const text::NormalizerOptions normalizer;
  TIQU_ASSIGN_OR_RETURN(text::Vocabulary chars,
                        BuildCharVocabulary(data->train_samples, text::Normalizer(normalizer), /*min_count=*/1));
  const int32_t known = CountKnownChars(chars, options->data.min_char_count);
  data->tokenizer = std::make_unique<text::Tokenizer>(normalizer, AddWordChars(chars, data->tagger.words),
                                                      text::Vocabulary(), std::vector<std::string>());
  data->tagger.tags = CollectTags(data->train_samples, options->tag_scheme);
  return known;
}

// The same of one that goes on from a model.
absl::StatusOr<int32_t> ContinueTagger(TrainerOptions* options, TrainingData* data) {
  const StartingModel& start = *data->start;
  options->spec = start.checkpoint.config.spec;
  data->tagger.words = start.words;
  data->word_vectors = start.WordVectors();
  const text::NormalizerOptions normalizer = start.normalizer_options();
  TIQU_ASSIGN_OR_RETURN(const text::Vocabulary seen,
                        BuildCharVocabulary(data->train_samples, text::Normalizer(normalizer), /*min_count=*/1));
  KnownChars known = ContinueChars(start, seen, options->data.min_char_count);
  data->tokenizer = std::make_unique<text::Tokenizer>(normalizer, std::move(known.chars), text::Vocabulary(),
                                                      std::vector<std::string>());
  data->tagger.tags = ContinueTags(start, data->train_samples, options->tag_scheme);
  return known.count;
}

absl::Status EncodeTagger(TrainerOptions* options, TrainingData* data) {
  const StartingModel* start = data->start.get();
  TIQU_ASSIGN_OR_RETURN(const int32_t known_chars,
                        start != nullptr ? ContinueTagger(options, data) : StartTagger(options, data));
  const text::Vocabulary& chars = data->tokenizer->chars();
  TIQU_ASSIGN_OR_RETURN(data->train, EncodeEntities(data->train_samples, *data->tokenizer, data->tagger.tags));
  TIQU_ASSIGN_OR_RETURN(data->valid, EncodeEntities(data->valid_samples, *data->tokenizer, data->tagger.tags));
  BuildTables(data->train, chars, options->data.max_pairs,
              start != nullptr ? ContinuePairs(*start, chars) : CharPairs(), &data->tagger);
  data->tagger.train_ids = FindNgrams(data->train, data->tagger);
  data->tagger.valid_ids = FindNgrams(data->valid, data->tagger);
  if (!options->teachers.empty()) {
    TIQU_ASSIGN_OR_RETURN(TaggerTeacher teacher,
                          TaggerTeacher::Load(options->teachers, data->train_samples, data->train, data->tagger.tags,
                                              options->data.max_passage_chars));
    data->teacher = std::make_shared<const TaggerTeacher>(std::move(teacher));
  }
  SetTaggerSizes(data->tagger, chars.size(), known_chars, &options->spec);
  return options->spec.Validate();
}

absl::Status EncodeAll(TrainerOptions* options, TrainingData* data) {
  TIQU_RETURN_IF_ERROR(MakeTokenizer(options, data));
  const int question_chars = options->data.max_question_chars;
  TIQU_ASSIGN_OR_RETURN(data->train, EncodeCorpus(data->train_samples, *data->tokenizer, question_chars));
  TIQU_ASSIGN_OR_RETURN(data->valid, EncodeCorpus(data->valid_samples, *data->tokenizer, question_chars));
  const model::ModelSpec& spec = options->spec;
  data->idf = data->start != nullptr ? data->start->Idf(spec.char_vocab_size)
                                     : BuildIdfTables(data->train.passages, spec.char_vocab_size, spec.word_vocab_size);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<TrainingData> LoadTrainingData(TrainerOptions* options) {
  TrainingData data;
  if (!options->init_from.empty()) {
    TIQU_ASSIGN_OR_RETURN(StartingModel start, LoadStartingModel(options->init_from));
    if (start.checkpoint.config.spec.kind != options->spec.kind) {
      return absl::InvalidArgumentError(fmt::format("run.init_from is \"{}\", which is a {}, but run.model is \"{}\"",
                                                    options->init_from, start.checkpoint.config.spec.kind,
                                                    options->spec.kind));
    }
    data.start = std::make_shared<const StartingModel>(std::move(start));
  }
  const bool tagger = options->spec.is_tagger();
  TIQU_ASSIGN_OR_RETURN(data.train_samples, ReadFiles(options->data.train_files, tagger));
  if (options->data.valid_files.empty()) {
    SplitByPassage(*options, &data);
  } else {
    TIQU_ASSIGN_OR_RETURN(data.valid_samples, ReadFiles(options->data.valid_files, tagger));
  }
  TIQU_RETURN_IF_ERROR(tagger ? EncodeTagger(options, &data) : EncodeAll(options, &data));
  data.files = {{"chars.txt", data.tokenizer->chars().Encode()}, {"words.txt", data.tokenizer->words().Encode()}};
  if (tagger) data.files["words.txt"] = data.tagger.words.Encode();
  if (data.train.samples.empty()) {
    return absl::InvalidArgumentError("there is no training sample in data.train_files");
  }
  data.single = ReportSingle(options->single, data.train_samples);
  data.fingerprint = FingerprintOf(data);
  if (data.train.lost_answers > 0) {
    TIQU_LOG_WARNING("{} answers overlap another or cannot be placed; they are not learnt", data.train.lost_answers);
  }
  TIQU_LOG_INFO("training on {} samples of {} passages, validating on {}; {} characters, {} words",
                data.train.samples.size(), data.train.passages.size(), data.valid.samples.size(),
                options->spec.char_vocab_size, options->spec.word_vocab_size);
  return data;
}

model::TextSettings TextSettingsOf(const TrainerOptions& options, const text::Tokenizer& tokenizer) {
  model::TextSettings settings;
  settings.fold_compatibility = tokenizer.normalizer_options().fold_compatibility;
  settings.lower_case = tokenizer.normalizer_options().lower_case;
  settings.to_simplified = tokenizer.normalizer_options().to_simplified;
  settings.user_words = tokenizer.user_words();
  settings.max_question_chars = options.data.max_question_chars;
  settings.window_chars = options.data.max_passage_chars;
  settings.window_overlap_chars = options.data.window_overlap_chars;
  return settings;
}

}  // namespace tiqu::train
