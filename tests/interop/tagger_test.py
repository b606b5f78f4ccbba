"""A tagger's whole way against stock TensorFlow: trained on invented texts, exported, its graph run by TensorFlow and by the
engine to the numbers of docs/model.md, its entities found again by a client that knows Viterbi and the character vocabulary.

Run by ctest with TIQU_BUILD_DIR (where `tiqu`, `tiqu-train` and `run_engine` are); without tiqu-train there is nothing to test.
"""

import contextlib
import http.client
import json
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import unicodedata
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import engine_util
import grpc
import numpy as np
import onnxruntime
import tensorflow as tf
from tagger_numpy import forward, viterbi
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

BUILD = engine_util.BUILD
TOLERANCE = 2e-4


def tiqu(*arguments):
    done = subprocess.run([str(BUILD / "tiqu"), *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"tiqu {arguments}: {done.stderr}")
    return done.stdout


def train(folder):
    """Writes texts, word vectors and a tagger of a few seconds; returns what the trainer printed."""
    for name, count, seed in (("train", 250, 1), ("dev", 60, 2)):
        tiqu("synth", "--entities", "--count", count, "--seed", seed, "-o", folder / f"{name}.jsonl")
    texts = [json.loads(line)["text"] for line in (folder / "train.jsonl").open(encoding="utf-8")]
    (folder / "corpus.txt").write_text("\n".join(texts), encoding="utf-8")
    tiqu("vectors", "train", folder / "corpus.txt", folder / "vectors.bin", "--dim", 16, "--epochs", 1)
    return tiqu(
        "train", "--model", "tagger", "--train-files", folder / "train.jsonl", "--valid-files", folder / "dev.jsonl",
        "--word-vectors", folder / "vectors.bin", "--hidden", 32, "--epochs", 4, "--learning-rate", 0.005,
        "--max-passage-chars", 200, "--output-dir", folder / "out")  # fmt: skip


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def serve(model):
    """`tiqu serve` on the model, named "names"; gives the ports of REST and gRPC."""
    rest, grpc_port = free_port(), free_port()
    server = subprocess.Popen([str(BUILD / "tiqu"), "serve", "--model_name=names", f"--model_base_path={model}",
                               "--listen_address=127.0.0.1", f"--port={grpc_port}", f"--rest_api_port={rest}"])
    try:
        for _ in range(600):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", rest)).close()
                break
            time.sleep(0.05)
        yield rest, grpc_port
    finally:
        server.terminate()
        server.wait(60)


def post(port, path, body):
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST", path, json.dumps(body))
        return json.loads(connection.getresponse().read())


class Client:
    """What a program needs that talks to the served model: the vocabulary, the tags and the two outputs."""

    def __init__(self, version_dir):
        lines = (version_dir / "assets" / "chars.txt").read_text(encoding="utf-8").split("\n")[:-1]
        self.ids = {line.rsplit("\t", 1)[0]: number for number, line in enumerate(lines)}
        self.tags = json.loads((version_dir / "assets.extra" / "tiqu.json").read_text(encoding="utf-8"))["spec"]["tags"]

    def encode(self, text):
        chars = [unicodedata.normalize("NFKC", char).lower() for char in text]
        # The normaliser makes one blank of every kind of white space; texts with other kinds are left to others.
        strange = any(len(char) != 1 or (char.isspace() and char != " ") for char in chars)
        return None if strange else [self.ids.get(char, 1) for char in chars]

    def entities(self, text, path):
        found, begin = [], None
        for place, tag in enumerate(self.tags[number] for number in path):
            if tag[0] in "BS":
                begin = place
            if tag[0] in "ES":
                found.append((tag[2:], text[begin : place + 1], begin, place + 1))
        return found


def batch(sequences, extra=0, junk=0):
    width = max(map(len, sequences)) + extra
    ids = np.full((len(sequences), width), junk, np.int32)
    for row, sequence in zip(ids, sequences):
        row[: len(sequence)] = sequence
    return {
        "word_ids": ids,
        "sequence_lengths": np.array([len(sequence) for sequence in sequences], np.int32),
        "dropout_pl": np.float32(1.0),
    }


@unittest.skipUnless((BUILD / "tiqu-train").exists(), "tiqu-train is not built")
class TaggerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.scratch.name)
        cls.printed = train(cls.folder)
        tiqu("export", cls.folder / "out" / "best_model.h5", cls.folder / "model", "--version", 1)
        cls.path = cls.folder / "model" / "1"
        cls.client = Client(cls.path)
        reader = tf.train.load_checkpoint(str(cls.path / "variables" / "variables"))
        cls.weights = {name: reader.get_tensor(name) for name in reader.get_variable_to_shape_map()}
        cls.spec = json.loads((cls.path / "assets.extra" / "tiqu.json").read_text(encoding="utf-8"))["spec"]
        cls.loaded = tf.saved_model.load(str(cls.path))
        texts = [json.loads(line)["text"] for line in (cls.folder / "dev.jsonl").open(encoding="utf-8")]
        cls.texts = [text for text in texts if len(text) <= 200 and cls.client.encode(text)]
        cls.sequences = [cls.client.encode(text) for text in cls.texts]

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def run_v2(self, inputs):
        outputs = self.loaded.signatures["infoext"](**{name: tf.constant(value) for name, value in inputs.items()})
        return {name: value.numpy() for name, value in outputs.items()}

    def assert_close(self, got, want, tolerance=TOLERANCE):
        self.assertEqual(got.shape, want.shape)
        self.assertLess(float(np.abs(got - want).max()), tolerance)

    def test_enough_to_test_with(self):
        self.assertGreater(len(self.texts), 10)
        self.assertTrue((self.weights["ngram_embedding/word_ids"] > 0).any())
        self.assertTrue((self.weights["ngram_embedding/bigram_ids"] > 0).any())

    def test_tensorflow_computes_the_document(self):
        inputs = batch(self.sequences[:8])
        outputs = self.run_v2(inputs)
        logits = forward(self.weights, self.spec, inputs["word_ids"], inputs["sequence_lengths"])
        allowed = np.abs(logits) < 5000  # forbidden first and last tags are at -10000, where floats are coarse
        self.assert_close(outputs["logits"] * allowed, logits * allowed)
        self.assert_close(outputs["transition_params"], self.weights["crf/transitions"], 1e-9)

    def test_version_1_loader(self):
        inputs = batch(self.sequences[:3])
        with tf.compat.v1.Session(graph=tf.Graph()) as session:
            meta = tf.compat.v1.saved_model.loader.load(session, ["serve"], str(self.path))
            described = meta.signature_def["serving_default"]
            feeds = {described.inputs[name].name: value for name, value in inputs.items()}
            logits = session.run(described.outputs["logits"].name, feeds)
        self.assert_close(logits, self.run_v2(inputs)["logits"], 1e-5)

    def test_onnxruntime_computes_the_same(self):
        tiqu("export", self.folder / "out" / "best_model.h5", self.folder / "tagger.onnx", "--format", "onnx")
        session = onnxruntime.InferenceSession(str(self.folder / "tagger.onnx"), providers=["CPUExecutionProvider"])
        for inputs in (batch(self.sequences[:8]), batch(self.sequences[8:9], extra=3)):
            want = self.run_v2(inputs)
            feeds = {name: np.asarray(value) for name, value in inputs.items()}
            logits, transitions = session.run(["logits", "transition_params"], feeds)
            allowed = np.abs(want["logits"]) < 5000
            self.assert_close(logits * allowed, want["logits"] * allowed, 2e-5)
            self.assert_close(transitions, want["transition_params"], 1e-9)

    def test_the_engine_computes_the_same(self):
        inputs = batch(self.sequences[:8])
        want = self.run_v2(inputs)
        for mode in ("fuse", "plain"):
            (got,) = engine_util.run_engine(self.path, [("infoext", inputs)], mode)
            self.assertNotIn("error", got)
            allowed = np.abs(want["logits"]) < 5000
            self.assert_close(got["logits"] * allowed, want["logits"] * allowed)
            self.assert_close(got["transition_params"], want["transition_params"], 1e-9)

    def test_padding_and_batching_change_nothing(self):
        alone = self.run_v2(batch(self.sequences[:1]))["logits"][0]
        length = len(self.sequences[0])
        for inputs in (batch(self.sequences[:6], extra=9), batch(self.sequences[:2], extra=3, junk=7)):
            logits = self.run_v2(inputs)["logits"]
            self.assert_close(logits[0, :length], alone, 1e-4)
            self.assertTrue((logits[0, length:] == 0).all())

    def test_a_client_with_viterbi_finds_what_extract_finds(self):
        lines = "".join(json.dumps({"id": number, "text": text}) + "\n" for number, text in enumerate(self.texts))
        (self.folder / "in.jsonl").write_text(lines, encoding="utf-8")
        tiqu("extract", "--model", self.folder / "model", self.folder / "in.jsonl", "--quiet", "-o", self.folder / "out.jsonl")
        results = [json.loads(line) for line in (self.folder / "out.jsonl").open(encoding="utf-8")]
        count = 0
        for number, (text, sequence) in enumerate(zip(self.texts, self.sequences)):
            outputs = self.run_v2(batch([sequence]))
            path = viterbi(outputs["logits"][0], outputs["transition_params"])
            entities = results[number]["entities"]
            got = [(e["type"], e["text"], e["begin"], e["end"]) for e in entities]
            self.assertEqual(results[number]["id"], number)
            self.assertEqual(got, self.client.entities(text, path), text)
            self.assertTrue(all(0 < e["score"] <= 1 for e in entities))
            count += len(got)
        self.assertGreater(count, 20)

    def test_the_stock_client_with_viterbi_finds_what_the_server_finds(self):
        with serve(self.folder / "model") as (rest, grpc_port), grpc.insecure_channel(f"127.0.0.1:{grpc_port}") as channel:
            stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
            count = 0
            for text, sequence in list(zip(self.texts, self.sequences))[:10]:
                request = predict_pb2.PredictRequest()
                request.model_spec.name, request.model_spec.signature_name = "names", "infoext"
                for name, value in batch([sequence]).items():
                    request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
                outputs = {name: tf.make_ndarray(proto) for name, proto in stub.Predict(request, timeout=60).outputs.items()}
                found = self.client.entities(text, viterbi(outputs["logits"][0], outputs["transition_params"]))
                answer = post(rest, "/v1/models/names:extract", {"text": text})
                self.assertEqual([(e["type"], e["text"], e["begin"], e["end"]) for e in answer["entities"]], found)
                rows = post(rest, "/v1/models/names:predict", {"signature_name": "extract", "instances": [text]})
                self.assertEqual(rows["predictions"][0]["entities"], [entity for _, entity, _, _ in found])
                count += len(found)
            self.assertGreater(count, 5)

    def test_eval_finds_the_trainers_score(self):
        printed = float(self.printed.split("span F1 ")[1].split(" ")[0])
        tiqu("eval", "--model", self.folder / "model", self.folder / "dev.jsonl", "--json", self.folder / "eval.json")
        evaluation = json.loads((self.folder / "eval.json").read_text(encoding="utf-8"))
        self.assertAlmostEqual(100 * evaluation["overall"]["spans"]["f1"], printed, delta=0.006)
        self.assertGreater(printed, 30)

    def test_ask_and_show(self):
        model = self.folder / "model"
        asked = json.loads(tiqu("ask", "--model", model, "--passage", self.texts[0], "--json"))
        self.assertEqual(set(asked), {"entities"})
        with self.assertRaisesRegex(RuntimeError, "is a tagger: it finds entities and takes no --question"):
            tiqu("ask", "--model", model, "--question", "谁", "--passage", "张三")
        shown = tiqu("show", "--dir", self.path, "--all")
        self.assertIn("signature_def['infoext']", shown)
        self.assertIn("name: transition_params:0", shown)


if __name__ == "__main__":
    unittest.main()
