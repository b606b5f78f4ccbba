// Found spans as tensors: rows of fewer spans than others are filled up with "" and, as offsets, -1.
//
// Thread safety: free functions.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "serving/models/servable.h"

namespace tiqu::serving {

template <typename Span>
int64_t MostSpans(const std::vector<std::vector<Span>>& rows) {
  size_t most = 0;
  for (const auto& row : rows) most = std::max(most, row.size());
  return static_cast<int64_t>(most);
}

// `text_of` gives a span's text, which may be moved out of it: DT_STRING [rows, most spans].
template <typename Span, typename TextOf>
Tensor SpanTexts(std::vector<std::vector<Span>>* rows, const TextOf& text_of) {
  const int64_t most = MostSpans(*rows);
  Tensor texts(DataType::kString, {static_cast<int64_t>(rows->size()), most});
  for (size_t row = 0; row < rows->size(); ++row) {
    auto at = texts.strings().begin() + static_cast<std::ptrdiff_t>(row) * most;
    for (Span& span : (*rows)[row]) *at++ = std::move(text_of(span));
  }
  return texts;
}

// begins, ends, scores [rows, most spans] and counts [rows].
template <typename Span>
TensorMap SpanNumbers(const std::vector<std::vector<Span>>& rows) {
  const auto count = static_cast<int64_t>(rows.size());
  const int64_t most = MostSpans(rows);
  Tensor begins(DataType::kInt32, {count, most}), ends(DataType::kInt32, {count, most});
  Tensor scores(DataType::kFloat, {count, most}), counts(DataType::kInt32, {count});
  std::fill_n(begins.data<int32_t>(), count * most, -1);
  std::fill_n(ends.data<int32_t>(), count * most, -1);
  for (int64_t row = 0; row < count; ++row) {
    counts.data<int32_t>()[row] = static_cast<int32_t>(rows[row].size());
    int64_t at = row * most;
    for (const Span& span : rows[row]) {
      begins.data<int32_t>()[at] = span.begin;
      ends.data<int32_t>()[at] = span.end;
      scores.data<float>()[at++] = span.score;
    }
  }
  TensorMap outputs;
  outputs.emplace("begins", std::move(begins));
  outputs.emplace("ends", std::move(ends));
  outputs.emplace("scores", std::move(scores));
  outputs.emplace("counts", std::move(counts));
  return outputs;
}

}  // namespace tiqu::serving
