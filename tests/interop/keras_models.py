"""Small Keras models, a kind of layer each, and the reader and the tagger, exported in the ways that users export them.

    keras_models.py export|save|v1 FOLDER

writes FOLDER/NAME (a SavedModel) and FOLDER/NAME.npz (inputs and what TensorFlow makes of them: in/KEY, out/KEY) for every
model. `v1` is TensorFlow 1's builder in a session, which needs a process of its own.
"""

import os
import pathlib
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")
import numpy as np
import tensorflow as tf

tf.get_logger().setLevel("ERROR")
v1 = tf.compat.v1
if __name__ == "__main__" and sys.argv[1] == "v1":
    v1.disable_eager_execution()
import keras
from keras import layers

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import keras_reader
import saved_model_test

READER = "reader"
TAGGERS = ("tagger", "tagger_without_dropout")


def sequence(width=8):
    return keras.Input((None, width), name="x")


def ids():
    return keras.Input((None,), dtype="int32", name="ids")


def dense():
    x = y = sequence()
    for activation in ("relu", "gelu", "elu", "selu", "softplus", "softsign", "tanh", "sigmoid", "swish", "leaky_relu",
                       "relu6", "mish", "hard_sigmoid", "log_softmax", "softmax"):
        y = layers.Dense(8, activation=activation)(y)
    return keras.Model(x, layers.Activation(lambda t: keras.activations.gelu(t, approximate=True))(y))


def convolutions():
    x = sequence()
    parts = [layers.Conv1D(4, 3, padding=padding, dilation_rate=rate)(x)
             for padding in ("same", "causal") for rate in (1, 2, 5)]
    valid = layers.Conv1D(4, 2, padding="valid", dilation_rate=3, activation="relu")(x)
    strided = layers.Conv1D(6, 3, strides=2, padding="same")(x)
    return keras.Model(x, [layers.Concatenate()(parts), valid, strided])


def separable_convolutions():
    x = sequence()
    y = layers.SeparableConv1D(6, 3, padding="same", depth_multiplier=2)(x)
    return keras.Model(x, [layers.SeparableConv1D(5, 3, padding="valid", dilation_rate=2)(y),
                           layers.DepthwiseConv1D(3, padding="same", depth_multiplier=2)(x)])


def images():
    x = keras.Input((12, 10, 3), name="x")
    y = layers.ReLU()(layers.BatchNormalization()(layers.Conv2D(8, 3, padding="same", use_bias=False)(x)))
    y = layers.MaxPooling2D(2)(layers.DepthwiseConv2D(3, padding="same")(y))
    y = layers.AveragePooling2D(2, padding="same")(layers.Conv2D(4, 3, strides=2)(layers.ZeroPadding2D(1)(y)))
    return keras.Model(x, layers.Dense(3, activation="softmax")(layers.Flatten()(y)))


def masked_embedding():
    i = ids()
    e = layers.Embedding(50, 8, mask_zero=True)(i)
    return keras.Model(i, [layers.GlobalAveragePooling1D()(e), layers.Dense(3)(e)])


def norms():
    x = sequence()
    y = layers.BatchNormalization()(layers.LayerNormalization(epsilon=1e-5)(x))
    return keras.Model(x, [y, layers.UnitNormalization()(x), layers.GroupNormalization(2)(x)])


def attention():
    i, q = ids(), keras.Input((None,), dtype="int32", name="q")
    embed = layers.Embedding(50, 8, mask_zero=True)
    x, y = embed(i), embed(q)
    a = layers.MultiHeadAttention(2, 4)(x, y)
    b = layers.MultiHeadAttention(2, 4)(x, x, use_causal_mask=True)
    c = layers.Attention()([x, y])
    return keras.Model([i, q], layers.Add()([a, b, c]))


def pooling():
    x = sequence()
    return keras.Model(x, [layers.MaxPooling1D(2)(x), layers.AveragePooling1D(3, 2, padding="same")(x),
                           layers.GlobalMaxPooling1D()(x), layers.UpSampling1D(2)(x), layers.Cropping1D(1)(x)])


def several_inputs():
    x, i = sequence(), ids()
    flag = keras.Input((1,), dtype="bool", name="flag")
    e = layers.Embedding(50, 8)(i)
    y = layers.Concatenate()([layers.Multiply()([x, e]), layers.Subtract()([x, e]), layers.Maximum()([x, e])])
    y = layers.Dot(axes=(2, 2))([y, y])
    y = layers.Lambda(lambda t: keras.ops.where(t[1][:, :, None], t[0], -t[0]))([y, flag])
    return keras.Model([x, i, flag], layers.Permute((2, 1))(layers.Softmax()(y)))


def dropouts():
    x = sequence()
    y = layers.GaussianNoise(0.1)(layers.SpatialDropout1D(0.5)(layers.Dropout(0.5)(x)))
    return keras.Model(x, layers.Dense(4)(layers.GaussianDropout(0.3)(y)))


