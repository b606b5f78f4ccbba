"""Models by others in Tiqu's engine: the shared fixtures, functions, conditionals, loops, all element types.

Run by ctest with TIQU_BUILD_DIR (where `run_engine` is).
"""

import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from engine_util import SHARED, assert_same, run_engine

import numpy as np
import tensorflow as tf

v1 = tf.compat.v1


@unittest.skipUnless((SHARED / "fixtures").is_dir(), "the shared fixtures are not here")
class Fixtures(unittest.TestCase):
    def examples(self):
        rows = []
        for x, x2 in ((1.0, 5.0), (3.0, -2.5)):
            example = tf.train.Example()
            example.features.feature["x"].float_list.value.append(x)
            example.features.feature["x2"].float_list.value.append(x2)
            rows.append(example.SerializeToString())
        return np.array(rows, object)

    def test_every_signature_gives_tensorflows_numbers(self):
        signatures = 0
        for path in sorted((SHARED / "fixtures").glob("saved_model_*/*")):
            # The loader of TensorFlow 2 refuses one of them, whose signatures declare wrong types and shapes.
            with tf.Graph().as_default(), v1.Session() as session:
                meta = v1.saved_model.loader.load(session, ["serve"], str(path))
                wanted, calls = [], []
                for name, signature in sorted(meta.signature_def.items()):
                    inputs = {}
                    for key, info in signature.inputs.items():
                        holder = session.graph.get_tensor_by_name(info.name)
                        numbers = np.array([[1.0], [3.0]], np.float32)
                        inputs[key] = self.examples() if holder.dtype == tf.string else numbers
                    feeds = {signature.inputs[key].name: value for key, value in inputs.items()}
                    wanted.append(session.run({k: t.name for k, t in signature.outputs.items()}, feeds))
                    calls.append((name, inputs))
            for (name, _), want, got in zip(calls, wanted, run_engine(path, calls)):
                with self.subTest(path=str(path), signature=name):
                    self.assertNotIn("error", got)
                    self.assertEqual(set(got), set(want))
                    for key in want:
                        assert_same(self, got[key], np.asarray(want[key]))
                    signatures += 1
        self.assertGreaterEqual(signatures, 13)


