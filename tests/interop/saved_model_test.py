"""Stock TensorFlow loads what Tiqu exports, runs it to the numbers of docs/model.md and shows it in the same words.

One process, because importing TensorFlow takes longer than all that is tested here. Run by ctest with TIQU_BUILD_DIR (where
`tiqu` and `write_random_reader` are).
"""

import contextlib
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import numpy as np
import tensorflow as tf
from absl import flags
from absl.testing import flagsaver
from tensorflow.python.tools import saved_model_cli

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import reader_numpy

tf.get_logger().setLevel("ERROR")  # it warns of every reference variable

BUILD = pathlib.Path(os.environ["TIQU_BUILD_DIR"])
SHARED = pathlib.Path(os.environ.get("TIQU_SHARED", pathlib.Path(__file__).resolve().parents[3] / "shared"))
INPUTS = ("q1_in", "q2_in", "p1_in", "p2_in", "k1_in", "k2_in", "pos_in")
TOLERANCE = 1e-5


def run_tool(name, *arguments):
    return subprocess.run([str(BUILD / name), *map(str, arguments)], check=True, capture_output=True, text=True).stdout


class Model:
    """A version folder as this test sees it: its weights, its spec and the same graph loaded in two ways."""

    def __init__(self, path):
        self.path = str(path)
        self.spec = json.loads((path / "assets.extra" / "tiqu.json").read_text())["spec"]
        reader = tf.train.load_checkpoint(self.path + "/variables/variables")
        self.weights = {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}
        self.loaded = tf.saved_model.load(self.path)  # kept: its signatures die with it
        self.session = tf.compat.v1.Session(graph=tf.Graph())
        with self.session.graph.as_default():
            self.meta = tf.compat.v1.saved_model.loader.load(self.session, ["serve"], self.path)

    def run_v2(self, inputs, signature="qa", output="pa"):
        tensors = {name: tf.constant(value, tf.float32) for name, value in inputs.items()}
        return self.loaded.signatures[signature](**tensors)[output].numpy()

    def run_v1(self, inputs, signature="qa", output="pa"):
        described = self.meta.signature_def[signature]
        feeds = {described.inputs[name].name: value for name, value in inputs.items()}
        return self.session.run(described.outputs[output].name, feeds)

    def reference(self, inputs):
        return reader_numpy.forward(self.weights, self.spec, inputs)


