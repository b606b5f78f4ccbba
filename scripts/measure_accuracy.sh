#!/bin/bash
# Trains and scores what docs/results.md reports, on the data sets in TIQU_SHARED or ../shared.
#
#   scripts/measure_accuracy.sh FOLDER xxcq [FLAGS of tiqu train]     CAIL2021 theft cases: an hour on one core
#   scripts/measure_accuracy.sh FOLDER cmrc        CMRC 2018 trial, trained on other sets: two hours on one core
#   scripts/measure_accuracy.sh FOLDER ablation    two epochs of xxcq with one piece left out, each: half an hour in all
#   scripts/measure_accuracy.sh FOLDER tagger-SET  SET is resume, weibo, cluener or msra: 15 to 50 minutes on one core
#   scripts/measure_accuracy.sh FOLDER precision   three epochs of xxcq scored in fp32, bf16 and int8: fifteen minutes
set -euo pipefail
. "$(dirname "$0")/enter_folder.sh" "$1"
labels=$root/examples/labels/xxcq.json
[ -f tagged_vectors.bin ] || "$root/scripts/train_vectors.sh" .

prepare_xxcq() {
  "$tiqu" convert "$data/xxcq/train.jsonl" --labels "$labels" -o xxcq.jsonl >/dev/null
  "$tiqu" convert "$data/xxcq/dev.jsonl" --labels "$labels" -o xxcq_dev.jsonl >/dev/null
}

# score NAME DATA [FLAGS]: exports NAME/best_model.h5 and prints its table.
score() {
  rm -rf "models/$1"
  "$tiqu" export "$1/best_model.h5" "models/$1" --version 1 >/dev/null
  "$tiqu" eval --model "models/$1" "${@:2}"
}

# prepare_tagged SET: SET.jsonl to train on and SET_dev.jsonl, the set's own or a tenth of its texts.
prepare_tagged() {
  case "$1" in
    resume) set -- resume "$data"/resume/{train,dev}.char.bmes ;;
    weibo) set -- weibo "$data"/weibo/weiboNER_2nd_conll.{train,dev} ;;
    cluener) set -- cluener "$data/cluener/train.json" ;;
    msra) set -- msra "$data/msra/train.txt" ;;
    *) echo "measure_accuracy.sh: no such set: $1" >&2 && exit 2 ;;
  esac
  if [ $# -eq 3 ]; then
    "$tiqu" convert --entities "$2" -o "$1.jsonl" >/dev/null
    "$tiqu" convert --entities "$3" -o "$1_dev.jsonl" >/dev/null
  else
    "$tiqu" convert --entities "$2" -o "$1.jsonl" --dev "$1_dev.jsonl" >/dev/null
  fi
}

# train_teachers SET: three taggers, unlike in what they know of words, in dropout, in width, or in noise and seed alone.
train_teachers() {
  local settings=$root/examples/train/tagger_$1_teacher.toml second third
  case "$1" in
    cluener)
      second=(--word-vectors vectors.bin --embedding-dropout 0.3 --gate-dropout 0.15 --merge-dropout 0.25)
      third=(--hidden 256 --learning-rate 0.0015)
      ;;
    resume)
      second=(--learning-rate 0.001)
      third=(--adversarial-size 0.06)
      ;;
  esac
  "$tiqu" train "$settings" --resume true
  "$tiqu" train "$settings" --resume true --output-dir "$1_teacher_2" --seed 2 "${second[@]}"
  "$tiqu" train "$settings" --resume true --output-dir "$1_teacher_3" --seed 3 "${third[@]}"
}

# train_tagger SET: and first what its training goes on from or learns from. A training that is finished is not done again.
train_tagger() {
  local settings=$root/examples/train/tagger_$1.toml
  if grep -q '^init_from = "tagger_msra/' "$settings"; then train_tagger msra; fi
  prepare_tagged "$1"
  if [ -f "$root/examples/train/tagger_$1_teacher.toml" ]; then train_teachers "$1"; fi
  "$tiqu" train "$settings" --resume true
}

# ablate NAME [FLAGS]: a short training on xxcq with one piece left out.
ablate() {
  "$tiqu" train "$root/examples/train/xxcq.toml" --max-minutes 0 --epochs 2 \
    --encoder-rates "[1,2,4]" --model-rates "[1,2,4,8,16,1]" --output-dir "ablation_$1" --resume true "${@:2}"
  echo "== $1"
  score "ablation_$1" xxcq_dev.jsonl | sed -n 1,2p
}

case "${2:-}" in
  xxcq)
    prepare_xxcq
    "$tiqu" train "$root/examples/train/xxcq.toml" --resume true "${@:3}"
    score xxcq xxcq_dev.jsonl
    ;;
  cmrc)
    # Sets with one answer to a question, short ones and long ones; questions without an answer are left out.
    "$tiqu" convert "$data/drcd/DRCD_dev.json" "$data"/chinesesquad/*.json "$data/cjrc/dev_ground_truth.json" \
      "$data/houjin/train.json" "$data/dureader_robust/dev.json" --single --drop-duplicates -o all.jsonl >/dev/null
    grep -v '"answers":\[\]' all.jsonl >single.jsonl
    "$root/scripts/prepare_starter_data.sh" . 14000 >/dev/null
    # General reading questions gain from more layers after the question than the bundled model has.
    "$tiqu" train "$root/examples/train/starter.toml" --resume true --output-dir cmrc_start --max-minutes 66 \
      --encoder-rates "[1,2,4]" --model-rates "[1,2,4,8,16,1]"
    "$tiqu" train "$root/examples/train/cmrc.toml" --resume true
    score cmrc "$data/cmrc2018/cmrc2018_trial.json" --baseline
    ;;
  tagger-*)
    train_tagger "${2#tagger-}"
    score "tagger_${2#tagger-}" "${2#tagger-}_dev.jsonl"
    ;;
  ablation)
    prepare_xxcq
    ablate full
    ablate no_features --match-features false
    ablate no_vectors --word-vectors ""
    ablate no_span_loss --span-weight 0
    ablate no_crf --crf false
    ;;
  precision)
    prepare_xxcq
    "$tiqu" train "$root/examples/train/xxcq.toml" --max-minutes 0 --epochs 3 --output-dir precision --resume true
    for precision in fp32 bf16 int8; do
      echo "== $precision"
      score precision xxcq_dev.jsonl --precision "$precision" | sed -n 1,2p
    done
    ;;
  *)
    echo "usage: scripts/measure_accuracy.sh FOLDER xxcq|cmrc|ablation|precision|tagger-SET" >&2
    exit 2
    ;;
esac
