#include "answer/window_runner.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "base/status.h"
#include "decode/crf.h"
#include "fmt/format.h"

namespace tiqu::answer {
namespace {

constexpr char kWhole[] = "qa";
constexpr char kEncode[] = "encode_passage";
constexpr char kAsk[] = "answer_encoded";
constexpr char kEncoded[] = "encoded";
constexpr char kTagProbabilities[] = "pa";

struct SignatureForm {
  const char* name;
  std::vector<const char*> inputs;  // all float
  const char* output;
};

absl::Status CheckForm(const engine::Engine& engine, const SignatureForm& form) {
  const auto found = engine.signatures().find(form.name);
  if (found == engine.signatures().end()) {
    return absl::FailedPreconditionError(
        fmt::format("the model is not a Tiqu reader: it has no signature \"{}\"", form.name));
  }
  for (const char* input : form.inputs) {
    const auto spec = found->second.inputs.find(input);
    if (spec == found->second.inputs.end() || spec->second.type != DataType::kFloat) {
      return absl::FailedPreconditionError(
          fmt::format("the model is not a Tiqu reader: signature \"{}\" has no float input {}", form.name, input));
    }
  }
  if (found->second.inputs.size() != form.inputs.size() || !found->second.outputs.contains(form.output)) {
    return absl::FailedPreconditionError(
        fmt::format("the model is not a Tiqu reader: signature \"{}\" needs {} inputs and the output {}", form.name,
                    form.inputs.size(), form.output));
  }
  return absl::OkStatus();
}

absl::StatusOr<Tensor> RunFor(const engine::Engine& engine, const char* signature, const char* output,
                              const engine::TensorMap& inputs) {
  TIQU_ASSIGN_OR_RETURN(engine::TensorMap outputs, engine.Run(signature, inputs));
  const auto found = outputs.find(output);
  if (found == outputs.end()) return absl::InternalError(fmt::format("the engine gave no output {}", output));
  return std::move(found->second);
}

absl::Status GiveRows(const Tensor& pa, std::span<const WindowRow> rows, int32_t chars, const WindowSink& sink) {
  const Shape expected = {static_cast<int64_t>(rows.size()), chars, decode::kTags};
  if (pa.type() != DataType::kFloat || pa.shape() != expected) {
    return absl::FailedPreconditionError(fmt::format("the model gives pa of {} {}, expected DT_FLOAT {}",
                                                     DataTypeName(pa.type()), ShapeToString(pa.shape()),
                                                     ShapeToString(expected)));
  }
  const size_t row_size = static_cast<size_t>(expected[1] * expected[2]);
  for (size_t i = 0; i < rows.size(); ++i) {
    const size_t own = static_cast<size_t>(rows[i].passage_chars()) * decode::kTags;
    sink(rows[i], std::span<const float>(pa.data<float>() + i * row_size, own));
  }
  return absl::OkStatus();
}

absl::Status RunWhole(const engine::Engine& engine, std::span<const WindowRow> rows, const WindowSink& sink) {
  engine::TensorMap inputs = MakePassageInputs(rows);
  inputs.merge(MakeQuestionInputs(rows));
  TIQU_ASSIGN_OR_RETURN(const Tensor pa, RunFor(engine, kWhole, kTagProbabilities, inputs));
  return GiveRows(pa, rows, rows.front().passage_chars(), sink);
}

void GiveError(const absl::Status& status, std::span<const WindowRow> rows, const WindowSink& sink) {
  for (const WindowRow& row : rows) sink(row, status);
}

// The rows of each window, in the order in which the windows come first.
std::vector<std::vector<WindowRow>> ByWindow(const std::vector<WindowRow>& rows) {
  std::vector<std::vector<WindowRow>> windows;
  std::map<std::pair<const text::EncodedText*, int32_t>, size_t> places;
  for (const WindowRow& row : rows) {
    const auto [place, added] = places.try_emplace({row.passage, row.window.begin}, windows.size());
    if (added) windows.emplace_back();
    windows[place->second].push_back(row);
  }
  return windows;
}

}  // namespace

absl::StatusOr<WindowRunner> WindowRunner::Create(std::shared_ptr<const engine::Engine> engine,
                                                  const BatchLimits& limits) {
  TIQU_RETURN_IF_ERROR(CheckForm(
      *engine, {kWhole, {"q1_in", "q2_in", "p1_in", "p2_in", "k1_in", "k2_in", "pos_in"}, kTagProbabilities}));
  const bool encodes_once =
      CheckForm(*engine, {kEncode, {"p1_in", "p2_in", "pos_in"}, kEncoded}).ok() &&
      CheckForm(*engine, {kAsk, {kEncoded, "q1_in", "q2_in", "p1_in", "p2_in", "k1_in", "k2_in"}, kTagProbabilities})
          .ok();
  return WindowRunner(std::move(engine), limits, encodes_once);
}

void WindowRunner::RunAlone(std::vector<WindowRow>* rows, const WindowSink& sink) const {
  // The first row of a batch is its longest.
  for (const auto& [begin, end] : PlanBatches(rows, limits_)) {
    const std::span<const WindowRow> batch(rows->data() + begin, end - begin);
    const absl::Status status = RunWhole(*engine_, batch, sink);
    if (!status.ok()) GiveError(status, batch, sink);
  }
}

absl::Status WindowRunner::RunShared(std::span<const WindowRow> rows, const engine::TensorMap& passage,
                                     const WindowSink& sink) const {
  engine::TensorMap inputs = MakeQuestionInputs(rows);
  inputs.insert(passage.begin(), passage.end());
  TIQU_ASSIGN_OR_RETURN(const Tensor pa, RunFor(*engine_, kAsk, kTagProbabilities, inputs));
  return GiveRows(pa, rows, rows.front().passage_chars(), sink);
}

void WindowRunner::RunShared(std::vector<WindowRow>* rows, const WindowSink& sink) const {
  engine::TensorMap passage = MakePassageInputs({rows->data(), 1});
  absl::StatusOr<Tensor> encoded = RunFor(*engine_, kEncode, kEncoded, passage);
  if (!encoded.ok()) {
    GiveError(encoded.status(), *rows, sink);
    return;
  }
  passage.erase("pos_in");
  passage[kEncoded] = *std::move(encoded);
  // Here the questions are all that passes the encoder, whose weights each batch reads: fewer and larger ones pay.
  BatchLimits limits = limits_;
  limits.passage_chars += limits.passage_chars / 2;
  for (const auto& [begin, end] : PlanBatches(rows, limits)) {
    const std::span<const WindowRow> batch(rows->data() + begin, end - begin);
    const absl::Status status = RunShared(batch, passage, sink);
    if (!status.ok()) GiveError(status, batch, sink);
  }
}

void WindowRunner::Run(std::vector<WindowRow> rows, const WindowSink& sink) const {
  if (!encodes_once_) {
    RunAlone(&rows, sink);
    return;
  }
  std::vector<WindowRow> alone;
  for (std::vector<WindowRow>& window : ByWindow(rows)) {
    if (window.size() == 1) {
      alone.push_back(window.front());
    } else {
      RunShared(&window, sink);
    }
  }
  RunAlone(&alone, sink);
}

}  // namespace tiqu::answer
