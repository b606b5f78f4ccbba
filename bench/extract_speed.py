#!/usr/bin/env python3
"""`tiqu extract` on one core against two, and its memory over short and long files.

    bench/extract_speed.py build/tiqu                 4,000 passages of 500 characters, one worker and two in turns,
                                                      and two programs of one worker, which is the machine's limit
    bench/extract_speed.py build/tiqu --gigabyte      then also files of 5 MB and 1 GB whose passages are over the limit

The answers of both are compared first, byte for byte. Passages are joined from `tiqu synth`.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
MODEL = ROOT / "models" / "starter"
PASSAGES, CHARS, ROUNDS = 4000, 500, 2


def write_input(tiqu, path):
    made = subprocess.run([tiqu, "synth", "--count", "6000", "--seed", "3", "-o", "-"], capture_output=True, check=True)
    text = "".join(dict.fromkeys(json.loads(line)["passage"] for line in made.stdout.splitlines()))
    with open(path, "w", encoding="utf-8") as out:
        for i in range(PASSAGES):
            begin = i * 97 % (len(text) - CHARS)
            line = {"id": i, "question": "出生日期是哪天", "passage": text[begin : begin + CHARS]}
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def start(tiqu, source, target, *flags):
    return subprocess.Popen([tiqu, "extract", "--model", MODEL, source, "-o", target, "--quiet", *flags])


def end(process):
    """The largest resident size in MB."""
    _, status, usage = os.wait4(process.pid, 0)
    if status not in (0, 3 << 8):  # 3: some lines were bad
        sys.exit(f"extract_speed: tiqu extract ended with {status}")
    return usage.ru_maxrss / 1024


def extract(tiqu, source, target, *flags):
    """Seconds, and the largest resident size in MB."""
    begin = time.monotonic()
    memory = end(start(tiqu, source, target, *flags))
    return time.monotonic() - begin, memory


def extract_twice_at_once(tiqu, source, targets, *flags):
    """Seconds that two programs take which know nothing of each other: what the machine's second core gives."""
    begin = time.monotonic()
    for process in [start(tiqu, source, target, *flags) for target in targets]:
        end(process)
    return time.monotonic() - begin


def compare_workers(tiqu, source, folder, precision):
    flags = ["--precision", precision]
    outputs = [folder / "one", folder / "two"]
    times = [[], []]
    apart = []
    for _ in range(ROUNDS):
        for i, output in enumerate(outputs):
            times[i].append(extract(tiqu, source, output, "--workers", str(i + 1), *flags))
        expected = outputs[0].read_bytes()
        if outputs[1].read_bytes() != expected:
            sys.exit("extract_speed: one worker and two do not give the same answers")
        apart.append(extract_twice_at_once(tiqu, source, outputs, "--workers", "1", *flags))
        if any(output.read_bytes() != expected for output in outputs):
            sys.exit("extract_speed: two programs at once do not give the answers of one")
    one, two = (min(seconds for seconds, _ in side) for side in times)
    memory = max(megabytes for side in times for _, megabytes in side)
    print(f"{precision}: one worker {one:.2f} s, two {two:.2f} s, {one / two:.2f} times; two programs at once "
          f"{2 * one / min(apart):.2f} times; at most {memory:.0f} MB resident")


def compare_memory(tiqu, source, folder):
    block = source.read_bytes()
    large = folder / "large.jsonl"
    for repeats in (1, 2**30 // len(block) + 1):
        with open(large, "wb") as out:
            for _ in range(repeats):
                out.write(block)
        seconds, memory = extract(tiqu, large, folder / "out", "--max-passage-chars", str(CHARS - 1))
        size = large.stat().st_size / 1e6
        print(f"{size:.0f} MB of lines over the limit: {seconds:.0f} s, at most {memory:.0f} MB resident")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tiqu")
    parser.add_argument("--gigabyte", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        source = folder / "in.jsonl"
        write_input(arguments.tiqu, source)
        for precision in ("fp32", "int8"):
            compare_workers(arguments.tiqu, source, folder, precision)
        if arguments.gigabyte:
            compare_memory(arguments.tiqu, source, folder)


if __name__ == "__main__":
    main()
