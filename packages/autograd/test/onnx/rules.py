"""Makes models of one node for each operator that `fromOnnx` has a rule for, with what ONNX Runtime computes.

Where ONNX Runtime lacks an operator, the reference evaluator of the package onnx computes it; where both have it, they
have to agree. Made with onnx 1.23.1 and onnxruntime 1.30.0:
    python rules.py
"""

import base64
import json
import pathlib

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

FILE = pathlib.Path(__file__).parent / "fixtures" / "rules.jsonl"
random = np.random.default_rng(20110)
lines = []


class Kept:
    """An argument that is an initialiser, and no input."""

    def __init__(self, values, dtype=np.int64):
        self.values = np.asarray(values, dtype)


def weights(*shape):
    return Kept(random.uniform(-1, 1, shape), np.float32)


def normal(*shape):
    return random.normal(size=shape).astype(np.float32)


def positive(*shape):
    return random.uniform(0.2, 2, shape).astype(np.float32)


def truths(*shape):
    return random.integers(0, 2, shape).astype(bool)


def case(op, *arguments, opset=21, outputs=1, **attributes):
    names = ["" if x is None else f"in{i}" for i, x in enumerate(arguments)]
    results = [f"out{i}" for i in range(outputs)]
    node = helper.make_node(op, names, results, name="node", **attributes)
    inputs = {n: x for n, x in zip(names, arguments) if isinstance(x, np.ndarray)}
    kept = [numpy_helper.from_array(x.values, n) for n, x in zip(names, arguments) if isinstance(x, Kept)]
    ports = [
        helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(x.dtype), [f"d{n}{i}" for i in range(x.ndim)])
        for n, x in inputs.items()
    ]
    graph = helper.make_graph([node], "one", ports, [onnx.ValueInfoProto(name=n) for n in results], kept)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=10, producer_name="")
    model = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    answers = []
    try:
        options = ort.SessionOptions()
        options.log_severity_level = 4
        answers.append(ort.InferenceSession(model.SerializeToString(), options, ["CPUExecutionProvider"]).run(None, inputs))
    except Exception as error:
        print(f"{op}: not by ONNX Runtime: {str(error)[:90]}")
    try:
        answers.append(ReferenceEvaluator(model).run(None, inputs))
    except Exception as error:
        print(f"{op}: not by the reference: {str(error)[:90]}")
    for a, b in zip(*(answers if len(answers) == 2 else answers * 2)):
        if a.shape != b.shape or not np.allclose(a, b, 1e-4, 1e-5, equal_nan=True):
            print(f"{op} {attributes}: ONNX Runtime and the reference differ: {a.shape} {b.shape}")
    del model.graph.value_info[:]

    def told(x):
        # The shortest decimals that are these float32 numbers.
        data = [float(str(v)) for v in np.asarray(x, np.float32).reshape(-1)]
        return {"shape": list(x.shape), "data": [v if np.isfinite(v) else str(v) for v in data]}

    lines.append(
        json.dumps(
            {
                "operator": op,
                "attributes": {k: str(v)[:40] for k, v in attributes.items()},
                "opset": opset,
                "model": base64.b64encode(model.SerializeToString()).decode(),
                "inputs": [told(x) for x in inputs.values()],
                "outputs": [told(x) for x in answers[0]],
            },
            separators=(",", ":"),
        )
    )


x, y = normal(2, 3), normal(2, 3)
away = np.array([[-2.3, -0.7, -0.2], [0.3, 0.8, 3.1]], np.float32)
for op in "Neg Abs Sign Exp Sin Cos Tan Sinh Cosh Atan Erf Floor Ceil Relu Sigmoid HardSwish Softplus Softsign Tanh Mish".split():
    case(op, away)
for op in "Reciprocal Sqrt Log".split():
    case(op, positive(2, 3))
case("Round", np.array([0.5, 1.5, 2.5, -0.5, -2.6, 1.2], np.float32))
for op in "Add Sub Mul Max Min Sum Mean".split():
    case(op, x, normal(3))
for op in "Max Min Sum Mean".split():
    case(op, normal(2, 1, 3), normal(4, 1), normal(3))
case("Div", x, positive(2, 1))
case("Div", np.array([7, -7, 6, -1]), np.array([2, 2, -4, 3]))
case("Pow", positive(2, 3), normal(3))
case("Pow", x, Kept(3, np.float32))
case("Pow", x, Kept([2, 1, 3]))
case("Mod", np.array([7, -7, 7, -7]), np.array([3, 3, -3, -3]))
case("Mod", np.array([7.5, -7.5, 7.5, -7.5], np.float32), np.array([2, 2, -2, -2], np.float32), fmod=1)
for op in "Equal Less LessOrEqual Greater GreaterOrEqual".split():
    case(op, np.array([[1, 2, 3], [3, 2, 1]], np.float32), np.array([2, 2, 2], np.float32))
