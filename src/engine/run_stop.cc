#include "engine/run_stop.h"

#include <utility>

namespace tiqu::engine {
namespace {

thread_local const ScopedRunStop* innermost_stop = nullptr;

}  // namespace

ScopedRunStop::ScopedRunStop(Check check) : check_(std::move(check)), outer_(innermost_stop) { innermost_stop = this; }

ScopedRunStop::~ScopedRunStop() { innermost_stop = outer_; }

absl::Status ScopedRunStop::Ask() { return innermost_stop == nullptr ? absl::OkStatus() : innermost_stop->check_(); }

}  // namespace tiqu::engine
