#!/usr/bin/env python3
"""The server against `tiqu extract`, and REST against gRPC. All sides warm, answers compared first.

    bench/serve_speed.py BUILD MODEL [--rounds 6] [--slices 10] [--id-calls 500]

The Python that runs it needs the stock client for the rows of gRPC.

The server has one core of its own, and so has `tiqu extract` (one worker); the clients run on another core, which a
server that shares a machine with its clients would have to give away. Passages have 200 characters.

A machine's speed changes from second to second. So `tiqu extract` and a server for each interface take turns of half a
second on the one core, the others stopped meanwhile (SIGSTOP), and what they answered in all turns is compared. How fast
a process is depends on the memory it got, too, by some hundredths: in each round all of them start anew.
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
    server.kill()
    raise SystemExit("serve_speed: the server does not start")


def without_scores(answers):
    return [{k: a[k] for k in ("text", "begin", "end")} for a in answers]


class Turns:
    """Of a contender in all rounds: lists of (questions, seconds, processor's seconds)."""

    def __init__(self):
        self.rounds = []

    def rate(self, one_round=None):
        turns = sum(self.rounds, []) if one_round is None else self.rounds[one_round]
        return sum(t[0] for t in turns) / sum(t[1] for t in turns)

    def busy(self):
        turns = sum(self.rounds, [])
        return sum(t[2] for t in turns) / sum(t[0] for t in turns)


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
    rounds = sorted(one.rate(i) / other.rate(i) for i in range(len(one.rounds)))
    return f"{one.rate() / other.rate():.2f} (rounds: {', '.join(f'{ratio:.2f}' for ratio in rounds)})"


def take_turns(extract, servers, slices):
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


def print_rates(turns):
    extract = turns["tiqu extract"]
    servers = {name: one for name, one in turns.items() if one is not extract}
    print(f"tiqu extract, one core: {extract.rate():.0f} questions/s on 200 characters")
    for name, server in servers.items():
        print(f"extract over {name}, {clients.CONNECTIONS} connections: {server.rate():.0f} questions/s, of tiqu "
              f"extract {ratio_text(server, extract)}")
    if "gRPC" in servers:
        print(f"gRPC against REST: {ratio_text(servers['gRPC'], servers['REST'])}")
    print("processor time a question: " + ", ".join(f"{name} {one.busy() * 1e3:.2f} ms" for name, one in turns.items()))


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


def has_stock_client():
    try:
        import tensorflow_serving.apis.predict_pb2  # noqa: F401
        return True
    except ImportError:
        print("no stock client here: no rows of gRPC")
        return False


def run_round(tiqu, model, texts, interfaces, slices, turns, then=None):
    """Adds to `turns`; `then` goes on with the servers and the ports of the first."""
    contenders, ports = [], []
    try:
        for name in interfaces:
            process, rest, grpc = start_server(tiqu, model)
            ports.append((rest, grpc))
            make_call = clients.rest_extract(rest) if name == "REST" else clients.grpc_extract(grpc)
            contenders.append(Server(name, process, make_call, texts))
        servers, extract = list(contenders), Extract(tiqu, model, texts)
        contenders.append(extract)
        for contender in contenders:
            contender.process.send_signal(signal.SIGSTOP)
        take_turns(extract, servers, slices)
        for contender in [extract, *servers]:
            turns[contender.name].rounds.append(contender.turns)
        if then:
            then(servers, *ports[0])
    finally:
        for contender in contenders:
            contender.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("build", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--rounds", type=int, default=6, help="of new processes")
    parser.add_argument("--slices", type=int, default=10, help="turns of half a second for each in a round")
    parser.add_argument("--id-calls", type=int, default=500, help="of ids, over each interface")
    options = parser.parse_args()
    if min(options.rounds, options.slices) < 1:
        parser.error("--rounds and --slices are at least 1")
    tiqu, model = options.build / "tiqu", options.model.resolve()
    os.sched_setaffinity(0, {CLIENT_CORE})
    texts = clients.passages(1000, 200)
    interfaces = ["REST", "gRPC"] if has_stock_client() else ["REST"]
    turns = {name: Turns() for name in ["tiqu extract", *interfaces]}

    def print_all(servers, rest, grpc):
        print_rates(turns)
        print_latencies(servers, 8)
        if len(servers) == 2:
            servers[0].process.send_signal(signal.SIGCONT)
            compare_ids(rest, grpc, options.id_calls)

    for number in range(options.rounds):
        run_round(tiqu, model, texts, interfaces, options.slices, turns,
                  print_all if number + 1 == options.rounds else None)


if __name__ == "__main__":
    sys.exit(main())
