"""Operations with inputs, by family; each is a function of a Cases. engine_test.py runs them."""

import numpy as np
import tensorflow as tf

raw = tf.raw_ops


class Cases:
    """Collects operations with inputs: add("name", function of tensors, arrays...)."""

    def __init__(self):
        self.random = np.random.default_rng(5)
        self.items = []

    def add(self, name, function, *inputs):
        self.items.append((name, function, [np.asarray(i) for i in inputs]))

    def floats(self, *shape):
        return self.random.normal(size=shape).astype(np.float32)

    def ints(self, low, high, *shape, dtype=np.int32):
        return self.random.integers(low, high, shape).astype(dtype)


def elementwise(c):
    shapes = [
        ((3, 4), (3, 4)),
        ((2, 3, 4), (4,)),
        ((2, 3, 1), (2, 1, 5)),
        ((), (3,)),
        ((1, 4), (5, 1)),
        ((2, 1, 3, 1), (4, 1, 6)),
        ((0, 3), (1, 3)),
        ((4, 3, 2), (3, 1)),
    ]
    float_ops = [
        "Add",
        "AddV2",
        "Sub",
        "Mul",
        "RealDiv",
        "Maximum",
        "Minimum",
        "SquaredDifference",
        "FloorDiv",
        "FloorMod",
        "Greater",
        "GreaterEqual",
        "Less",
        "LessEqual",
        "Equal",
        "NotEqual",
        "Div",
    ]
    for op in float_ops:
        for i, (a, b) in enumerate(shapes):
            c.add(f"{op}_f{i}", lambda x, y, op=op: getattr(raw, op)(x=x, y=y), c.floats(*a), c.floats(*b))
        for kind in (np.int32, np.int64):
            if op == "RealDiv":
                continue
            divisors = c.ints(1, 6, 3, 1, dtype=kind) * c.random.choice([-1, 1], (3, 1)).astype(kind)
            c.add(
                f"{op}_{np.dtype(kind).name}",
                lambda x, y, op=op: getattr(raw, op)(x=x, y=y),
                c.ints(-9, 9, 4, 3, 5, dtype=kind),
                divisors,
            )
    c.add("Pow", lambda x, y: raw.Pow(x=x, y=y), np.abs(c.floats(3, 4)), c.floats(4))
    wrapping = np.array([2**31 - 1, -(2**31), 123456789], np.int32)
    for op in ("Add", "Sub", "Mul"):
        c.add(f"{op}_wraps", lambda x, y, op=op: getattr(raw, op)(x=x, y=y), wrapping, wrapping[::-1].copy())
    for op in ("LogicalAnd", "LogicalOr"):
        c.add(op, lambda x, y, op=op: getattr(raw, op)(x=x, y=y), c.floats(3, 1) > 0, c.floats(1, 4) > 0)
    nan = np.float32("nan")
    for op in ("Maximum", "Minimum"):
        a, b = np.array([nan, 1, nan, 2], np.float32), np.array([1, nan, nan, 3], np.float32)
        c.add(f"{op}_nan", lambda x, y, op=op: getattr(raw, op)(x=x, y=y), a, b)
    c.add("LogicalNot", lambda x: raw.LogicalNot(x=x), c.floats(7) > 0)
    c.add("AddN", lambda x, y, z: raw.AddN(inputs=[x, y, z]), c.floats(2, 3), c.floats(2, 3), c.floats(2, 3))
    c.add("BiasAdd", lambda x, y: raw.BiasAdd(value=x, bias=y), c.floats(2, 3, 4), c.floats(4))
    c.add(
        "Select", lambda p, x, y: raw.Select(condition=p, x=x, y=y), c.floats(3, 4) > 0, c.floats(3, 4), c.floats(3, 4)
    )
    c.add(
        "Select_rows",
        lambda p, x, y: raw.Select(condition=p, x=x, y=y),
        c.floats(3) > 0,
        c.floats(3, 4),
        c.floats(3, 4),
    )
    c.add(
        "SelectV2", lambda p, x, y: raw.SelectV2(condition=p, t=x, e=y), c.floats(3, 1) > 0, c.floats(3, 4), c.floats(4)
    )


