#!/bin/bash
# Writes docs/ops.md from the engine's registry of operations.  --check: fails when the file is not what would be written.
set -euo pipefail
cd "$(dirname "$0")/.."
program=${PRINT_OPS:-build/print_ops}
[ -x "$program" ] || { echo "generate_ops_docs: $program is not built (make unit)" >&2; exit 1; }

render() {
  cat <<'EOF'
# Operations of the engine

Generated from the engine's registry by `make docs`; CI checks that it is current. A graph may use these operations of
TensorFlow 1 and 2. Any other stops the load: one message names every operation that is not known, with its nodes, those
inside of functions, too.

- The element types are those that an operation computes with; indices, shapes and axes are int32 or int64. "any" moves
  elements without looking at them.
- Attributes that are not listed are not looked at. Where values stand in brackets, others stop the load.
- PartitionedCall, StatefulPartitionedCall and calls by a function's name are replaced by the function's body when a model
  is loaded. If and While run their functions; of TensorFlow 1's Switch and Merge (and RefSwitch, RefMerge), both sides
  are computed and one is taken, unless the condition is known when the model is loaded. Loops of TensorFlow 1 (Enter,
  NextIteration, Exit) and TensorLists are not supported.
- Variables are read (VariableV2, VarHandleOp with ReadVariableOp, ResourceGather, ResourceGatherNd) and never written.
- Images have the channels last (data_format NHWC).

EOF
  "$program"
}

if [ "${1:-}" = --check ]; then
  diff -u docs/ops.md <(render) || { echo "generate_ops_docs: docs/ops.md is out of date: run 'make docs'" >&2; exit 1; }
  echo "generate_ops_docs: docs/ops.md is current"
else
  render >docs/ops.md.new
  mv docs/ops.md.new docs/ops.md
fi
