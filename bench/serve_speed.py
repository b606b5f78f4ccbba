#!/usr/bin/env python3
"""The server against `tiqu extract`, and REST against gRPC. Both sides warm, answers compared first.

    bench/serve_speed.py BUILD MODEL [--seconds 4] [--rounds 7]      PYTHON needs the stock client for the rows of gRPC

The server has one core of its own, and so has `tiqu extract` (one worker); the clients run on another core, which a
server that shares a machine with its clients would have to give away. Passages have 200 characters.
"""
import argparse
import json
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import http.client
from pathlib import Path

SERVER_CORE, CLIENT_CORE = 0, 1
CONNECTIONS = 8
RECORD = "罗显敏,男,1989年11月19日出生,户籍地:广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号,身份证号码:452123198911195219。"
QUESTION = "罗显敏的出生地是哪里"


def passages(count, chars):
    """Different passages of so many characters."""
    return [(f"第{i}号档案。" + RECORD * 10)[:chars] for i in range(count)]


def pinned(core):
    return lambda: os.sched_setaffinity(0, {core})


def children_busy():
    """Processor time of the programs that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def process_busy(pid):
    """Processor time of a program that runs."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def extract_rate(tiqu, model, texts, folder):
    """Questions a second of `tiqu extract` on one core, the processor's seconds for each, and its answers. The start of
    the program is left out."""
    def seconds(lines):
        (folder / "in.jsonl").write_text("".join(json.dumps({"question": QUESTION, "passage": p}) + "\n" for p in lines))
        begin, busy = time.perf_counter(), children_busy()
        subprocess.run([tiqu, "extract", "--model", model, folder / "in.jsonl", "-o", folder / "out.jsonl", "--workers", "1",
                        "--quiet"], check=True, preexec_fn=pinned(SERVER_CORE))
        return time.perf_counter() - begin, children_busy() - busy
    seconds(texts[:50])
    (few, few_busy), (many, many_busy) = seconds(texts[:50]), seconds(texts)
    answers = [json.loads(line)["answers"] for line in open(folder / "out.jsonl", encoding="utf-8")]
    more = len(texts) - 50
    return more / (many - few), (many_busy - few_busy) / more, answers


