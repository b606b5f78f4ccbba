// Rows of the network's input: one question on one window of a passage. Rows of similar length run together.
//
// Thread safety: free functions.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decode/windows.h"
#include "engine/engine.h"
#include "text/tokenizer.h"

namespace tiqu::answer {

struct WindowRow {
  const text::EncodedText* question = nullptr;  // not empty
  const text::EncodedText* passage = nullptr;
  decode::Window window;  // not empty
  text::Anchor anchor;    // of the question in the window, counted from the window's begin, as in training
  size_t ask = 0;         // whom the row belongs to; for the caller

  int32_t passage_chars() const { return window.end - window.begin; }
  int32_t question_chars() const { return static_cast<int32_t>(question->char_ids.size()); }
};

struct BatchLimits {
  int32_t passage_chars = 1024;  // of a batch, padding counted; one row is always taken; more loses the cache
  int32_t rows = 64;
};

// Orders the rows by length and cuts them into batches [first, second) of which no row wastes more than an eighth of
// its passage characters as padding.
std::vector<std::pair<size_t, size_t>> PlanBatches(std::vector<WindowRow>* rows, const BatchLimits& limits);

// Inputs of the network's signatures, padded with zeros to the longest row. Positions count from the window's begin.
//   p1_in, p2_in, pos_in [rows, passage]
engine::TensorMap MakePassageInputs(std::span<const WindowRow> rows);
//   q1_in, q2_in [rows, question]; k1_in, k2_in [rows, 1]
engine::TensorMap MakeQuestionInputs(std::span<const WindowRow> rows);

}  // namespace tiqu::answer