def unary(c):
    wide = np.concatenate([np.linspace(-30, 30, 61), [-110, -100, -90, 88, 88.6, 95, np.inf, -np.inf, 0]]).astype(
        np.float32
    )
    for op in (
        "Sigmoid",
        "Tanh",
        "Exp",
        "Relu",
        "Relu6",
        "Neg",
        "Abs",
        "Square",
        "Sign",
        "Floor",
        "Ceil",
        "Rint",
        "Round",
        "Erf",
    ):
        key = {"Relu": "features", "Relu6": "features"}.get(op, "x")
        c.add(op, lambda x, op=op, key=key: getattr(raw, op)(**{key: x}), wide)
    for op in ("Elu", "Softplus", "Softsign", "LeakyRelu"):
        c.add(op, lambda x, op=op: getattr(raw, op)(features=x), c.floats(50) * 5)
    positive = np.concatenate([np.geomspace(1e-30, 1e30, 61), [1, 0, np.inf]]).astype(np.float32)
    for op in ("Log", "Sqrt", "Rsqrt", "Reciprocal", "Inv", "Log1p"):
        c.add(op, lambda x, op=op: getattr(raw, op)(x=x), positive)
    c.add("Expm1", lambda x: raw.Expm1(x=x), c.floats(20))
    for op in ("Neg", "Abs", "Square", "Sign"):
        c.add(f"{op}_int", lambda x, op=op: getattr(raw, op)(x=x), c.ints(-9, 9, 12))
    c.add("Softmax", lambda x: raw.Softmax(logits=x), c.floats(5, 19) * 4)
    c.add("Softmax_rank3", lambda x: raw.Softmax(logits=x), c.floats(2, 5, 3))
    c.add("LogSoftmax", lambda x: raw.LogSoftmax(logits=x), c.floats(5, 19) * 4)


def reductions(c):
    x, n = c.floats(3, 4, 5, 2), c.ints(-5, 5, 3, 4, 5)
    for op in ("Sum", "Mean", "Prod", "Max", "Min"):
        for i, axes in enumerate(([0], [3], [-1], [1, 2], [0, 2], [0, 1, 2, 3], [], [-4, 3])):
            for keep in (False, True):
                c.add(
                    f"{op}_{i}_{keep}",
                    lambda t, op=op, a=axes, k=keep: getattr(raw, op)(input=t, axis=np.array(a, np.int32), keep_dims=k),
                    x,
                )
        c.add(f"{op}_int", lambda t, op=op: getattr(raw, op)(input=t, axis=[1], keep_dims=False), n)
    for op in ("All", "Any"):
        c.add(op, lambda t, op=op: getattr(raw, op)(input=t, axis=[1], keep_dims=False), c.floats(4, 5) > 0.5)
    for op in ("ArgMax", "ArgMin"):
        for axis in (0, 1, -1):
            c.add(f"{op}{axis}", lambda t, op=op, a=axis: getattr(raw, op)(input=t, dimension=a), x)
        c.add(
            f"{op}_ties",
            lambda t, op=op: getattr(raw, op)(input=t, dimension=1, output_type=tf.int32),
            c.ints(0, 3, 4, 9),
        )


