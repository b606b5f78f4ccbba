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
  // `encodes`: it has the signatures encode_passage and answer_encoded, too; the encoding is the characters' ids.
  FakeEngine(std::set<int> digit_ids, int none_id, bool encodes) : digit_ids_(std::move(digit_ids)), none_id_(none_id) {
    AddSignature("qa", {"q1_in", "q2_in", "p1_in", "p2_in", "k1_in", "k2_in", "pos_in"}, "pa");
    if (!encodes) return;
    AddSignature("encode_passage", {"p1_in", "p2_in", "pos_in"}, "encoded");
    AddSignature("answer_encoded", {"encoded", "q1_in", "q2_in", "p1_in", "p2_in", "k1_in", "k2_in"}, "pa");
  }

  const std::map<std::string, engine::Signature>& signatures() const override { return signatures_; }

  absl::StatusOr<engine::TensorMap> Run(const std::string& signature, const engine::TensorMap& inputs) const override {
    if (!failure_.ok()) return failure_;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      calls_.push_back(inputs);
      called_.push_back(signature);
    }
    if (signature == "encode_passage") {
      const Tensor& ids = inputs.at("p1_in");
      return engine::TensorMap{{"encoded", ids.Reshaped({ids.shape()[0], ids.shape()[1], 1})}};
    }
    return engine::TensorMap{
        {"pa", FindDigits(inputs.at(signature == "qa" ? "p1_in" : "encoded"), inputs.at("q1_in"))}};
  }

  std::vector<engine::TensorMap> calls() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return calls_;
  }
  // The signature of each call.
  std::vector<std::string> called() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return called_;
  }
  void FailWith(absl::Status status) { failure_ = std::move(status); }
  // A passage with this character is more than memory holds.
  void RunOutOfMemoryOn(int char_id) { too_much_ = char_id; }

 private:
  void AddSignature(const std::string& name, const std::vector<std::string>& inputs, const std::string& output) {
    engine::Signature& signature = signatures_[name];
    for (const std::string& input : inputs) signature.inputs[input] = {input + ":0", DataType::kFloat, {-1, -1}};
    signature.outputs[output] = {output + ":0", DataType::kFloat, {-1, -1, 3}};
  }

  // Question i is asked of passage i modulo the number of passages.
  Tensor FindDigits(const Tensor& passages, const Tensor& questions) const {
    const int64_t rows = questions.shape()[0];
    const int64_t chars = passages.shape()[1];
    Tensor pa(DataType::kFloat, {rows, chars, 3});
    for (int64_t row = 0; row < rows; ++row) {
      const float* question = questions.data<float>() + row * questions.shape()[1];
      const bool none = std::count(question, question + questions.shape()[1], static_cast<float>(none_id_)) > 0;
      bool open = false;
      for (int64_t at = 0; at < chars; ++at) {
        const int id = static_cast<int>(passages.data<float>()[row % passages.shape()[0] * chars + at]);
        if (id == too_much_) throw std::bad_alloc();
        const bool digit = !none && digit_ids_.contains(id);
        float* tags = pa.data<float>() + (row * chars + at) * 3;
        std::fill(tags, tags + 3, 0.001F);
        tags[digit ? (open ? 2 : 1) : 0] = 0.998F;
        open = digit;
      }
    }
    return pa;
  }

  std::set<int> digit_ids_;
  int none_id_;
  int too_much_ = -1;
  std::map<std::string, engine::Signature> signatures_;
  absl::Status failure_;
  mutable std::mutex mutex_;
  mutable std::vector<engine::TensorMap> calls_;
  mutable std::vector<std::string> called_;
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

inline FakeReader MakeFakeReader(const ReaderOptions& options = {}, bool encodes = false) {
  std::set<int> digits;
  const text::Vocabulary chars = FakeChars();
  for (char digit = '0'; digit <= '9'; ++digit) digits.insert(chars.Find(std::string(1, digit)));
  FakeReader fake;
  fake.engine = std::make_shared<FakeEngine>(digits, chars.Find("无"), encodes);
  fake.reader =
      Reader::Create(FakeConfig(), text::Tokenizer({}, chars, text::Vocabulary(), {}), fake.engine, options).value();
  return fake;
}

}  // namespace tiqu::answer
