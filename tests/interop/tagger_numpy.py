"""The tagger of docs/model.md in NumPy, written from that page alone, and Viterbi."""

import numpy as np

PRIME = 16777213
FACTORS = (7368787, 11184811)
LONGEST = 4


def hashes(chars):
    values = [0, 0]
    for char in chars:
        values = [(value * factor + int(char)) % PRIME for value, factor in zip(values, FACTORS)]
    return values


def find(chars, keys, ids):
    """The id of an n-gram in a table, 0 for none."""
    if min(chars) < 2:
        return 0
    slots = len(keys) // 2
    h0, h1 = hashes(chars)
    places = ((h0 % slots, h1), (slots + h1 % slots, h0))
    return max(int(ids[place]) if keys[place] == key else 0 for place, key in places)


def features(weights, text):
    vectors = weights["ngram_embedding/word_vectors"]
    pairs = weights["ngram_embedding/bigram_embeddings"]
    words = (weights["ngram_embedding/word_keys"], weights["ngram_embedding/word_ids"])
    bigrams = (weights["ngram_embedding/bigram_keys"], weights["ngram_embedding/bigram_ids"])

    def word(begin, n):
        return find(text[begin : begin + n], *words) if 0 <= begin and begin + n <= len(text) else 0

    def pair(begin):
        return find(text[begin : begin + 2], *bigrams) if 0 <= begin and begin + 2 <= len(text) else 0

    rows = []
    for t in range(len(text)):
        begins = [word(t, n) for n in range(2, LONGEST + 1)]
        ends = [word(t - n + 1, n) for n in range(2, LONGEST + 1)]
        inside = [word(t - k, n) for n in range(3, LONGEST + 1) for k in range(1, n - 1)]
        sums = [vectors[places].sum(0) for places in (begins, ends, inside)]
        flags = [float(place > 0) for place in begins + ends + inside]
        rows.append(np.concatenate([vectors[word(t, 1)], *sums, flags, pairs[pair(t)], pairs[pair(t - 1)]]))
    return np.array(rows)


def shifted(x, places):
    """x[t + places], zeros outside."""
    out = np.zeros_like(x)
    if abs(places) >= len(x):
        return out
    if places >= 0:
        out[: len(x) - places] = x[places:]
    else:
        out[-places:] = x[:places]
    return out


def gated(x, kernel, bias, rate):
    width = x.shape[1]
    h = sum(shifted(x, rate * (tap - 1)) @ kernel[tap] for tap in range(3)) + bias
    s = 1 / (1 + np.exp(-h[:, width:]))
    return x * (1 - s) + h[:, :width] * s


def forward(weights, spec, ids, lengths):
    weights = {name: value.astype(np.float64) for name, value in weights.items()}
    logits = np.zeros((*ids.shape, len(spec["tags"])))
    for row, (sequence, length) in enumerate(zip(ids, lengths)):
        text = [int(char) for char in sequence[:length]]
        known = [char if char < spec["known_chars"] else 1 for char in text]
        x = features(weights, text) @ weights["ngram_embedding/kernel"] + weights["ngram_embedding/bias"]
        x = x + weights["ngram_embedding/char_embeddings"][known]
        for layer, rate in enumerate(spec["encoder_rates"]):
            x = gated(x, weights[f"encode_{layer}/kernel"], weights[f"encode_{layer}/bias"], rate)
        scores = x @ weights["tags/kernel"] + weights["tags/bias"]
        scores[0] += weights["crf/begin"]
        scores[-1] += weights["crf/end"]
        logits[row, :length] = scores
    return logits


def viterbi(logits, transitions):
    """The tags of the highest sum, as tf.contrib.crf.viterbi_decode finds them."""
    score, back = logits[0], []
    for row in logits[1:]:
        moves = score[:, None] + transitions
        back.append(moves.argmax(0))
        score = row + moves.max(0)
    path = [int(score.argmax())]
    for best in reversed(back):
        path.append(int(best[path[-1]]))
    return path[::-1]
