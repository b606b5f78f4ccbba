#include "data/collector.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

#include "base/utf8.h"
#include "data/hash.h"

namespace tiqu::data {
namespace {

// Beyond this many samples duplicates are no longer looked for, so that memory does not grow with the input.
constexpr size_t kMaxRemembered = size_t{4} << 20;
constexpr int64_t kExampleChars = 40;

std::string Shortened(const std::string& text) {
  if (CountCodePoints(text) <= kExampleChars) return text;
  return std::string(Utf8Substring(text, 0, kExampleChars)) + "…";
}

bool IsBlank(char32_t c) { return c == U' ' || c == U'\t' || c == U'\n' || c == U'\r' || c == U'\u3000'; }

std::u32string Trimmed(const std::u32string& text) {
  const auto begin = std::find_if_not(text.begin(), text.end(), IsBlank);
  const auto end = std::find_if_not(text.rbegin(), std::make_reverse_iterator(begin), IsBlank).base();
  return std::u32string(begin, end);
}

// Two spans of one sample that share characters cannot both be tagged.
bool HasOverlap(const std::vector<AnswerSpan>& sorted) {
  for (size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i].begin_char >= 0 && sorted[i].begin_char < sorted[i - 1].end_char) return true;
  }
  return false;
}

void SortAndUnique(std::vector<AnswerSpan>* answers) {
  const auto key = [](const AnswerSpan& span) {
    return std::tie(span.begin_char, span.end_char, span.text, span.label);
  };
  std::stable_sort(answers->begin(), answers->end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
  const auto same = [&](const auto& a, const auto& b) { return key(a) == key(b); };
  answers->erase(std::unique(answers->begin(), answers->end(), same), answers->end());
}

}  // namespace

SampleCollector::SampleCollector(std::string source, const ReadOptions& options, SampleSink sink, Report* report)
    : source_(std::move(source)), options_(options), sink_(std::move(sink)), report_(report) {}

std::string SampleCollector::Example(std::string_view id, std::string_view detail) const {
  std::string example = fmt::format("{}:{}", source_, where_);
  if (!id.empty()) example += fmt::format(" ({})", id);
  if (!detail.empty()) example += fmt::format(": {}", detail);
  return example;
}

bool SampleCollector::SetPassage(std::string utf8, std::string_view where) {
  where_ = std::string(where);
  passage_.reset();
  absl::StatusOr<Passage> passage = Passage::Create(std::move(utf8));
  if (!passage.ok()) {
    AddBadRecord(where, "text is not UTF-8", std::string(passage.status().message()));
    return false;
  }
  if (std::all_of(passage->chars().begin(), passage->chars().end(), IsBlank)) {
    AddBadRecord(where, "empty passage");
    return false;
  }
  passage_ = *std::move(passage);
  passage_fingerprint_ = Fingerprint(passage_->utf8());
  return true;
}

void SampleCollector::AddBadRecord(std::string_view where, std::string_view reason, std::string_view detail) {
  where_ = std::string(where);
  Count(&report_->bad_records, reason, Example("", detail));
}

void SampleCollector::AddDropped(std::string_view reason, const RawSample& raw) {
  ++report_->samples_read;
  Count(&report_->dropped, reason, Example(raw.id, Shortened(raw.question)));
}

void SampleCollector::Note(std::string_view what, std::string_view detail) {
  Count(&report_->noted, what, detail.empty() ? "" : Example("", detail));
}

void SampleCollector::AddRepair(std::string_view what, std::string example) {
  repairs_.push_back({std::string(what), std::move(example)});
}

bool SampleCollector::PlaceText(const RawAnswer& raw, const std::u32string& text, const std::string& id,
                                AnswerSpan* span) {
  int64_t begin = raw.begin;
  if (begin < 0) {
    const int count = passage_->CountOf(text);
    if (count == 0) return false;
    begin = count == 1 ? passage_->FindNearest(text, 0) : -1;
    if (begin >= 0) AddRepair("offset not given: the only place taken", Example(id, span->text));
  } else if (passage_->HasAt(text, begin)) {
    ++verified_;
    if (raw.end >= 0 && raw.end != begin + static_cast<int64_t>(text.size())) {
      AddRepair("end does not fit the text: set by the text", Example(id, Shortened(span->text)));
    }
  } else {
    begin = passage_->FindNearest(text, raw.begin);
    if (begin < 0) return false;
    AddRepair("offset does not hold the text: nearest place taken",
              Example(id, fmt::format("{}: {} -> {}", Shortened(span->text), raw.begin, begin)));
  }
  span->begin_char = static_cast<int32_t>(begin);
  span->end_char = begin < 0 ? -1 : static_cast<int32_t>(begin + static_cast<int64_t>(text.size()));
  return true;
}

