#!/usr/bin/env python3
"""Loads a server with good and bad clients while its versions are swapped, one in three of them broken.

    mixed_load.py TIQU ECHO_MODEL READER_MODEL [--seconds 1800]

Good requests (REST, text, gRPC where the stock client is installed) must all be answered rightly by a version that is
whole. Beside them: bodies that are no JSON or do not fit, clients that send a byte now and then, that go away in the
middle, that send more than the limit, and calls with a deadline of a millisecond. At the end the server must still run,
hold no more memory than after the first third, and end within seconds of SIGTERM.
"""
import argparse
import http.client
import itertools
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from mixed_load_grpc import grpc_clients

PASSAGE = "罗显敏,男,1989年11月19日出生,户籍地:广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号,身份证号码:452123198911195219"
QUESTION = "罗显敏的出生地是哪里"
ANSWER = "广西壮族自治区宾阳县宾州镇顾明村委会大罗村2队513号"
MAX_BODY = 1_000_000


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Load:
    """The clients, what they counted, and what went wrong."""

    def __init__(self, rest_port, grpc_port, seconds):
        self.rest_port, self.grpc_port = rest_port, grpc_port
        self.over = threading.Event()
        self.until = time.monotonic() + seconds
        self.counts, self.failures = {}, []
        self.lock = threading.Lock()

    def count(self, name):
        with self.lock:
            self.counts[name] = self.counts.get(name, 0) + 1

    def fail(self, text):
        with self.lock:
            self.failures.append(text)

    def running(self):
        return time.monotonic() < self.until and not self.over.is_set()

    def expect(self, condition, text):
        if not condition:
            self.fail(text)


def post(connection, path, body):
    connection.request("POST", path, body)
    response = connection.getresponse()
    return response.status, response.read()


def rest_client(load, seed):
    """Good predict requests on one connection."""
    rng = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", load.rest_port, timeout=60)
    while load.running():
        values = [float(rng.randrange(1000)) for _ in range(rng.randrange(1, 50))]
        status, body = post(connection, "/v1/models/echo:predict", json.dumps({"instances": values}))
        load.expect(status == 200 and json.loads(body) == {"predictions": values}, f"predict: {status} {body[:300]}")
        load.count("good predict")


def text_client(load, seed):
    """Good questions on the bundled reader."""
    rng = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", load.rest_port, timeout=60)
    while load.running():
        before = "某" * rng.randrange(30)
        status, body = post(connection, "/v1/models/reader:extract",
                            json.dumps({"passage": PASSAGE + before, "questions": [QUESTION]}))
        answers = [a["text"] for a in json.loads(body)["results"][0]["answers"]] if status == 200 else []
        load.expect(answers == [ANSWER], f"extract: {status} {body[:300]}")
        load.count("good extract")


def bad_body_client(load, seed):
    rng = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", load.rest_port, timeout=60)
    bodies = [b"", b"{", b'{"instances": ["x"]}', b'{"instances": [1, [2]]}', b'{"inputs": null}', b"\xff\xfe",
              b'{"signature_name": 3}', b"[" * 100_000]
    while load.running():
        body = rng.choice(bodies) if rng.random() < 0.8 else rng.randbytes(rng.randrange(200))
        status, answer = post(connection, "/v1/models/echo:predict", body)
        load.expect(status == 400 and b"error" in answer, f"bad body: {status} {answer[:200]}")
        load.count("bad body")
        time.sleep(0.01)


def raw_client(load, seed):
    """Clients that send slowly, go away in the middle, or send too much."""
    rng = random.Random(seed)
    good = b'{"instances": [1.0, 2.0]}'
    head = b"POST /v1/models/echo:predict HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    while load.running():
        kind = "connecting"
        try:
            with socket.create_connection(("127.0.0.1", load.rest_port), timeout=60) as s:
                kind = rng.choice(["slow", "dropped", "oversized"])
                if kind == "slow":
                    for i in range(0, len(head % len(good) + good), 9):
                        s.sendall((head % len(good) + good)[i:i + 9])
                        time.sleep(0.02)
                    answer = s.recv(65536)
                    load.expect(answer.startswith(b"HTTP/1.1 200"), f"slow client: {answer[:100]}")
                elif kind == "dropped":
                    s.sendall((head % len(good) + good)[:rng.randrange(10, 100)])
                else:
                    s.sendall(head % (10 * MAX_BODY))
                    answer = s.recv(65536)
                    load.expect(b" 413 " in answer[:20], f"oversized: {answer[:100]}")
                load.count(kind + " client")
        except (ConnectionError, socket.timeout) as error:
            load.fail(f"{kind} client: {error!r}")
        time.sleep(0.02)


