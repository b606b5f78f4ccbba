#include "answer/window_row.h"

#include <algorithm>

namespace tiqu::answer {
namespace {

// Copies ids [begin, end) to the front of row `index` of a [rows, width] tensor.
void FillRow(const std::vector<int32_t>& ids, int32_t begin, int32_t end, size_t index, Tensor* tensor) {
  float* row = tensor->data<float>() + index * static_cast<size_t>(tensor->shape()[1]);
  for (int32_t i = begin; i < end; ++i) *row++ = static_cast<float>(ids[static_cast<size_t>(i)]);
}

Tensor Floats(size_t rows, int32_t width) { return Tensor(DataType::kFloat, {static_cast<int64_t>(rows), width}); }

}  // namespace

std::vector<std::pair<size_t, size_t>> PlanBatches(std::vector<WindowRow>* rows, const BatchLimits& limits) {
  // Stable, so that the plan depends on nothing but the rows.
  std::stable_sort(rows->begin(), rows->end(), [](const WindowRow& a, const WindowRow& b) {
    if (a.passage_chars() != b.passage_chars()) return a.passage_chars() > b.passage_chars();
    return a.question_chars() > b.question_chars();
  });
  std::vector<std::pair<size_t, size_t>> batches;
  for (size_t begin = 0; begin < rows->size();) {
    const int64_t width = (*rows)[begin].passage_chars();
    const int64_t most = std::clamp<int64_t>(limits.passage_chars / width, 1, limits.rows);
    size_t end = begin + 1;
    while (end < rows->size() && static_cast<int64_t>(end - begin) < most &&
           (*rows)[end].passage_chars() * int64_t{8} >= width * 7) {
      ++end;
    }
    batches.emplace_back(begin, end);
    begin = end;
  }
  return batches;
}

engine::TensorMap MakePassageInputs(std::span<const WindowRow> rows) {
  int32_t chars = 0;
  for (const WindowRow& row : rows) chars = std::max(chars, row.passage_chars());
  Tensor p1 = Floats(rows.size(), chars);
  Tensor p2 = Floats(rows.size(), chars);
  Tensor pos = Floats(rows.size(), chars);
  for (size_t i = 0; i < rows.size(); ++i) {
    const WindowRow& row = rows[i];
    FillRow(row.passage->char_ids, row.window.begin, row.window.end, i, &p1);
    FillRow(row.passage->word_ids, row.window.begin, row.window.end, i, &p2);
    float* positions = pos.data<float>() + i * static_cast<size_t>(chars);
    for (int32_t at = 0; at < row.passage_chars(); ++at) positions[at] = static_cast<float>(at);
  }
  return {{"p1_in", std::move(p1)}, {"p2_in", std::move(p2)}, {"pos_in", std::move(pos)}};
}

engine::TensorMap MakeQuestionInputs(std::span<const WindowRow> rows) {
  int32_t chars = 0;
  for (const WindowRow& row : rows) chars = std::max(chars, row.question_chars());
  Tensor q1 = Floats(rows.size(), chars);
  Tensor q2 = Floats(rows.size(), chars);
  Tensor k1 = Floats(rows.size(), 1);
  Tensor k2 = Floats(rows.size(), 1);
  for (size_t i = 0; i < rows.size(); ++i) {
    const WindowRow& row = rows[i];
    FillRow(row.question->char_ids, 0, row.question_chars(), i, &q1);
    FillRow(row.question->word_ids, 0, row.question_chars(), i, &q2);
    k1.data<float>()[i] = static_cast<float>(row.anchor.first);
    k2.data<float>()[i] = static_cast<float>(row.anchor.last);
  }
  return {{"q1_in", std::move(q1)}, {"q2_in", std::move(q2)}, {"k1_in", std::move(k1)}, {"k2_in", std::move(k2)}};
}

}  // namespace tiqu::answer