def shapes(c):
    x = c.floats(2, 3, 4)
    c.add("Reshape", lambda t: raw.Reshape(tensor=t, shape=[4, -1]), x)
    c.add("Reshape_scalar", lambda t: raw.Reshape(tensor=t, shape=np.zeros(0, np.int32)), c.floats(1, 1))
    c.add("Shape", lambda t: raw.Shape(input=t), x)
    c.add("Shape64", lambda t: raw.Shape(input=t, out_type=tf.int64), x)
    c.add("Size", lambda t: raw.Size(input=t), x)
    c.add("Rank", lambda t: raw.Rank(input=t), x)
    for axis in (0, 2, -1, -4):
        c.add(f"ExpandDims{axis}", lambda t, a=axis: raw.ExpandDims(input=t, axis=a), x)
    c.add("Squeeze", lambda t: raw.Squeeze(input=t), c.floats(1, 3, 1, 2))
    c.add("Squeeze_axis", lambda t: raw.Squeeze(input=t, axis=[-2]), c.floats(1, 3, 1, 2))
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1], [2, 0, 1]):
        c.add("Transpose" + "".join(map(str, order)), lambda t, o=order: raw.Transpose(x=t, perm=o), x)
    edge = np.array([0.5, -0.5, 1.9, -1.9, 3e9, -3e9, 1e20, -1e20, np.nan, 0], np.float32)
    kinds = (tf.float32, tf.float64, tf.int32, tf.int64, tf.bool, tf.uint8)
    for to in (tf.float64, tf.int32, tf.int64, tf.bool):
        c.add(f"Cast_float_{to.name}", lambda t, to=to: raw.Cast(x=t, DstT=to), edge)
    for start in (np.int32, np.int64, np.bool_):
        for to in kinds:
            values = c.ints(0, 2, 9, dtype=start) if start is np.bool_ else c.ints(0, 99, 9, dtype=start)
            c.add(f"Cast_{np.dtype(start).name}_{to.name}", lambda t, to=to: raw.Cast(x=t, DstT=to), values)
    c.add("ZerosLike", lambda t: raw.ZerosLike(x=t), x)
    c.add("OnesLike", lambda t: raw.OnesLike(x=t), x)
    c.add("Fill", lambda n, v: raw.Fill(dims=n, value=v), np.array([2, 0, 3], np.int32), np.float32(2.5))
    c.add("Range", lambda a, b, d: raw.Range(start=a, limit=b, delta=d), np.int32(3), np.int32(18), np.int32(4))
    c.add("Range_down", lambda a, b, d: raw.Range(start=a, limit=b, delta=d), np.int64(3), np.int64(-8), np.int64(-3))
    c.add(
        "Range_float",
        lambda a, b, d: raw.Range(start=a, limit=b, delta=d),
        np.float32(0),
        np.float32(1),
        np.float32(0.25),
    )


def parts(c):
    x = c.floats(5, 6, 7)
    slices = [
        np.s_[1:3],
        np.s_[:, ::2],
        np.s_[..., -1],
        np.s_[1, 2:5, ::-1],
        np.s_[:, None, -3:],
        np.s_[4:1:-2, ..., 1:],
        np.s_[-100:100, 5:2],
        np.s_[None, ..., None],
        np.s_[2, 3, 4],
        np.s_[3:-1, :, :2],
    ]
    for i, s in enumerate(slices):
        c.add(f"StridedSlice{i}", lambda t, s=s: t.__getitem__(s), x)
    c.add("Slice", lambda t: raw.Slice(input=t, begin=[1, 0, 2], size=[2, -1, 3]), x)
    for i, part in enumerate((0, 2)):
        c.add(f"Split{i}", lambda t, p=part: raw.Split(axis=1, value=t, num_split=3)[p], x)
        c.add(f"SplitV{i}", lambda t, p=part: raw.SplitV(value=t, size_splits=[2, -1, 3], axis=-1, num_split=3)[p], x)
        c.add(f"Unpack{i}", lambda t, p=part: raw.Unpack(value=t, num=5, axis=0)[p], x)
        c.add(f"Unpack_last{i}", lambda t, p=part: raw.Unpack(value=t, num=7, axis=-1)[p], x)
    for axis in (0, 1, -1):
        c.add(
            f"ConcatV2{axis}",
            lambda a, b, k=axis: raw.ConcatV2(values=[a, b, a], axis=k),
            c.floats(2, 3, 4),
            c.floats(2, 3, 4),
        )
        c.add(f"Pack{axis}", lambda a, b, k=axis: raw.Pack(values=[a, b], axis=k), c.floats(2, 3), c.floats(2, 3))
    c.add("Concat", lambda a, b: raw.Concat(concat_dim=1, values=[a, b]), c.floats(2, 3), c.floats(2, 5))
    c.add("ConcatV2_int", lambda a, b: raw.ConcatV2(values=[a, b], axis=0), c.ints(0, 9, 2, 3), c.ints(0, 9, 0, 3))
    c.add("Pad", lambda t: raw.Pad(input=t, paddings=[[1, 0], [0, 2], [3, 1]]), x)
    c.add("PadV2", lambda t: raw.PadV2(input=t, paddings=[[1, 0], [0, 2], [3, 1]], constant_values=7.0), x)
    c.add("Tile", lambda t: raw.Tile(input=t, multiples=[2, 1, 3]), c.floats(2, 3, 2))
    c.add("Tile_none", lambda t: raw.Tile(input=t, multiples=[0, 2]), c.floats(2, 3))
    c.add("BroadcastTo", lambda t: raw.BroadcastTo(input=t, shape=[4, 3, 5]), c.floats(3, 1))
    c.add("Gather", lambda t, i: raw.Gather(params=t, indices=i), x, c.ints(0, 5, 2, 3))
    for axis in (0, 1, -1):
        c.add(
            f"GatherV2{axis}",
            lambda t, i, a=axis: raw.GatherV2(params=t, indices=i, axis=a),
            x,
            c.ints(0, 5, 2, 2, dtype=np.int64),
        )
    for axis in (-1, 0, 1):
        c.add(
            f"OneHot{axis}",
            lambda i, a=axis: raw.OneHot(indices=i, depth=4, on_value=2.0, off_value=-1.0, axis=a),
            c.ints(-1, 6, 3, 2),
        )
    c.add("StopGradient", lambda t: raw.StopGradient(input=t), x)
    c.add("IdentityN", lambda a, b: raw.IdentityN(input=[a, b])[1], x, x)


