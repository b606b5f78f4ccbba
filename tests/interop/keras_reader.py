"""The reader and a tagger as a Python user writes them with Keras, from nothing of Tiqu but the equations of docs/model.md.

    model = build_reader(small_spec())                    # keras.Model: q1_in, q2_in, p1_in, p2_in, k1_in, k2_in, pos_in -> pa
    pa = model.predict(inputs)                            # a dict of float arrays
    model.save("reader.h5"); model.save_weights("reader.weights.h5"); model.export("reader/1")

    tagger = build_tagger(small_tagger_spec())            # keras.Model: word_ids, sequence_lengths, dropout_pl -> logits, ...
    tf.saved_model.save(tagger, "tagger/1", signatures=tagger_signatures(tagger))

Layers hold other Keras layers where Keras has one (Embedding, Dense, Conv1D) and weights of their own where not. All have
get_config, so that keras.models.load_model(path, custom_objects=CUSTOM_OBJECTS) works.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

READER_INPUTS = ("q1_in", "q2_in", "p1_in", "p2_in", "k1_in", "k2_in", "pos_in")
FEATURES = 12
FAR_BELOW = 1e9


def small_spec(**changes):
    """A spec as in tiqu.json, of a size for tests."""
    spec = {"kind": "reader", "char_vocab_size": 30, "word_vocab_size": 20, "word_dim": 12, "hidden": 16,
            "max_position": 24, "encoder_rates": [1, 2, 4], "model_rates": [1, 2, 4, 8, 16, 1],
            "match_features": True, "word_vectors": True, "crf": True}
    return {**spec, **changes}


def small_tagger_spec(**changes):
    return {**{"vocab_size": 40, "tags": 7, "hidden": 16, "rates": [1, 2, 4, 1], "dropout": True}, **changes}


def as_ids(x):
    return ops.cast(x, "int32")


def mask_of(ids):
    """[batch, length]: 1 where there is a character, 0 at padding."""
    return ops.cast(ops.greater(ids, 0), "float32")


class MixEmbedding(layers.Layer):
    """(characters, words[, positions]) -> [batch, length, hidden]. One layer serves question and passage."""

    def __init__(self, char_vocab_size, hidden, word_vocab_size=None, word_dim=None, max_position=512, **kwargs):
        super().__init__(**kwargs)
        self.char_vocab_size, self.word_vocab_size, self.word_dim = char_vocab_size, word_vocab_size, word_dim
        self.hidden, self.max_position = hidden, max_position
        self.char_embeddings = layers.Embedding(char_vocab_size, hidden, name="char_embeddings")
        self.position_embeddings = layers.Embedding(max_position, hidden, embeddings_initializer="zeros",
                                                    name="position_embeddings")
        self.word_vectors = self.word_projection = None
        if word_dim is not None:
            self.word_vectors = layers.Embedding(word_vocab_size, word_dim, trainable=False, name="word_vectors")
            self.word_projection = layers.Dense(hidden, use_bias=False, name="word_projection")

    def build(self, chars_shape, words_shape, positions_shape=None):
        self.char_embeddings.build((None, None))
        self.position_embeddings.build((None, None))
        if self.word_vectors is not None:
            self.word_vectors.build((None, None))
            self.word_projection.build((None, None, self.word_dim))
        self.built = True

    def call(self, chars, words, positions=None):
        x = self.char_embeddings(as_ids(chars))
        if self.word_vectors is not None:
            x = x + self.word_projection(self.word_vectors(as_ids(words)))
        if positions is not None:
            x = x + self.position_embeddings(ops.clip(as_ids(positions), 0, self.max_position - 1))
        return x * mask_of(chars)[:, :, None]

    def get_config(self):
        return {**super().get_config(), "char_vocab_size": self.char_vocab_size, "hidden": self.hidden,
                "word_vocab_size": self.word_vocab_size, "word_dim": self.word_dim, "max_position": self.max_position}


class DilatedGatedConv1D(layers.Layer):
    """(x, mask) -> x, partly replaced by a dilated convolution of it, as much as a gate says."""

    def __init__(self, hidden, rate=1, dropout=0.1, **kwargs):
        super().__init__(**kwargs)
        self.hidden, self.rate, self.dropout = hidden, rate, dropout
        self.conv = layers.Conv1D(2 * hidden, 3, dilation_rate=rate, padding="same", name="conv")
        self.gate_dropout = layers.Dropout(dropout)

    def build(self, x_shape):
        self.conv.build(x_shape)
        self.built = True

    def call(self, x, mask, training=None):
        mask = mask[:, :, None]
        u, gate = ops.split(self.conv(x * mask), 2, axis=-1)
        gate = ops.sigmoid(self.gate_dropout(gate, training=training))
        return (x * (1 - gate) + u * gate) * mask

    def get_config(self):
        return {**super().get_config(), "hidden": self.hidden, "rate": self.rate, "dropout": self.dropout}


class Similarity(layers.Layer):
    """(passage, question, question mask) -> [batch, passage, question], far below everything at padding."""

    def build(self, passage_shape, question_shape, question_mask_shape):
        self.kernel = self.add_weight(name="kernel", shape=(3 * passage_shape[-1], 1), initializer="glorot_uniform")
        self.built = True

    def call(self, passage, question, question_mask):
        of_passage, of_question, of_product = ops.split(self.kernel, 3, axis=0)
        product = ops.matmul(passage * of_product[:, 0], ops.transpose(question, (0, 2, 1)))
        s = ops.matmul(passage, of_passage) + ops.transpose(ops.matmul(question, of_question), (0, 2, 1)) + product
        return s + ((question_mask - 1) * FAR_BELOW)[:, None, :]


class C2QAttention(layers.Layer):
    """(similarity, question) -> for each passage character the question as it concerns it."""

    def call(self, similarity, question):
        return ops.matmul(ops.softmax(similarity, axis=-1), question)


class Q2CAttention(layers.Layer):
    """(similarity, passage, passage mask) -> [batch, 1, hidden]: the passage as it concerns the question."""

    def call(self, similarity, passage, passage_mask):
        strongest = ops.max(similarity, axis=-1) + (passage_mask - 1) * FAR_BELOW
        weights = ops.softmax(strongest, axis=-1)
        return ops.sum(weights[:, :, None] * passage, axis=1, keepdims=True)


class MatchFeatures(layers.Layer):
    """(q1, q2, p1, p2, k1, k2) -> [batch, passage, 12]: where the passage says what the question says."""

    def __init__(self, char_vocab_size, word_vocab_size, **kwargs):
        super().__init__(**kwargs)
        self.char_vocab_size, self.word_vocab_size = char_vocab_size, word_vocab_size

    def build(self, q1_shape, q2_shape, p1_shape, p2_shape, k1_shape, k2_shape):
        self.char_idf = self.add_weight(name="char_idf", shape=(self.char_vocab_size,), initializer="zeros",
                                        trainable=False)
        self.word_idf = self.add_weight(name="word_idf", shape=(self.word_vocab_size,), initializer="zeros",
                                        trainable=False)
        self.built = True

    @staticmethod
    def matches(passage, question):
        same = ops.equal(passage[:, :, None], question[:, None, :])
        return ops.cast(ops.logical_and(same, ops.greater(passage, 1)[:, :, None]), "float32")

    @staticmethod
    def later(x, axes):
        """x one step further along the axes, zero past the end."""
        for axis in axes:
            tail = x[:, 1:] if axis == 1 else x[:, :, 1:]
            x = ops.pad(tail, [[0, 1] if i == axis else [0, 0] for i in range(3)])
        return x

    @staticmethod
    def at_or_before(x, steps):
        """[batch, passage]: the largest of x at t, t - 1, ..., t - steps."""
        result = x
        for _ in range(steps):
            x = ops.pad(x[:, :-1], [[0, 0], [1, 0]])
            result = ops.maximum(result, x)
        return result

    def runs(self, e):
        b = e * self.later(e, (1, 2))
        c = b * self.later(self.later(e, (1, 2)), (1, 2))
        return [self.at_or_before(ops.max(b, axis=2), 1), self.at_or_before(ops.max(c, axis=2), 2)]

    @staticmethod
    def coverage(e, weights, window):
        near = ops.max_pool(e, 2 * window + 1, strides=1, padding="same")
        return ops.sum(near * weights[:, None, :], axis=2) / ops.maximum(ops.sum(weights, axis=1, keepdims=True), 1e-6)

    @staticmethod
    def anchor(k1, k2, passage):
        t = ops.cast(ops.cumsum(ops.ones_like(passage), axis=1), "float32") - 1
        there = ops.cast(k1 >= 0, "float32")
        zero = ops.zeros_like(t)
        inside = ops.cast(ops.logical_and(k1 <= t, t <= k2), "float32")
        after = ops.where(t > k2, 8 / (8 + ops.maximum(t - k2, 0.0)), zero)
        before = ops.where(t < k1, 8 / (8 + ops.maximum(k1 - t, 0.0)), zero)
        return [there * inside, there * after, there * before, there * ops.ones_like(t)]

    def call(self, q1, q2, p1, p2, k1, k2):
        mask = mask_of(p1)
        weights = ops.take(self.char_idf, as_ids(q1)) * mask_of(q1)
        e = self.matches(p1, q1)
        char = ops.max(e, axis=2)
        word = ops.max(self.matches(p2, q2), axis=2)
        columns = [char, char * ops.take(self.char_idf, as_ids(p1)), *self.runs(e),
                   word, word * ops.take(self.word_idf, as_ids(p2)),
                   self.coverage(e, weights, 5), self.coverage(e, weights, 20), *self.anchor(k1, k2, p1)]
        return ops.stack(columns, axis=2) * mask[:, :, None]

    def get_config(self):
        return {**super().get_config(), "char_vocab_size": self.char_vocab_size,
                "word_vocab_size": self.word_vocab_size}


class MergedContext(layers.Layer):
    """(passage, c2q, q2c, features, passage mask) -> the passage, aware of the question."""

    def __init__(self, hidden, **kwargs):
        super().__init__(**kwargs)
        self.hidden = hidden
        self.dense = layers.Dense(hidden, name="dense")

    def build(self, passage_shape, c2q_shape, q2c_shape, features_shape, passage_mask_shape):
        self.dense.build((None, None, 4 * self.hidden + FEATURES))
        self.built = True

    def call(self, passage, c2q, q2c, features, passage_mask):
        joined = ops.concatenate([passage, c2q, passage * c2q, passage * q2c, features], axis=-1)
        return self.dense(joined) * passage_mask[:, :, None]

    def get_config(self):
        return {**super().get_config(), "hidden": self.hidden}


class Answer(layers.Layer):
    """(x, mask) -> probabilities of O, B and I; padding is O."""

    def __init__(self, hidden, **kwargs):
        super().__init__(**kwargs)
        self.hidden = hidden
        self.hidden_layer = layers.Dense(hidden, activation="relu", name="hidden")
        self.tags = layers.Dense(3, name="tags")

    def build(self, x_shape):
        self.hidden_layer.build(x_shape)
        self.tags.build((*x_shape[:-1], self.hidden))
        self.built = True

    def call(self, x, mask):
        mask = mask[:, :, None]
        pa = ops.softmax(self.tags(self.hidden_layer(x)), axis=-1)
        return pa * mask + ops.convert_to_tensor([1.0, 0.0, 0.0]) * (1 - mask)

    def get_config(self):
        return {**super().get_config(), "hidden": self.hidden}


class NoFeatures(layers.Layer):
    """passage ids -> [batch, passage, 12] of zeros, for a reader without match features."""

    def call(self, p1):
        return ops.repeat(ops.zeros_like(p1)[:, :, None], FEATURES, axis=2)


class Mask(layers.Layer):
    """ids -> [batch, length]: 1 where there is a character."""

    def call(self, ids):
        return mask_of(ids)


CUSTOM_OBJECTS = {c.__name__: c for c in (MixEmbedding, DilatedGatedConv1D, Similarity, C2QAttention, Q2CAttention,
                                          MatchFeatures, MergedContext, Answer, NoFeatures, Mask)}


def build_reader(spec, name="reader"):
    """The reader of docs/model.md with Keras's initial weights and default layer names."""
    d = spec["hidden"]
    inputs = {key: keras.Input((1,) if key in ("k1_in", "k2_in") else (None,), name=key) for key in READER_INPUTS}
    q1, q2, p1, p2, k1, k2, pos = inputs.values()
    mask = Mask()
    mp, mq = mask(p1), mask(q1)

    word = {"word_vocab_size": spec["word_vocab_size"], "word_dim": spec["word_dim"]} if spec["word_vectors"] else {}
    embedding = MixEmbedding(spec["char_vocab_size"], d, max_position=spec["max_position"], **word)
    drop = layers.Dropout(0.25)
    passage, question = drop(embedding(p1, p2, pos)), drop(embedding(q1, q2))
    for rate in spec["encoder_rates"]:
        conv = DilatedGatedConv1D(d, rate)
        passage, question = conv(passage, mp), conv(question, mq)

    similarity = Similarity()(passage, question, mq)
    c2q = C2QAttention()(similarity, question)
    q2c = Q2CAttention()(similarity, passage, mp)
    if spec["match_features"]:
        features = MatchFeatures(spec["char_vocab_size"], spec["word_vocab_size"])(q1, q2, p1, p2, k1, k2)
    else:
        features = NoFeatures()(p1)
    x = MergedContext(d)(passage, c2q, q2c, features, mp)
    for rate in spec["model_rates"]:
        x = DilatedGatedConv1D(d, rate)(x, mp)
    pa = Answer(d, name="pa")(layers.Dropout(0.2)(x), mp)
    return keras.Model(inputs, {"pa": pa}, name=name)


