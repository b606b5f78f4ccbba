"""What the tests of the engine share: running it, and comparing with TensorFlow.

TIQU_BUILD_DIR is where `run_engine` is.
"""

import json
import os
import pathlib
import subprocess

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import numpy as np
import tensorflow as tf

tf.get_logger().setLevel("ERROR")
BUILD = pathlib.Path(os.environ["TIQU_BUILD_DIR"])
SHARED = pathlib.Path(os.environ.get("TIQU_SHARED", pathlib.Path(__file__).resolve().parents[3] / "shared"))
OP_TOLERANCE = 2e-6  # relative to the largest magnitude of a result, and never below this


def as_bytes(value):
    return value if isinstance(value, bytes) else value.encode()


def describe(value):
    value = np.asarray(value)
    if value.dtype.kind in "OSU":
        texts = [as_bytes(v).hex() for v in value.ravel().tolist()]
        return {"dtype": tf.string.as_datatype_enum, "shape": list(value.shape), "values": texts}
    dtype = tf.as_dtype(value.dtype).as_datatype_enum
    return {
        "dtype": dtype,
        "shape": list(value.shape),
        "values": [v if np.isfinite(v) else str(v) for v in value.ravel().tolist()],
    }


def undescribe(described):
    if described["dtype"] == tf.string.as_datatype_enum:
        values = np.empty(len(described["values"]), object)
        values[:] = [bytes.fromhex(v) for v in described["values"]]
        return values.reshape(described["shape"])
    dtype = tf.dtypes.as_dtype(described["dtype"]).as_numpy_dtype
    return np.array([dtype(v) for v in described["values"]], dtype).reshape(described["shape"])


def run_engine(path, calls, mode="fuse"):
    text = json.dumps([{"signature": s, "inputs": {k: describe(v) for k, v in i.items()}} for s, i in calls])
    done = subprocess.run([str(BUILD / "run_engine"), str(path), mode], input=text, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    results = json.loads(done.stdout)
    return [r if "error" in r else {k: undescribe(v) for k, v in r["outputs"].items()} for r in results]


def assert_same(test, got, want, tolerance=OP_TOLERANCE):
    test.assertEqual(got.dtype, want.dtype)
    test.assertEqual(got.shape, want.shape)
    if want.dtype.kind != "f":
        return np.testing.assert_array_equal(got, want)
    finite = want[np.isfinite(want)]
    np.testing.assert_allclose(
        got, want, rtol=tolerance, atol=tolerance * max(1, min(10, np.abs(finite).max(initial=0)))
    )
