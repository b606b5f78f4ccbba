"""The ONNX files that Tiqu exports, in stock onnxruntime: the numbers of Tiqu's engine and of stock TensorFlow.

Run by ctest with TIQU_BUILD_DIR (where `tiqu`, `run_engine` and `write_random_reader` are).
"""

import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import numpy as np
import onnx
import onnxruntime
import tensorflow as tf

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import engine_test
import engine_util
import op_cases
import saved_model_test

BUILD = pathlib.Path(os.environ["TIQU_BUILD_DIR"])
STARTER = pathlib.Path(__file__).resolve().parents[2] / "models" / "starter"
INPUTS = saved_model_test.INPUTS
TOLERANCE = 1e-5

# Operations of op_cases.py that have no translation, and cases whose sizes a translation would have to know.
UNTRANSLATED_OPS = {"BatchToSpaceND", "Expm1", "Log1p", "SpaceToBatchND"}
REFUSED_CASES = {"SplitV0", "SplitV1", "MaxPool3SAME", "AvgPool3SAME", "Conv2D_dilated"}
UNRANKED_CASES = {"Fill", "Squeeze"}  # onnxruntime runs them, onnx.checker wants to know the rank of an output


def export(source, target, *flags):
    return subprocess.run([str(BUILD / "tiqu"), "export", str(source), str(target), "--format", "onnx", *flags],
                          capture_output=True, text=True)


def open_session(path, threads=1):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@contextlib.contextmanager
def captured_errors():
    """What is written to file descriptor 2, by C++ code too; the text is complete when the block has ended."""
    text = []
    with tempfile.TemporaryFile() as file:
        saved = os.dup(2)
        os.dup2(file.fileno(), 2)
        try:
            yield text
        finally:
            os.dup2(saved, 2)
            os.close(saved)
            file.seek(0)
            text.append(file.read().decode())