def randomize(model, seed=7):
    """Weights of a size that keeps every layer's values near 1 and tells the tags clearly apart."""
    random = np.random.default_rng(seed)
    for variable in model.weights:
        shape, path = tuple(variable.shape), variable.path
        if path.endswith("_idf"):
            value = random.uniform(0, 1, shape)
        elif path.endswith("embeddings"):
            value = random.uniform(-1, 1, shape)
        elif path.endswith("bias"):
            value = random.uniform(-0.2, 0.2, shape)
        else:
            size = 6.0 if path.split("/")[0].startswith(("pa", "answer")) else 1.7
            value = random.uniform(-1, 1, shape) * size / np.sqrt(np.prod(shape[:-1]))
        variable.assign(value.astype("float32"))
    return model


def reader_weights(model):
    """The model's weights under the names of docs/model.md."""
    def find(kind):
        return [layer for layer in model.layers if isinstance(layer, kind)]

    (embedding,), (similarity,), (merged,), (answer,) = map(find, (MixEmbedding, Similarity, MergedContext, Answer))
    weights = {"mix_embedding/char_embeddings": embedding.char_embeddings.embeddings,
               "mix_embedding/position_embeddings": embedding.position_embeddings.embeddings,
               "similarity/kernel": similarity.kernel,
               "merged_context/kernel": merged.dense.kernel, "merged_context/bias": merged.dense.bias,
               "answer/hidden_kernel": answer.hidden_layer.kernel, "answer/hidden_bias": answer.hidden_layer.bias,
               "answer/kernel": answer.tags.kernel, "answer/bias": answer.tags.bias}
    if embedding.word_vectors is not None:
        weights["mix_embedding/word_vectors"] = embedding.word_vectors.embeddings
        weights["mix_embedding/word_projection"] = embedding.word_projection.kernel
    for features in find(MatchFeatures):
        weights["match_features/char_idf"], weights["match_features/word_idf"] = features.char_idf, features.word_idf
    merged_at = model.layers.index(merged)
    for stack, before in (("encode", True), ("model", False)):
        convolutions = [c for c in find(DilatedGatedConv1D) if (model.layers.index(c) < merged_at) == before]
        for i, layer in enumerate(convolutions):
            weights[f"{stack}_{i}/kernel"], weights[f"{stack}_{i}/bias"] = layer.conv.kernel, layer.conv.bias
    return {name: np.asarray(value) for name, value in weights.items()}


