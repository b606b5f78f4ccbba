"""More operations with inputs, as in op_cases.py: what models of TensorFlow 2 and Keras use beside those."""

import numpy as np
import tensorflow as tf

raw = tf.raw_ops


def einsums(c):
    cases = {
        "abc,cde->abde": [(2, 3, 4), (4, 2, 5)],
        "aecd,abcd->acbe": [(2, 3, 2, 4), (2, 5, 2, 4)],
        "acbe,aecd->abcd": [(2, 2, 5, 3), (2, 3, 2, 4)],
        "abcd,cde->abe": [(2, 3, 2, 4), (2, 4, 5)],
        "ij,jk": [(2, 3), (3, 4)],
        "...ij,...jk->...ik": [(2, 1, 3, 4), (5, 4, 2)],
        "i,j->ij": [(3,), (4,)],
        "ij,kj->k": [(2, 3), (4, 3)],
        "ijk->kij": [(2, 3, 4)],
        "ij->": [(2, 3)],
        "b...i->...b": [(2, 3, 4, 5)],
        "ab,bc->ac": [(0, 3), (3, 2)],
    }
    for i, (equation, shapes) in enumerate(cases.items()):
        equation = equation if "->" in equation else equation + "->ik"
        c.add(f"Einsum{i}", lambda *x, e=equation: raw.Einsum(inputs=list(x), equation=e), *[c.floats(*s) for s in shapes])
    c.add("Einsum_int", lambda x, y: raw.Einsum(inputs=[x, y], equation="ij,jk->ik"), c.ints(-9, 9, 2, 3),
          c.ints(-9, 9, 3, 2))


def images(c):
    # Dilations: TensorFlow's operation has none on a CPU, its function goes through SpaceToBatchND.
    for i, (size, stride) in enumerate([((3, 3), 1), ((1, 3), 1), ((2, 2), 2)]):
        for padding in ("VALID", "SAME"):
            c.add(f"Depthwise{i}{padding}", lambda x, f, s=stride, p=padding: raw.DepthwiseConv2dNative(
                input=x, filter=f, strides=[1, s, s, 1], padding=p), c.floats(2, 7, 9, 3), c.floats(*size, 3, 1 + i % 2))
    c.add("Conv2D_explicit", lambda x, f: raw.Conv2D(input=x, filter=f, strides=[1, 1, 2, 1], padding="EXPLICIT",
          explicit_paddings=[0, 0, 1, 0, 2, 3, 0, 0]), c.floats(2, 5, 8, 3), c.floats(2, 3, 3, 4))
    statistics = [c.floats(3), c.floats(3), c.floats(3), np.abs(c.floats(3)) + 0.1]
    for op in ("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"):
        c.add(op, lambda x, s, o, m, v, op=op: getattr(raw, op)(
            x=x, scale=s, offset=o, mean=m, variance=v, epsilon=1e-3, is_training=False)[0],
            c.floats(2, 4, 5, 3), *statistics)


def selections(c):
    x = c.floats(4, 5, 6)
    c.add("GatherNd", lambda t, i: raw.GatherNd(params=t, indices=i), x, c.ints(0, 4, 3, 2, 2))
    c.add("GatherNd_all", lambda t, i: raw.GatherNd(params=t, indices=i), x, c.ints(0, 4, 7, 3, dtype=np.int64))
    for batch, axis in ((1, 1), (1, 2), (2, 2), (-1, 2)):
        shape = (4, 5, 3)[:2 if batch == 1 else 3]
        c.add(f"GatherV2_batch{batch}{axis}", lambda t, i, b=batch, a=axis: raw.GatherV2(
            params=t, indices=i, axis=a, batch_dims=b), x, c.ints(0, 5, *shape))
    c.add("ScatterNd", lambda i, u: raw.ScatterNd(indices=i, updates=u, shape=[5, 3]), c.ints(0, 5, 4, 1), c.floats(4, 3))
    at = np.array([[3, 1], [0, 4], [2, 2]], np.int32)
    for op in ("Update", "Add", "Sub", "Max", "Min"):
        c.add(f"TensorScatter{op}", lambda t, i, u, op=op: getattr(raw, f"TensorScatter{op}")(
            tensor=t, indices=i, updates=u), x, at, c.floats(3, 6))
    c.add("ReverseV2", lambda t: raw.ReverseV2(tensor=t, axis=[0, -1]), x)
    c.add("ReverseSequence", lambda t, n: raw.ReverseSequence(input=t, seq_lengths=n, seq_dim=1, batch_dim=0), x,
          np.array([0, 1, 3, 5], np.int64))
    for mode in ("REFLECT", "SYMMETRIC"):
        c.add(f"MirrorPad_{mode}", lambda t, m=mode: raw.MirrorPad(input=t, paddings=[[1, 0], [2, 3], [0, 4]], mode=m), x)
    for part in (0, 1):
        c.add(f"TopKV2{part}", lambda t, k, p=part: raw.TopKV2(input=t, k=k)[p], x, np.int32(3))
        c.add(f"TopKV2_ties{part}", lambda t, k, p=part: raw.TopKV2(input=t, k=k)[p], c.ints(0, 3, 4, 9), np.int32(5))
    c.add("Where", lambda t: raw.Where(condition=t), x > 0.5)
    c.add("Where_float", lambda t: raw.Where(condition=t), np.maximum(x, 0))
    c.add("InvertPermutation", lambda t: raw.InvertPermutation(x=t), np.array([3, 0, 2, 1], np.int32))
    for lower, upper in ((-1, 0), (1, 2), (0, -1)):
        c.add(f"MatrixBandPart{lower}{upper}", lambda t, a=lower, b=upper: raw.MatrixBandPart(
            input=t, num_lower=a, num_upper=b), x)
    for op in ("Cumsum", "Cumprod"):
        for axis, exclusive, reverse in ((0, False, False), (1, True, False), (-1, True, True), (2, False, True)):
            c.add(f"{op}{axis}{exclusive}{reverse}", lambda t, op=op, a=axis, e=exclusive, r=reverse: getattr(raw, op)(
                x=t, axis=a, exclusive=e, reverse=r), x)
    c.add("Cumsum_int", lambda t: raw.Cumsum(x=t, axis=0), c.ints(-9, 9, 6, 2))


