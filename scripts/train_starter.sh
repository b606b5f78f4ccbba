#!/bin/bash
# Makes the bundled model from open data sets and invented records, from the beginning.
#
#   scripts/train_starter.sh FOLDER       works in FOLDER, leaves the SavedModel in FOLDER/models/starter/1
#
# Takes an hour and forty minutes. The data sets are looked for in TIQU_SHARED, or in ../shared. A training that was
# stopped goes on when the same command is given again.
set -euo pipefail
. "$(dirname "$0")/enter_folder.sh" "$1"

[ -f vectors.bin ] || "$root/scripts/train_vectors.sh" .
"$root/scripts/prepare_starter_data.sh" . 28000
"$tiqu" train "$root/examples/train/starter.toml" --resume true
"$tiqu" export starter/best_model.h5 models/starter --version 1
