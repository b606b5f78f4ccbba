// The public door: a thin shell over Reader.
#include "tiqu/extractor.h"

#include <algorithm>
#include <exception>
#include <thread>
#include <utility>

#include "absl/status/status.h"
#include "answer/ordered_pipeline.h"
#include "answer/public_status.h"
#include "answer/reader.h"
#include "fmt/format.h"

namespace tiqu {
namespace {

using PublicResult = Result<std::vector<Reply>>;

absl::Status CheckOptions(const ExtractorOptions& options) {
  if (!(options.threshold <= 1.0F)) {  // not a number included
    return absl::InvalidArgumentError(fmt::format("threshold is {}, limit 1", options.threshold));
  }
  if (options.max_passage_chars < 0) {
    return absl::InvalidArgumentError(fmt::format("max_passage_chars is {}, at least 0", options.max_passage_chars));
  }
  if (options.workers < 0) {
    return absl::InvalidArgumentError(fmt::format("workers is {}, at least 0", options.workers));
  }
  return absl::OkStatus();
}

PublicResult ToResult(answer::RequestResult result) {
  if (!result.ok()) return answer::ToPublic(result.status());
  return *std::move(result);
}

}  // namespace

struct Extractor::Impl {
  std::shared_ptr<const answer::Reader> reader;
  decode::AnswerRules rules;
  int workers = 1;

  PublicResult Read(std::string_view passage, std::vector<std::string_view> questions) const {
    const answer::Request request = {passage, std::move(questions)};
    try {
      return ToResult(std::move(reader->ReadAll({&request, 1}, rules).front()));
    } catch (const std::exception& error) {
      return Status(StatusCode::kResourceExhausted, error.what());  // out of memory
    }
  }
};

Extractor::Extractor(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Extractor::Extractor(Extractor&&) noexcept = default;
Extractor& Extractor::operator=(Extractor&&) noexcept = default;
Extractor::~Extractor() = default;

Result<Extractor> Extractor::Load(const std::string& model_dir, const ExtractorOptions& options) {
  if (const absl::Status status = CheckOptions(options); !status.ok()) return answer::ToPublic(status);
  answer::ReaderOptions reader_options;
  reader_options.precision = options.precision;
  reader_options.max_passage_chars = options.max_passage_chars;
  try {
    auto reader = answer::Reader::Load(model_dir, reader_options);
    if (!reader.ok()) return answer::ToPublic(reader.status());
    auto impl = std::make_unique<Impl>();
    impl->reader = *std::move(reader);
    impl->rules = impl->reader->rules();
    if (options.threshold >= 0) impl->rules.threshold = options.threshold;
    const int cores = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    impl->workers = options.workers > 0 ? options.workers : cores;
    return Extractor(std::move(impl));
  } catch (const std::exception& error) {
    return Status(StatusCode::kResourceExhausted, error.what());  // out of memory
  }
}

Result<Reply> Extractor::Ask(std::string_view question, std::string_view passage) const {
  PublicResult replies = impl_->Read(passage, {question});
  if (!replies.ok()) return replies.status();
  return std::move(replies->front());
}

PublicResult Extractor::Extract(const std::vector<std::string>& questions, std::string_view passage) const {
  return impl_->Read(passage, {questions.begin(), questions.end()});
}

std::vector<PublicResult> Extractor::ExtractAll(const std::vector<PassageQuestions>& passages) const {
  std::vector<PublicResult> results;
  const auto work = [this](const PassageQuestions* item) {
    return impl_->Read(item->passage, {item->questions.begin(), item->questions.end()});
  };
  const auto consume = [&results](PublicResult result) {
    results.push_back(std::move(result));
    return absl::OkStatus();
  };
  const int workers = static_cast<int>(std::min<size_t>(impl_->workers, std::max<size_t>(passages.size(), 1)));
  absl::Status status;
  try {
    results.reserve(passages.size());
    answer::OrderedPipeline<const PassageQuestions*, PublicResult> pipeline(workers, work, consume);
    for (const PassageQuestions& item : passages) {
      if (!pipeline.Push(&item)) break;
    }
    status = pipeline.Finish();
  } catch (const std::exception& error) {
    status = absl::ResourceExhaustedError(error.what());
  }
  // Only when memory or threads ran out: every passage still gets a result.
  while (results.size() < passages.size()) results.push_back(answer::ToPublic(status));
  return results;
}

}  // namespace tiqu