def run_clients(call, texts, seconds):
    """Calls from CONNECTIONS threads for so long. Returns calls a second and the sorted latencies."""
    latencies, lock = [], threading.Lock()
    until = time.perf_counter() + seconds

    def client(number):
        mine, one = [], call()
        while (begin := time.perf_counter()) < until:
            one(texts[(number + len(mine) * CONNECTIONS) % len(texts)])
            mine.append(time.perf_counter() - begin)
        with lock:
            latencies.extend(mine)

    begin = time.perf_counter()
    threads = [threading.Thread(target=client, args=(i,)) for i in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(latencies) / (time.perf_counter() - begin), sorted(latencies)


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


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def start_server(tiqu, model):
    rest, grpc = free_port(), free_port()
    server = subprocess.Popen([tiqu, "serve", "--model_name=m", f"--model_base_path={model}", f"--port={grpc}",
                               f"--rest_api_port={rest}", "--listen_address=127.0.0.1",
                               "--tensorflow_session_parallelism=1"],
                              stderr=subprocess.DEVNULL, preexec_fn=pinned(SERVER_CORE))
    for _ in range(300):
        try:
            socket.create_connection(("127.0.0.1", rest)).close()
            return server, rest, grpc
        except OSError:
            time.sleep(0.1)
    raise SystemExit("serve_speed: the server does not start")


def without_scores(answers):
    return [{k: a[k] for k in ("text", "begin", "end")} for a in answers]


def check(call, texts, expected):
    for passage, answers in zip(texts[:20], expected):
        if without_scores(call(passage)) != without_scores(answers):
            raise SystemExit(f"serve_speed: the server's answers differ for {passage[:20]}")


def one_by_one(call, times):
    """Median latency of one client, in milliseconds."""
    one, latencies = call(), []
    for _ in range(times + 20):
        begin = time.perf_counter()
        one(None)
        latencies.append(time.perf_counter() - begin)
    return statistics.median(latencies[20:]) * 1e3


def id_inputs(chars):
    """Ids of a passage of so many characters; which ones does not matter for the time."""
    ids = lambda n: [[float(2 + i % 1000) for i in range(n)]]
    return {"q1_in": ids(10), "q2_in": ids(10), "p1_in": ids(chars), "p2_in": ids(chars), "k1_in": [[-1.0]],
            "k2_in": [[-1.0]], "pos_in": [[float(i) for i in range(chars)]]}


def ratio_text(rates, others):
    """Each round's figure against the same round's: the machine's speed changes from minute to minute."""
    ratios = sorted(a / b for a, b in zip(rates, others))
    return f"{statistics.median(ratios):.2f} (rounds: {', '.join(f'{r:.2f}' for r in ratios)})"


def compare_texts(tiqu, model, server, calls, options):
    """`tiqu extract` and each interface take turns, so that all have the same weather."""
    texts = passages(1000, 200)
    extract, served, latencies = [], {name: [] for name in calls}, {name: [] for name in calls}
    busy = {name: [] for name in ["tiqu extract", *calls]}  # seconds a question
    for number in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            rate, seconds, answers = extract_rate(tiqu, model, texts, Path(folder))
        extract.append(rate)
        busy["tiqu extract"].append(seconds)
        for name, call in calls.items():
            if number == 0:
                check(call(), texts, answers)
            run_clients(call, texts, 0.5)
            before = process_busy(server.pid)
            rate, times = run_clients(call, texts, options.seconds)
            served[name].append(rate)
            busy[name].append((process_busy(server.pid) - before) / len(times))
            latencies[name].append([times[int(len(times) * q)] * 1e3 for q in (0.5, 0.99)])
    print(f"tiqu extract, one core: {statistics.median(extract):.0f} questions/s on 200 characters")
    for name in calls:
        p50, p99 = (statistics.median(column) for column in zip(*latencies[name]))
        print(f"extract over {name}, {CONNECTIONS} connections: {statistics.median(served[name]):.0f} questions/s, of tiqu "
              f"extract {ratio_text(served[name], extract)}; p50 {p50:.1f} ms, p99 {p99:.1f} ms, {p99 / p50:.2f} times")
    print("processor time a question: " +
          ", ".join(f"{name} {statistics.median(seconds) * 1e3:.2f} ms" for name, seconds in busy.items()))
    if len(calls) == 2:
        print(f"gRPC against REST: {ratio_text(served['gRPC'], served['REST'])}")


def compare_ids(rest, grpc, rounds):
    inputs = id_inputs(512)
    differences, by_rest, by_grpc = [], [], []
    for _ in range(rounds):
        by_rest.append(one_by_one(rest_predict(rest, inputs), 60))
        by_grpc.append(one_by_one(grpc_predict(grpc, inputs), 60))
        differences.append(by_rest[-1] - by_grpc[-1])
    print(f"ids of 512 characters, one client: REST {statistics.median(by_rest):.2f} ms, gRPC "
          f"{statistics.median(by_grpc):.2f} ms, difference {statistics.median(differences):.2f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--seconds", type=float, default=4, help="of each interface in each round")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    tiqu, model = options.build / "tiqu", options.model.resolve()
    os.sched_setaffinity(0, {CLIENT_CORE})
    server, rest, grpc = start_server(tiqu, model)
    try:
        calls = {"REST": rest_extract(rest)}
        try:
            import tensorflow_serving.apis.predict_pb2  # noqa: F401
            calls["gRPC"] = grpc_extract(grpc)
        except ImportError:
            print("no stock client here: no rows of gRPC")
        compare_texts(tiqu, model, server, calls, options)
        if "gRPC" in calls:
            compare_ids(rest, grpc, options.rounds)
    finally:
        server.terminate()
        server.wait(60)


if __name__ == "__main__":
    sys.exit(main())
