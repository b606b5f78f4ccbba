#!/usr/bin/env python3
"""The server against `tiqu extract`, and REST against gRPC. All sides warm, answers compared first.

    bench/serve_speed.py BUILD MODEL [--slices 60] [--id-calls 500]

The Python that runs it needs the stock client for the rows of gRPC.

The server has one core of its own, and so has `tiqu extract` (one worker); the clients run on another core, which a
server that shares a machine with its clients would have to give away. Passages have 200 characters.

A machine's speed changes from second to second. So `tiqu extract` and a server for each interface take turns of half a
second on the one core, the others stopped meanwhile (SIGSTOP), and what they answered in all turns is compared.
"""
import argparse
import itertools
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import serve_clients as clients

SERVER_CORE, CLIENT_CORE = 0, 1
SETTLE_SECONDS = 0.2  # after a stop, not counted
CHECKED = 20  # answers that must agree before anything is timed
GROUPS = 5  # of turns, to show how much the ratio varies


def pinned(core):
    return lambda: os.sched_setaffinity(0, {core})


def process_busy(pid):
    """Processor time of a program that runs."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


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


class Contender:
    """A process that answers questions without end whenever it may run."""

    def __init__(self, name, process):
        self.name, self.process = name, process
        self.answered = []  # something for each question
        self.turns = []  # (questions, seconds, processor's seconds)

    def take_turn(self, seconds):
        if self.process.poll() is not None:
            raise SystemExit(f"serve_speed: {self.name} has ended, with {self.process.returncode}")
        self.process.send_signal(signal.SIGCONT)
        time.sleep(SETTLE_SECONDS)
        before, busy, begin = len(self.answered), process_busy(self.process.pid), time.perf_counter()
        time.sleep(seconds)
        self.turns.append((len(self.answered) - before, time.perf_counter() - begin,
                           process_busy(self.process.pid) - busy))
        self.process.send_signal(signal.SIGSTOP)

    def rate(self, group=None):
        turns = self.turns if group is None else self.turns[group::GROUPS]
        return sum(t[0] for t in turns) / sum(t[1] for t in turns)

    def busy(self):
        return sum(t[2] for t in self.turns) / sum(t[0] for t in self.turns)


class Extract(Contender):
    def __init__(self, tiqu, model, texts):
        super().__init__("tiqu extract", subprocess.Popen(
            [tiqu, "extract", "--model", model, "--workers", "1", "--quiet"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, preexec_fn=pinned(SERVER_CORE)))
        lines = [json.dumps({"question": clients.QUESTION, "passage": text}).encode() + b"\n" for text in texts]
        threading.Thread(target=self._feed, args=(lines,), daemon=True).start()
        threading.Thread(target=self.answered.extend, args=(self.process.stdout,), daemon=True).start()

    def _feed(self, lines):
        try:
            for line in itertools.cycle(lines):
                self.process.stdin.write(line)
        except BrokenPipeError:
            pass

    def stop(self):
        self.process.kill()
        self.process.wait()


class Server(Contender):
    """Under the load of CONNECTIONS clients, each with one request at a time."""

    def __init__(self, name, process, make_call, texts):
        super().__init__(name, process)
        self.make_call, self.texts = make_call, texts
        self.threads = []
        self.loaded = True

    def check(self, expected):
        call = self.make_call()
        for passage, answers in zip(self.texts, expected):
            if without_scores(call(passage)) != without_scores(answers):
                raise SystemExit(f"serve_speed: the answers over {self.name} differ for {passage[:20]}")

    def start_load(self):
        self.threads = clients.start_clients(self.make_call, self.texts, lambda: self.loaded, self.answered.append)

    def end_load(self):
        self.loaded = False
        self.process.send_signal(signal.SIGCONT)
        for thread in self.threads:
            thread.join()

    def latencies(self, seconds):
        """Without turns, in order of size."""
        times, until = [], time.perf_counter() + seconds
        for thread in clients.start_clients(self.make_call, self.texts, lambda: time.perf_counter() < until, times.append):
            thread.join()
        return sorted(times)

    def stop(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(60)


def ratio_text(one, other):
    groups = sorted(one.rate(i) / other.rate(i) for i in range(GROUPS))
    return f"{one.rate() / other.rate():.2f} (fifths of the turns: {', '.join(f'{ratio:.2f}' for ratio in groups)})"


def compare_texts(extract, servers, slices):
    for contender in [extract, *servers]:  # warm
        contender.take_turn(1)
    while len(extract.answered) < CHECKED:
        extract.take_turn(0.5)
    expected = [json.loads(line)["answers"] for line in extract.answered[:CHECKED]]
    for server in servers:
        server.process.send_signal(signal.SIGCONT)
        server.check(expected)
        server.start_load()
        server.take_turn(1)
    for contender in [extract, *servers]:
        contender.turns.clear()
    for _ in range(slices):
        for contender in [extract, *servers]:
            contender.take_turn(0.5)
    for server in servers:
        server.end_load()
        server.process.send_signal(signal.SIGSTOP)
    print(f"tiqu extract, one core: {extract.rate():.0f} questions/s on 200 characters")
    for server in servers:
        print(f"extract over {server.name}, {clients.CONNECTIONS} connections: {server.rate():.0f} questions/s, of tiqu "
              f"extract {ratio_text(server, extract)}")
    if len(servers) == 2:
        print(f"gRPC against REST: {ratio_text(servers[1], servers[0])}")
    print("processor time a question: " +
          ", ".join(f"{one.name} {one.busy() * 1e3:.2f} ms" for one in [extract, *servers]))


def print_latencies(servers, seconds):
    """Of one server alone, without turns."""
    for server in servers:
        server.process.send_signal(signal.SIGCONT)
        server.latencies(0.5)  # warm
        times = server.latencies(seconds)
        server.process.send_signal(signal.SIGSTOP)
        p50, p99 = (times[int(len(times) * q)] * 1e3 for q in (0.5, 0.99))
        print(f"latency over {server.name}: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {p99 / p50:.2f} times")


def compare_ids(rest, grpc, calls):
    """One client, a call over each interface in turns."""
    inputs = clients.id_inputs(512)
    interfaces = [clients.rest_predict(rest, inputs)(), clients.grpc_predict(grpc, inputs)()]
    over_rest, over_grpc = json.loads(interfaces[0](None))["outputs"], interfaces[1](None).outputs["pa"].float_val
    over_rest = [value for character in over_rest[0] for value in character]
    if len(over_rest) != len(over_grpc) or max(abs(a - b) for a, b in zip(over_rest, over_grpc)) > 1e-6:
        raise SystemExit("serve_speed: the answers to ids differ between REST and gRPC")
    times = [[clients.milliseconds_of(call) for call in interfaces] for _ in range(20 + calls)][20:]
    by_rest, by_grpc = (statistics.median(column) for column in zip(*times))
    difference = statistics.median(over_rest - over_grpc for over_rest, over_grpc in times)
    print(f"ids of 512 characters, one client: REST {by_rest:.2f} ms, gRPC {by_grpc:.2f} ms, difference "
          f"{difference:.2f} ms")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--slices", type=int, default=60, help="turns of half a second for each")
    parser.add_argument("--id-calls", type=int, default=500, help="of ids, over each interface")
    options = parser.parse_args()
    if options.slices < GROUPS:
        parser.error(f"--slices is {options.slices}, at least {GROUPS}")
    tiqu, model = options.build / "tiqu", options.model.resolve()
    os.sched_setaffinity(0, {CLIENT_CORE})
    texts = clients.passages(1000, 200)
    contenders = []
    try:
        process, rest, grpc = start_server(tiqu, model)
        servers = [Server("REST", process, clients.rest_extract(rest), texts)]
        contenders.append(servers[0])
        try:
            import tensorflow_serving.apis.predict_pb2  # noqa: F401
            other, _, port = start_server(tiqu, model)
            servers.append(Server("gRPC", other, clients.grpc_extract(port), texts))
            contenders.append(servers[1])
        except ImportError:
            print("no stock client here: no rows of gRPC")
        extract = Extract(tiqu, model, texts)
        contenders.append(extract)
        for contender in contenders:
            contender.process.send_signal(signal.SIGSTOP)
        compare_texts(extract, servers, options.slices)
        print_latencies(servers, 8)
        if len(servers) == 2:
            servers[0].process.send_signal(signal.SIGCONT)
            compare_ids(rest, grpc, options.id_calls)
    finally:
        for contender in contenders:
            contender.stop()


if __name__ == "__main__":
    sys.exit(main())
