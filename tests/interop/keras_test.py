"""Keras models in Tiqu's engine: a model a kind of layer, the reader and the tagger, exported in three ways.

Run by ctest with TIQU_BUILD_DIR (where `run_engine` is). keras_models.py exports, and says what TensorFlow computes.
"""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from engine_util import run_engine

import numpy as np

TOLERANCE = 1e-4  # what counts as equal between two implementations of a whole model
MODELS = 14


class KerasModels(unittest.TestCase):
    def check(self, way):
        script = pathlib.Path(__file__).parent / "keras_models.py"
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run([sys.executable, str(script), way, folder], capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
            records = sorted(pathlib.Path(folder).glob("*.npz"))
            self.assertEqual(len(records), MODELS)
            for record in records:
                with self.subTest(model=record.stem):
                    self.compare(record)

    def compare(self, record):
        arrays = np.load(record)
        parts = {side: {k.partition("/")[2]: arrays[k] for k in arrays if k.startswith(side)} for side in ("in", "out")}
        for mode in ("fuse", "plain"):
            got = run_engine(record.with_suffix(""), [("serving_default", parts["in"])], mode)[0]
            self.assertNotIn("error", got)
            self.assertEqual(set(got), set(parts["out"]))
            for key, want in parts["out"].items():
                self.assertEqual((got[key].dtype, got[key].shape), (want.dtype, want.shape), key)
                np.testing.assert_allclose(got[key], want, atol=TOLERANCE, rtol=TOLERANCE, err_msg=key)

    def test_model_export(self):
        self.check("export")

    def test_saved_model_save(self):
        self.check("save")

    def test_the_builder_of_tensorflow_1(self):
        self.check("v1")


if __name__ == "__main__":
    unittest.main()
