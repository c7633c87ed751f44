"""A model's file, version 2, as scoretape reads and writes it: the description, and the state of its training."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from . import files, rules, safetensors
from .errors import UserError, damaged
from .safetensors import Arrays

if TYPE_CHECKING:
    from .job import Job

FORMAT = "scoretape model"
FILE = "model.safetensors"
LOSSES, VALIDATION, BEST_STEP = "history.losses", "history.validation", "best.step"
# A float32 counts to here and stays.
LAST_COUNT = 2**24


@dataclass(frozen=True)
class Best:
    """The averaged parameters that had the least validation loss."""

    step: int
    loss: float
    parameters: Arrays


@dataclass
class State:
    """All that a training needs to go on. `arrays` are what a step makes anew, by the names of the model's file."""

    step: int
    arrays: Arrays
    best: Best | None = None
    losses: list[float] = field(default_factory=list)
    validation: list[tuple[int, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Model:
    arrays: Arrays
    texts: dict[str, str]

    @property
    def description(self) -> dict[str, Any]:
        return json.loads(self.texts["description"])


def read(content: bytes, path: str) -> Model:
    """@throws UserError unless the file is as it was written."""
    fail = damaged(path)
    arrays, texts = safetensors.read(content, path)
    if texts.get("format") != FORMAT:
        raise UserError(f"{path} holds arrays but is no model of scoretape")
    if texts.get("version") != "2":
        raise UserError(f"{path} is a model of version {texts.get('version', '?')[:20]}, and this program reads 2")
    if "step" not in texts:
        raise UserError(f"{path} is a model without its training, which cannot go on")
    if set(texts) != {"format", "version", "description", "step", "checksum"}:
        fail("its texts are not those of a model")
    if not files.is_whole(content):
        fail("its checksum does not fit its content")
    if not (texts["step"].isascii() and texts["step"].isdigit() and len(texts["step"]) <= 15):
        fail("it does not say its step")
    rules.parsed(texts["description"].encode(), fail)
    return Model(arrays, texts)


def check(found: Model, job: "Job", path: str) -> State:
    """The state that a model's file holds, whose arrays are those of the job and nothing else.

    @throws UserError where one is missing, of another shape or dtype, or holds what cannot be
    """
    fail = damaged(path)
    left = {name: x for name, x in found.arrays.items() if not name.startswith("moments.")}
    step = int(found.texts["step"])
    if step > job.settings.steps:
        fail(f"the training is at step {step} of {job.settings.steps}")

    def take(name: str, shape: tuple[int | None, ...], dtype: str | np.dtype, finite: bool = True) -> np.ndarray:
        x = left.pop(name, None)
        if x is None:
            fail(f"it has no array {name}")
        fits = len(shape) == x.ndim and all(n is None or n == size for n, size in zip(shape, x.shape, strict=True))
        if x.dtype != dtype or not fits:
            fail(f"{name} is {x.dtype} of shape {list(x.shape)}")
        if finite and not np.isfinite(x).all():
            fail(f"{name} is not finite")
        if ".meanSquare." in name and (x < 0).any():
            fail(f"{name} is below 0")
        if name.endswith(".step") and name != BEST_STEP and x.item() != min(step, LAST_COUNT):
            fail(f"{name} is {x.item()}; it must be {min(step, LAST_COUNT)}")
        return x

    ports = {port.name: port for port in job.programs["step"].outputs}
    arrays = {name: take(name, ports[name].shape, ports[name].dtype) for name in job.state}
    losses = take(LOSSES, (step,), "<f8")
    pairs = take(VALIDATION, (None, 2), "<f8", finite=False)
    steps = pairs[:, 0]
    if not (np.isfinite(steps).all() and (steps == np.floor(steps)).all() and (np.diff(steps, prepend=-1) > 0).all()):
        fail(f"the steps of {VALIDATION} do not rise")
    if len(steps) and steps[-1] > step:
        fail(f"{VALIDATION} has a loss of step {steps[-1]:.0f}, in a training of {step} steps")
    validation = [(int(at), float(loss)) for at, loss in pairs]
    best = None
    if BEST_STEP in left:
        at = take(BEST_STEP, (), "<f8").item()
        if at not in dict(validation):
            fail(f"{BEST_STEP} is {at}, at which there is no validation loss")
        parameters = {
            name: take(name, ports[f"averaged{name[4:]}"].shape, "<f4")
            for name in (f"best{port[8:]}" for port in job.state if port.startswith("averaged."))
        }
        best = Best(int(at), dict(validation)[at], parameters)
    for name in left:
        fail(f"it has an array {name[:60]}, which no such model has")
    return State(step, arrays, best, losses.tolist(), validation)


def write(start: Model, state: State) -> bytes:
    """The file of a state, with the description of the model that the training began with."""
    moments = {name: x for name, x in start.arrays.items() if name.startswith("moments.")}
    best = {} if state.best is None else {**state.best.parameters, BEST_STEP: np.array(state.best.step, "<f8")}
    history = {
        LOSSES: np.array(state.losses, "<f8"),
        VALIDATION: np.array(state.validation, "<f8").reshape(len(state.validation), 2),
    }
    texts = {**start.texts, "step": str(state.step), "checksum": "0" * 64}
    return files.sealed(safetensors.write({**moments, **state.arrays, **best, **history}, texts))


def differences(mine: Any, other: Any, path: str = "") -> list[str]:
    """The fields in which two descriptions differ, but for the way to the data."""
    if path == "data.path":
        return []
    if isinstance(mine, dict) and isinstance(other, dict):
        names = sorted({*mine, *other})
        return [d for name in names for d in differences(mine.get(name), other.get(name), f"{path}.{name}".lstrip("."))]
    return [] if mine == other else [path]
