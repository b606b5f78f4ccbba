#!/usr/bin/python3
"""Times the engine's forward pass of the whole reader against libtorch's, on the same weights and inputs.

    bench/reader_speed.py build                    # needs python3-torch, python3-h5py; 512 characters, one thread
    bench/reader_speed.py build --passage-chars 128 512 2048 --json figures.json

tiqu-train writes weights and a made-up sample (--bench-out), `tiqu export` makes a SavedModel of them, the engine runs its
signature `qa`. libtorch runs the network as bench/train_speed.py writes it plainly, without gradients, on hand-made
features that are ready: the engine's time includes computing them. The outputs `pa` must agree before anything is timed.
The two run in turns, each in a process of its own, and the best round of each counts.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

import train_speed

TOLERANCE = 1e-5
FLOAT = 1  # TensorFlow's number of the type


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of tiqu, tiqu-train and run_engine")
    parser.add_argument("--passage-chars", type=int, nargs="+", default=[512])
    parser.add_argument("--question-chars", type=int, default=16)
    parser.add_argument("--repeats", type=int, default=30, help="runs of a round, of which the fastest counts")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="write the figures here, too")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


def make_model(arguments, folder, chars):
    def run(program, *rest):
        subprocess.run([os.path.join(arguments.build, program), *rest], check=True, stdout=subprocess.DEVNULL)

    run("tiqu-train", "--bench", "--bench-out", folder, "--threads", "1", "--bench-samples", "1", "--bench-steps", "1",
        "--bench-passage-chars", str(chars), "--bench-question-chars", str(arguments.question_chars))
    run("tiqu", "export", os.path.join(folder, "model.h5"), os.path.join(folder, "model"), "--version", "1")


def engine_call(folder):
    with open(os.path.join(folder, "batch.json")) as file:
        data = json.load(file)
    passage, sample = data["passages"][0], data["samples"][0]
    rows = {
        "p1_in": passage["chars"], "p2_in": passage["words"], "pos_in": list(range(len(passage["chars"]))),
        "q1_in": sample["chars"], "q2_in": sample["words"], "k1_in": sample["anchor"][:1], "k2_in": sample["anchor"][1:],
    }
    inputs = {name: {"dtype": FLOAT, "shape": [1, len(row)], "values": row} for name, row in rows.items()}
    return json.dumps([{"signature": "qa", "inputs": inputs}])


def run_engine(arguments, folder):
    command = [os.path.join(arguments.build, "run_engine"), os.path.join(folder, "model", "1"), "fuse"]
    done = subprocess.run(command + [str(arguments.repeats)], input=engine_call(folder), stdout=subprocess.PIPE, text=True,
                          env=dict(os.environ, OMP_NUM_THREADS="1"), check=True)
    result = json.loads(done.stdout)[0]
    if "error" in result:
        sys.exit(f"the engine says {result['error']}")
    return {"seconds": result["seconds"], "pa": result["outputs"]["pa"]["values"]}


def run_torch(arguments, folder):
    command = [sys.executable, __file__, arguments.build, "--child", folder, "--repeats", str(arguments.repeats)]
    return train_speed.run_json(command, threads=1)


def run_child(arguments):
    import torch

    torch.set_num_threads(1)
    weights, spec = train_speed.read_weights(os.path.join(arguments.child, "model.h5"))
    batch = train_speed.Batch(os.path.join(arguments.child, "batch.json"))
    reader = train_speed.make_reader()(weights, spec).eval()
    seconds = []
    with torch.no_grad():
        for _ in range(arguments.repeats + 2):
            start = time.perf_counter()
            logits, _ = reader(batch, batch.p1, batch.p2, batch.q1, batch.q2)
            pa = torch.softmax(logits, -1)
            seconds.append(time.perf_counter() - start)
    print(json.dumps({"seconds": min(seconds[2:]), "pa": pa.flatten().tolist()}))


def compare(arguments, chars):
    with tempfile.TemporaryDirectory() as folder:
        make_model(arguments, folder, chars)
        ours, plain = [], []
        for _ in range(arguments.rounds):
            ours.append(run_engine(arguments, folder))
            plain.append(run_torch(arguments, folder))
    worst = max(abs(a - b) for a, b in zip(ours[0]["pa"], plain[0]["pa"], strict=True))
    if not worst <= TOLERANCE:
        sys.exit(f"{chars} characters: pa differs by {worst} from PyTorch's")
    engine = min(each["seconds"] for each in ours)
    torch = min(each["seconds"] for each in plain)
    return {"passage_chars": chars, "engine_ms": engine * 1e3, "torch_ms": torch * 1e3, "ratio": torch / engine,
            "difference": worst}


def main():
    arguments = parse_arguments()
    if arguments.child:
        return run_child(arguments)
    print(f"{'characters':>10} {'engine ms':>10} {'libtorch ms':>12} {'ratio':>6} {'pa differs':>11}")
    rows = []
    for chars in arguments.passage_chars:
        row = compare(arguments, chars)
        rows.append(row)
        print(f"{chars:10} {row['engine_ms']:10.2f} {row['torch_ms']:12.2f} {row['ratio']:6.2f} {row['difference']:11.1e}",
              flush=True)
    train_speed.write_figures(rows, arguments.json)


if __name__ == "__main__":
    main()