class Reader(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.folder.name)
        subprocess.run([str(BUILD / "write_random_reader"), str(cls.dir)], check=True)
        for name in ("full", "plain"):
            cls.export_whole(cls.dir / name / "1", cls.dir / f"{name}.onnx")
        cls.spec = json.loads((cls.dir / "full/1/assets.extra/tiqu.json").read_text())["spec"]

    @classmethod
    def export_whole(cls, source, target):
        done = export(source, target)
        assert done.returncode == 0, done.stderr
        assert done.stdout == f"{target}\n", done.stdout

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def batches(self, seed, spec, lists, extra=0):
        random = np.random.default_rng(seed)
        for sizes in lists:
            samples = [saved_model_test.sample(random, spec, p, q, anchor=i % 3 != 2) for i, (p, q) in enumerate(sizes)]
            yield saved_model_test.batch(samples, extra)

    def assert_near(self, actual, expected):
        self.assertEqual(actual.shape, expected.shape)
        np.testing.assert_allclose(actual, expected, atol=TOLERANCE, rtol=0)

    def compare(self, folder, session, inputs):
        inputs = list(inputs)
        loaded = tf.saved_model.load(str(folder))
        engine = engine_util.run_engine(folder, [("qa", each) for each in inputs])
        for each, ours in zip(inputs, engine, strict=True):
            pa = session.run(["pa"], each)[0]
            self.assert_near(pa, ours["pa"])
            theirs = loaded.signatures["qa"](**{k: tf.constant(v) for k, v in each.items()})["pa"].numpy()
            self.assert_near(pa, theirs)

    def test_random_readers_give_the_engines_and_tensorflows_numbers(self):
        lists = ([(40, 9), (25, 4), (60, 12)], [(1, 1)], [(2, 1), (1, 2)], [(130, 17)], [(5, 30)], [(33, 8)] * 9)
        for name in ("full", "plain"):
            session = open_session(self.dir / f"{name}.onnx")
            for extra in (0, 3):
                self.compare(self.dir / name / "1", session, self.batches(11 + extra, self.spec, lists, extra))

    def test_the_bundled_model_gives_the_engines_and_tensorflows_numbers(self):
        target = self.dir / "starter.onnx"
        self.export_whole(STARTER, target)
        session = open_session(target)
        metadata = session.get_modelmeta().custom_metadata_map
        spec = json.loads(metadata["tiqu.json"])["spec"]
        ids = {char: i for i, char in enumerate(metadata["chars.txt"].splitlines())}
        passage = "罗显敏,男,1989年11月19日出生,户籍地:广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号"
        question = "罗显敏的出生地是哪里"
        words = np.random.default_rng(2)
        one = {"q1_in": [ids.get(c, 1) for c in question], "q2_in": words.integers(1, 99, len(question)),
               "p1_in": [ids.get(c, 1) for c in passage], "p2_in": words.integers(1, 99, len(passage)),
               "pos_in": np.arange(len(passage)), "k1_in": [0], "k2_in": [2]}
        made_up = self.batches(5, spec, [[(512, 16)], [(300, 20), (90, 64), (511, 7)]])
        self.compare(STARTER / "1", session, [saved_model_test.batch([one], 5), *made_up])

    def test_a_checkpoint_gives_the_same_file_as_its_folder(self):
        self.export_whole(self.dir / "best_model.h5", self.dir / "from_h5.onnx")
        self.assertEqual((self.dir / "from_h5.onnx").read_bytes(), (self.dir / "full.onnx").read_bytes())

    def test_padding_and_batching_change_nothing(self):
        session = open_session(self.dir / "full.onnx")
        random = np.random.default_rng(3)
        samples = [saved_model_test.sample(random, self.spec, p, q) for p, q in ((30, 8), (17, 3), (1, 1))]
        together = session.run(["pa"], saved_model_test.batch(samples, extra=37))[0]
        for row, sample in zip(together, samples, strict=True):
            alone = session.run(["pa"], saved_model_test.batch([sample]))[0][0]
            self.assert_near(row[:len(alone)], alone)
            np.testing.assert_array_equal(row[len(alone):], np.broadcast_to([1, 0, 0], row[len(alone):].shape))

    def test_a_passage_is_encoded_once_and_asked_by_many(self):
        sessions = {}
        for name in ("encode_passage", "answer_encoded"):
            done = export(self.dir / "full/1", self.dir / f"{name}.onnx", "--signature", name)
            self.assertEqual(done.returncode, 0, done.stderr)
            sessions[name] = open_session(self.dir / f"{name}.onnx")
        (inputs,) = self.batches(8, self.spec, [[(30, 8)] * 5])
        for name in ("p1_in", "p2_in", "pos_in"):
            inputs[name] = inputs[name][:1]
        ours = engine_util.run_engine(self.dir / "full/1", [("qa", inputs)])[0]["pa"]
        self.assert_near(open_session(self.dir / "full.onnx").run(["pa"], inputs)[0], ours)
        positions = inputs.pop("pos_in")
        passage = {"p1_in": inputs["p1_in"], "p2_in": inputs["p2_in"], "pos_in": positions}
        encoded = sessions["encode_passage"].run(["encoded"], passage)[0]
        self.assert_near(sessions["answer_encoded"].run(["pa"], {**inputs, "encoded": encoded})[0], ours)

    def test_an_id_outside_the_vocabulary_is_refused(self):
        session = open_session(self.dir / "full.onnx")
        (inputs,) = self.batches(4, self.spec, [[(9, 4)]])
        for wrong in (self.spec["char_vocab_size"], -1):
            inputs["p1_in"][0, 3] = wrong
            with self.assertRaisesRegex(Exception, "out of data bounds"), captured_errors():
                session.run(["pa"], inputs)

    def test_the_file_names_its_inputs_and_sizes_and_holds_the_models_files(self):
        session = open_session(self.dir / "full.onnx")
        shapes = {each.name: (each.type, each.shape) for each in session.get_inputs() + session.get_outputs()}
        question, passage = ["batch", "question_length"], ["passages", "passage_length"]
        axes = {"q1_in": question, "q2_in": question, "p1_in": passage, "p2_in": passage, "pos_in": passage,
                "k1_in": ["batch", 1], "k2_in": ["batch", 1], "pa": ["batch", "passage_length", 3]}
        self.assertEqual(shapes, {name: ("tensor(float)", shape) for name, shape in axes.items()})
        metadata = session.get_modelmeta().custom_metadata_map
        folder = self.dir / "full" / "1"
        self.assertEqual(metadata, {"tiqu.json": (folder / "assets.extra/tiqu.json").read_text(),
                                    "chars.txt": (folder / "assets/chars.txt").read_text(),
                                    "words.txt": (folder / "assets/words.txt").read_text()})

    def test_onnxruntime_has_nothing_to_say(self):
        for name in ("full", "plain"):
            (inputs,) = self.batches(6, self.spec, [[(9, 4), (3, 2)]])
            with captured_errors() as text:
                open_session(self.dir / f"{name}.onnx").run(None, inputs)
            self.assertEqual(text[0], "")

    def test_onnxs_own_checker_is_content(self):
        for name in ("full", "plain"):
            onnx.checker.check_model(str(self.dir / f"{name}.onnx"), full_check=True)

    def test_a_file_in_the_way_is_replaced_and_a_failure_leaves_it(self):
        target = self.dir / "in_the_way.onnx"
        target.write_text("old")
        failed = export(self.dir / "full/1", target, "--signature", "nothing")
        self.assertEqual(failed.returncode, 1)
        self.assertIn("there is no signature 'nothing'; there are: answer_encoded, encode_passage, qa, ", failed.stderr)
        self.assertEqual(target.read_text(), "old")
        self.export_whole(self.dir / "full/1", target)
        self.assertEqual(target.read_bytes(), (self.dir / "full.onnx").read_bytes())

    def test_a_flag_of_the_other_format_is_refused(self):
        done = export(self.dir / "full/1", self.dir / "x.onnx", "--version", "2")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--format onnx has no --version", done.stderr)
        self.assertFalse((self.dir / "x.onnx").exists())


