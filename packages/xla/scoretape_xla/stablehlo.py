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

from .errors import UserError, one_line

DTYPES = {"f32": np.float32, "f64": np.float64, "ui32": np.uint32}
# Beside StableHLO's own. What calls other code or reaches out of the program is not what scoretape writes.
AROUND = {"builtin.module", "func.func", "func.return"}
OUTWARD = {f"stablehlo.{name}" for name in ("composite", "custom_call", "infeed", "outfeed", "recv", "send")}
# Bytes of one value of a program.
LARGEST = 2**36


def load(text: str, platform: str | None = None) -> export.Exported:
    """The module as a jax.export.Exported for one platform: cpu, cuda, rocm or tpu."""
    context = JaxIrContext()
    context.append_dialect_registry(upstream_dialects)
    context.load_all_available_dialects()
    stablehlo.register_dialect(context)
    with context:
        try:
            module = ir.Module.parse(text)
        except ir.MLIRError as error:
            raise UserError(f"the program is no module of StableHLO: {one_line(error)[:120]}; write it anew") from error
        check(module)
        main = next((op for op in module.body.operations if op.operation.name == "func.func"), None)
        if main is None:
            raise UserError("the program has no function; write it anew")
        inputs, results = (shapes(types) for types in (main.type.inputs, main.type.results))
        artifact = extended.serialize_portable_artifact(module, stablehlo.get_minimum_version())

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
            raise UserError(f"the program has {name[:60]}, which scoretape does not write; write it anew")
        for result in operation.results:
            kind = ir.RankedTensorType(result.type)
            if math.prod(kind.shape) * 8 > LARGEST:
                raise UserError(f"the program has a value of shape {list(kind.shape)}, more than any of scoretape's")
        for region in operation.regions:
            for block in region.blocks:
                for inner in block.operations:
                    visit(inner.operation)

    visit(module.operation)


def shapes(types: Any) -> list[jax.ShapeDtypeStruct]:
    tensors = [ir.RankedTensorType(kind) for kind in types]
    return [jax.ShapeDtypeStruct(tuple(t.shape), DTYPES[str(t.element_type)]) for t in tensors]
