"""Programs and trainings that scoretape wrote as StableHLO, in XLA.

`load(text)` makes a function of a program. `python -m scoretape_xla JOB` carries out a training that
`scoretape train --export xla --job JOB` wrote. Nothing of JAX is imported before it is needed.
"""

from typing import Any


def load(text: str, platform: str | None = None) -> Any:
    """The program as a jax.export.Exported: `jax.jit(load(text).call)` is a function of its inputs, in their order,
    which returns the list of its results. Shardings and donations are jit's own: a program that was exported for one
    device runs on any mesh.

    Where float64 is among inputs or results, jax.config.update("jax_enable_x64", True) comes first.

    The platform is cpu, cuda, rocm or tpu: the one that JAX runs on unless said.
    """
    from .stablehlo import load as loaded

    return loaded(text, platform)