def sample(random, spec, passage, question, anchor=True):
    """One unpadded sample whose passage repeats pieces of its question, so that runs match."""
    chars, words = spec["char_vocab_size"], spec["word_vocab_size"]
    q1, q2 = random.integers(1, chars, question), random.integers(1, words, question)
    p1, p2 = random.integers(1, chars, passage), random.integers(1, words, passage)
    for _ in range(passage // 6):
        size = min(int(random.integers(1, 5)), question, passage)
        source, target = random.integers(0, question - size + 1), random.integers(0, passage - size + 1)
        p1[target:target + size] = q1[source:source + size]
        p2[target:target + size] = q2[source:source + size]
    begin = int(random.integers(0, passage)) if anchor else -1
    end = int(random.integers(begin, passage)) if anchor else -1
    positions = random.integers(-2, spec["max_position"] + 3, passage)
    return {"q1_in": q1, "q2_in": q2, "p1_in": p1, "p2_in": p2, "k1_in": [begin], "k2_in": [end], "pos_in": positions}


def batch(samples, extra=0):
    """Pads the samples to a common length (and `extra` beyond)."""
    inputs = {}
    for name in INPUTS:
        rows = [np.asarray(s[name], np.float32) for s in samples]
        width = 1 if name in ("k1_in", "k2_in") else max(map(len, rows)) + extra
        inputs[name] = np.stack([np.pad(row, (0, width - len(row))) for row in rows])
    return inputs


def in_two_steps(run, inputs):
    """The passages through encode_passage, then the questions through answer_encoded; `run` is run_v1 or run_v2."""
    passages = {name: inputs[name] for name in ("p1_in", "p2_in", "pos_in")}
    questions = {name: value for name, value in inputs.items() if name != "pos_in"}
    return run({**questions, "encoded": run(passages, "encode_passage", "encoded")}, "answer_encoded")


class ExportedReader(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.folder.name)
        run_tool("write_random_reader", cls.dir)
        cls.full = Model(cls.dir / "full" / "1")
        cls.plain = Model(cls.dir / "plain" / "1")

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def assert_near(self, actual, expected):
        self.assertEqual(actual.shape, expected.shape)
        self.assertLess(np.abs(actual - expected).max(), TOLERANCE)

    def samples(self, seed, sizes):
        random = np.random.default_rng(seed)
        return [sample(random, self.full.spec, p, q, anchor=i % 3 != 2) for i, (p, q) in enumerate(sizes)]

    def test_both_loaders_give_the_numbers_of_the_equations(self):
        for seed, sizes in enumerate([[(40, 9), (25, 4), (60, 12)], [(1, 1)], [(2, 1), (1, 2)], [(3, 2)], [(5, 30)]]):
            inputs = batch(self.samples(seed, sizes))
            for model in (self.full, self.plain):
                expected = model.reference(inputs)
                self.assert_near(model.run_v1(inputs), expected)
                self.assert_near(model.run_v2(inputs), expected)

    def test_the_weights_leave_no_tag_without_effect(self):
        pa = self.full.run_v1(batch(self.samples(1, [(80, 10)] * 4)))
        self.assertTrue((pa.std(axis=(0, 1)) > 0.02).all(), f"too flat to test anything: {pa.std(axis=(0, 1))}")

    def test_both_signatures_are_the_same(self):
        inputs = batch(self.samples(2, [(12, 3)]))
        np.testing.assert_array_equal(self.full.run_v1(inputs), self.full.run_v1(inputs, "serving_default"))
        np.testing.assert_array_equal(self.full.run_v2(inputs), self.full.run_v2(inputs, "serving_default"))

    def test_a_passage_encoded_first_and_asked_then_gives_the_same(self):
        inputs = batch(self.samples(6, [(40, 9), (25, 4), (60, 12)]), extra=2)
        for model in (self.full, self.plain):
            for run in (model.run_v1, model.run_v2):
                np.testing.assert_array_equal(in_two_steps(run, inputs), run(inputs))

    def test_one_passage_serves_all_questions_of_a_call(self):
        samples = self.samples(7, [(50, 3 + i) for i in range(10)])
        for one in samples:
            one.update({name: samples[0][name] for name in ("p1_in", "p2_in", "pos_in")})
        each = batch(samples)
        once = {**each, **{name: each[name][:1] for name in ("p1_in", "p2_in", "pos_in")}}
        for model in (self.full, self.plain):
            expected = model.reference(each)
            for run in (model.run_v1, model.run_v2):
                self.assert_near(run(once), expected)
                self.assert_near(in_two_steps(run, once), expected)

    def test_padding_and_batching_change_nothing(self):
        samples = self.samples(3, [(30, 8), (17, 3), (1, 1)])
        together = self.full.run_v1(batch(samples, extra=37))
        for row, one in zip(together, samples):
            alone = self.full.run_v1(batch([one]))[0]
            self.assert_near(row[:len(alone)], alone)
            np.testing.assert_array_equal(row[len(alone):], np.broadcast_to([1, 0, 0], row[len(alone):].shape))

    def test_a_row_of_padding_is_all_outside(self):
        inputs = batch(self.samples(4, [(9, 4), (9, 4)]))
        for name in ("q1_in", "q2_in", "p1_in", "p2_in"):
            inputs[name][1] = 0
        pa = self.full.run_v1(inputs)
        self.assert_near(pa, self.full.reference(inputs))
        np.testing.assert_array_equal(pa[1], np.broadcast_to([1, 0, 0], pa[1].shape))

    def test_an_id_outside_the_vocabulary_is_refused(self):
        inputs = batch(self.samples(5, [(9, 4)]))
        inputs["p1_in"][0, 3] = self.full.spec["char_vocab_size"]
        with self.assertRaises(tf.errors.InvalidArgumentError):
            self.full.run_v1(inputs)

    def test_variables_can_be_trained_and_saved_on(self):
        with self.full.session.graph.as_default():
            names = {v.op.name for v in tf.compat.v1.global_variables()}
            trainable = {v.op.name for v in tf.compat.v1.trainable_variables()}
        self.assertEqual(names, set(self.full.weights))
        frozen = {"mix_embedding/word_vectors", "match_features/char_idf", "match_features/word_idf"}
        self.assertEqual(names - trainable, frozen)
        saver = self.full.meta.saver_def
        prefix = str(self.dir / "again" / "model")
        os.makedirs(os.path.dirname(prefix))
        self.full.session.run(saver.save_tensor_name, {saver.filename_tensor_name: prefix})
        again = tf.train.load_checkpoint(prefix)
        for name, value in self.full.weights.items():
            np.testing.assert_array_equal(again.get_tensor(name), value)

    def test_the_bundle_is_byte_for_byte_what_tensorflow_writes(self):
        prefix = str(self.dir / "bytes")
        names = sorted(self.full.weights)
        tf.raw_ops.SaveV2(prefix=prefix, tensor_names=names, shape_and_slices=[""] * len(names),
                          tensors=[self.full.weights[name] for name in names])
        ours = pathlib.Path(self.full.path) / "variables" / "variables.data-00000-of-00001"
        self.assertEqual(ours.read_bytes(), pathlib.Path(prefix + ".data-00000-of-00001").read_bytes())


def saved_model_cli_text(path, **options):
    """What `saved_model_cli show --dir PATH ...` prints, without a process of its own."""
    text = io.StringIO()
    with flagsaver.flagsaver(dir=str(path), **options), contextlib.redirect_stdout(text):
        saved_model_cli.show()
    return text.getvalue()


def tiqu_text(path, **options):
    arguments = [f"--{name}" if value is True else f"--{name}={value}" for name, value in options.items()]
    return run_tool("tiqu", "show", "--dir", path, *arguments)


def with_sorted_ops(text):
    """The set of operations has no order in Python's text."""
    def sort(match):
        return "ops: {" + ", ".join(sorted(match.group(1).split(", "))) + "}"
    return re.sub(r"ops: \{(.*)\}", sort, text)


class Show(unittest.TestCase):
    OPTIONS = ({"all": True}, {}, {"tag_set": "serve"}, {"tag_set": "serve", "list_ops": True}, {"list_ops": True})

    def assert_same_text(self, path, options):
        expected = with_sorted_ops(saved_model_cli_text(path, **options))
        self.assertEqual(with_sorted_ops(tiqu_text(path, **options)), expected)

    def test_exported_models_are_shown_in_tensorflows_words(self):
        with tempfile.TemporaryDirectory() as folder:
            run_tool("write_random_reader", folder)
            run_tool("tiqu", "export", f"{folder}/best_model.h5", f"{folder}/exported", "--version", "3")
            for options in self.OPTIONS + ({"tag_set": "serve", "signature_def": "qa"},):
                self.assert_same_text(f"{folder}/exported/3", options)
            first, second = (pathlib.Path(folder) / name for name in ("full/1", "exported/3"))
            for file in ("saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"):
                self.assertEqual((first / file).read_bytes(), (second / file).read_bytes())

    @unittest.skipUnless((SHARED / "fixtures").is_dir(), "the shared fixtures are not here")
    def test_models_of_others_are_shown_in_tensorflows_words(self):
        for path in sorted((SHARED / "fixtures").glob("saved_model_*/*")):
            for options in self.OPTIONS + ({"tag_set": "serve", "signature_def": "serving_default"},):
                self.assert_same_text(path, options)


if __name__ == "__main__":
    flags.FLAGS.mark_as_parsed()
    unittest.main()