def products(c):
    for ta in (False, True):
        for tb in (False, True):
            a, b = c.floats(*((5, 3) if ta else (3, 5))), c.floats(*((4, 5) if tb else (5, 4)))
            c.add(
                f"MatMul{ta}{tb}", lambda x, y, ta=ta, tb=tb: raw.MatMul(a=x, b=y, transpose_a=ta, transpose_b=tb), a, b
            )
            a, b = c.floats(2, 3, *a.shape), c.floats(2, 3, *b.shape)
            c.add(
                f"BatchMatMul{ta}{tb}", lambda x, y, ta=ta, tb=tb: raw.BatchMatMul(x=x, y=y, adj_x=ta, adj_y=tb), a, b
            )
    c.add("MatMul_empty", lambda x, y: raw.MatMul(a=x, b=y), c.floats(3, 0), c.floats(0, 4))
    c.add("BatchMatMulV2", lambda x, y: raw.BatchMatMulV2(x=x, y=y), c.floats(4, 1, 3, 5), c.floats(6, 5, 2))
    windows = [((1, 1), (1, 1)), ((3, 3), (1, 1)), ((1, 3), (1, 1)), ((3, 2), (2, 3)), ((2, 5), (2, 1))]
    for i, (size, stride) in enumerate(windows):
        for padding in ("VALID", "SAME"):
            strides = [1, *stride, 1]
            c.add(
                f"Conv2D{i}{padding}",
                lambda x, f, s=strides, p=padding: raw.Conv2D(input=x, filter=f, strides=s, padding=p),
                c.floats(2, 7, 9, 3),
                c.floats(*size, 3, 4),
            )
            for op in ("MaxPool", "AvgPool"):
                key = "input" if op == "MaxPool" else "value"
                c.add(
                    f"{op}{i}{padding}",
                    lambda x, s=strides, p=padding, k=size, op=op, key=key: getattr(raw, op)(
                        **{key: x}, ksize=[1, *k, 1], strides=s, padding=p
                    ),
                    c.floats(2, 7, 9, 3),
                )
    c.add(
        "Conv2D_dilated",
        lambda x, f: raw.Conv2D(input=x, filter=f, strides=[1, 1, 1, 1], padding="SAME", dilations=[1, 1, 4, 1]),
        c.floats(2, 1, 20, 3),
        c.floats(1, 3, 3, 4),
    )
    blocks = [
        ([2], [[1, 2]], (2, 7, 3)),
        ([3], [[0, 0]], (1, 9, 2)),
        ([2, 3], [[0, 1], [2, 1]], (2, 5, 6, 2)),
        ([1, 4], [[0, 0], [5, 2]], (3, 2, 1)),
    ]
    for i, (block, paddings, shape) in enumerate(blocks):
        c.add(
            f"SpaceToBatchND{i}",
            lambda x, b=block, p=paddings: raw.SpaceToBatchND(input=x, block_shape=b, paddings=p),
            c.floats(*shape),
        )
    for i, (block, crops, shape) in enumerate([([2], [[1, 0]], (4, 5, 3)), ([2, 3], [[0, 1], [2, 1]], (12, 3, 4, 2))]):
        c.add(
            f"BatchToSpaceND{i}",
            lambda x, b=block, p=crops: raw.BatchToSpaceND(input=x, block_shape=b, crops=p),
            c.floats(*shape),
        )