class Tagger(keras.Model):
    """{word_ids, sequence_lengths, dropout_pl} -> {logits, transition_params}: a named-entity model with a CRF on top.

    dropout_pl is the part of the values that is kept, as TensorFlow 1 has it: 1 when the model is served.
    """

    def __init__(self, vocab_size, tags, hidden, rates, dropout=True, **kwargs):
        super().__init__(**kwargs)
        self.config = {"vocab_size": vocab_size, "tags": tags, "hidden": hidden, "rates": list(rates),
                       "dropout": dropout}
        self.embedding = layers.Embedding(vocab_size, hidden, name="word_embeddings")
        self.convolutions = [DilatedGatedConv1D(hidden, rate, name=f"encode_{i}") for i, rate in enumerate(rates)]
        self.dense = layers.Dense(tags, name="emissions")
        self.use_dropout = dropout
        self.transition_params = self.add_weight(name="transitions", shape=(tags, tags), initializer="glorot_uniform")

    def build(self, input_shape=None):
        hidden = self.config["hidden"]
        self.embedding.build((None, None))
        for convolution in self.convolutions:
            convolution.build((None, None, hidden))
        self.dense.build((None, None, hidden))
        self.built = True

    def call(self, inputs):
        ids = inputs["word_ids"]
        mask = tf.sequence_mask(inputs["sequence_lengths"], tf.shape(ids)[1], dtype=tf.float32)
        x = self.embedding(ids) * mask[:, :, None]
        if self.use_dropout:
            x = tf.nn.dropout(x, rate=1 - inputs["dropout_pl"])
        for convolution in self.convolutions:
            x = convolution(x, mask)
        return {"logits": self.dense(x), "transition_params": tf.identity(self.transition_params)}

    def get_config(self):
        return {**super().get_config(), **self.config}


def build_tagger(spec, name="tagger"):
    tagger = Tagger(**spec, name=name)
    tagger.build()
    return tagger


def tagger_signatures(tagger):
    """The signatures `infoext` and `serving_default` for tf.saved_model.save."""
    @tf.function(input_signature=[tf.TensorSpec((None, None), tf.int32, name="word_ids"),
                                  tf.TensorSpec((None,), tf.int32, name="sequence_lengths"),
                                  tf.TensorSpec((), tf.float32, name="dropout_pl")])
    def infoext(word_ids, sequence_lengths, dropout_pl):
        return tagger({"word_ids": word_ids, "sequence_lengths": sequence_lengths, "dropout_pl": dropout_pl})

    return {"infoext": infoext, "serving_default": infoext}