def swap_versions(load, base, model, seed):
    """A new version every second or so, one in three broken; old ones go, but for the newest good one."""
    rng = random.Random(seed)
    versions = []
    for number in itertools.count(2):
        if not load.running():
            return
        folder, part = base / str(number), base / f"part{number}"
        broken = number % 3 == 0
        shutil.copytree(model, part)
        if broken:
            victim = rng.choice([p for p in part.rglob("*") if p.is_file() and p.suffix not in (".txt", ".json")])
            kind = rng.choice(["cut", "gone", "empty"])
            if kind == "gone":
                victim.unlink()
            else:
                os.truncate(victim, victim.stat().st_size // 2 if kind == "cut" else 0)
        part.rename(folder)
        load.count("broken version" if broken else "good version")
        versions.append((folder, broken))
        if not broken and len(versions) > 3:
            for old, _ in versions[:-1]:
                shutil.rmtree(old)
            versions = versions[-1:]
        time.sleep(rng.uniform(0.5, 2))


def resident_mib(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0


def run(options, folder):
    rest_port, grpc_port = free_port(), free_port()
    for name, model in (("echo", options.echo), ("reader", options.reader)):
        shutil.copytree(model, folder / name / "1")
    config = "\n".join(f'config {{ name: "{n}" base_path: "{folder / n}" model_platform: "tensorflow" }}'
                       for n in ("echo", "reader"))
    (folder / "models.txt").write_text(f"model_config_list {{ {config} }}")
    with open(folder / "log", "wb") as log:
        server = subprocess.Popen(
            [options.tiqu, "serve", f"--model_config_file={folder / 'models.txt'}", "--listen_address=127.0.0.1",
             f"--port={grpc_port}", f"--rest_api_port={rest_port}", f"--max_body_bytes={MAX_BODY}",
             "--load_retry_interval_micros=1000000", "--max_num_load_retries=1"], stderr=log)
    try:
        return watch(options, server, Load(rest_port, grpc_port, options.seconds), folder)
    finally:
        if server.poll() is None:
            server.kill()
            server.wait()


def wait_until_ready(server, port):
    for _ in range(600):
        if server.poll() is not None:
            raise SystemExit(f"mixed_load: the server ended with {server.returncode}")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise SystemExit("mixed_load: the server is not ready after a minute")


def watch(options, server, load, folder):
    wait_until_ready(server, load.rest_port)
    load.until = time.monotonic() + options.seconds
    # More texts at a time than cores: some of them wait, and run together.
    works = [(rest_client, load, 1), (rest_client, load, 2), *((text_client, load, 30 + i) for i in range(4)),
             (bad_body_client, load, 4),
             (raw_client, load, 5), (raw_client, load, 6),
             (swap_versions, load, folder / "echo", options.echo, 7),
             (swap_versions, load, folder / "reader", options.reader, 8), *((client,) for client in grpc_clients(load, QUESTION, PASSAGE, ANSWER))]

    def guarded(work, *arguments):
        try:
            work(*arguments)
        except Exception as error:  # whatever a client trips over is a finding
            load.fail(f"{getattr(work, '__name__', 'client')}: {error!r}")

    threads = [threading.Thread(target=guarded, args=work) for work in works]
    for thread in threads:
        thread.start()
    time.sleep(options.seconds / 3)
    warm = resident_mib(server.pid)
    for thread in threads:
        thread.join()
    time.sleep(1)
    end = resident_mib(server.pid)
    load.expect(server.poll() is None, f"the server ended with {server.returncode}")
    load.expect(end < warm * 1.2 + options.slack_mib, f"memory grew from {warm:.0f} to {end:.0f} MiB")
    if server.poll() is None:
        server.send_signal(signal.SIGTERM)
        try:
            load.expect(server.wait(60) == 0, f"exit code {server.returncode} after SIGTERM")
        except subprocess.TimeoutExpired:
            load.fail("the server does not end within a minute of SIGTERM")
    for name, count in sorted(load.counts.items()):
        print(f"{count:8}  {name}")
    print(f"resident: {warm:.0f} MiB after a third, {end:.0f} MiB at the end")
    if load.failures:
        print(f"{len(load.failures)} failures, the first of them:", *load.failures[:10], sep="\n  ")
        print("the server's last lines:", (folder / "log").read_text(errors="replace")[-3000:], sep="\n")
    return 1 if load.failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tiqu")
    parser.add_argument("echo", type=Path, help="version folder of the ECHO model")
    parser.add_argument("reader", type=Path, help="version folder of the bundled model")
    parser.add_argument("--seconds", type=float, default=1800)
    parser.add_argument("--slack-mib", type=float, default=40, help="growth of memory that is none")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("mixed_load: terminated"))  # so that the server ends, too
    with tempfile.TemporaryDirectory() as folder:
        return run(options, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
