// For tests: a Reader over an engine without a network. It finds every run of digits that stands in the passage, unless
// the question has the character 无 ("none").
//
//   question 多少, passage 共12元和3元  ->  [1, 3) "12", [5, 6) "3"
//
// Thread safety: yes.
#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <string>
#include <vector>

#include "answer/reader.h"

namespace tiqu::answer {

class FakeEngine : public engine::Engine {
 public:
  FakeEngine(std::set<int> digit_ids, int none_id) : digit_ids_(std::move(digit_ids)), none_id_(none_id) {
    engine::Signature& qa = signatures_["qa"];
    for (const char* name : {"q1_in", "q2_in", "p1_in", "p2_in", "k1_in", "k2_in", "pos_in"}) {
      qa.inputs[name] = {std::string(name) + ":0", DataType::kFloat, {-1, -1}};
    }
    qa.outputs["pa"] = {"pa:0", DataType::kFloat, {-1, -1, 3}};
  }

  const std::map<std::string, engine::Signature>& signatures() const override { return signatures_; }

  absl::StatusOr<engine::TensorMap> Run(const std::string&, const engine::TensorMap& inputs) const override {
    if (!failure_.ok()) return failure_;
    const Tensor& questions = inputs.at("q1_in");
    const Tensor& passages = inputs.at("p1_in");
    const int64_t rows = passages.shape()[0];
    const int64_t chars = passages.shape()[1];
    Tensor pa(DataType::kFloat, {rows, chars, 3});
    for (int64_t row = 0; row < rows; ++row) {
      const float* question = questions.data<float>() + row * questions.shape()[1];
      const bool none = std::count(question, question + questions.shape()[1], static_cast<float>(none_id_)) > 0;
      bool open = false;
      for (int64_t at = 0; at < chars; ++at) {
        const int id = static_cast<int>(passages.data<float>()[row * chars + at]);
        if (id == too_much_) throw std::bad_alloc();
        const bool digit = !none && digit_ids_.contains(id);
        float* tags = pa.data<float>() + (row * chars + at) * 3;
        std::fill(tags, tags + 3, 0.001F);
        tags[digit ? (open ? 2 : 1) : 0] = 0.998F;
        open = digit;
      }
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    calls_.push_back(inputs);
    return engine::TensorMap{{"pa", std::move(pa)}};
  }

  std::vector<engine::TensorMap> calls() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return calls_;
  }
  void FailWith(absl::Status status) { failure_ = std::move(status); }
  // A passage with this character is more than memory holds.
  void RunOutOfMemoryOn(int char_id) { too_much_ = char_id; }

 private:
  std::set<int> digit_ids_;
  int none_id_;
  int too_much_ = -1;
  std::map<std::string, engine::Signature> signatures_;
  absl::Status failure_;
  mutable std::mutex mutex_;
  mutable std::vector<engine::TensorMap> calls_;
};

inline text::Vocabulary FakeChars() {
  std::vector<text::Vocabulary::Entry> entries;
  for (const char* text : {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "无", "共", "元", "和", "多", "少"}) {
    entries.push_back({text, 1});
  }
  return text::Vocabulary::FromEntries(entries);
}

struct FakeReader {
  std::shared_ptr<FakeEngine> engine;
  std::shared_ptr<const Reader> reader;
};

// Windows of 32 characters that overlap by 8 and questions of 10, so that small passages are long ones.
inline model::ModelConfig FakeConfig() {
  model::ModelConfig config;
  config.spec.char_vocab_size = FakeChars().size();
  config.spec.word_vocab_size = 2;
  config.spec.word_dim = 1;
  config.text.window_chars = 32;
  config.text.window_overlap_chars = 8;
  config.text.max_question_chars = 10;
  return config;
}

inline FakeReader MakeFakeReader(const ReaderOptions& options = {}) {
  std::set<int> digits;
  const text::Vocabulary chars = FakeChars();
  for (char digit = '0'; digit <= '9'; ++digit) digits.insert(chars.Find(std::string(1, digit)));
  FakeReader fake;
  fake.engine = std::make_shared<FakeEngine>(digits, chars.Find("无"));
  fake.reader =
      Reader::Create(FakeConfig(), text::Tokenizer({}, chars, text::Vocabulary(), {}), fake.engine, options).value();
  return fake;
}

}  // namespace tiqu::answer
