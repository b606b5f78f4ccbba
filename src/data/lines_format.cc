// Plain lines for people who write samples by hand:
//
//   question: 张三的籍贯是哪里 passage: 张三,男,籍贯:河北省 answer: 河北省
//
// or the same three keys on lines of their own; a record ends with the next question or a blank line. Several answers:
// the key `answer:` again, or a '|' between them. An empty answer, or none, is unanswerable when the key stands there.
//
// Passages are records of interrogations, too, with "问：" and "答：" inside: only keys in the script of the record's
// first one count, and a passage behind a Han key on a line of its own is that whole line.
#include <fmt/format.h>

#include <string>

#include "data/line_format.h"
#include "data/line_key.h"

namespace tiqu::data {
namespace {

std::string_view Trim(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t\r");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\r") - begin + 1);
}

class LinesFormat : public LineFormat {
 public:
  void Line(std::string_view line, int64_t number, SampleCollector* out) override {
    line = Trim(line);
    if (line.empty()) {
      Finish(out);
      return;
    }
    if (const KeyPlace question = FindLineKey(line, LineKey::kQuestion); question.begin == 0) {
      Finish(out);
      script_ = line.front() >= 0 ? KeyScript::kLatin : KeyScript::kHan;
      Begin(line.substr(question.end), number, out);
    } else if (const KeyPlace passage = FindLineKey(line, LineKey::kPassage);
               passage.begin == 0 && open_ && !has_passage_) {
      TakePassage(line.substr(passage.end), /*own_line=*/true);
    } else if (const KeyPlace answer = FindLineKey(line, LineKey::kAnswer);
               answer.begin == 0 && open_ && has_passage_) {
      TakeAnswers(line.substr(answer.end));
    } else {
      out->AddRecord();
      out->AddBadRecord(std::to_string(number), "line does not begin with question:, passage: or answer:");
    }
  }

  void End(SampleCollector* out) override { Finish(out); }

 private:
  void Begin(std::string_view rest, int64_t number, SampleCollector* out) {
    out->AddRecord();
    open_ = true;
    has_passage_ = has_answer_ = false;
    where_ = std::to_string(number);
    sample_ = RawSample{.id = where_};
    const KeyPlace passage = FindLineKey(rest, LineKey::kPassage, script_);
    sample_.question = std::string(Trim(rest.substr(0, passage.begin)));
    if (passage.begin != std::string_view::npos) TakePassage(rest.substr(passage.end), /*own_line=*/false);
  }

  void TakePassage(std::string_view rest, bool own_line) {
    has_passage_ = true;
    KeyPlace answer;
    if (!own_line || script_ == KeyScript::kLatin) answer = FindLineKey(rest, LineKey::kAnswer, script_);
    passage_ = std::string(Trim(rest.substr(0, answer.begin)));
    if (answer.begin != std::string_view::npos) TakeAnswers(rest.substr(answer.end));
  }

  void TakeAnswers(std::string_view rest) {
    has_answer_ = true;
    const KeyPlace next = FindLineKey(rest, LineKey::kAnswer, script_);
    std::string_view part = rest.substr(0, next.begin);
    while (!part.empty()) {
      const size_t bar = std::min(part.find('|'), part.size());
      if (const std::string_view text = Trim(part.substr(0, bar)); !text.empty()) {
        sample_.answers.push_back({.text = std::string(text)});
      }
      part.remove_prefix(std::min(bar + 1, part.size()));
    }
    if (next.begin != std::string_view::npos) TakeAnswers(rest.substr(next.end));
  }

  void Finish(SampleCollector* out) {
    if (!open_) return;
    open_ = false;
    if (!has_passage_) {
      out->AddBadRecord(where_, "question without passage:");
    } else if (out->SetPassage(std::move(passage_), where_)) {
      if (has_answer_ || !out->options().need_answers) {
        out->Add(std::move(sample_));
      } else {
        out->AddDropped("no answer: (an empty one says that there is none)", sample_);
      }
    }
  }

  KeyScript script_ = KeyScript::kAny;  // of the record's keys
  bool open_ = false;
  bool has_passage_ = false;
  bool has_answer_ = false;
  std::string where_;
  std::string passage_;
  RawSample sample_;
};

}  // namespace

std::unique_ptr<LineFormat> MakeLinesFormat() { return std::make_unique<LinesFormat>(); }

}  // namespace tiqu::data