bool SampleCollector::PlaceAnswer(const RawAnswer& raw, const std::string& id, AnswerSpan* span, std::string* why) {
  if (raw.text.empty()) {
    if (raw.begin < 0 || raw.end <= raw.begin || raw.end > passage_->size()) {
      *why = "span outside the passage or empty";
      return false;
    }
    span->text = passage_->Substring(raw.begin, raw.end);
    span->begin_char = static_cast<int32_t>(raw.begin);
    span->end_char = static_cast<int32_t>(raw.end);
    ++verified_;
    return true;
  }
  const absl::StatusOr<std::u32string> text = DecodeUtf8(raw.text);
  *why = "answer not in the passage";
  if (!text.ok()) return false;
  span->text = raw.text;
  if (PlaceText(raw, *text, id, span)) return true;
  const std::u32string trimmed = Trimmed(*text);
  if (trimmed.empty() || trimmed.size() == text->size()) return false;
  span->text = EncodeUtf8(trimmed);
  if (!PlaceText(raw, trimmed, id, span)) return false;
  AddRepair("blanks around the answer dropped", Example(id, Shortened(span->text)));
  return true;
}

bool SampleCollector::PlaceAll(const RawSample& raw, Sample* sample, std::string* why, std::string* detail) {
  for (const RawAnswer& answer : raw.answers) {
    AnswerSpan span;
    if (!PlaceAnswer(answer, raw.id, &span, why)) {
      *detail = answer.text.empty() ? fmt::format("[{}, {})", answer.begin, answer.end) : Shortened(answer.text);
      return false;
    }
    span.label = answer.label;
    if (!answer.repair.empty()) AddRepair(answer.repair, Example(raw.id, Shortened(span.text)));
    sample->answers.push_back(std::move(span));
  }
  SortAndUnique(&sample->answers);
  return true;
}

bool SampleCollector::IsDuplicate(const Sample& sample) {
  uint64_t key = Fingerprint(sample.question, passage_fingerprint_);
  for (const AnswerSpan& answer : sample.answers) {
    key = Fingerprint(answer.label, key);
    key = Fingerprint(answer.text, key ^ static_cast<uint64_t>(static_cast<int64_t>(answer.begin_char)));
  }
  absl::flat_hash_set<uint64_t>& seen = options_.seen != nullptr ? *options_.seen : own_seen_;
  if (seen.size() >= kMaxRemembered) {
    Count(&report_->noted, "sample not compared with earlier ones (too many)", Example(sample.id, ""));
    return false;
  }
  return !seen.insert(key).second;
}

bool SampleCollector::Add(RawSample raw) {
  if (!status_.ok()) return false;
  ++report_->samples_read;
  repairs_.clear();
  verified_ = 0;
  const absl::StatusOr<std::u32string> question = DecodeUtf8(raw.question);
  Sample sample;
  sample.id = raw.id;
  sample.label = raw.label;
  sample.alternatives = raw.alternatives;
  std::string why;
  std::string detail = question.ok() ? Shortened(raw.question) : std::string(question.status().message());
  if (!question.ok()) {
    why = "question is not UTF-8";
  } else if (!options_.as_entities && std::all_of(question->begin(), question->end(), IsBlank)) {
    why = "empty question";
  } else if (PlaceAll(raw, &sample, &why, &detail)) {
    why = options_.single && sample.answers.size() > 1 ? "several answers (--single)" : "";
  }
  if (!why.empty()) {
    Count(&report_->dropped, why, Example(raw.id, detail));
    return false;
  }
  sample.question = std::move(raw.question);
  if (HasOverlap(sample.answers)) Count(&report_->noted, "answers that overlap", Example(raw.id, sample.question));
  if (IsDuplicate(sample)) {
    const std::string example = Example(sample.id, Shortened(sample.question));
    if (options_.drop_duplicates) {
      Count(&report_->dropped, "duplicate", example);
      return false;
    }
    Count(&report_->noted, "duplicate (kept)", example);
  }
  return Keep(std::move(sample));
}

bool SampleCollector::Keep(Sample sample) {
  ++report_->samples_kept;
  if (sample.answers.empty()) ++report_->unanswerable;
  if (sample.answers.size() > 1) ++report_->several_answers;
  report_->answers_kept += static_cast<int64_t>(sample.answers.size());
  report_->answers_verified += verified_;
  for (const AnswerSpan& answer : sample.answers) {
    if (answer.begin_char < 0) ++report_->answers_unplaced;
  }
  for (const Repair& repair : repairs_) Count(&report_->repaired, repair.what, repair.example);
  sample.passage = passage_->utf8();
  status_ = sink_(std::move(sample));
  if (!status_.ok()) report_->interrupted = true;
  return status_.ok();
}

}  // namespace tiqu::data
