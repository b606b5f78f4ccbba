"""Clients of a server under load: what they send, over REST and over gRPC, and how fast it is answered.

A call is made by `make()`, which opens a connection of its own, and then takes a passage.
"""
import http.client
import itertools
import json
import socket
import threading
import time

CONNECTIONS = 8
RECORD = "罗显敏,男,1989年11月19日出生,户籍地:广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号,身份证号码:452123198911195219。"
QUESTION = "罗显敏的出生地是哪里"


def passages(count, chars):
    """Different passages of so many characters."""
    return [(f"第{i}号档案。" + RECORD * 10)[:chars] for i in range(count)]


def rest_extract(port):
    def make():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.connect()
        connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

        def call(passage):
            connection.request("POST", "/v1/models/m:extract", json.dumps({"passage": passage, "questions": [QUESTION]}))
            return json.loads(connection.getresponse().read())["results"][0]["answers"]
        return call
    return make


def rest_predict(port, inputs):
    body = json.dumps({"signature_name": "qa", "inputs": inputs})

    def make():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

        def call(_):
            connection.request("POST", "/v1/models/m:predict", body)
            return connection.getresponse().read()
        return call
    return make


def grpc_stub(port):
    import grpc
    from tensorflow_serving.apis import prediction_service_pb2_grpc
    channel = grpc.insecure_channel(f"127.0.0.1:{port}", [("grpc.use_local_subchannel_pool", 1)])
    return prediction_service_pb2_grpc.PredictionServiceStub(channel)


def grpc_extract(port):
    from tensorflow_serving.apis import predict_pb2

    def make():
        stub = grpc_stub(port)

        def call(passage):
            request = predict_pb2.PredictRequest()
            request.model_spec.name, request.model_spec.signature_name = "m", "extract"
            for name, text in (("question", QUESTION), ("passage", passage)):
                tensor = request.inputs[name]
                tensor.dtype = 7
                tensor.tensor_shape.dim.add().size = 1
                tensor.string_val.append(text.encode())
            out = stub.Predict(request, timeout=60).outputs
            return [{"text": text.decode(), "begin": begin, "end": end} for text, begin, end in
                    zip(out["answers"].string_val, out["begins"].int_val, out["ends"].int_val)]
        return call
    return make


def grpc_predict(port, inputs):
    from tensorflow_serving.apis import predict_pb2
    request = predict_pb2.PredictRequest()
    request.model_spec.name, request.model_spec.signature_name = "m", "qa"
    for name, rows in inputs.items():
        tensor = request.inputs[name]
        tensor.dtype = 1
        tensor.tensor_shape.dim.add().size = len(rows)
        tensor.tensor_shape.dim.add().size = len(rows[0])
        tensor.float_val.extend(rows[0])

    def make():
        stub = grpc_stub(port)
        return lambda _: stub.Predict(request, timeout=60)
    return make


def start_clients(make_call, texts, going, note):
    """CONNECTIONS threads, each with one call at a time while `going()`. `note` is given the seconds of each call."""
    def client(number):
        call = make_call()
        for i in itertools.count(number, CONNECTIONS):
            begin = time.perf_counter()
            if not going():
                return
            call(texts[i % len(texts)])
            note(time.perf_counter() - begin)

    threads = [threading.Thread(target=client, args=(i,)) for i in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    return threads


def milliseconds_of(call):
    begin = time.perf_counter()
    call(None)
    return (time.perf_counter() - begin) * 1e3


def id_inputs(chars):
    """Ids of a passage of so many characters; which ones does not matter for the time."""
    ids = lambda n: [[float(2 + i % 1000) for i in range(n)]]
    return {"q1_in": ids(10), "q2_in": ids(10), "p1_in": ids(chars), "p2_in": ids(chars), "k1_in": [[-1.0]],
            "k2_in": [[-1.0]], "pos_in": [[float(i) for i in range(chars)]]}
