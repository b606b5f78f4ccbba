#!/usr/bin/python3
"""One side of bench/reader_speed.py: the reader's forward pass in another runtime, one thread, warm.

    reader_peers.py torch|onnxruntime|tensorflow FOLDER

FOLDER holds model.h5, batch.json, model/1 and model.onnx. The first line on standard output is {"pa": [...]}. Then each line
on standard input asks for so many runs and is answered by {"seconds": of the fastest}. So several sides, each with the
interpreter that has its runtime, can take turns within one run.
"""

import json
import os
import sys
import time

import train_speed

WARM_UP = 2


def read_inputs(folder):
    """The signature's seven inputs, a batch of one."""
    with open(os.path.join(folder, "batch.json")) as file:
        data = json.load(file)
    passage, sample = data["passages"][0], data["samples"][0]
    return {
        "p1_in": passage["chars"], "p2_in": passage["words"], "pos_in": list(range(len(passage["chars"]))),
        "q1_in": sample["chars"], "q2_in": sample["words"], "k1_in": sample["anchor"][:1], "k2_in": sample["anchor"][1:],
    }


def read_arrays(folder):
    import numpy

    return {name: numpy.array([row], numpy.float32) for name, row in read_inputs(folder).items()}


def make_torch(folder):
    """libtorch on hand-made features that are ready: the other sides compute them."""
    import torch

    torch.set_num_threads(1)
    weights, spec = train_speed.read_weights(os.path.join(folder, "model.h5"))
    batch = train_speed.Batch(os.path.join(folder, "batch.json"))
    reader = train_speed.make_reader()(weights, spec).eval()

    def run():
        with torch.no_grad():
            logits, _ = reader(batch, batch.p1, batch.p2, batch.q1, batch.q2)
            return torch.softmax(logits, -1)

    return run


def make_onnxruntime(folder):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = onnxruntime.InferenceSession(os.path.join(folder, "model.onnx"), options, providers=["CPUExecutionProvider"])
    inputs = read_arrays(folder)
    return lambda: session.run(["pa"], inputs)[0]


def make_tensorflow(folder):
    os.environ.pop("TF_ENABLE_ONEDNN_OPTS", None)  # oneDNN is on unless somebody turned it off
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import tensorflow

    tensorflow.config.threading.set_intra_op_parallelism_threads(1)
    tensorflow.config.threading.set_inter_op_parallelism_threads(1)
    tensorflow.get_logger().setLevel("ERROR")
    loaded = tensorflow.saved_model.load(os.path.join(folder, "model", "1"))
    function = loaded.signatures["qa"]
    inputs = {name: tensorflow.constant(value) for name, value in read_arrays(folder).items()}

    def run(kept=loaded):  # its variables die with it
        return function(**inputs)["pa"].numpy()

    return run


SIDES = {"torch": make_torch, "onnxruntime": make_onnxruntime, "tensorflow": make_tensorflow}


def main():
    side, folder = sys.argv[1:]
    run = SIDES[side](folder)
    for _ in range(WARM_UP):
        pa = run()
    print(json.dumps({"pa": pa.flatten().tolist()}), flush=True)
    for line in sys.stdin:
        seconds = []
        for _ in range(int(line)):
            start = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - start)
        print(json.dumps({"seconds": min(seconds)}), flush=True)


if __name__ == "__main__":
    main()
