"""The compiled steps of a job on a mesh of devices."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import jax
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec

from . import stablehlo
from .errors import UserError, one_line
from .job import TOLD, Job
from .mesh import MeshShape, axes_of, last_layer
from .safetensors import Arrays

Devices = list[jax.Array]


class Machine:
    """Takes steps. The state is a list of arrays in the order of `job.state`, which each call uses up."""

    def __init__(self, job: Job, shape: MeshShape, splits_state: bool = False) -> None:
        check_mesh(job, shape)
        # Only what goes in and out of a program; inside there are integers of 64 bits anyway.
        jax.config.update("jax_enable_x64", True)
        self.job, self.shape = job, shape
        devices = jax.devices()[: shape.devices]
        axes = (AxisType.Auto,) * 2
        self.mesh: Mesh = jax.make_mesh((shape.data, shape.model), ("data", "model"), axes, devices=devices)
        self.whole = self.sharding()
        last = last_layer(job.state)
        ports = job.programs["step"].outputs
        self.shardings = [
            self.sharding(*axes_of(port.name, port.shape, last, shape, splits_state)) for port in ports[: -len(TOLD)]
        ]
        names = sorted(job.data)
        self.rows, self.held_out = (
            [self.put(job.data[name], self.whole) for name in names if name.startswith(f"{part}.")]
            for part in ("rows", "heldOut")
        )
        self.keys = {name: self.put(key, self.whole) for name, key in job.keys.items()}
        # All that is wrong with them is told before anything is written.
        self.programs = {name: self.program(name) for name in job.programs}
        self.compiled: dict[int, Any] = {}

    def sharding(self, *axes: str | tuple[str, ...] | None) -> NamedSharding:
        return NamedSharding(self.mesh, PartitionSpec(*axes))

    def put(self, x: np.ndarray, sharding: NamedSharding) -> jax.Array:
        """An array that every process has whole, on the devices."""
        return jax.make_array_from_callback(x.shape, sharding, lambda part: x[part])

    def place(self, arrays: Mapping[str, np.ndarray]) -> Devices:
        return [self.put(arrays[name], sharding) for name, sharding in zip(self.job.state, self.shardings, strict=True)]

    def fetch(self, state: Devices, prefix: str = "") -> Arrays:
        """The arrays of a state whose names begin so, whole, in this process."""
        names = [name for name in self.job.state if name.startswith(prefix)]
        chosen = [x for name, x in zip(self.job.state, state, strict=True) if name.startswith(prefix)]
        return dict(zip(names, map(np.asarray, self.gather(chosen)), strict=True))

    @cached_property
    def gather(self) -> Callable[[Devices], Devices]:
        return jax.jit(lambda arrays: arrays, out_shardings=self.whole)

    def steps(self, count: int) -> Callable[..., Any]:
        """So many steps as one function of the state, the first step's number, the rows and the key."""
        draw, step = (self.programs[name].call for name in ("draw", "step"))
        split = self.sharding("data")

        def one(rows: Devices, key: jax.Array, state: Devices, number: jax.Array) -> tuple[Devices, Devices]:
            batch = [jax.lax.with_sharding_constraint(x, split) for x in draw(*rows, key, number)]
            results = step(*state, *batch, key, number)
            return results[: -len(TOLD)], results[-len(TOLD) :]

        def many(state: Devices, numbers: jax.Array, rows: Devices, key: jax.Array) -> tuple[Devices, Devices]:
            if count > 1:
                return jax.lax.scan(partial(one, rows, key), state, numbers)
            after, told = one(rows, key, state, numbers[0])
            return after, [x[None] for x in told]

        return jax.jit(
            many,
            in_shardings=(self.shardings, self.whole, self.whole, self.whole),
            out_shardings=(self.shardings, self.whole),
            donate_argnums=0,
        )

    def advance(self, state: Devices, first: int, count: int) -> tuple[Devices, Sequence[np.ndarray]]:
        """The state after so many steps from number `first` on, and of each its loss, the norm of its gradient, and the largest
        magnitude in the gradient of each parameter."""
        numbers = self.put(np.arange(first, first + count, dtype=np.uint32), self.whole)
        arguments = state, numbers, self.rows, self.keys["steps"]
        if count not in self.compiled:
            self.compiled[count] = self.steps(count).lower(*arguments).compile()
        after, told = self.compiled[count](*arguments)
        return after, [np.asarray(x) for x in told]

    def text(self, count: int) -> str:
        """What XLA has made of so many steps, once it was to take them."""
        return self.compiled[count].as_text()

    def extremes(self, numbers: Sequence[int] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The least and the greatest of what each process has, number by number."""
        own = np.asarray(numbers, "<u4")[None]
        split = self.sharding(("data", "model"))
        all_of_them = jax.make_array_from_callback((self.mesh.size, own.shape[1]), split, lambda _: own)
        least, most = map(np.asarray, self.reduced(all_of_them))
        return least, most

    @cached_property
    def reduced(self) -> Callable[[jax.Array], Devices]:
        return jax.jit(lambda x: [x.min(0), x.max(0)], out_shardings=self.whole)

    def judge(self, state: Devices) -> float:
        """The validation loss of the averaged parameters."""
        averaged = [x for name, x in zip(self.job.state, state, strict=True) if name.startswith("averaged.")]
        draws = self.job.settings.validationDraws
        numbers = self.put(np.arange(draws, dtype=np.uint32), self.whole)
        losses = np.asarray(self.evaluate(averaged, numbers, self.held_out, self.keys["validation"]))
        return sum(float(loss) for loss in losses) / draws

    @cached_property
    def evaluate(self) -> Callable[..., Any]:
        evaluate = self.programs["evaluate"].call
        split = self.sharding("data")

        def losses(averaged: Devices, numbers: jax.Array, rows: Devices, key: jax.Array) -> jax.Array:
            own = [jax.lax.with_sharding_constraint(x, split) for x in rows]
            return jax.lax.map(lambda number: evaluate(*averaged, *own, key, number)[0], numbers)

        return jax.jit(losses, out_shardings=self.whole)

    def program(self, name: str) -> Any:
        """A program of the job, whose signature has to be the one that the job says."""
        program = self.job.programs[name]
        exported = stablehlo.load(program.text)
        for ports, found in ((program.inputs, exported.in_avals), (program.outputs, exported.out_avals)):
            if [(port.shape, port.dtype) for port in ports] != [(x.shape, x.dtype) for x in found]:
                raise UserError(
                    f"{self.job.folder / name}.mlir has other inputs or results than job.json says; write the job anew"
                )
        return exported


def device_count() -> int:
    """How many devices JAX finds, in all processes."""
    try:
        return jax.device_count()
    except (RuntimeError, AssertionError) as error:
        why = one_line(error)[:200] or "none of its platforms is there"
        raise UserError(f"JAX has no devices: {why}; its JAX_PLATFORMS, if set, names those that it takes") from error


def check_mesh(job: Job, shape: MeshShape) -> None:
    """Sees that there are devices enough, and that a batch can be split."""
    there, batch = device_count(), job.settings.batch
    if shape.devices > there or (shape.devices < there and jax.process_count() > 1):
        raise UserError(f"--mesh {shape} is for {shape.devices} devices, and there are {there}; give a mesh of these")
    if batch % shape.data:
        raise UserError(
            f"the batch of {batch} rows cannot be split over data={shape.data}; give a divisor as --mesh data=, or "
            "write the job with another --batch"
        )