class SmallModule(tf.Module):
    """As TensorFlow 2 writes a model: function bodies and resource variables."""

    def __init__(self):
        super().__init__()
        random = np.random.default_rng(8)
        self.table = tf.Variable(random.normal(size=(9, 4)).astype(np.float32), name="table")
        self.kernel = tf.Variable(random.normal(size=(4, 3)).astype(np.float32), name="kernel")

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.int32, name="ids")])
    def __call__(self, ids):
        rows = tf.nn.embedding_lookup(self.table, ids)
        mask = tf.cast(ids > 0, tf.float32)[:, :, None]
        mean = tf.reduce_sum(rows * mask, 1) / tf.maximum(tf.reduce_sum(mask, 1), 1.0)
        return {"tags": tf.nn.softmax(mean @ self.kernel)}


class Others(unittest.TestCase):
    def test_a_model_that_tensorflow_2_wrote_gives_its_numbers(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            module = SmallModule()
            tf.saved_model.save(module, str(folder / "1"))
            done = export(folder, folder / "small.onnx")
            self.assertEqual(done.returncode, 0, done.stderr)
            onnx.checker.check_model(str(folder / "small.onnx"), full_check=True)
            session = open_session(folder / "small.onnx")
            self.assertEqual(session.get_modelmeta().custom_metadata_map, {})
            ids = np.array([[1, 2, 8], [5, 0, 0]], np.int32)
            got = session.run(["tags"], {"ids": ids})[0]
            np.testing.assert_allclose(got, module(ids)["tags"].numpy(), atol=1e-6)


class Operations(unittest.TestCase):
    """The single operations of op_cases.py."""

    def test_every_translated_operation_gives_tensorflows_result(self):
        cases = op_cases.Cases()
        for family in (op_cases.elementwise, op_cases.unary, op_cases.reductions, op_cases.shapes, op_cases.parts,
                       op_cases.products):
            family(cases)
        untranslated = set()
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            expected = engine_test.save(cases.items, folder / "ops")
            for case, _, inputs in cases.items:
                with self.subTest(case):
                    if case in REFUSED_CASES:
                        self.check_refused(folder, case)
                    else:
                        untranslated |= self.check(folder, case, inputs, np.asarray(expected[case]))
        self.assertEqual(untranslated, UNTRANSLATED_OPS)

    def check_refused(self, folder, case):
        done = export(folder / "ops", folder / "case.onnx", "--signature", case)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stderr, f"node '{case}/[A-Za-z0-9]+' .*: .* needs ")

    def check(self, folder, case, inputs, want):
        """The operations without translation that the case has."""
        target = folder / "case.onnx"
        done = export(folder / "ops", target, "--signature", case)
        if "have no translation to ONNX" in done.stderr:
            return {part.split(" (")[0] for part in done.stderr.split("with their nodes: ")[1].split("; ")}
        self.assertEqual(done.returncode, 0, done.stderr)
        if case not in UNRANKED_CASES:
            onnx.checker.check_model(str(target), full_check=True)
        with captured_errors() as text:
            session = open_session(target)
            got = session.run(None, {f"in{k}": value for k, value in enumerate(inputs)})[0]
        self.assertEqual(text[0], "")
        engine_util.assert_same(self, got, want)
        return set()


if __name__ == "__main__":
    unittest.main()
