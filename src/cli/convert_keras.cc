#include "cli/convert_keras.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "base/file.h"
#include "base/status.h"
#include "checkpoint/checkpoint.h"
#include "cli/standard_output.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "keras/convert_reader.h"
#include "savedmodel/export.h"
#include "savedmodel/import.h"
#include "savedmodel/reader_files.h"
#include "savedmodel/saved_model.h"
#include "text/vocabulary.h"

namespace tiqu::cli {
namespace {

constexpr std::string_view kZipSignature = "PK\x03\x04";

// A list of texts alone, one a line, whose line number is the id: the first two pad and stand for the unknown, whatever
// they are called.
absl::StatusOr<text::Vocabulary> DecodeList(std::string_view bytes) {
  std::vector<text::Vocabulary::Entry> entries;
  int64_t lines = 0;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (++lines > 2) entries.push_back({std::string(line), 1});
  }
  text::Vocabulary vocabulary = text::Vocabulary::FromEntries(entries);
  if (lines < 2 || vocabulary.size() != lines) {
    return absl::DataLossError(fmt::format("a list of {} lines, but of {} different texts behind the first two", lines,
                                           vocabulary.size() - 2));
  }
  return vocabulary;
}

absl::StatusOr<text::Vocabulary> ReadVocabulary(const std::string& path) {
  TIQU_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(path));
  auto vocabulary = bytes.find('\t') == std::string::npos ? DecodeList(bytes) : text::Vocabulary::Decode(bytes);
  if (!vocabulary.ok()) return Annotate(vocabulary.status(), path);
  return vocabulary;
}

struct Vocabularies {
  text::Vocabulary chars;
  text::Vocabulary words;
};

// What the flags give and the Keras file does not: vocabularies and configuration.
struct Surroundings {
  Vocabularies vocabularies;
  model::ModelConfig config;
  keras::ConvertOptions options;
};

absl::Status ReadLike(const std::string& like, Surroundings* out) {
  TIQU_ASSIGN_OR_RETURN(const std::string version_dir, savedmodel::ResolveVersionDir(like));
  TIQU_ASSIGN_OR_RETURN(const model::ModelConfig config, savedmodel::ReadModelConfig(version_dir));
  out->config.text = config.text;
  out->config.decoding = config.decoding;
  out->options.encoder_rates = config.spec.encoder_rates;
  out->options.model_rates = config.spec.model_rates;
  out->options.rates_are_defaults = true;
  const auto read = [&version_dir](const char* name) -> absl::StatusOr<text::Vocabulary> {
    TIQU_ASSIGN_OR_RETURN(const std::string bytes, savedmodel::ReadAsset(version_dir, name));
    return text::Vocabulary::Decode(bytes);
  };
  TIQU_ASSIGN_OR_RETURN(out->vocabularies.chars, read(savedmodel::kCharsAsset));
  TIQU_ASSIGN_OR_RETURN(out->vocabularies.words, read(savedmodel::kWordsAsset));
  return absl::OkStatus();
}

absl::StatusOr<Surroundings> ReadSurroundings(const KerasFlags& flags) {
  Surroundings out;
  if (flags.like.empty() && (flags.chars.empty() || flags.words.empty())) {
    return absl::InvalidArgumentError(
        "a Keras file holds no vocabularies: give --chars and --words, or --like with a Tiqu model that has the same");
  }
  if (!flags.like.empty()) TIQU_RETURN_IF_ERROR(ReadLike(flags.like, &out));
  if (!flags.chars.empty()) {
    TIQU_ASSIGN_OR_RETURN(out.vocabularies.chars, ReadVocabulary(flags.chars));
  }
  if (!flags.words.empty()) {
    TIQU_ASSIGN_OR_RETURN(out.vocabularies.words, ReadVocabulary(flags.words));
  }
  if (flags.encoder_rates.empty() != flags.model_rates.empty()) {
    return absl::InvalidArgumentError("--encoder-rates and --model-rates go together");
  }
  if (!flags.encoder_rates.empty()) {
    out.options.encoder_rates = flags.encoder_rates;
    out.options.model_rates = flags.model_rates;
    out.options.rates_are_defaults = false;
  }
  out.options.word_vocab_size = out.vocabularies.words.size();
  out.options.no_match_features = flags.no_features;
  if (flags.threshold >= 0) out.config.decoding.threshold = static_cast<float>(flags.threshold);
  return out;
}

absl::Status CheckSize(const char* what, const text::Vocabulary& vocabulary, int model_size) {
  if (vocabulary.size() == model_size) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("the vocabulary of {} has {} entries (<pad> and <unk> among them), the Keras model {}", what,
                  vocabulary.size(), model_size));
}

model::CrfParameters ChainOf(const model::WeightMap& weights) {
  model::CrfParameters crf;
  const auto& transitions = weights.at("crf/transitions").values;
  for (size_t from = 0; from < crf.transitions.size(); ++from) {
    for (size_t to = 0; to < model::kTagCount; ++to) {
      crf.transitions[from][to] = transitions[from * model::kTagCount + to];
    }
  }
  std::copy_n(weights.at("crf/begin").values.begin(), model::kTagCount, crf.begin.begin());
  std::copy_n(weights.at("crf/end").values.begin(), model::kTagCount, crf.end.begin());
  return crf;
}

