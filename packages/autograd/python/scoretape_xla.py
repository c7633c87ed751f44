"""Runs what `stableHlo` of @scoretape/autograd/export wrote, in JAX. Needs jax and nothing else.

    import jax, scoretape_xla
    program = scoretape_xla.load(open("step.mlir").read())
    step = jax.jit(program.call)   # a function of the inputs in their order, which returns a list of the results

Shardings and donations are jit's own: an exported program for one device runs on any mesh.
"""

import dataclasses

import jax
import numpy as np
from jax import export
from jax.extend import mlir as extended
from jax.extend.lowering import JaxIrContext, upstream_dialects
from jax.extend.mlir import ir
from jax.extend.mlir.dialects import stablehlo

DTYPES = {"f32": np.float32, "f64": np.float64, "ui32": np.uint32}


def load(text, platform="cpu"):
    """The module as a jax.export.Exported for one platform: cpu, cuda, rocm or tpu.

    Programs with float64, uint64 or int64 inside need jax.config.update("jax_enable_x64", True) only where those are
    inputs or results.
    """
    context = JaxIrContext()
    context.append_dialect_registry(upstream_dialects)
    context.load_all_available_dialects()
    stablehlo.register_dialect(context)
    with context:
        module = ir.Module.parse(text)
        main = next(op for op in module.body.operations if op.operation.name == "func.func")
        inputs, results = (_shapes(types) for types in (main.type.inputs, main.type.results))
        artifact = extended.serialize_portable_artifact(module, stablehlo.get_minimum_version())

    # A function of the same signature gives everything but the module.
    def like(*_):
        return [jax.numpy.zeros(x.shape, x.dtype) for x in results]

    skeleton = export.export(jax.jit(like, keep_unused=True), platforms=(platform,))(*inputs)
    return dataclasses.replace(
        skeleton,
        fun_name="scoretape",
        mlir_module_serialized=artifact,
        module_kept_var_idx=tuple(range(len(inputs))),
    )


def _shapes(types):
    tensors = [ir.RankedTensorType(t) for t in types]
    return [jax.ShapeDtypeStruct(tuple(t.shape), DTYPES[str(t.element_type)]) for t in tensors]
