"""Programs in StableHLO as functions of JAX. What is semi-public of JAX, `jax.extend`, is used in this file alone."""

import dataclasses
import math
from typing import Any

import jax
import numpy as np
from jax import export
from jax.extend import mlir as extended
from jax.extend.lowering import JaxIrContext, upstream_dialects
from jax.extend.mlir import ir
from jax.extend.mlir.dialects import stablehlo

from .errors import ProgramError, one_line

DTYPES = {"f32": np.float32, "f64": np.float64, "ui32": np.uint32}
# Beside StableHLO's own. What calls other code or reaches out of the program is not what scoretape writes.
AROUND = {"builtin.module", "func.func", "func.return"}
OUTWARD = {f"stablehlo.{name}" for name in ("composite", "custom_call", "infeed", "outfeed", "recv", "send")}
# Bytes of one value of a program.
LARGEST = 2**36


def load(text: str, platform: str | None = None) -> export.Exported:
    """The module as a jax.export.Exported for one platform: cpu, cuda, rocm or tpu. A text that is none of scoretape's is
    refused in one line, a ValueError."""
    if not isinstance(text, str):
        raise ProgramError(f"the program is {type(text).__name__}; give its text, str")
    context = JaxIrContext()
    context.append_dialect_registry(upstream_dialects)
    context.load_all_available_dialects()
    stablehlo.register_dialect(context)
    with context:
        try:
            module = ir.Module.parse(text)
        except ir.MLIRError as error:
            raise ProgramError(f"the program is no module of StableHLO: {one_line(error)[:120]}; write it anew") from error
        check(module)
        main = next((op for op in module.body.operations if op.operation.name == "func.func"), None)
        if main is None or main.attributes["sym_name"].value != "main":
            raise ProgramError("the program has no function main; write it anew")
        inputs, results = (shapes(types) for types in (main.type.inputs, main.type.results))
        try:
            artifact = extended.serialize_portable_artifact(module, stablehlo.get_minimum_version())
        except (ValueError, RuntimeError) as error:
            raise ProgramError(f"the program is not portable: {one_line(error)[:120]}; write it anew") from error

    # A function of the same signature gives everything but the module.
    def like(*_: Any) -> list[jax.Array]:
        return [jax.numpy.zeros(x.shape, x.dtype) for x in results]

    platforms = (platform or export.default_export_platform(),)
    skeleton = export.export(jax.jit(like, keep_unused=True), platforms=platforms)(*inputs)
    return dataclasses.replace(
        skeleton,
        fun_name="scoretape",
        mlir_module_serialized=artifact,
        module_kept_var_idx=tuple(range(len(inputs))),
    )


def check(module: Any) -> None:
    """Sees that a module holds what scoretape writes, and no value of an absurd size."""

    def visit(operation: Any) -> None:
        name = operation.name
        if name in OUTWARD or not (name in AROUND or name.startswith("stablehlo.")):
            raise ProgramError(f"the program has {name[:60]}, which scoretape does not write; write it anew")
        for result in operation.results:
            sized(result.type)
        for region in operation.regions:
            for block in region.blocks:
                for inner in block.operations:
                    visit(inner.operation)

    visit(module.operation)


def sized(kind: Any) -> Any:
    """A value's type, a tensor of a shape that is known and not absurd."""
    try:
        tensor = ir.RankedTensorType(kind)
    except ValueError as error:
        raise ProgramError(f"the program has a value of {str(kind)[:60]}, which is no tensor of a known shape") from error
    if not tensor.has_static_shape:
        raise ProgramError(f"the program has a value of {str(kind)[:60]}, whose shape is open; write it anew")
    if math.prod(tensor.shape) * 8 > LARGEST:
        raise ProgramError(f"the program has a value of shape {list(tensor.shape)}, more than any of scoretape's")
    return tensor


def shapes(types: Any) -> list[jax.ShapeDtypeStruct]:
    tensors = [sized(kind) for kind in types]
    for tensor in tensors:
        if str(tensor.element_type) not in DTYPES:
            raise ProgramError(
                f"the program takes or gives elements of {tensor.element_type}; scoretape's are {', '.join(DTYPES)}"
            )
    return [jax.ShapeDtypeStruct(tuple(t.shape), DTYPES[str(t.element_type)]) for t in tensors]