for op in "And Or Xor".split():
    case(op, np.array([True, True, False, False]), np.array([True, False, True, False]))
case("Not", truths(3))
odd = np.array([1, np.nan, np.inf, -np.inf, 0], np.float32)
case("IsNaN", odd)
case("IsInf", odd)
case("IsInf", odd, detect_negative=0)
case("IsInf", odd, detect_positive=0)
case("Where", truths(2, 1), x, normal(3))

case("LeakyRelu", away)
case("LeakyRelu", away, alpha=0.3)
case("PRelu", away, weights(3))
case("ThresholdedRelu", away, alpha=0.5)
case("Elu", away, alpha=1.5)
case("Selu", away)
case("Selu", away, alpha=1.2, gamma=0.7)
case("Celu", away, alpha=1.7)
case("Gelu", away)
case("Gelu", away, approximate="tanh")
case("HardSigmoid", away)
case("HardSigmoid", away, alpha=0.4, beta=0.1)
case("Swish", away, opset=24)
case("Swish", away, opset=24, alpha=1.7)
case("Shrink", away, bias=0.1, lambd=0.5)
for op in "Softmax LogSoftmax".split():
    case(op, normal(2, 3, 4))
    case(op, normal(2, 3, 4), axis=1)
case("Clip", away, Kept(-0.5, np.float32), Kept(0.9, np.float32))
case("Clip", away, None, Kept(0.9, np.float32))
case("Clip", away, Kept(-0.5, np.float32))

z = positive(2, 3, 4)
for op in "Sum Mean Max Min Prod L1 L2 SumSquare LogSum LogSumExp".split():
    case(f"Reduce{op}", z)
    case(f"Reduce{op}", z, Kept([-1, 0]), keepdims=0)
    if op != "Sum":
        case(f"Reduce{op}", z, opset=17, axes=[1], keepdims=0)
case("ReduceSum", z, Kept([1]), opset=13)
case("ReduceMean", z, Kept([]), noop_with_empty_axes=1)
for op in "ArgMax ArgMin".split():
    case(op, normal(3, 4))
    case(op, np.array([[1, 3, 3], [0, 0, 2]], np.float32), axis=-1, keepdims=0, select_last_index=1)
case("CumSum", x, Kept(1))
case("CumSum", x, Kept(-1), exclusive=1)
case("CumSum", x, Kept(0), reverse=1)
case("CumSum", x, Kept(1), reverse=1, exclusive=1)
case("TopK", normal(3, 5), Kept([2]), outputs=2)
case("TopK", normal(3, 5), Kept([2]), outputs=2, axis=0, largest=0)

