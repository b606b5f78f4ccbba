#include "vectors/train.h"

#include <fasttext/fasttext.h>

#include <atomic>
#include <exception>
#include <filesystem>

#include "base/file.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/scratch_file.h"
#include "base/status.h"
#include "base/utf8.h"
#include "fmt/format.h"
#include "text/segmenter.h"

namespace tiqu::vectors {
namespace {

absl::Status CheckRange(const char* name, double value, double low, double high) {
  if (value >= low && value <= high) return absl::OkStatus();
  return absl::InvalidArgumentError(fmt::format("{} is {}, must be {} to {}", name, value, low, high));
}

absl::StatusOr<text::Vocabulary> MakeWordList(const TrainOptions& options, TrainReport* report) {
  if (options.word_list.empty()) return HarvestWords(options.corpus, options.normalizer, options.harvest);
  TIQU_ASSIGN_OR_RETURN(WordList list, ReadWordList(options.word_list, options.normalizer));
  report->bad_list_lines = list.bad_lines;
  report->messages = list.messages;
  return std::move(list.words);
}

// Writes the corpus with a space between its words.
class CorpusCutter {
 public:
  CorpusCutter(const TrainOptions& options, const text::Vocabulary& words, ScratchFile* out, TrainReport* report)
      : options_(options), normalizer_(options.normalizer), segmenter_(words), out_(out), report_(report) {}

  absl::Status Cut(const std::string& path) {
    TIQU_ASSIGN_OR_RETURN(LineReader reader, LineReader::Open(path, kMaxCorpusLineBytes));
    Progress progress(fmt::format("cut {}", path), std::max<int64_t>(reader.bytes_total(), 0));
    std::string line;
    for (;;) {
      const absl::StatusOr<bool> more = reader.Next(&line);
      if (Interrupted()) return absl::CancelledError("interrupted");
      if (more.ok() && !*more) break;
      ++report_->lines;
      const auto text = more.ok() ? normalizer_.Normalize(line) : absl::StatusOr<text::NormalizedText>(more.status());
      if (!text.ok()) {
        ReportBadLine(path, reader.line_number(), text.status());
        continue;
      }
      TIQU_RETURN_IF_ERROR(Write(text->chars));
      if (options_.show_progress) progress.Update(reader.bytes_read());
    }
    if (options_.show_progress) progress.Finish();
    return out_->Flush();
  }

 private:
  void ReportBadLine(const std::string& path, int64_t line, const absl::Status& status) {
    ++report_->bad_lines;
    if (report_->messages.size() >= kMaxMessages) return;
    report_->messages.push_back(fmt::format("{} line {}: {}", path, line, std::string(status.message())));
  }

  absl::Status Write(std::u32string_view chars) {
    cut_.clear();
    for (const text::Word& word : segmenter_.Segment(chars)) {
      const auto begin = static_cast<size_t>(word.begin);
      const auto size = static_cast<size_t>(word.end) - begin;
      // A zero byte would end a word for fastText's reader.
      if (size == 1 && chars[begin] <= U' ') continue;
      for (const char32_t c : chars.substr(begin, size)) AppendUtf8(c, &cut_);
      cut_.push_back(' ');
      ++report_->words;
    }
    if (cut_.empty()) return absl::OkStatus();
    cut_.push_back('\n');
    return out_->Write(cut_);
  }

