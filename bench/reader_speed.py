#!/usr/bin/python3
"""Times the engine's forward pass of the whole reader against libtorch's, onnxruntime's and TensorFlow's.

    bench/reader_speed.py build                    # 32, 128, 512 and 2048 characters, batch 1, one thread
    bench/reader_speed.py build --passage-chars 512 --sides torch --json figures.json

All run the same weights on the same inputs: tiqu-train writes weights and a made-up sample (--bench-out), `tiqu export`
makes a SavedModel and an ONNX file of them. libtorch runs the network as bench/train_speed.py writes it plainly, without
gradients, on hand-made features that are ready; all others compute them. The outputs `pa` must agree before anything is
timed. The sides take turns, each warm and in a process of its own, and the best run of each counts.

libtorch needs this interpreter to have torch and h5py, onnxruntime and TensorFlow stand in .venv
(scripts/install_dependencies.sh bench).
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

import reader_peers
import train_speed

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOLERANCE = 1e-4
FLOAT = 1  # TensorFlow's number of the type
VENV_PYTHON = str(ROOT / ".venv" / "bin" / "python")
INTERPRETERS = {"torch": sys.executable, "onnxruntime": VENV_PYTHON, "tensorflow": VENV_PYTHON}
ONE_THREAD = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("build", help="folder of tiqu, tiqu-train and run_engine")
    parser.add_argument("--passage-chars", type=int, nargs="+", default=[32, 128, 512, 2048])
    parser.add_argument("--question-chars", type=int, default=16)
    parser.add_argument("--sides", nargs="+", choices=list(INTERPRETERS), default=list(INTERPRETERS))
    parser.add_argument("--repeats", type=int, default=10, help="runs of a turn, of which the fastest counts")
    parser.add_argument("--rounds", type=int, default=6, help="turns of each side")
    parser.add_argument("--json", help="write the figures here, too")
    return parser.parse_args()


def make_model(arguments, folder, chars):
    def run(program, *rest):
        subprocess.run([os.path.join(arguments.build, program), *rest], check=True, stdout=subprocess.DEVNULL)

    run("tiqu-train", "--bench", "--bench-out", folder, "--threads", "1", "--bench-samples", "1", "--bench-steps", "1",
        "--bench-passage-chars", str(chars), "--bench-question-chars", str(arguments.question_chars))
    checkpoint = os.path.join(folder, "model.h5")
    run("tiqu", "export", checkpoint, os.path.join(folder, "model"), "--version", "1")
    run("tiqu", "export", checkpoint, os.path.join(folder, "model.onnx"), "--format", "onnx")


class Engine:
    """Tiqu's side: run_engine, started for each turn; its first run, which is not timed, makes it warm."""

    def __init__(self, arguments, folder):
        self.command = [os.path.join(arguments.build, "run_engine"), os.path.join(folder, "model", "1"), "fuse"]
        rows = reader_peers.read_inputs(folder)
        inputs = {name: {"dtype": FLOAT, "shape": [1, len(row)], "values": row} for name, row in rows.items()}
        self.call = json.dumps([{"signature": "qa", "inputs": inputs}])
        self.pa = self.run(1)["outputs"]["pa"]["values"]

    def run(self, repeats):
        done = subprocess.run([*self.command, str(repeats)], input=self.call, stdout=subprocess.PIPE, text=True,
                              env={**os.environ, **ONE_THREAD}, check=True)
        result = json.loads(done.stdout)[0]
        if "error" in result:
            sys.exit(f"the engine says {result['error']}")
        return result

    def seconds(self, repeats):
        return self.run(repeats)["seconds"]

    def close(self):
        pass


class Peer:
    """Another runtime, in one process of its own for all its turns."""

    def __init__(self, side, folder):
        self.side = side
        if not os.path.exists(INTERPRETERS[side]):
            sys.exit(f"{side}: there is no {INTERPRETERS[side]}; make it with scripts/install_dependencies.sh bench")
        script = str(pathlib.Path(__file__).with_name("reader_peers.py"))
        self.process = subprocess.Popen([INTERPRETERS[side], script, side, folder], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env={**os.environ, **ONE_THREAD})
        self.pa = self.read()["pa"]

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"{self.side}: its process ended with {self.process.wait()}")
        return json.loads(line)

    def seconds(self, repeats):
        self.process.stdin.write(f"{repeats}\n")
        self.process.stdin.flush()
        return self.read()["seconds"]

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def check_answers(sides, chars):
    """The largest difference between the engine's pa and another's."""
    engine = sides["engine"].pa
    worst = 0.0
    for name, side in sides.items():
        difference = max(abs(a - b) for a, b in zip(engine, side.pa, strict=True))
        if not difference <= TOLERANCE:
            sys.exit(f"{chars} characters: pa of {name} differs by {difference} from the engine's")
        worst = max(worst, difference)
    return worst


def compare(arguments, chars):
    with tempfile.TemporaryDirectory() as folder:
        make_model(arguments, folder, chars)
        sides = {"engine": Engine(arguments, folder)}
        try:
            for name in arguments.sides:
                sides[name] = Peer(name, folder)
            difference = check_answers(sides, chars)
            best = dict.fromkeys(sides, float("inf"))
            for _ in range(arguments.rounds):
                for name, side in sides.items():
                    best[name] = min(best[name], side.seconds(arguments.repeats))
        finally:
            for side in sides.values():
                side.close()
    return {"passage_chars": chars, "difference": difference,
            "ms": {name: seconds * 1e3 for name, seconds in best.items()},
            "ratio": {name: best[name] / best["engine"] for name in arguments.sides}}


def main():
    arguments = parse_arguments()
    columns = "".join(f" {name + ' ms':>15} {'ratio':>6}" for name in arguments.sides)
    print(f"{'characters':>10} {'engine ms':>10}{columns} {'pa differs':>11}")
    rows = []
    for chars in arguments.passage_chars:
        row = compare(arguments, chars)
        rows.append(row)
        columns = "".join(f" {row['ms'][name]:15.2f} {row['ratio'][name]:6.2f}" for name in arguments.sides)
        print(f"{chars:10} {row['ms']['engine']:10.2f}{columns} {row['difference']:11.1e}", flush=True)
    train_speed.write_figures(rows, arguments.json)


if __name__ == "__main__":
    main()
