#!/bin/bash
# Makes the bundled model from open data sets and invented records, from the beginning.
#
#   scripts/train_starter.sh FOLDER       works in FOLDER, leaves the SavedModel in FOLDER/models/starter/1
#
# Takes an hour and forty minutes. The data sets are looked for in TIQU_SHARED, or in ../shared. A training that was
# stopped goes on when the same command is given again.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
tiqu=$root/build/tiqu
data=${TIQU_SHARED:-$(cd .. && pwd)/shared}/data
mkdir -p "$1" && cd "$1"

[ -f vectors.bin ] || "$root/scripts/train_vectors.sh" .
"$tiqu" synth --count 28000 --seed 1 -o synth_train.jsonl
"$tiqu" synth --count 400 --seed 2 -o synth_dev.jsonl
"$tiqu" convert "$data/drcd/DRCD_dev.json" "$data"/chinesesquad/*.json --drop-duplicates \
  -o open.jsonl --dev open_dev.jsonl --dev-percent 4
# All that has an answer, and part of what has none.
grep -v '"answers":\[\]' open.jsonl >open_train.jsonl
grep -m 2000 '"answers":\[\]' open.jsonl >>open_train.jsonl
"$tiqu" train "$root/examples/train/starter.toml" --resume true
"$tiqu" export starter/best_model.h5 models/starter --version 1
