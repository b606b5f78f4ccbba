#!/usr/bin/python3
"""Times a training step of tiqu-train against the same network written plainly in PyTorch.

    bench/train_speed.py build/tiqu-train                  # needs python3-torch, python3-h5py
    bench/train_speed.py build/tiqu-train --threads 1 --rounds 5 --steps 20 --json figures.json

Both run docs/model.md on the same made-up batches from the same first weights: tiqu-train writes them (--bench-out),
this program reads them. Before anything is timed the two first losses must agree. A step is: forward, CRF and span
loss, backward, clipping, Adam, averaged weights, with the dropouts of a real training. tiqu-train's time includes
building the batch and its hand-made features; here they are ready-made tensors. The two programs run in turns, and
the best round of each counts, so that other load on the machine disturbs both alike.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time

LOSS_TOLERANCE = 1e-4  # relative
WARM_UP_STEPS = 2

SHAPES = {
    "equal lengths": [],
    "mixed lengths": ["--bench-mixed"],
    "4 questions a passage": ["--bench-group", "4"],
}


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("trainer", help="the program tiqu-train")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--shapes", nargs="+", choices=list(SHAPES), default=list(SHAPES))
    parser.add_argument("--samples", type=int, default=24)
    parser.add_argument("--passage-chars", type=int, default=320)
    parser.add_argument("--question-chars", type=int, default=16)
    parser.add_argument("--steps", type=int, default=8, help="timed steps of a round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", help="write the figures here, too")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    return parser.parse_args()


# ---------------------------------------------------------------- the network in plain PyTorch


def read_weights(path):
    import h5py
    import torch

    weights = {}
    with h5py.File(path, "r") as file:
        for layer in file.attrs["layer_names"]:
            group = file[layer.decode()]
            for name in group.attrs["weight_names"]:
                weights[name.decode().split(":")[0]] = torch.tensor(group[name.decode()][()])
        spec = json.loads(file["tiqu/config"][()].tobytes())["spec"]
    return weights, spec


def pad(rows, fill=0):
    import torch

    longest = max(len(row) for row in rows)
    return torch.tensor([row + [fill] * (longest - len(row)) for row in rows])


class Batch:
    """Padded tensors of batch.json; the passage is repeated for each of its questions."""

    def __init__(self, path):
        import torch

        with open(path) as file:
            data = json.load(file)
        samples = data["samples"]
        passages = [data["passages"][sample["passage"]] for sample in samples]
        self.p1 = pad([passage["chars"] for passage in passages])
        self.p2 = pad([passage["words"] for passage in passages])
        self.q1 = pad([sample["chars"] for sample in samples])
        self.q2 = pad([sample["words"] for sample in samples])
        count, longest = self.p1.shape
        self.features = torch.zeros(count, longest, 12)
        self.tags = torch.zeros(count, longest, dtype=torch.long)
        self.starts = torch.zeros(count, longest)  # shares of the gold spans
        self.ends = torch.zeros(count, longest)
        for i, sample in enumerate(samples):
            features = torch.tensor(sample["features"]).view(-1, 12)
            self.features[i, : len(features)] = features
            for begin, end in sample["gold"]:
                self.tags[i, begin] = 1
                self.tags[i, begin + 1 : end] = 2
                self.starts[i, begin] += 1 / len(sample["gold"])
                self.ends[i, end - 1] += 1 / len(sample["gold"])
        self.chars = int((self.p1 > 0).sum())
        self.span_weight = data["span_weight"]


def make_reader():
    import torch
    from torch import nn
    from torch.nn import functional as F

    forbidden = -1e4

    class Reader(nn.Module):
        def __init__(self, weights, spec):
            super().__init__()
            self.spec = spec
            self.frozen = {"mix_embedding/word_vectors", "match_features/char_idf", "match_features/word_idf"}
            self.table = weights["mix_embedding/word_vectors"]
            self.weights = nn.ParameterDict(
                {n.replace("/", "__"): nn.Parameter(w) for n, w in weights.items() if n not in self.frozen}
            )

        def get(self, name):
            return self.weights[name.replace("/", "__")]

        def embed(self, chars, words, mask, position):
            x = F.embedding(chars, self.get("mix_embedding/char_embeddings"))
            x = x + F.embedding(words, self.table) @ self.get("mix_embedding/word_projection")
            if position:
                positions = torch.arange(chars.shape[1]).clamp(max=self.spec["max_position"] - 1)
                x = x + F.embedding(positions, self.get("mix_embedding/position_embeddings"))
            return F.dropout(x * mask, 0.25, self.training)

        def stack(self, name, rates, x, mask):
            for i, rate in enumerate(rates):
                kernel = self.get(f"{name}_{i}/kernel").permute(2, 1, 0)
                h = F.conv1d((x * mask).transpose(1, 2), kernel, self.get(f"{name}_{i}/bias"), 1, rate, rate)
                u, g = h.transpose(1, 2).chunk(2, -1)
                s = torch.sigmoid(F.dropout(g, 0.1, self.training))
                x = (x * (1 - s) + u * s) * mask
            return x

        def forward(self, batch, p1, p2, q1, q2):
            mp = (p1 > 0).float().unsqueeze(-1)
            mq = (q1 > 0).float().unsqueeze(-1)
            h = self.stack("encode", self.spec["encoder_rates"], self.embed(p1, p2, mp, True), mp)
            u = self.stack("encode", self.spec["encoder_rates"], self.embed(q1, q2, mq, False), mq)
            w1, w2, w3 = self.get("similarity/kernel").squeeze(1).chunk(3)
            scores = (h @ w1).unsqueeze(2) + (u @ w2).unsqueeze(1) + (h * w3) @ u.transpose(1, 2)
            scores = scores + (mq.transpose(1, 2) - 1) * 1e9
            c = torch.softmax(scores, -1) @ u
            b = torch.softmax(scores.max(-1).values + (mp.squeeze(-1) - 1) * 1e9, -1)
            q2c = b.unsqueeze(1) @ h
            joined = F.dropout(torch.cat([h, c, h * c, h * q2c, batch.features], -1), 0.2, self.training)
            m = (joined @ self.get("merged_context/kernel") + self.get("merged_context/bias")) * mp
            m = self.stack("model", self.spec["model_rates"], m, mp)
            m = F.dropout(m, 0.2, self.training)
            hidden = torch.relu(m @ self.get("answer/hidden_kernel") + self.get("answer/hidden_bias"))
            return hidden @ self.get("answer/kernel") + self.get("answer/bias"), m @ self.get("span/kernel")

        def crf_loss(self, logits, tags, mask):
            """In double precision: 320 additions of logarithms lose too much of a float."""
            logits = logits.double()
            block = torch.zeros(3, 3, dtype=torch.double)
            block[0, 2] = forbidden
            transitions = self.get("crf/transitions").double() + block
            begin = self.get("crf/begin").double() + torch.tensor([0, 0, forbidden])
            end = self.get("crf/end").double()
            alpha = begin + logits[:, 0]
            for t in range(1, logits.shape[1]):
                step = torch.logsumexp(alpha.unsqueeze(2) + transitions, 1) + logits[:, t]
                alpha = torch.where(mask[:, t : t + 1], step, alpha)
            chosen = logits.gather(2, tags.unsqueeze(2)).squeeze(2)
            moves = transitions[tags[:, :-1], tags[:, 1:]]
            path = (chosen * mask).sum(1) + (moves * mask[:, 1:]).sum(1) + begin[tags[:, 0]]
            last = tags.gather(1, mask.sum(1, keepdim=True) - 1).squeeze(1)
            return (torch.logsumexp(alpha + end, 1) - path - end[last]).sum()

        def loss(self, batch, ids):
            logits, span = self(batch, *ids)
            mask = batch.p1 > 0
            log_p = torch.log_softmax(span.masked_fill(~mask.unsqueeze(-1), -1e9), 1)
            spans = -(log_p[..., 0] * batch.starts).sum() - (log_p[..., 1] * batch.ends).sum()
            return (self.crf_loss(logits, batch.tags, mask) + batch.span_weight * spans) / len(batch.p1)

    return Reader


def make_unknown(ids):
    import torch

    return torch.where((torch.rand(ids.shape) < 0.1) & (ids > 0), torch.ones_like(ids), ids)


def run_child(arguments):
    """One round in a process of its own: prints the first loss and the median seconds of a step."""
    import torch

    torch.set_num_threads(arguments.threads[0])
    torch.set_num_interop_threads(1)
    torch.manual_seed(1)
    weights, spec = read_weights(os.path.join(arguments.child, "model.h5"))
    batch = Batch(os.path.join(arguments.child, "batch.json"))
    reader = make_reader()(weights, spec)
    ids = (batch.p1, batch.p2, batch.q1, batch.q2)
    reader.eval()
    with torch.no_grad():
        first_loss = reader.loss(batch, ids).item()
    reader.train()
    parameters = list(reader.parameters())
    averages = [parameter.detach().clone() for parameter in parameters]
    adam = torch.optim.Adam(parameters, lr=1e-4)
    seconds = []
    for step in range(-WARM_UP_STEPS, arguments.steps):
        start = time.perf_counter()
        adam.zero_grad(set_to_none=True)
        reader.loss(batch, [make_unknown(each) for each in ids]).backward()
        torch.nn.utils.clip_grad_norm_(parameters, 5.0)
        adam.step()
        with torch.no_grad():
            for average, parameter in zip(averages, parameters):
                average.mul_(0.999).add_(parameter, alpha=0.001)
        if step >= 0:
            seconds.append(time.perf_counter() - start)
    print(json.dumps({"first_loss": first_loss, "seconds_a_step": sorted(seconds)[len(seconds) // 2], "chars": batch.chars}))


# ---------------------------------------------------------------- the comparison


def run_json(command, threads):
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), MKL_NUM_THREADS=str(threads))
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


def write_figures(rows, path):
    """What --json asks for; no path, no file."""
    if path:
        with open(path, "w") as file:
            json.dump(rows, file, indent=2)


def compare(arguments, shape, threads):
    with tempfile.TemporaryDirectory() as folder:
        ours_command = [arguments.trainer, "--bench", "--bench-out", folder, "--threads", str(threads)]
        ours_command += ["--bench-samples", str(arguments.samples), "--bench-steps", str(arguments.steps)]
        ours_command += ["--bench-passage-chars", str(arguments.passage_chars)]
        ours_command += ["--bench-question-chars", str(arguments.question_chars)] + SHAPES[shape]
        torch_command = [sys.executable, __file__, arguments.trainer, "--child", folder, "--threads", str(threads)]
        torch_command += ["--steps", str(arguments.steps)]
        ours, plain = [], []
        for _ in range(arguments.rounds):
            ours.append(run_json(ours_command, threads))
            plain.append(run_json(torch_command, threads))
    difference = abs(ours[0]["first_loss"] - plain[0]["first_loss"]) / abs(plain[0]["first_loss"])
    if not difference <= LOSS_TOLERANCE:
        sys.exit(f"{shape}: first loss {ours[0]['first_loss']} against {plain[0]['first_loss']} in PyTorch")
    best = min(ours, key=lambda figures: figures["seconds_a_step"])
    best_plain = min(plain, key=lambda figures: figures["seconds_a_step"])
    return {
        "shape": shape,
        "threads": threads,
        "first_loss": best["first_loss"],
        "loss_difference": difference,
        "ours_chars_per_second": best["chars_per_second"],
        "torch_chars_per_second": best_plain["chars"] / best_plain["seconds_a_step"],
        "ratio": best_plain["seconds_a_step"] / best["seconds_a_step"],
        "gflops": best["gflops"],
        "peak_gflops": max(figures["peak_gflops"] for figures in ours),
    }


def main():
    arguments = parse_arguments()
    if arguments.child:
        return run_child(arguments)
    rows = []
    print(f"{'batch':22} {'threads':>7} {'tiqu chars/s':>13} {'torch chars/s':>14} {'ratio':>6} "
          f"{'loss diff':>10} {'GFLOP/s':>8} {'oneDNN peak':>12}")
    for shape in arguments.shapes:
        for threads in arguments.threads:
            row = compare(arguments, shape, threads)
            rows.append(row)
            print(f"{shape:22} {threads:7} {row['ours_chars_per_second']:13.0f} {row['torch_chars_per_second']:14.0f} "
                  f"{row['ratio']:6.2f} {row['loss_difference']:10.1e} {row['gflops']:8.1f} {row['peak_gflops']:12.1f}",
                  flush=True)
    write_figures(rows, arguments.json)


if __name__ == "__main__":
    main()