class Module(tf.Module):
    def __init__(self):
        super().__init__()
        self.weights = tf.Variable([[1.0, 2.0], [3.0, -4.0]], name="weights")
        self.same_name = [tf.Variable(float(i), name="again") for i in range(3)]
        self.steps = tf.Variable(3, name="steps")
        self.words = tf.Variable(["a", "罗"], name="words", trainable=False)
        self.table = tf.Variable(np.arange(12, dtype=np.int64).reshape(4, 3), name="table")

    @tf.function
    def scaled(self, x):
        return tf.matmul(x, self.weights) * self.same_name[2] + self.same_name[1]

    @tf.function
    def twice(self, x):
        return self.scaled(self.scaled(x))

    @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float32, name="x"), tf.TensorSpec((), tf.bool, name="p")])
    def branches(self, x, p):
        rows = tf.shape(x)[0]
        inner = tf.cond(rows > 1, lambda: self.scaled(x), lambda: x + tf.cast(4 // (2 - rows), tf.float32))  # not for 2
        outer = tf.cond(p, lambda: self.twice(inner), lambda: inner - tf.cast(self.steps, tf.float32))
        return {"y": outer}

    @tf.function(input_signature=[tf.TensorSpec((None, 2), tf.float32, name="x"), tf.TensorSpec((), tf.int32, name="n")])
    def loop(self, x, n):
        def turn(i, t):
            return i + 1, tf.where(t > 5.0, t - self.same_name[1], self.scaled(t) * 0.25)

        count, result = tf.while_loop(lambda i, t: i < n, turn, (0, x))
        return {"count": count, "y": result}

    @tf.function(input_signature=[tf.TensorSpec((None,), t, name=t.name) for t in
                                  (tf.int32, tf.int64, tf.bool, tf.string, tf.float64, tf.uint8)])
    def types(self, int32, int64, bool, string, float64, uint8):
        return {"int32": int32 * self.steps, "int64": tf.gather(self.table, int64), "bool": tf.logical_not(bool),
                "string": tf.concat([string, self.words], 0), "float64": float64 / 2, "uint8": uint8[::-1],
                "equal": tf.equal(string, self.words[1])}


class Functions(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = cls.folder.name
        cls.module = Module()
        names = ("branches", "loop", "types")
        tf.saved_model.save(cls.module, cls.path, signatures={n: getattr(cls.module, n) for n in names})
        cls.loaded = tf.saved_model.load(cls.path)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def check(self, signature, *calls):
        for inputs, got in zip(calls, run_engine(self.path, [(signature, i) for i in calls])):
            self.assertNotIn("error", got)
            want = self.loaded.signatures[signature](**{k: tf.constant(v) for k, v in inputs.items()})
            self.assertEqual(set(got), set(want))
            for key in want:
                assert_same(self, got[key], want[key].numpy())

    def test_only_the_branch_that_is_taken_runs(self):
        x = np.array([[1, 2], [3, 4]], np.float32)
        self.check("branches", *[{"x": x[:rows], "p": np.bool_(p)} for rows in (1, 2) for p in (False, True)])

    def test_loops(self):
        x = np.array([[1, 2], [3, 4]], np.float32)
        self.check("loop", *[{"x": x, "n": np.int32(n)} for n in (0, 1, 7)])

    def test_all_element_types(self):
        self.check("types", {"int32": np.array([1, -2], np.int32), "int64": np.array([3, 0], np.int64),
                             "bool": np.array([True, False]), "string": np.array(["", "罗"], object),
                             "float64": np.array([1e-300, 2.5]), "uint8": np.array([1, 255], np.uint8)})

    def test_every_unknown_operation_is_named_with_its_nodes_wherever_it_stands(self):
        class Unknown(tf.Module):
            @tf.function
            def inner(self, x):
                return tf.strings.lower(x, name="to_lower")

            @tf.function(input_signature=[tf.TensorSpec((None,), tf.string, name="x")])
            def outer(self, x):
                y = tf.cond(tf.size(x) > 1, lambda: self.inner(x), lambda: tf.strings.regex_replace(x, "a", "b"))
                return {"y": tf.strings.join([y, y], name="joined")}

        module = Unknown()
        with tempfile.TemporaryDirectory() as folder:
            tf.saved_model.save(module, folder, signatures=module.outer)
            with self.assertRaises(RuntimeError) as raised:
                run_engine(folder, [])
        message = str(raised.exception)
        self.assertIn("operations that are not supported, with their nodes: StaticRegexReplace (", message)
        for part in ("StringJoin (", "/joined)", "StringLower (", "/to_lower)", "cond/else_branch/"):
            self.assertIn(part, message)


class ConditionalsOfTensorFlow1(unittest.TestCase):
    def test_switch_and_merge(self):
        v1.disable_control_flow_v2()
        try:
            with tf.Graph().as_default() as graph, v1.Session() as session:
                x = v1.placeholder(tf.float32, [None, 3], "x")
                p, q = v1.placeholder(tf.bool, [], "p"), v1.placeholder(tf.bool, [], "q")
                phase = v1.placeholder_with_default(False, [], "learning_phase")
                rate = v1.placeholder(tf.float32, [], "rate")
                weights = v1.get_variable("w", [3, 3], initializer=v1.random_normal_initializer(seed=3))
                inner = v1.cond(q, lambda: tf.matmul(x, weights), lambda: tf.zeros_like(x) + 2.0)
                y = v1.cond(p, lambda: v1.cond(q, lambda: inner * 3.0, lambda: inner - x), lambda: tf.constant([[7.0]]))
                y = v1.cond(phase, lambda: v1.Print(y, [y]), lambda: tf.nn.dropout(y, rate=rate))
                session.run(v1.global_variables_initializer())
                with tempfile.TemporaryDirectory() as folder:
                    path = str(pathlib.Path(folder) / "model")
                    inputs = {"x": x, "p": p, "q": q, "rate": rate}
                    v1.saved_model.simple_save(session, path, inputs, {"y": y})
                    calls = [{"x": np.arange(6, dtype=np.float32).reshape(2, 3), "p": np.bool_(a), "q": np.bool_(b),
                              "rate": np.float32(0)} for a in (0, 1) for b in (0, 1)]
                    results = run_engine(path, [("serving_default", call) for call in calls])
                self.assertIn("Switch", {operation.type for operation in graph.get_operations()})
                for call, got in zip(calls, results):
                    self.assertNotIn("error", got)
                    assert_same(self, got["y"], session.run(y, {inputs[k]: v for k, v in call.items()}))
        finally:
            v1.enable_control_flow_v2()


class AssignmentsOfTensorFlow1(unittest.TestCase):
    def test_a_counter_counts_from_run_to_run(self):
        with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default(), v1.Session() as session:
            counter = v1.get_variable("counter", initializer=2.0, use_resource=False)
            delta = v1.placeholder(tf.float32, (), "delta")
            ends = {"get": tf.identity(counter), "add": tf.identity(v1.assign_add(counter, 1.0)),
                    "add_by": tf.identity(v1.assign_add(counter, delta)),
                    "take_by": tf.identity(v1.assign_sub(counter, delta)),
                    "reset": tf.identity(v1.assign(counter, 0.0))}
            session.run(v1.global_variables_initializer())
            inputs = {name: {"delta": delta} if name.endswith("by") else {} for name in ends}
            path = pathlib.Path(folder) / "counter"
            builder = v1.saved_model.builder.SavedModelBuilder(str(path))
            builder.add_meta_graph_and_variables(session, ["serve"], {
                name: v1.saved_model.build_signature_def(
                    {k: v1.saved_model.build_tensor_info(v) for k, v in inputs[name].items()},
                    {"out": v1.saved_model.build_tensor_info(end)}, "tensorflow/serving/predict")
                for name, end in ends.items()})
            builder.save()
            order = ["get", "add", "add_by", "get", "take_by", "reset", "add", "get"]
            calls = [(name, {"delta": np.float32(2.5)} if name.endswith("by") else {}) for name in order]
            wanted = [session.run(ends[name], {delta: 2.5}) for name in order]
            self.assertEqual([float(r["out"]) for r in run_engine(path, calls)], [float(w) for w in wanted])


if __name__ == "__main__":
    unittest.main()
