// Windows of passages through the network.
//
//   TIQU_ASSIGN_OR_RETURN(const WindowRunner runner, WindowRunner::Create(engine, limits));
//   runner.Run(rows, [](const WindowRow& row, const absl::StatusOr<std::span<const float>>& pa) { ... });
//
// A window of which one thing is asked runs through signature `qa`, in a batch with others of similar length. A window
// of which more is asked is encoded once (`encode_passage`) and its encoding is asked all of it (`answer_encoded`); a
// model without these two signatures is asked through `qa` alone. The results are the same bit for bit.
//
// Thread safety: immutable; Run may be called from any number of threads, each call runs on its own thread.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "answer/window_row.h"
#include "engine/engine.h"

namespace tiqu::answer {

// Called once a row, with the probabilities [row.passage_chars() * 3] of its window or with what went wrong.
using WindowSink = std::function<void(const WindowRow& row, const absl::StatusOr<std::span<const float>>& pa)>;

class WindowRunner {
 public:
  // Errors: FAILED_PRECONDITION (the engine has no signature "qa" of the reader's form).
  static absl::StatusOr<WindowRunner> Create(std::shared_ptr<const engine::Engine> engine, const BatchLimits& limits);

  // Rows of one window have the same `passage` object. One window's encoding is held at a time.
  void Run(std::vector<WindowRow> rows, const WindowSink& sink) const;

 private:
  WindowRunner(std::shared_ptr<const engine::Engine> engine, const BatchLimits& limits, bool encodes_once)
      : engine_(std::move(engine)), limits_(limits), encodes_once_(encodes_once) {}

  void RunAlone(std::vector<WindowRow>* rows, const WindowSink& sink) const;
  void RunShared(std::vector<WindowRow>* rows, const WindowSink& sink) const;
  absl::Status RunShared(std::span<const WindowRow> rows, const engine::TensorMap& passage,
                         const WindowSink& sink) const;

  std::shared_ptr<const engine::Engine> engine_;
  BatchLimits limits_;
  bool encodes_once_;
};

}  // namespace tiqu::answer
