// For tests: a Tagger over an engine without a network. Every run of digits is a NUM, unless it goes on at a cut.
//
//   共12元和3元  ->  NUM [1, 3) "12", NUM [5, 6) "3"
//
// Thread safety: yes.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "answer/fake_reader.h"
#include "answer/tagger.h"

namespace tiqu::answer {

class FakeTagEngine : public engine::Engine {
 public:
  FakeTagEngine(std::set<int32_t> digit_ids, int tags) : digit_ids_(std::move(digit_ids)), tags_(tags) {
    engine::Signature& signature = signatures_["infoext"];
    signature.inputs = {{"word_ids", {"word_ids:0", DataType::kInt32, {-1, -1}}},
                        {"sequence_lengths", {"sequence_lengths:0", DataType::kInt32, {-1}}},
                        {"dropout_pl", {"dropout_pl:0", DataType::kFloat, {}}}};
    signature.outputs = {{"logits", {"logits:0", DataType::kFloat, {-1, -1, tags}}},
                         {"transition_params", {"transition_params:0", DataType::kFloat, {tags, tags}}}};
  }

  const std::map<std::string, engine::Signature>& signatures() const override { return signatures_; }

  // Tags O, B, I: 9 for the right one, and no transitions.
  absl::StatusOr<engine::TensorMap> Run(const std::string& /*signature*/,
                                        const engine::TensorMap& inputs) const override {
    const Tensor& ids = inputs.at("word_ids");
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      shapes_.push_back(ids.shape());
    }
    Tensor logits(DataType::kFloat, {ids.shape()[0], ids.shape()[1], tags_});
    std::fill_n(logits.data<float>(), logits.size(), 0.0F);
    for (int64_t i = 0; i < ids.size(); ++i) {
      const bool digit = digit_ids_.contains(ids.data<int32_t>()[i]);
      const bool open = i % ids.shape()[1] > 0 && digit_ids_.contains(ids.data<int32_t>()[i - 1]);
      logits.data<float>()[i * tags_ + (digit ? (open ? 2 : 1) : 0)] = 9.0F;
    }
    Tensor transitions(DataType::kFloat, {tags_, tags_});
    std::fill_n(transitions.data<float>(), transitions.size(), 0.0F);
    return engine::TensorMap{{"logits", logits}, {"transition_params", transitions}};
  }

  std::vector<Shape> shapes() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return shapes_;
  }

 private:
  std::set<int32_t> digit_ids_;
  int tags_;
  std::map<std::string, engine::Signature> signatures_;
  mutable std::mutex mutex_;
  mutable std::vector<Shape> shapes_;
};

struct FakeTagger {
  std::shared_ptr<FakeTagEngine> engine;
  std::shared_ptr<const Tagger> tagger;
};

// Pieces of 16 characters.
inline model::ModelConfig FakeTaggerConfig() {
  model::ModelConfig config;
  config.spec.kind = model::kTaggerKind;
  config.spec.char_vocab_size = FakeChars().size();
  config.spec.tags = {"O", "B-NUM", "I-NUM"};
  config.text.window_chars = 16;
  config.text.window_overlap_chars = 0;
  config.decoding.threshold = 0;
  return config;
}

inline FakeTagger MakeFakeTagger(const TaggerOptions& options = {}) {
  std::set<int32_t> digits;
  const text::Vocabulary chars = FakeChars();
  for (char digit = '0'; digit <= '9'; ++digit) digits.insert(chars.Find(std::string(1, digit)));
  FakeTagger fake;
  fake.engine = std::make_shared<FakeTagEngine>(digits, 3);
  fake.tagger =
      Tagger::Create(FakeTaggerConfig(), text::Tokenizer({}, chars, text::Vocabulary(), {}), fake.engine, options)
          .value();
  return fake;
}

}  // namespace tiqu::answer