std::string Describe(const keras::ConvertedReader& reader) {
  const model::ModelSpec& spec = reader.spec;
  std::string text = fmt::format(
      "hidden {}, {} characters, {} words{}, {} positions, {}, {}\n", spec.hidden, spec.char_vocab_size,
      spec.word_vocab_size, spec.word_vectors ? fmt::format(" of {}", spec.word_dim) : " without vectors",
      spec.max_position, spec.match_features ? "match features" : "no match features", spec.crf ? "CRF" : "no CRF");
  for (const keras::ConvertedLayer& layer : reader.layers) {
    text += fmt::format("  {:<16} {}\n", layer.tiqu, layer.keras);
  }
  text +=
      fmt::format("rates: encode {}, model {}\n", fmt::join(spec.encoder_rates, ","), fmt::join(spec.model_rates, ","));
  for (const std::string& note : reader.notes) text += fmt::format("note: {}\n", note);
  return text;
}

// What is certainly no Keras HDF5 file is told apart before any flag is asked for.
absl::Status CheckKind(const std::string& bytes) {
  if (bytes.starts_with(kZipSignature)) {
    return absl::InvalidArgumentError(
        "a .keras archive: save the model with model.save(\"model.h5\"), or take model.weights.h5 out of it (unzip)");
  }
  if (bytes.starts_with("tiqu checkpoint")) {
    return absl::InvalidArgumentError("is a Tiqu checkpoint already: tiqu export takes it as it is");
  }
  return absl::OkStatus();
}

absl::StatusOr<keras::ConvertedReader> ConvertBytes(const std::string& bytes, const keras::ConvertOptions& options) {
  TIQU_ASSIGN_OR_RETURN(const keras::KerasFile file, keras::ReadKerasFile(bytes));
  return keras::ConvertReader(file, options);
}

}  // namespace

void AddKerasFlags(CLI::App* verb, KerasFlags* flags) {
  const std::string group = "Keras models";
  verb->add_option("--chars", flags->chars, "Character vocabulary: chars.txt of a Tiqu model, or one entry a line")
      ->group(group);
  verb->add_option("--words", flags->words, "Word vocabulary, likewise")->group(group);
  verb->add_option("--like", flags->like,
                   "Tiqu model to take vocabularies, text settings, thresholds and missing rates from")
      ->group(group);
  verb->add_option("--encoder-rates", flags->encoder_rates, "Dilation rates before MergedContext, e.g. 1,2,4,8,16,1")
      ->delimiter(',')
      ->group(group);
  verb->add_option("--model-rates", flags->model_rates, "Dilation rates after it, e.g. 1,2,4")
      ->delimiter(',')
      ->group(group);
  verb->add_flag("--no-features", flags->no_features, "The model's match features are all zero")->group(group);
  verb->add_option("--threshold", flags->threshold, "Smallest span probability that the model will report")
      ->check(CLI::Range(0.0, 1.0))
      ->group(group);
}

bool IsKerasFile(const std::string& path) {
  constexpr size_t kLargestUserBlock = 1 << 16;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) return false;  // a pipe would lose what is read here
  std::string start(kLargestUserBlock, '\0');
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), static_cast<std::streamsize>(start.size()));
  start.resize(static_cast<size_t>(file.gcount()));
  return keras::LooksLikeHdf5(start) || start.starts_with(kZipSignature);
}

absl::Status ConvertKeras(const std::string& input, const std::string& output, const KerasFlags& flags) {
  if (output == "-") return absl::InvalidArgumentError("--output must be a file: a checkpoint is not text");
  TIQU_ASSIGN_OR_RETURN(const std::string bytes, ReadFile(input));
  if (absl::Status kind = CheckKind(bytes); !kind.ok()) return Annotate(kind, input);
  TIQU_ASSIGN_OR_RETURN(Surroundings around, ReadSurroundings(flags));
  absl::StatusOr<keras::ConvertedReader> reader = ConvertBytes(bytes, around.options);
  if (!reader.ok()) return Annotate(reader.status(), input);
  TIQU_RETURN_IF_ERROR(CheckSize("characters", around.vocabularies.chars, reader->spec.char_vocab_size));
  TIQU_RETURN_IF_ERROR(CheckSize("words", around.vocabularies.words, reader->spec.word_vocab_size));

  checkpoint::Checkpoint checkpoint;
  checkpoint.config = std::move(around.config);
  checkpoint.config.spec = reader->spec;
  checkpoint.config.crf = ChainOf(reader->weights);
  checkpoint.config.provenance = {{"converted_from", std::filesystem::path(input).filename().string()}};
  checkpoint.weights = std::move(reader->weights);
  checkpoint.files[savedmodel::kCharsAsset] = around.vocabularies.chars.Encode();
  checkpoint.files[savedmodel::kWordsAsset] = around.vocabularies.words.Encode();
  TIQU_RETURN_IF_ERROR(checkpoint::Save(checkpoint, output));
  return WriteStandardOutput(fmt::format("{}: {}{}\n", input, Describe(*reader), output));
}

}  // namespace tiqu::cli
