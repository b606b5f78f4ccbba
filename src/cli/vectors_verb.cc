// tiqu vectors: import | train | tag word vectors, the file that `tiqu train` takes.
//
//   tiqu vectors import sgns.baidubaike.bigram-char baike.bin --max-words 100000
//   tiqu vectors train laws.txt histories.txt words.bin --dim 128 --epochs 5 --words dict.txt --threads 2
//   tiqu vectors tag words.bin dict.txt tagged.bin --tags nr+nrt ns nt
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/interrupt.h"
#include "base/log.h"
#include "base/status.h"
#include "cli/exit_code.h"
#include "cli/verbs.h"
#include "fmt/format.h"
#include "vectors/import.h"
#include "vectors/train.h"
#include "vectors/word_tags.h"

namespace tiqu::cli {
namespace {

struct ImportVerbOptions {
  std::string in;
  std::string out;
  bool float32 = false;
  vectors::ImportOptions import;
};

struct TrainVerbOptions {
  std::vector<std::string> files;  // the corpus, and last the result
  bool float32 = false;
  vectors::TrainOptions train;
};

struct TagVerbOptions {
  std::string in, list, out;
  bool float32 = false;
  text::NormalizerOptions normalizer;
  vectors::TagOptions tag;
};

// Before hours of work, not after.
absl::Status CheckWritable(const std::string& out) {
  std::filesystem::path folder = std::filesystem::path(out).parent_path();
  if (folder.empty()) folder = ".";
  std::error_code error;
  if (std::filesystem::is_directory(out, error)) {
    return absl::InvalidArgumentError(fmt::format("{} is a folder, a file is written", out));
  }
  if (!std::filesystem::is_directory(folder, error)) {
    return absl::NotFoundError(fmt::format("the folder of {} does not exist", out));
  }
  return absl::OkStatus();
}

absl::Status Save(const vectors::WordVectors& vectors, bool float32, const std::string& out) {
  const auto element = float32 ? vectors::Element::kFloat32 : vectors::Element::kFloat16;
  TIQU_RETURN_IF_ERROR(vectors::SaveWordVectors(vectors, out, element));
  std::error_code error;
  const auto bytes = static_cast<double>(std::filesystem::file_size(out, error));
  std::printf("%s: %d words, dimension %d, %.1f MB\n", out.c_str(), vectors.words.size() - 2, vectors.dim, bytes / 1e6);
  return absl::OkStatus();
}

void Warn(const std::vector<std::string>& messages) {
  for (const std::string& message : messages) TIQU_LOG_WARNING("{}", message);
}

absl::Status RunImport(ImportVerbOptions options, VerbResult* result) {
  CatchInterrupts();
  TIQU_RETURN_IF_ERROR(CheckWritable(options.out));
  options.import.show_progress = true;
  TIQU_ASSIGN_OR_RETURN(const vectors::Imported imported, vectors::ImportWord2Vec(options.in, options.import));
  const vectors::ImportReport& report = imported.report;
  Warn(report.messages);
  std::printf("%s word2vec file: %lld read, %lld merged, %lld too long, %lld broken\n",
              report.binary ? "binary" : "text", static_cast<long long>(report.read),
              static_cast<long long>(report.merged), static_cast<long long>(report.too_long),
              static_cast<long long>(report.broken));
  if (report.cut_short) {
    TIQU_LOG_WARNING("the file announces {} words and ends after {}", report.announced, report.read);
  }
  if (report.broken > 0 || report.cut_short) result->exit_code = kExitSomeBad;
  return Save(imported.vectors, options.float32, options.out);
}

absl::Status RunTrain(TrainVerbOptions options, VerbResult* result) {
  CatchInterrupts();
  if (options.files.size() < 2) return absl::InvalidArgumentError("name the corpus files, and last the file to write");
  const std::string out = options.files.back();
  options.files.pop_back();
  TIQU_RETURN_IF_ERROR(CheckWritable(out));
  vectors::TrainOptions& train = options.train;
  train.corpus = options.files;
  train.temporary_folder = std::filesystem::path(out).parent_path().string();
  if (train.temporary_folder.empty()) train.temporary_folder = ".";
  train.show_progress = true;
  TIQU_ASSIGN_OR_RETURN(const vectors::Trained trained, vectors::TrainWordVectors(train));
  const vectors::TrainReport& report = trained.report;
  Warn(report.messages);
  std::printf("corpus: %lld lines, %lld words; %lld lines left out; word list: %d words, %lld lines left out\n",
              static_cast<long long>(report.lines), static_cast<long long>(report.words),
              static_cast<long long>(report.bad_lines), report.list_words,
              static_cast<long long>(report.bad_list_lines));
  if (report.bad_lines > 0 || report.bad_list_lines > 0) result->exit_code = kExitSomeBad;
  return Save(trained.vectors, options.float32, out);
}

absl::Status RunTag(const TagVerbOptions& options, VerbResult* result) {
  TIQU_RETURN_IF_ERROR(CheckWritable(options.out));
  TIQU_ASSIGN_OR_RETURN(const vectors::WordVectors words, vectors::LoadWordVectors(options.in));
  TIQU_ASSIGN_OR_RETURN(const vectors::WordList list, vectors::ReadWordList(options.list, options.normalizer));
  Warn(list.messages);
  TIQU_ASSIGN_OR_RETURN(const vectors::Tagged tagged, vectors::AddTagColumns(words, list, options.tag));
  for (size_t i = 0; i < tagged.words.size(); ++i) {
    std::printf("%s: %lld words\n", options.tag.columns[i].c_str(), static_cast<long long>(tagged.words[i]));
  }
  std::printf("words added: %d; word list: %d words, %lld lines left out\n", tagged.added, list.words.size() - 2,
              static_cast<long long>(list.bad_lines));
  if (list.bad_lines > 0) result->exit_code = kExitSomeBad;
  return Save(tagged.vectors, options.float32, options.out);
}

void AddNormalizerFlags(CLI::App* verb, text::NormalizerOptions* normalizer) {
  verb->add_flag("!--keep-case", normalizer->lower_case, "Do not fold capital letters (as the model is to be trained)");
  verb->add_flag("!--keep-traditional", normalizer->to_simplified, "Do not fold Traditional characters");
  verb->add_flag("!--keep-compatibility", normalizer->fold_compatibility, "Do not fold full-width and other forms");
}

void AddImport(CLI::App* vectors, VerbResult* result) {
  auto options = std::make_shared<ImportVerbOptions>();
  CLI::App* verb = vectors->add_subcommand("import", "Read a word2vec file, text or binary (seen by itself)");
  verb->add_option("in", options->in, "word2vec file, most frequent word first")->required();
  verb->add_option("out", options->out, "File to write")->required();
  verb->add_option("--max-words", options->import.max_words, "Words to keep, from the start")->capture_default_str();
  verb->add_option("--max-word-chars", options->import.max_word_chars, "Leave longer words out")->capture_default_str();
  verb->add_flag("--float32", options->float32, "Keep full precision (twice the size)");
  AddNormalizerFlags(verb, &options->import.normalizer);
  verb->callback([options, result] { result->status = RunImport(*options, result); });
}

void AddTrain(CLI::App* vectors, VerbResult* result) {
  auto options = std::make_shared<TrainVerbOptions>();
  vectors::TrainOptions& train = options->train;
  CLI::App* verb = vectors->add_subcommand("train", "Train on plain text: skip-gram with negative sampling");
  verb->add_option("files", options->files, "CORPUS... OUT: text files, and last the file to write")->required();
  verb->add_option("--words", train.word_list,
                   "Word list to cut by, \"word count\" lines; else harvested from the text");
  verb->add_option("--dim", train.dim, "Dimension of a vector")->capture_default_str();
  verb->add_option("--epochs", train.epochs, "Times over the corpus")->capture_default_str();
  verb->add_option("--window", train.window, "Words on either side")->capture_default_str();
  verb->add_option("--negatives", train.negatives, "Negative samples a pair")->capture_default_str();
  verb->add_option("--min-count", train.min_count, "Leave rarer words out")->capture_default_str();
  verb->add_option("--max-words", train.max_words, "Most frequent words to keep")->capture_default_str();
  verb->add_option("--threads", train.threads, "One gives the same result every time")->capture_default_str();
  verb->add_option("--learning-rate", train.learning_rate, "At the start; falls to zero")->capture_default_str();
  verb->add_option("--sample", train.sample, "Frequency above which words are thinned out")->capture_default_str();
  verb->add_option("--seed", train.seed, "Random seed")->capture_default_str();
  verb->add_flag("--float32", options->float32, "Keep full precision (twice the size)");
  AddNormalizerFlags(verb, &train.normalizer);
  verb->callback([options, result] { result->status = RunTrain(*options, result); });
}

void AddTag(CLI::App* vectors, VerbResult* result) {
  auto options = std::make_shared<TagVerbOptions>();
  vectors::TagOptions& tag = options->tag;
  CLI::App* verb = vectors->add_subcommand("tag", "Add what a word list knows of its words: a column a kind of tag");
  verb->add_option("in", options->in, "Word vectors")->required();
  verb->add_option("list", options->list, "Word list, \"word count tag\" lines")->required();
  verb->add_option("out", options->out, "File to write")->required();
  verb->add_option("--tags", tag.columns, "A column each; a+b: one column for both")->required();
  verb->add_option("--new-words", tag.new_words, "Tags whose words are added (default: those of --tags)");
  verb->add_option("--max-word-chars", tag.max_word_chars, "Add no longer words")->capture_default_str();
  verb->add_flag("--float32", options->float32, "Keep full precision (twice the size)");
  AddNormalizerFlags(verb, &options->normalizer);
  verb->callback([options, result] { result->status = RunTag(*options, result); });
}

}  // namespace

void AddVectorsVerb(CLI::App& app, VerbResult* result) {
  CLI::App* vectors = app.add_subcommand("vectors", "Import, train or extend word vectors");
  vectors->require_subcommand(1);
  AddImport(vectors, result);
  AddTrain(vectors, result);
  AddTag(vectors, result);
}

}  // namespace tiqu::cli