case("Reshape", z, Kept([0, -1]))
case("Reshape", z, Kept([4, 0, 2]))
case("Reshape", normal(0, 3), Kept([3, 0]), allowzero=1)
case("Squeeze", normal(1, 3, 1))
case("Squeeze", normal(1, 3, 1), Kept([-1]))
case("Unsqueeze", x, Kept([0, -1]))
case("Flatten", z)
case("Flatten", z, axis=3)
case("Flatten", z, axis=-3)
case("Transpose", z)
case("Transpose", z, perm=[1, 2, 0])
case("Concat", x, normal(4, 3), normal(1, 3), axis=0)
case("Concat", x, normal(2, 1), axis=-1)
case("Split", normal(2, 7), outputs=3, axis=1, num_outputs=3)
case("Split", normal(5, 2), Kept([2, 3]), outputs=2)
case("Split", normal(6, 2), outputs=2, opset=13)
case("Slice", normal(5, 6), Kept([1, -3]), Kept([3, 2**63 - 1]))
case("Slice", normal(5, 6), Kept([-1]), Kept([-(2**63)]), Kept([1]), Kept([-2]))
case("Slice", normal(5, 6), Kept([4, 10]), Kept([1, 0]), Kept([0, -1]), Kept([-1, -3]))
case("Slice", normal(5, 6), Kept([3]), Kept([1]), Kept([0]), Kept([1]))
case("Expand", normal(3, 1), Kept([2, 1, 4]))
case("Tile", x, Kept([2, 3]))
case("DepthToSpace", normal(2, 8, 2, 3), blocksize=2)
case("DepthToSpace", normal(2, 8, 2, 3), blocksize=2, mode="CRD")
case("SpaceToDepth", normal(2, 2, 4, 6), blocksize=2)
case("Gather", normal(4, 3), Kept([[0, -1], [2, 2]]))
case("Gather", normal(4, 3), Kept(1), axis=1)
case("Gather", normal(4, 3), np.array([1, -2]), axis=-1)
case("GatherElements", normal(3, 3), np.array([[0, 1, 2], [-1, 0, 0]]))
case("GatherElements", normal(2, 3), Kept([[0, -1], [2, 2]]), axis=1)
case("Pad", x, Kept([1, 0, 2, 3]))
case("Pad", x, Kept([1, -1, 0, 2]), Kept(1.5, np.float32))
case("Pad", x, Kept([2, 1]), None, Kept([1]), mode="reflect")
case("Pad", x, Kept([2, 1, 1, 3]), mode="edge")
case("Pad", x, Kept([2, 1, 1, 2]), mode="wrap")
case("Constant", value=numpy_helper.from_array(normal(2, 2)))
case("Constant", value_float=1.5)
case("Constant", value_floats=[1.5, 2.5])
case("Constant", value_int=-3)
case("Constant", value_ints=[3, 4])
case("ConstantOfShape", Kept([2, 3]))
case("ConstantOfShape", Kept([2]), value=numpy_helper.from_array(np.array([7])))
case("Range", Kept(10), Kept(1), Kept(-3))
case("Range", Kept(0.5, np.float32), Kept(2.6, np.float32), Kept(0.5, np.float32))
case("Shape", z)
case("Shape", z, start=-2)
case("Shape", z, start=1, end=-1)
case("Size", z)
case("Identity", x)
case("Dropout", x)
case("Dropout", x, None, Kept(False, bool), outputs=2)
case("Cast", np.array([-1.7, 0, 0.3, 2.9], np.float32), to=TensorProto.INT64)
case("Cast", np.array([-1.7, 0, 0.3, 2.9], np.float32), to=TensorProto.BOOL)
case("Cast", np.array([-1, 0, 2]), to=TensorProto.FLOAT)
case("Cast", truths(4), to=TensorProto.FLOAT)
case("CastLike", np.array([-1.7, 0, 2.9], np.float32), np.array([1]))
case("OneHot", np.array([[0, -1], [2, 1]]), Kept(3), Kept([0, 1], np.float32))
case("OneHot", np.array([0, 2]), Kept([3]), Kept([-1, 5], np.float32), axis=0)
case("Trilu", normal(2, 3, 4))
case("Trilu", normal(3, 4), Kept(-1), upper=0)
case("Trilu", normal(3, 4), Kept(1))

case("Gemm", normal(2, 3), weights(3, 4), weights(4))
case("Gemm", normal(3, 2), weights(4, 3), weights(2, 1), transA=1, transB=1, alpha=0.5, beta=2.0)
case("Gemm", normal(2, 3), weights(3, 4))
case("MatMul", normal(2, 3), weights(3, 4))
case("MatMul", normal(5, 1, 2, 3), normal(4, 3, 2))
case("MatMul", normal(3), weights(2, 3, 4))
case("MatMul", normal(2, 2, 3), weights(3))
case("MatMul", normal(3), normal(3))
case("Einsum", normal(2, 3), normal(3, 4), equation="ij,jk->ik")
case("Einsum", normal(2, 5, 3), normal(2, 4, 3), equation="bqd,bkd->bqk")
case("Einsum", normal(2, 3, 4), normal(2, 4, 5), equation="...ij,...jk")
case("Einsum", normal(2, 3), equation="ij->ji")