def plain_ops():
    x = sequence()

    def calls(t):
        o = keras.ops
        top, where = o.top_k(t, 3)
        flipped = o.flip(o.cumsum(t, axis=1), axis=1)
        return [top + o.cast(where, "float32"), flipped, o.take_along_axis(t, o.argsort(t, axis=-1), axis=-1)[:, ::2],
                o.clip(t, -0.5, 0.5), o.logsumexp(t, axis=-1), o.var(t, axis=1), o.einsum("btd,bsd->bts", t, t),
                o.pad(t, ((0, 0), (1, 1), (0, 0)), mode="reflect"), o.tril(o.matmul(t, o.swapaxes(t, 1, 2)))]

    return keras.Model(x, calls(x))


LAYER_MODELS = (dense, convolutions, separable_convolutions, images, masked_embedding, norms, attention, pooling,
                several_inputs, dropouts, plain_ops)


def inputs_for(model, random):
    """Rows of several lengths, zeros at their ends as padding."""
    values, rows, length = {}, 3, 11
    for tensor in model.inputs:
        shape = [rows, *(length if size is None else size for size in tensor.shape[1:])]
        if tensor.dtype == "float32":
            values[tensor.name] = random.normal(size=shape).astype(np.float32)
        elif tensor.dtype == "bool":
            values[tensor.name] = random.integers(0, 2, shape).astype(bool)
        else:
            values[tensor.name] = random.integers(1, 50, shape).astype(np.int32)
            values[tensor.name][1, 7:] = values[tensor.name][2, 1:] = 0
    return values


def reader_inputs(spec, random):
    sizes = [(40, 9), (25, 4), (1, 1), (60, 12)]
    return saved_model_test.batch([saved_model_test.sample(random, spec, p, q, anchor=p != 25) for p, q in sizes], extra=3)


def tagger_inputs(spec, random):
    lengths = np.array([9, 1, 5], np.int32)
    words = random.integers(1, spec["vocab_size"], (3, 12)).astype(np.int32) * (np.arange(12) < lengths[:, None])
    return {"word_ids": words.astype(np.int32), "sequence_lengths": lengths, "dropout_pl": np.float32(1)}


def models():
    """name, model, inputs"""
    random = np.random.default_rng(4)
    for build in LAYER_MODELS:
        model = build()
        yield build.__name__, model, inputs_for(model, random)
    spec = keras_reader.small_spec()
    yield READER, keras_reader.build_reader(spec), reader_inputs(spec, random)
    for name in TAGGERS:
        spec = keras_reader.small_tagger_spec(dropout=name == "tagger")
        yield name, keras_reader.build_tagger(spec), tagger_inputs(spec, random)


def randomize(model, random):
    """Weights that no initialiser would give, small enough not to saturate: biases, scales and statistics count, too."""
    def values(w):
        size = random.uniform(0.2, 1, w.shape) / np.sqrt(np.prod(w.shape[:-1]))
        return size if "variance" in w.path else size * random.choice([-1, 1], w.shape)

    return [values(w) for w in model.weights]


def write_v2(name, model, inputs, way, path):
    if name in TAGGERS:
        signatures = keras_reader.tagger_signatures(model)
        tf.saved_model.save(model, path, signatures=signatures)
    elif way == "export":
        model.export(path, verbose=False)
    else:
        tf.saved_model.save(model, path)
    loaded = tf.saved_model.load(path)
    signature = loaded.signatures["serving_default"]
    # tf.saved_model.save names the inputs of a Keras model by their places.
    names = sorted(signature.structured_input_signature[1], key=lambda n: int(n.rpartition("_")[2] or 0)
                   if n.startswith("inputs") and n != "inputs" else 0)
    if set(names) != set(inputs):
        inputs = dict(zip(names, [inputs[t.name] for t in model.inputs]))
    return inputs, {k: v.numpy() for k, v in signature(**{k: tf.constant(v) for k, v in inputs.items()}).items()}


def write_v1(name, model, inputs, session, path):
    known = {} if name in TAGGERS else {t.name: t.shape for t in model.inputs}
    holders = {k: v1.placeholder(v.dtype, known.get(k, [None] * v.ndim), f"{name}_{k}") for k, v in inputs.items()}
    result = model(holders if name in (READER, *TAGGERS) or len(holders) > 1 else next(iter(holders.values())))
    outputs = result if isinstance(result, dict) else {
        f"out{i}": t for i, t in enumerate(result if isinstance(result, (list, tuple)) else [result])}
    outputs = {k: tf.identity(t) for k, t in outputs.items()}
    v1.saved_model.simple_save(session, path, holders, outputs)
    return inputs, session.run(outputs, {holders[k]: v for k, v in inputs.items()})


def main(way, folder):
    keras.utils.set_random_seed(11)
    random = np.random.default_rng(12)
    session = v1.Session() if way == "v1" else None
    for name, model, inputs in models():
        weights = randomize(model, random)
        path = os.path.join(folder, name)
        if way == "v1":
            session.run(v1.global_variables_initializer())
            for variable, value in zip(model.weights, weights):
                variable.value.load(value, session)
            inputs, outputs = write_v1(name, model, inputs, session, path)
        else:
            model.set_weights(weights)
            inputs, outputs = write_v2(name, model, inputs, way, path)
        np.savez(path + ".npz", **{f"in/{k}": v for k, v in inputs.items()},
                 **{f"out/{k}": v for k, v in outputs.items()})


if __name__ == "__main__":
    main(*sys.argv[1:])
