"""`tiqu serve` as a process, asked by stock clients: text, TLS, tokens, the container's variables, draining.

    serve_test.py TIQU ECHO_MODELS READER_MODELS      folders of versions
"""
import contextlib
import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
import grpc
from tensorflow_serving.apis import classification_pb2, predict_pb2, prediction_service_pb2_grpc, regression_pb2

TIQU, ECHO, READER = sys.argv[1:4]
PASSAGE = "罗显敏,男,1989年11月19日出生,户籍地:广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号,身份证号码:452123198911195219"
QUESTION = "罗显敏的出生地是哪里"
ANSWER = "广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """A running `tiqu serve`; ended with the test."""

    def __init__(self, test, *flags, environment=None):
        self.rest, self.grpc = free_port(), free_port()
        self.process = subprocess.Popen(
            [TIQU, "serve", "--listen_address=127.0.0.1", f"--port={self.grpc}", f"--rest_api_port={self.rest}", *flags],
            stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
        test.addCleanup(self.end)
        for _ in range(1200):
            if self.process.poll() is not None:
                raise AssertionError(f"the server ended: {self.process.stderr.read()}")
            try:
                socket.create_connection(("127.0.0.1", self.rest)).close()
                return
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the server does not open its port")

    def end(self):
        self.process.kill()
        self.process.communicate()

    def post(self, path, body, headers=None, context=None):
        kind = http.client.HTTPConnection if context is None else http.client.HTTPSConnection
        options = {} if context is None else {"context": context}
        with contextlib.closing(kind("127.0.0.1", self.rest, timeout=60, **options)) as connection:
            connection.request("POST", path, json.dumps(body), headers or {})
            response = connection.getresponse()
            return response.status, json.loads(response.read())


def reader_stub(channel):
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


def fill_texts(tensor, *texts):
    tensor.dtype = 7
    tensor.tensor_shape.dim.add().size = len(texts)
    tensor.string_val.extend(t.encode() for t in texts)


def text_request(name="reader"):
    request = predict_pb2.PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = name, "extract"
    fill_texts(request.inputs["question"], QUESTION, "罗显敏的性别是什么")
    fill_texts(request.inputs["passage"], PASSAGE)
    return request


def fill_example(request):
    request.model_spec.name = "reader"
    feature = request.input.example_list.examples.add().features.feature
    feature["question"].bytes_list.value.append(QUESTION.encode())
    feature["passage"].bytes_list.value.append(PASSAGE.encode())
    return request


class TextTest(unittest.TestCase):
    def test_stock_clients_send_text_and_get_answers(self):
        server = Server(self, "--model_name=reader", f"--model_base_path={READER}")
        with grpc.insecure_channel(f"127.0.0.1:{server.grpc}") as channel:
            stub = reader_stub(channel)
            out = stub.Predict(text_request(), timeout=60).outputs
            answers = [a.decode() for a in out["answers"].string_val]
            self.assertEqual([answers[0], answers[len(answers) // 2]], [ANSWER, "男"])
            begin, end = out["begins"].int_val[0], out["ends"].int_val[0]
            self.assertEqual(PASSAGE[begin:end], ANSWER)
            result = stub.Classify(fill_example(classification_pb2.ClassificationRequest()), timeout=60).result
            self.assertEqual(result.classifications[0].classes[0].label, ANSWER)
            value = stub.Regress(fill_example(regression_pb2.RegressionRequest()), timeout=60).result.regressions[0].value
            self.assertGreater(value, 0.5)
        status, body = server.post("/v1/models/reader:extract", {"passage": PASSAGE, "questions": [QUESTION]})
        self.assertEqual((status, body["results"][0]["answers"][0]["text"]), (200, ANSWER))

    def test_the_variables_of_the_container_name_the_model(self):
        environment = {"MODEL_NAME": Path(READER).name, "MODEL_BASE_PATH": str(Path(READER).parent)}
        server = Server(self, "--precision=int8", environment=environment)
        status, body = server.post(f"/v1/models/{Path(READER).name}:extract", {"passage": PASSAGE, "question": QUESTION})
        self.assertEqual((status, body["results"][0]["answers"][0]["text"]), (200, ANSWER))


class SecurityTest(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def certificate(self, name):
        """PEM texts of a key and of a certificate for 127.0.0.1 that signs itself."""
        key, pem = self.folder / f"{name}.key", self.folder / f"{name}.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "1", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", pem], check=True, capture_output=True)
        return key.read_text(), pem.read_text()

    def start(self, **ssl_fields):
        text = "\n".join(f"{k}: {v if isinstance(v, bool) else json.dumps(v)}".replace("True", "true")
                         for k, v in ssl_fields.items())
        (self.folder / "ssl.txt").write_text(text)
        (self.folder / "token").write_text("secret\n")
        return Server(self, "--model_name=echo", f"--model_base_path={ECHO}", f"--ssl_config_file={self.folder / 'ssl.txt'}",
                      f"--bearer_token_file={self.folder / 'token'}")

    def test_both_ports_take_tls_a_token_and_client_certificates(self):
        key, pem = self.certificate("server")
        client_key, client_pem = self.certificate("client")
        server = self.start(server_key=key, server_cert=pem, custom_ca=client_pem, client_verify=True)
        self.check_rest(server)
        self.check_grpc(server, pem, client_key, client_pem)

    def check_rest(self, server):
        context = ssl.create_default_context(cafile=self.folder / "server.pem")
        context.check_hostname = False
        with self.assertRaises((ssl.SSLError, ConnectionError, http.client.RemoteDisconnected)):
            server.post("/v1/models/echo:predict", {"instances": [1.0]}, context=context)
        context.load_cert_chain(self.folder / "client.pem", self.folder / "client.key")
        status, body = server.post("/v1/models/echo:predict", {"instances": [1.0]}, context=context)
        self.assertEqual(status, 401, body)
        token = {"Authorization": "Bearer secret"}
        self.assertEqual(server.post("/v1/models/echo:predict", {"instances": [1.0]}, token, context),
                         (200, {"predictions": [1.0]}))

    def check_grpc(self, server, pem, client_key, client_pem):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "echo"
        request.inputs["x"].dtype = 1
        request.inputs["x"].float_val.append(3)
        request.inputs["x"].tensor_shape.SetInParent()
        address = f"127.0.0.1:{server.grpc}"
        token = [("authorization", "Bearer secret")]
        stranger = grpc.ssl_channel_credentials(pem.encode())
        with grpc.secure_channel(address, stranger) as channel, self.assertRaises(grpc.RpcError) as caught:
            reader_stub(channel).Predict(request, metadata=token, timeout=20)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAVAILABLE)
        known = grpc.ssl_channel_credentials(pem.encode(), client_key.encode(), client_pem.encode())
        with grpc.secure_channel(address, known) as channel:
            with self.assertRaises(grpc.RpcError) as caught:
                reader_stub(channel).Predict(request, timeout=20)
            self.assertEqual(caught.exception.code(), grpc.StatusCode.UNAUTHENTICATED)
            reply = reader_stub(channel).Predict(request, metadata=token, timeout=20)
            self.assertEqual(list(reply.outputs["y"].float_val), [3])


class EndTest(unittest.TestCase):
    def test_sigterm_lets_requests_finish_that_run(self):
        server = Server(self, "--model_name=echo", f"--model_base_path={ECHO}")
        results = []
        body = {"signature_name": "slow", "instances": [2.0]}
        runs = threading.Thread(target=lambda: results.append(server.post("/v1/models/echo:predict", body)))
        runs.start()
        time.sleep(0.2)
        server.process.send_signal(signal.SIGTERM)
        runs.join()
        self.assertEqual(results, [(200, {"predictions": [2.0]})])
        self.assertEqual(server.process.wait(30), 0)

    def test_a_port_that_is_taken_is_named(self):
        first = Server(self, "--model_name=echo", f"--model_base_path={ECHO}")
        for flag, port in (("--port", first.grpc), ("--rest_api_port", first.rest)):
            other = "--rest_api_port=0" if flag == "--port" else "--port=0"
            done = subprocess.run([TIQU, "serve", "--listen_address=127.0.0.1", f"{flag}={port}", other, "--model_name=echo",
                                   f"--model_base_path={ECHO}"], capture_output=True, text=True, timeout=60)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("Failed to start server", done.stderr)
            self.assertIn(str(port), done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
