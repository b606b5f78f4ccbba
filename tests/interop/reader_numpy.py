"""The reader of docs/model.md in plain numpy, double precision: the reference that the exported graph, the engine and
libtorch are checked against. It follows the equations, not any of those programs.

    pa = forward(weights, spec, {"q1_in": ..., "q2_in": ..., "p1_in": ..., "p2_in": ..., "k1_in": ..., "k2_in": ...,
                                 "pos_in": ...})          # [batch, passage, 3]

weights: name in docs/model.md -> array; spec: the object "spec" of tiqu.json.
"""

import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x, axis):
    shifted = np.exp(x - x.max(axis=axis, keepdims=True))
    return shifted / shifted.sum(axis=axis, keepdims=True)


def mix_embedding(weights, spec, chars, words, mask, positions=None):
    out = weights["mix_embedding/char_embeddings"][chars]
    if spec["word_vectors"]:
        out = out + weights["mix_embedding/word_vectors"][words] @ weights["mix_embedding/word_projection"]
    if positions is not None:
        last = spec["max_position"] - 1
        out = out + weights["mix_embedding/position_embeddings"][np.clip(positions, 0, last)]
    return out * mask[:, :, None]


def dilated_gated_conv1d(x, kernel, bias, rate, mask):
    batch, length, d = x.shape
    m = mask[:, :, None]
    h = np.zeros((batch, length, 2 * d)) + bias
    for t in range(length):
        for tap, source in enumerate((t - rate, t, t + rate)):
            if 0 <= source < length:
                h[:, t] += (x[:, source] * m[:, source]) @ kernel[tap]
    u, s = h[:, :, :d], sigmoid(h[:, :, d:])
    return (x * (1 - s) + u * s) * m


def stack(weights, name, rates, x, mask):
    for i, rate in enumerate(rates):
        x = dilated_gated_conv1d(x, weights[f"{name}_{i}/kernel"], weights[f"{name}_{i}/bias"], rate, mask)
    return x


def match_features(char_idf, word_idf, q1, q2, p1, p2, k1, k2):
    """One sample, unpadded or padded: [passage, 12]."""
    length, asked = len(p1), len(q1)
    features = np.zeros((length, 12))

    def e(t, j):
        return 0 <= t < length and 0 <= j < asked and p1[t] == q1[j] and p1[t] > 1

    def run(t, n):
        """A run of n matching characters begins at t."""
        return any(all(e(t + i, j + i) for i in range(n)) for j in range(asked))

    weights = [char_idf[c] if c > 0 else 0.0 for c in q1]
    total = max(sum(weights), 1e-6)
    for t in range(length):
        if p1[t] <= 0:
            continue
        f = features[t]
        f[0] = run(t, 1)
        f[1] = f[0] * char_idf[p1[t]]
        f[2] = run(t, 2) or run(t - 1, 2)
        f[3] = run(t, 3) or run(t - 1, 3) or run(t - 2, 3)
        f[4] = p2[t] > 1 and p2[t] in q2
        f[5] = f[4] * word_idf[p2[t]]
        for column, w in ((6, 5), (7, 20)):
            found = (g * any(e(t + s, j) for s in range(-w, w + 1)) for j, g in enumerate(weights))
            f[column] = sum(found) / total
        if k1 >= 0:
            f[8] = k1 <= t <= k2
            f[9] = 8 / (8 + t - k2) if t > k2 else 0
            f[10] = 8 / (8 + k1 - t) if t < k1 else 0
            f[11] = 1
    return features


def interact(weights, h, u, features, mp, mq):
    d = h.shape[2]
    w1, w2, w3 = (weights["similarity/kernel"][i * d:(i + 1) * d, 0] for i in range(3))
    s = (h @ w1)[:, :, None] + (u @ w2)[:, None, :] + (h * w3) @ u.transpose(0, 2, 1)
    s = s + ((mq - 1) * 1e9)[:, None, :]
    c = softmax(s, 2) @ u
    b = softmax(s.max(axis=2) + (mp - 1) * 1e9, 1)
    summary = (b[:, :, None] * h).sum(axis=1, keepdims=True)
    joined = np.concatenate([h, c, h * c, h * summary, features], axis=2)
    return (joined @ weights["merged_context/kernel"] + weights["merged_context/bias"]) * mp[:, :, None]


def forward(weights, spec, inputs):
    weights = {name: np.asarray(value, np.float64) for name, value in weights.items()}
    q1, q2, p1, p2, pos = (np.asarray(inputs[k]).astype(np.int64) for k in ("q1_in", "q2_in", "p1_in", "p2_in", "pos_in"))
    k1, k2 = np.asarray(inputs["k1_in"])[:, 0], np.asarray(inputs["k2_in"])[:, 0]
    mp, mq = (p1 > 0).astype(np.float64), (q1 > 0).astype(np.float64)

    h = stack(weights, "encode", spec["encoder_rates"], mix_embedding(weights, spec, p1, p2, mp, pos), mp)
    u = stack(weights, "encode", spec["encoder_rates"], mix_embedding(weights, spec, q1, q2, mq), mq)
    features = np.zeros(p1.shape + (12,))
    if spec["match_features"]:
        for i in range(len(p1)):
            features[i] = match_features(weights["match_features/char_idf"], weights["match_features/word_idf"],
                                         q1[i], q2[i], p1[i], p2[i], k1[i], k2[i])
    m = stack(weights, "model", spec["model_rates"], interact(weights, h, u, features, mp, mq), mp)
    hidden = np.maximum(m @ weights["answer/hidden_kernel"] + weights["answer/hidden_bias"], 0)
    pa = softmax(hidden @ weights["answer/kernel"] + weights["answer/bias"], 2)
    return pa * mp[:, :, None] + np.array([1.0, 0.0, 0.0]) * (1 - mp)[:, :, None]
