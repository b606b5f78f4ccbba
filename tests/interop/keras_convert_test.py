"""Keras models come in: whatever way Keras writes a reader into an .h5, `tiqu convert` and `tiqu export` make a SavedModel
of it that stock TensorFlow and Tiqu's engine run to Keras' own numbers. Run by ctest with TIQU_BUILD_DIR.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import h5py
import keras
import numpy as np
import tensorflow as tf
from absl import logging

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import keras_reader

logging.set_verbosity(logging.ERROR)  # Keras warns of every .h5

BUILD = pathlib.Path(os.environ["TIQU_BUILD_DIR"])
TOLERANCE = 1e-5
RATES = ("--encoder-rates", "1,2,4", "--model-rates", "1,2,4,8,16,1")


def random_inputs(spec, seed=3, sizes=((30, 8), (17, 3), (1, 1))):
    """Passages that repeat their question, padded to one length."""
    random = np.random.default_rng(seed)
    passage, question = (max(size[i] for size in sizes) for i in range(2))
    shapes = {"q1_in": question, "q2_in": question, "p1_in": passage, "p2_in": passage, "pos_in": passage, "k1_in": 1,
              "k2_in": 1}
    inputs = {name: np.zeros((len(sizes), width), np.float32) for name, width in shapes.items()}
    for row, (p, q) in enumerate(sizes):
        for kind, vocabulary in (("1", "char_vocab_size"), ("2", "word_vocab_size")):
            inputs[f"q{kind}_in"][row, :q] = random.integers(1, spec[vocabulary], q)
            inputs[f"p{kind}_in"][row, :p] = random.integers(1, spec[vocabulary], p)
            inputs[f"p{kind}_in"][row, :min(p, q)] = inputs[f"q{kind}_in"][row, :min(p, q)]
        inputs["pos_in"][row, :p] = np.arange(p)
        inputs["k1_in"][row], inputs["k2_in"][row] = (-1, -1) if row == 1 else (0, p // 4)
    return inputs


def build_nested_reader(spec):
    """The same reader with its encoder as a model within the model."""
    outer = keras_reader.build_reader(spec)
    inner_x, inner_mask = keras.Input((None, spec["hidden"])), keras.Input((None,))
    x = inner_x
    for rate in spec["encoder_rates"]:
        x = keras_reader.DilatedGatedConv1D(spec["hidden"], rate)(x, inner_mask)
    encoder = keras.Model([inner_x, inner_mask], x, name="encoder")
    one = {type(layer): layer for layer in outer.layers}
    q1, q2, p1, p2, k1, k2, pos = (outer.input[name] for name in keras_reader.READER_INPUTS)
    mask = keras_reader.Mask()
    mp, mq = mask(p1), mask(q1)
    embedding = one[keras_reader.MixEmbedding]
    passage, question = encoder([embedding(p1, p2, pos), mp]), encoder([embedding(q1, q2), mq])
    similarity = keras_reader.Similarity()(passage, question, mq)
    c2q = keras_reader.C2QAttention()(similarity, question)
    q2c = keras_reader.Q2CAttention()(similarity, passage, mp)
    features = one[keras_reader.MatchFeatures](q1, q2, p1, p2, k1, k2)
    x = keras_reader.MergedContext(spec["hidden"])(passage, c2q, q2c, features, mp)
    for rate in spec["model_rates"]:
        x = keras_reader.DilatedGatedConv1D(spec["hidden"], rate)(x, mp)
    return keras.Model(outer.input, {"pa": keras_reader.Answer(spec["hidden"])(x, mp)})


def write_keras_2(model, path, whole=True, dtype=None, split=False, fixed=True, rename=lambda name: name):
    """As Keras 2 wrote it, by h5py: names with ":0", and where `split`, lists of names in pieces."""
    def write_names(group, attribute, names):
        data = np.array([n.encode() for n in names]) if fixed else [n.encode() for n in names]
        if not split:
            group.attrs[attribute] = data
            return
        for i, piece in enumerate(np.array_split(np.array([n.encode() for n in names]), 3)):
            group.attrs[f"{attribute}{i}"] = piece

    with h5py.File(path, "w") as file:
        root = file.create_group("model_weights") if whole else file
        if whole:
            with keras.src.legacy.saving.saving_options.keras_option_scope(use_legacy_config=True):
                config = {"class_name": "Functional", "config": model.get_config()}
            file.attrs["model_config"] = json.dumps(config).encode()
            file.attrs["keras_version"] = b"2.11.0"
        root.attrs["backend"] = b"tensorflow"
        write_names(root, "layer_names", [layer.name for layer in model.layers])
        for layer in model.layers:
            group = root.create_group(layer.name)
            names = [rename(variable.path) + ":0" for variable in layer.weights]
            write_names(group, "weight_names", names)
            for name, variable in zip(names, layer.weights):
                group.create_dataset(name, data=np.asarray(variable).astype(dtype or "float32"))


class KerasModels(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.dir = pathlib.Path(cls.folder.name)
        cls.spec = keras_reader.small_spec()
        keras.utils.clear_session()
        cls.model = keras_reader.randomize(keras_reader.build_reader(cls.spec))
        cls.inputs = random_inputs(cls.spec)
        cls.expected = cls.model.predict(cls.inputs, verbose=0)["pa"]
        for name, size in (("chars", cls.spec["char_vocab_size"]), ("words", cls.spec["word_vocab_size"])):
            lines = ["<pad>", "<unk>"] + [chr(0x4E00 + i) for i in range(size - 2)]
            (cls.dir / f"{name}.txt").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        cls.number = 0

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def path(self, name):
        return str(self.dir / name)

    def convert(self, path, *flags, chars="chars.txt"):
        vocabularies = ("--chars", self.path(chars), "--words", self.path("words.txt"))
        command = [str(BUILD / "tiqu"), "convert", str(path), "-o", self.path("converted.h5"), *vocabularies, *flags]
        return subprocess.run(command, capture_output=True, text=True)

    def export(self):
        """The last conversion, as a folder of one version."""
        type(self).number += 1
        target = self.path(f"exported{self.number}")
        subprocess.run([str(BUILD / "tiqu"), "export", self.path("converted.h5"), target], check=True,
                       capture_output=True)
        return target

    def assert_converts(self, path, *flags, model=None):
        done = self.convert(path, *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        target = self.export()
        loaded = tf.saved_model.load(f"{target}/1")
        tensors = {name: tf.constant(value) for name, value in self.inputs.items()}
        actual = loaded.signatures["qa"](**tensors)["pa"].numpy()
        expected = self.expected if model is None else model.predict(self.inputs, verbose=0)["pa"]
        self.assertGreater(expected[0].std(axis=0).min(), 1e-3)  # else the comparison says nothing
        self.assertLess(np.abs(actual - expected).max(), TOLERANCE)
        return done.stdout, target

    def assert_refused(self, path, *parts, flags=(), chars="chars.txt"):
        done = self.convert(path, *flags, chars=chars)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        for part in parts:
            self.assertIn(part, done.stderr)

    def test_a_whole_model(self):
        self.model.save(self.path("whole.h5"))
        said, target = self.assert_converts(self.path("whole.h5"))
        self.assertIn("encode_0         dilated_gated_conv1d\n", said)
        self.assertIn("model_5          dilated_gated_conv1d_8\n", said)
        self.assertIn("answer           pa\n", said)
        asked = subprocess.run([str(BUILD / "tiqu"), "ask", "--model", target, "--question", "一丁", "--passage",
                                "丂七一丁丄丅", "--json"], capture_output=True, text=True)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertIn("no_answer", json.loads(asked.stdout))

    def test_weights_of_keras_3(self):
        self.model.save_weights(self.path("three.weights.h5"))
        self.assert_converts(self.path("three.weights.h5"), *RATES)
        self.assert_refused(self.path("three.weights.h5"), "9 layers of DilatedGatedConv1D")

    def test_the_like_of_a_tiqu_model_gives_what_is_missing(self):
        self.model.save(self.path("first.h5"))
        _, target = self.assert_converts(self.path("first.h5"))
        self.model.save_weights(self.path("second.weights.h5"))
        command = [str(BUILD / "tiqu"), "convert", self.path("second.weights.h5"), "-o", self.path("converted.h5"),
                   "--like", target]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("rates: encode 1,2,4, model 1,2,4,8,16,1", done.stdout)

    def test_files_of_keras_2(self):
        for i, options in enumerate([{}, {"split": True}, {"fixed": False}, {"whole": False}, {"dtype": ">f8"},
                                     {"whole": False, "dtype": ">f4", "split": True}]):
            with self.subTest(**options):
                write_keras_2(self.model, self.path(f"two{i}.h5"), **options)
                flags = () if options.get("whole", True) else RATES
                self.assert_converts(self.path(f"two{i}.h5"), *flags)

    def test_half_precision(self):
        rounded = keras_reader.build_reader(self.spec)
        rounded.set_weights([np.asarray(w).astype("float16").astype("float32") for w in self.model.get_weights()])
        for order in "<>":
            write_keras_2(rounded, self.path("half.h5"), dtype=order + "f2")
            self.assert_converts(self.path("half.h5"), model=rounded)

    def test_layers_are_told_by_their_shapes_where_names_say_nothing(self):
        names = {layer.name: f"layer{i}" for i, layer in enumerate(self.model.layers)}
        with h5py.File(self.path("anonymous.h5"), "w") as file:
            file.attrs["layer_names"] = [name.encode() for name in names.values()]
            for layer in self.model.layers:
                group = file.create_group(names[layer.name])
                paths = [variable.path.split("/", 1)[1] for variable in layer.weights]
                group.attrs["weight_names"] = [path.encode() for path in paths]
                for path, variable in zip(paths, layer.weights):
                    group.create_dataset(path, data=np.asarray(variable))
        self.assert_converts(self.path("anonymous.h5"), *RATES)

    def test_a_model_within_the_model(self):
        nested = keras_reader.randomize(build_nested_reader(self.spec))
        nested.save(self.path("nested.h5"))
        self.assert_converts(self.path("nested.h5"), model=nested)

    def test_readers_without_parts(self):
        for changes, flags in (({"match_features": False}, ("--no-features",)), ({"word_vectors": False}, ())):
            with self.subTest(**changes):
                model = keras_reader.randomize(keras_reader.build_reader({**self.spec, **changes}))
                model.save(self.path("part.h5"))
                self.assert_converts(self.path("part.h5"), *flags, model=model)
        model = keras_reader.build_reader({**self.spec, "match_features": False})
        model.save(self.path("part.h5"))
        self.assert_refused(self.path("part.h5"), "--no-features")

    def test_an_unknown_layer_is_named(self):
        x = keras.layers.LayerNormalization(name="norm")(self.model.output["pa"])
        odd = keras.Model(self.model.input, {"pa": keras.layers.Dense(3, name="extra")(x)})
        odd.save(self.path("odd.h5"))
        self.assert_refused(self.path("odd.h5"), "2 layers that Tiqu does not know", "norm of class LayerNormalization",
                            "gamma [3]", "extra of class Dense with kernel [3, 3], bias [3]")
        odd.save_weights(self.path("odd.weights.h5"))
        self.assert_refused(self.path("odd.weights.h5"), "norm", "extra", flags=RATES)

    def test_encoders_of_their_own_are_refused(self):
        spec = {**self.spec, "encoder_rates": [1]}
        model = keras_reader.build_reader(spec)
        config = model.get_config()
        for layer in config["layers"]:
            if layer["class_name"] == "DilatedGatedConv1D" and len(layer["inbound_nodes"]) == 2:
                layer["inbound_nodes"] = layer["inbound_nodes"][:1]
        model.save(self.path("apart.h5"))
        with h5py.File(self.path("apart.h5"), "a") as file:
            file.attrs["model_config"] = json.dumps(
                {"class_name": "Functional", "config": config}, default=str).encode()
        self.assert_refused(self.path("apart.h5"), "is called once", "share")

    def test_missing_and_misshapen_weights_are_named(self):
        write_keras_2(self.model, self.path("holes.h5"))
        with h5py.File(self.path("holes.h5"), "a") as file:
            weights = file["model_weights"]
            weights["similarity"].attrs["weight_names"] = np.array([], "S1")
            del weights["pa/pa/tags/kernel:0"]
            weights["pa"].create_dataset("pa/tags/kernel:0", data=np.zeros((16, 4), "float32"))
        self.assert_refused(self.path("holes.h5"), "similarity/kernel [48, 1] is missing in layer similarity",
                            "pa/tags/kernel has shape [16, 4], answer/kernel needs [16, 3]")
        with h5py.File(self.path("holes.h5"), "a") as file:
            del file["model_weights/pa/pa/tags/kernel:0"]
        self.assert_refused(self.path("holes.h5"), "weight pa/tags/kernel:0 of layer pa is listed in weight_names")

    def test_ways_of_storing_that_are_not_read_are_named(self):
        self.model.save(self.path("stored.h5"))
        with h5py.File(self.path("stored.h5")) as source, h5py.File(self.path("chunks.h5"), "w") as target:
            source.copy("model_weights", target)
            target.attrs.update({name: source.attrs[name] for name in source.attrs})
            del target["model_weights/pa/pa/tags/kernel"]
            target.create_dataset("model_weights/pa/pa/tags/kernel", data=np.zeros((16, 3), "f4"), compression="gzip")
        self.assert_refused(self.path("chunks.h5"), "pa/tags/kernel is stored in chunks")
        with h5py.File(self.path("latest.h5"), "w", libver="latest") as file:
            for i in range(20):
                file.create_group(f"layer{i}")
        self.assert_refused(self.path("latest.h5"), "dense storage")

    def test_groups_as_links_are_read(self):
        self.model.save(self.path("stored.h5"))
        with h5py.File(self.path("stored.h5")) as source, h5py.File(self.path("links.h5"), "w", libver="latest",
                                                                    userblock_size=512) as target:
            root = target.create_group("model_weights")
            flat = [name for name in source["model_weights"] if len(source["model_weights"][name])]
            self.assertGreater(len(flat), 8)  # more would be dense: only the first layers fit
            for name in flat[:8]:
                source.copy(f"model_weights/{name}", root)
            root.attrs["layer_names"] = [name.encode() for name in flat[:8]]
        self.assert_refused(self.path("links.h5"), "no layer of class MergedContext", flags=RATES)

    def test_truncated_files_are_refused(self):
        self.model.save(self.path("cut.h5"))
        whole = pathlib.Path(self.path("cut.h5")).read_bytes()
        for size in (9, 100, 2048, len(whole) // 2, len(whole) - 1):
            pathlib.Path(self.path("cut.h5")).write_bytes(whole[:size])
            self.assert_refused(self.path("cut.h5"), "cut.h5: ")

    def test_what_is_no_reader_is_told_apart(self):
        keras.utils.clear_session()
        tagger = keras_reader.build_tagger(keras_reader.small_tagger_spec())
        tagger.save_weights(self.path("tagger.weights.h5"))
        self.assert_refused(self.path("tagger.weights.h5"), "the model is a tagger")
        tagger.save(self.path("tagger.h5"))
        self.assert_refused(self.path("tagger.h5"), "the model is a tagger")
        dense = keras.Sequential([keras.Input((4,)), keras.layers.Dense(2, name="only")])
        dense.save(self.path("dense.h5"))
        self.assert_refused(self.path("dense.h5"), "only of class Dense")
        self.model.save(self.path("archive.keras"))
        self.assert_refused(self.path("archive.keras"), "a .keras archive")
        self.model.save(self.path("whole.h5"))
        self.assertEqual(self.convert(self.path("whole.h5")).returncode, 0)
        self.assert_refused(self.path("converted.h5"), "is a Tiqu checkpoint already")
        with h5py.File(self.path("other.h5"), "w") as file:
            file["x"] = np.zeros(3)
        self.assert_refused(self.path("other.h5"), "not of a Keras model")

    def test_vocabularies_must_fit(self):
        self.model.save(self.path("whole.h5"))
        self.assert_refused(self.path("whole.h5"), "the vocabulary of characters has 20 entries", "the Keras model 30",
                            chars="words.txt")


if __name__ == "__main__":
    unittest.main()