  const TrainOptions& options_;
  text::Normalizer normalizer_;
  text::Segmenter segmenter_;
  ScratchFile* out_;
  TrainReport* report_;
  std::string cut_;
};

fasttext::Args MakeArgs(const TrainOptions& options, const std::string& path) {
  fasttext::Args args;
  args.input = path;
  args.model = fasttext::model_name::sg;
  args.loss = fasttext::loss_name::ns;
  args.dim = options.dim;
  args.epoch = options.epochs;
  args.ws = options.window;
  args.neg = options.negatives;
  args.minCount = options.min_count;
  args.thread = options.threads;
  args.lr = options.learning_rate;
  args.t = options.sample;
  args.seed = options.seed;
  args.minn = args.maxn = 0;  // whole words only
  args.bucket = 0;
  args.wordNgrams = 1;
  args.verbose = 0;
  args.label = std::string(1, '\x01');  // no word is a label
  return args;
}

WordVectors TakeVectors(fasttext::FastText& model, const TrainOptions& options) {
  const auto dictionary = model.getDictionary();
  const std::vector<int64_t> counts = dictionary->getCounts(fasttext::entry_type::word);
  const auto dim = static_cast<size_t>(options.dim);
  WordVectors vectors;
  vectors.dim = options.dim;
  vectors.values.assign(2 * dim, 0.0F);
  std::vector<text::Vocabulary::Entry> entries;
  fasttext::Vector row(options.dim);
  for (int32_t i = 0; i < dictionary->nwords() && static_cast<int>(entries.size()) < options.max_words; ++i) {
    const std::string word = dictionary->getWord(i);
    if (word == fasttext::Dictionary::EOS || word == "<pad>" || word == "<unk>") continue;
    model.getWordVector(row, word);
    entries.push_back({word, counts[static_cast<size_t>(i)]});
    vectors.values.insert(vectors.values.end(), row.data(), row.data() + dim);
  }
  vectors.words = text::Vocabulary::FromEntries(entries);
  return vectors;
}

absl::StatusOr<WordVectors> RunFastText(const TrainOptions& options, const std::string& path) {
  fasttext::FastText model;
  constexpr int64_t kSteps = 1000;
  Progress bar("train", kSteps);
  std::atomic<bool> aborted{false};
  const auto report = [&](float progress, float, double words_per_second, double, int64_t) {
    if (Interrupted() && !aborted.exchange(true)) model.abort();
    if (!options.show_progress) return;
    bar.Update(static_cast<int64_t>(progress * kSteps), fmt::format("{:.0f} words/s a thread", words_per_second));
  };
  try {
    model.train(MakeArgs(options, path), report);
    if (Interrupted()) return absl::CancelledError("interrupted");
    bar.Update(kSteps);
    if (options.show_progress) bar.Finish();
    return TakeVectors(model, options);
  } catch (const fasttext::FastText::AbortError&) {
    return absl::CancelledError("interrupted");
  } catch (const std::invalid_argument& error) {
    return absl::InvalidArgumentError(fmt::format("training word vectors: {}", error.what()));
  } catch (const std::exception& error) {
    return absl::InternalError(fmt::format("training word vectors: {}", error.what()));
  }
}

}  // namespace

absl::Status TrainOptions::Validate() const {
  if (corpus.empty()) return absl::InvalidArgumentError("corpus is empty: name at least one text file");
  TIQU_RETURN_IF_ERROR(CheckRange("dim", dim, 1, 4096));
  TIQU_RETURN_IF_ERROR(CheckRange("epochs", epochs, 1, 1000));
  TIQU_RETURN_IF_ERROR(CheckRange("window", window, 1, 100));
  TIQU_RETURN_IF_ERROR(CheckRange("negatives", negatives, 1, 100));
  TIQU_RETURN_IF_ERROR(CheckRange("min_count", min_count, 1, 1000000000));
  TIQU_RETURN_IF_ERROR(CheckRange("max_words", max_words, 1, 10000000));
  TIQU_RETURN_IF_ERROR(CheckRange("threads", threads, 1, 1024));
  TIQU_RETURN_IF_ERROR(CheckRange("learning_rate", learning_rate, 1e-6, 10));
  return CheckRange("sample", sample, 0, 1);
}

absl::StatusOr<Trained> TrainWordVectors(const TrainOptions& options) {
  TIQU_RETURN_IF_ERROR(options.Validate());
  Trained trained;
  TIQU_ASSIGN_OR_RETURN(const text::Vocabulary words, MakeWordList(options, &trained.report));
  trained.report.list_words = words.size() - 2;
  std::error_code ignored;
  const std::string folder = options.temporary_folder.empty() ? std::filesystem::temp_directory_path(ignored).string()
                                                              : options.temporary_folder;
  TIQU_ASSIGN_OR_RETURN(ScratchFile scratch, ScratchFile::Create(folder));
  CorpusCutter cutter(options, words, &scratch, &trained.report);
  for (const std::string& path : options.corpus) TIQU_RETURN_IF_ERROR(cutter.Cut(path));
  if (trained.report.words == 0) return absl::InvalidArgumentError("the corpus has no words");
  TIQU_ASSIGN_OR_RETURN(trained.vectors, RunFastText(options, scratch.path()));
  if (trained.vectors.words.size() <= 2) {
    return absl::InvalidArgumentError(
        fmt::format("no word of the corpus occurs min_count = {} times", options.min_count));
  }
  return trained;
}

}  // namespace tiqu::vectors
