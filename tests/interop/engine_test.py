"""Tiqu's engine against stock TensorFlow: every supported operation, and the whole reader.

One graph holds a case an operation, each a signature of its own; TensorFlow and the engine run all of them. Run by ctest
with TIQU_BUILD_DIR (where `run_engine`, `print_ops` and `write_random_reader` are).
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import more_op_cases
import op_cases
import saved_model_test
from engine_util import BUILD, assert_same, run_engine

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1
READER_TOLERANCE = 1e-5
FAMILIES = (op_cases.elementwise, op_cases.unary, op_cases.reductions, op_cases.shapes, op_cases.parts, op_cases.products,
            *more_op_cases.FAMILIES)
# Operations whose results are not TensorFlow's, or that are tested as parts of whole models (graphs_test.py,
# keras_test.py and the fixtures).
ELSEWHERE = {"Assert", "If", "NoOp", "Placeholder", "PlaceholderWithDefault", "RandomUniform", "StatelessIf",
             "StatelessWhile", "VarHandleOp", "Variable", "VariableV2", "While", "ReadVariableOp", "ResourceGather",
             "ResourceGatherNd", "Identity", "Const", "PreventGradient", "Assign", "AssignAdd", "AssignSub"}


def save(cases, path):
    """All cases as signatures of one SavedModel; returns what TensorFlow makes of them."""
    with tf.Graph().as_default(), v1.Session() as session:
        signatures, outputs, feeds = {}, {}, {}
        for name, function, inputs in cases:
            with tf.name_scope(name):
                holders = [v1.placeholder(i.dtype, [None] * i.ndim, f"in{k}") for k, i in enumerate(inputs)]
                outputs[name] = tf.identity(function(*holders))
            feeds.update(zip(holders, inputs))
            signatures[name] = v1.saved_model.predict_signature_def(
                {f"in{k}": h for k, h in enumerate(holders)}, {"out": outputs[name]}
            )
        builder = v1.saved_model.Builder(str(path))
        builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=signatures)
        builder.save()
        return session.run(outputs, feeds)


class Operations(unittest.TestCase):
    def test_every_operation_gives_tensorflows_result(self):
        cases = op_cases.Cases()
        for family in FAMILIES:
            family(cases)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "ops"
            expected = save(cases.items, path)
            calls = [(name, {f"in{k}": v for k, v in enumerate(inputs)}) for name, _, inputs in cases.items]
            results = dict(zip(expected, run_engine(path, calls)))
        for name, want in expected.items():
            with self.subTest(name):
                self.assertNotIn("error", results[name])
                assert_same(self, results[name]["out"], np.asarray(want))

    def test_every_operation_of_the_registry_has_a_case(self):
        listed = subprocess.run([str(BUILD / "print_ops")], check=True, capture_output=True, text=True).stdout
        known = {line.split("|")[1].strip() for line in listed.splitlines()[2:]}
        cases = op_cases.Cases()
        for family in FAMILIES:
            family(cases)
        with tf.Graph().as_default() as graph:
            for _, function, inputs in cases.items:
                function(*[v1.placeholder(i.dtype, [None] * i.ndim) for i in inputs])
            used = {operation.type for operation in graph.get_operations()}
        self.assertEqual(known - used - ELSEWHERE, set())


class Reader(unittest.TestCase):
    def test_the_exported_reader_gives_tensorflows_numbers(self):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([str(BUILD / "write_random_reader"), folder], check=True)
            for name in ("full", "plain"):
                self.compare(pathlib.Path(folder) / name / "1")

    def compare(self, path):
        spec = json.loads((path / "assets.extra" / "tiqu.json").read_text())["spec"]
        loaded = tf.saved_model.load(str(path))
        random = np.random.default_rng(9)
        batches = []
        for sizes in ([(40, 9), (25, 4), (60, 12)], [(1, 1)], [(2, 1), (1, 2)], [(130, 17)], [(5, 30)]):
            samples = [saved_model_test.sample(random, spec, p, q, anchor=i != 1) for i, (p, q) in enumerate(sizes)]
            batches.append(saved_model_test.batch(samples, extra=3))
        for mode in ("fuse", "chains", "plain"):
            results = run_engine(path, [("qa", inputs) for inputs in batches], mode)
            for inputs, result in zip(batches, results):
                want = loaded.signatures["qa"](**{k: tf.constant(v) for k, v in inputs.items()})["pa"].numpy()
                np.testing.assert_allclose(result["pa"], want, atol=READER_TOLERANCE, rtol=0)
            self.compare_in_two_steps(path, loaded, batches[0], mode)

    def compare_in_two_steps(self, path, loaded, inputs, mode):
        """Each of the two signatures on its own: the engine asks of TensorFlow's encoding."""

        def stock(signature, values):
            return loaded.signatures[signature](**{k: tf.constant(v) for k, v in values.items()})

        passages = {name: inputs[name] for name in ("p1_in", "p2_in", "pos_in")}
        encoded = stock("encode_passage", passages)["encoded"].numpy()
        each = {**{name: value for name, value in inputs.items() if name != "pos_in"}, "encoded": encoded}
        once = {**each, **{name: each[name][:1] for name in ("encoded", "p1_in", "p2_in")}}  # all is asked of the first
        calls = [("encode_passage", passages), ("answer_encoded", each), ("answer_encoded", once)]
        results = run_engine(path, calls, mode)
        np.testing.assert_allclose(results[0]["encoded"], encoded, atol=READER_TOLERANCE, rtol=0)
        for (signature, values), result in zip(calls[1:], results[1:]):
            want = stock(signature, values)["pa"].numpy()
            np.testing.assert_allclose(result["pa"], want, atol=READER_TOLERANCE, rtol=0)


if __name__ == "__main__":
    unittest.main()