images = normal(1, 4, 6, 5)
case("Conv", images, weights(6, 4, 3, 3), weights(6))
case("Conv", images, weights(6, 4, 3, 2), pads=[1, 0, 1, 0], strides=[2, 1])
case("Conv", images, weights(6, 2, 3, 2), pads=[0, 1, 2, 0], dilations=[2, 1], group=2, kernel_shape=[3, 2])
case("Conv", images, weights(4, 1, 3, 3), weights(4), pads=[1, 1, 1, 1], group=4)
case("Conv", images, weights(5, 4, 1, 1), weights(5))
case("Conv", images, weights(6, 4, 3, 3), auto_pad="SAME_UPPER", strides=[2, 2])
case("Conv", images, weights(6, 4, 4, 3), auto_pad="SAME_LOWER")
case("Conv", images, weights(6, 4, 4, 3), auto_pad="VALID")
case("Conv", normal(2, 3, 8), weights(4, 3, 3), weights(4), pads=[2, 1], strides=[2])
case("ConvTranspose", images, weights(4, 3, 3, 3), weights(3))
case("ConvTranspose", images, weights(4, 3, 4, 4), strides=[2, 2], pads=[1, 1, 1, 1])
case("ConvTranspose", images, weights(4, 2, 3, 3), group=2, strides=[2, 3], output_padding=[1, 2], dilations=[2, 1])
case("ConvTranspose", images, weights(4, 3, 3, 3), strides=[2, 2], pads=[0, 1, 1, 0])
case("ConvTranspose", images, weights(4, 3, 3, 3), strides=[2, 2], output_shape=[12, 10])
case("ConvTranspose", images, weights(4, 3, 3, 3), strides=[2, 2], auto_pad="SAME_UPPER")
case("ConvTranspose", images, weights(4, 3, 3, 3), strides=[2, 2], auto_pad="SAME_LOWER")
case("ConvTranspose", images, weights(4, 3, 3, 3), auto_pad="VALID")
case("ConvTranspose", normal(2, 3, 5), weights(3, 4, 4), weights(4), strides=[2], pads=[1, 1])
case("MaxPool", images, kernel_shape=[2, 2], strides=[2, 2])
case("MaxPool", images, kernel_shape=[3, 2], pads=[1, 0, 1, 1], strides=[2, 1])
case("MaxPool", images, kernel_shape=[2, 2], dilations=[2, 2])
case("MaxPool", images, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
case("MaxPool", images, kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER")
case("MaxPool", normal(2, 3, 8), kernel_shape=[3], strides=[2])
case("AveragePool", images, kernel_shape=[2, 2], strides=[2, 2])
case("AveragePool", images, kernel_shape=[3, 3], pads=[1, 1, 1, 1])
case("AveragePool", images, kernel_shape=[3, 3], pads=[1, 0, 1, 1], strides=[2, 2], count_include_pad=1)
case("AveragePool", images, kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1)
case("AveragePool", images, kernel_shape=[3, 3], strides=[2, 2], pads=[1, 1, 1, 1], ceil_mode=1, count_include_pad=1)
case("AveragePool", images, kernel_shape=[2, 2], dilations=[2, 2])
case("GlobalAveragePool", images)
case("GlobalMaxPool", images)
case("GroupNormalization", images, weights(4), weights(4), num_groups=2, epsilon=1e-3)
case("GroupNormalization", images, weights(2), weights(2), num_groups=2, opset=18)
case("InstanceNormalization", images, weights(4), weights(4), epsilon=1e-2)
case("LayerNormalization", z, weights(4), weights(4))
case("LayerNormalization", z, weights(3, 4), axis=1, epsilon=1e-3)
case("RMSNormalization", z, weights(4), opset=23)
case("BatchNormalization", images, weights(4), weights(4), weights(4), Kept(positive(4), np.float32), epsilon=1e-2)
case("LpNormalization", z)
case("LpNormalization", z, axis=1, p=1)

small = normal(1, 2, 3, 4)
four = Kept([1, 1, 2, 3], np.float32)
case("Resize", small, None, four, mode="nearest")
case("Resize", small, None, four, mode="nearest", coordinate_transformation_mode="asymmetric", nearest_mode="floor")
case("Resize", small, None, None, Kept([1, 2, 5, 3]), mode="nearest", nearest_mode="round_prefer_ceil")
case("Resize", small, None, Kept([1, 1, 0.6, 0.5], np.float32), mode="nearest", nearest_mode="ceil", coordinate_transformation_mode="asymmetric")
for mode in "half_pixel pytorch_half_pixel align_corners asymmetric".split():
    case("Resize", small, None, None, Kept([1, 2, 5, 7]), mode="linear", coordinate_transformation_mode=mode)
case("Resize", small, None, Kept([2, 2], np.float32), mode="linear", axes=[2, 3], opset=19)
case("Resize", small, None, Kept([2.5, 2.5], np.float32), mode="nearest", axes=[2, 3], opset=19, coordinate_transformation_mode="half_pixel_symmetric")

# The last window would begin behind the image.
case("MaxPool", images, kernel_shape=[2, 2], strides=[3, 3], pads=[0, 0, 0, 1], ceil_mode=1)
case("AveragePool", images, kernel_shape=[2, 2], strides=[3, 3], pads=[0, 0, 0, 1], ceil_mode=1)
case("AveragePool", images, kernel_shape=[2, 2], strides=[3, 3], pads=[1, 0, 1, 1], ceil_mode=1, count_include_pad=1)

# Fewer indices than x is long along the other axis, and a length of 0.
case("GatherElements", normal(3, 4), Kept([[1, -1]]), axis=1)
case("LpNormalization", np.float32([[0, 0], [3, -4]]))

FILE.write_text("\n".join(lines) + "\n")