def functions(c):
    x = np.concatenate([np.linspace(-9, 9, 37), [0, 1e-4]]).astype(np.float32)
    for op in ("Erfc", "Sin", "Cos"):
        c.add(op, lambda t, op=op: getattr(raw, op)(x=t), x)
    c.add("Selu", lambda t: raw.Selu(features=t), x)
    odd = np.array([1, np.nan, np.inf, -np.inf, 0], np.float32)
    for op in ("IsNan", "IsInf", "IsFinite"):
        c.add(op, lambda t, op=op: getattr(raw, op)(x=t), odd)
    for op in ("TruncateDiv", "TruncateMod", "Mod"):
        c.add(f"{op}_int", lambda a, b, op=op: getattr(raw, op)(x=a, y=b), c.ints(-20, 20, 4, 5), np.array([3, -4, 7, 2, -1], np.int32))
    c.add("Mod_float", lambda a, b: raw.Mod(x=a, y=b), c.floats(4, 5) * 9, c.floats(5))
    c.add("DivNoNan", lambda a, b: raw.DivNoNan(x=a, y=b), c.floats(4), np.array([0, 1, 2, 0], np.float32))
    c.add("ClipByValue", lambda t: raw.ClipByValue(t=t, clip_value_min=-0.5, clip_value_max=1.0), x)
    c.add("ClipByValue_int", lambda t: raw.ClipByValue(t=t, clip_value_min=-2, clip_value_max=3), c.ints(-9, 9, 9))
    c.add("BatchMatMulV3", lambda a, b: raw.BatchMatMulV3(x=a, y=b, Tout=tf.float32, adj_y=True), c.floats(4, 1, 3, 5),
          c.floats(6, 2, 5))


def the_rest(c):
    x = c.floats(3, 4)
    c.add("ShapeN", lambda a, b: raw.ShapeN(input=[a, b])[1], x, c.floats(2, 5, 1))
    c.add("BroadcastArgs", lambda a, b: raw.BroadcastArgs(s0=a, s1=b), np.array([2, 1, 3], np.int32), np.array([4, 1], np.int32))
    c.add("EnsureShape", lambda t: raw.EnsureShape(input=t, shape=[None, 4]), x)
    c.add("Snapshot", lambda t: raw.Snapshot(input=t), x)
    short = np.array([1.5, -2.3, 70000, 1e-8, 3.1415926], np.float32)
    for kind in (tf.float16, tf.bfloat16, tf.int8, tf.int16):
        values = short if kind.is_floating else c.ints(-100, 100, 7)
        back = tf.float32 if kind.is_floating else tf.int32
        c.add(f"Cast_{kind.name}", lambda t, k=kind, b=back: raw.Cast(x=raw.Cast(x=t, DstT=k), DstT=b), values)
    words = np.array([["罗", "b"], ["", "罗"]], object)
    c.add("Equal_strings", lambda a, b: raw.Equal(x=a, y=b), words, np.array("罗", object))
    c.add("NotEqual_strings", lambda a, b: raw.NotEqual(x=a, y=b), words, words[:, ::-1].copy())
    c.add("Select_strings", lambda p, a: raw.SelectV2(condition=p, t=a, e="none"), x[:2, :2] > 0, words)
    c.add("Concat_strings", lambda a: raw.ConcatV2(values=[a, a], axis=1), words)
    example = tf.train.Example()
    example.features.feature["f"].float_list.value.extend([1.5, 2.5])
    example.features.feature["s"].bytes_list.value.append("罗".encode())
    rows = np.array([example.SerializeToString(), tf.train.Example().SerializeToString()], object)
    defaults = [np.array([7.0, 8.0], np.float32), np.array(-1, np.int64), np.array(["none"], object)]
    for part in range(3):
        c.add(f"ParseExample{part}", lambda t, p=part: raw.ParseExample(
            serialized=t, names=np.array([], str), sparse_keys=[], dense_keys=["f", "n", "s"], dense_defaults=defaults,
            sparse_types=[], dense_shapes=[[2], [], [1]]).dense_values[p], rows)
        c.add(f"ParseExampleV2{part}", lambda t, p=part: raw.ParseExampleV2(
            serialized=t, names=np.array([], str), sparse_keys=np.array([], str), dense_keys=["f", "n", "s"],
            ragged_keys=np.array([], str), dense_defaults=defaults, num_sparse=0, sparse_types=[],
            ragged_value_types=[], ragged_split_types=[], dense_shapes=[[2], [], [1]]).dense_values[p], rows)


FAMILIES = (einsums, images, selections, functions, the_rest)
