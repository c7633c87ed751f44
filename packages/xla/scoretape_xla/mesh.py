"""Devices in a mesh: `data` splits the rows of a batch, `model` the hidden axes of the weights."""

import re
from dataclasses import dataclass

from .errors import UserError

AXES = ("data", "model")
# A perceptron's parameters, and what the optimiser and the average keep of them: `parameters.0.weight`.
DENSE = re.compile(r"(?:parameters|averaged|optimizer\.1\.mean(?:Square)?)\.(\d+)\.(?:weight|bias)")


@dataclass(frozen=True)
class MeshShape:
    data: int
    model: int = 1

    @property
    def devices(self) -> int:
        return self.data * self.model

    def __str__(self) -> str:
        return f"data={self.data}" if self.model == 1 else f"data={self.data},model={self.model}"


def parse(text: str) -> MeshShape:
    """`data=4,model=2`"""
    sizes: dict[str, int] = {}
    for part in text.split(","):
        name, _, size = part.partition("=")
        if name not in AXES or name in sizes or re.fullmatch(r"[1-9]\d{0,5}", size, re.ASCII) is None:
            raise UserError(f"--mesh is {text[:60]!r}; give numbers of devices, such as data=8 or data=4,model=2")
        sizes[name] = int(size)
    return MeshShape(sizes.get("data", 1), sizes.get("model", 1))


def axes_of(
    name: str, shape: tuple[int, ...], last: int, mesh: MeshShape, splits_state: bool = False
) -> tuple[str | None, ...]:
    """What splits each axis of an array of the state.

    `model` splits the weights. Layers of a perceptron take turns: the weights of one are split along what they make,
    those of the next along what they take, so that what is between them stays split (Shoeybi et al. 2019). Of other
    networks it is what the weights make. `data` splits what the optimiser and the average keep, if asked for: each
    device then moves a part of them (Rajbhandari et al. 2020, stage 1).

    `last` is the number of a perceptron's last layer, whose results are no hidden axis.
    """
    axes: list[str | None] = [None] * len(shape)
    split = model_axis(name, shape, last)
    if mesh.model > 1 and split is not None and shape[split] % mesh.model == 0:
        axes[split] = "model"
    if splits_state and mesh.data > 1 and not name.startswith("parameters."):
        free = [i for i, size in enumerate(shape) if axes[i] is None and size % mesh.data == 0]
        if free:
            axes[max(free, key=lambda i: shape[i])] = "data"
    return tuple(axes)


def model_axis(name: str, shape: tuple[int, ...], last: int) -> int | None:
    dense = DENSE.fullmatch(name)
    if dense is None:
        return len(shape) - 1 if len(shape) > 1 else None
    layer = int(dense[1])
    axis = len(shape) - (1 if layer % 2 == 0 and layer != last else 2)
    return axis if axis >= 0 else None


def last_layer(names: tuple[str, ...]) -> int:
    """The number of a perceptron's last layer, −1 of other networks."""
    found = [DENSE.fullmatch(name) for name in names if name.startswith("parameters.")]
    return max((int(match[1]) for match in found if match), default=-1) if all(found) else -1
