"""A training from where it is to its end, as `train` of @scoretape/score goes: steps, validation, checkpoints."""

import math
from collections.abc import Callable
from dataclasses import dataclass

from .errors import Failed
from .job import Settings
from .machine import Devices, Machine
from .model import Best, State

# Steps of one call at most, and multiplications, by the usual 10 for each parameter and row: a call answers within a moment.
MOST_STEPS, MOST_WORK = 50, 2e9


@dataclass(frozen=True)
class Outlets:
    """Where a training tells what it does."""

    save: Callable[[State], None]
    tell: Callable[[State], None]
    is_stopped: Callable[[], bool]


def train(machine: Machine, state: State, outlets: Outlets) -> State:
    """The state at the end, or where it was stopped; both are saved."""
    job = machine.job
    settings, validates = job.settings, bool(machine.held_out)
    devices = machine.place(state.arrays)
    saved = state.step

    def snapshot() -> None:
        nonlocal saved
        state.arrays = machine.fetch(devices)
        outlets.save(state)
        saved = state.step

    def validate() -> None:
        loss = machine.judge(devices)
        state.validation.append((state.step, loss))
        if loss < (state.best.loss if state.best else math.inf):
            averaged = machine.fetch(devices, "averaged.")
            state.best = Best(state.step, loss, {f"best{name[8:]}": x for name, x in averaged.items()})

    is_judged = state.best is not None or (state.validation and state.validation[-1][0] == state.step)
    if validates and not is_judged and not outlets.is_stopped():
        validate()
    block = block_of(settings, sum(math.prod(x.shape) for x in state.arrays.values()) // 4, validates)
    while state.step < settings.steps and not outlets.is_stopped() and not is_out(settings, state):
        count = block if state.step + block <= next_stop(settings, state.step, validates) else 1
        devices, (losses, norms, largest) = machine.advance(devices, state.step + 1, count)
        for i, (loss, norm) in enumerate(zip(losses, norms, strict=True)):
            if not (math.isfinite(loss) and math.isfinite(norm)):
                raise Failed(diverged(machine, state.step + 1 + i, loss, norm, largest[i], saved))
        state.step += count
        state.losses += [float(loss) for loss in losses]
        if validates and (state.step % settings.validateEvery == 0 or state.step == settings.steps):
            validate()
        outlets.tell(state)
        if state.step % settings.checkpointEvery == 0 and state.step < settings.steps:
            snapshot()
    snapshot()
    return state


def block_of(settings: Settings, parameters: int, validates: bool) -> int:
    """How many steps one call takes: a divisor of those between two stops, so that two programs are all that is compiled."""
    stops = [settings.checkpointEvery, *([settings.validateEvery] if validates else [])]
    every = min(math.gcd(*stops), settings.steps)
    room = min(MOST_STEPS, every, max(1, int(MOST_WORK / (10 * settings.batch * max(1, parameters)))))
    return next(count for count in range(room, 0, -1) if every % count == 0)


def next_stop(settings: Settings, step: int, validates: bool) -> int:
    """The next step after which something is due, or the last one."""

    def multiple(every: int) -> int:
        return (step // every + 1) * every

    due = multiple(settings.validateEvery) if validates else settings.steps
    return min(settings.steps, multiple(settings.checkpointEvery), due)


def is_out(settings: Settings, state: State) -> bool:
    """Whether so many steps, up to the last validation, have brought no lower validation loss."""
    if settings.patience is None or state.best is None or not state.validation:
        return False
    return state.validation[-1][0] - state.best.step >= settings.patience


def diverged(machine: Machine, step: int, loss: float, norm: float, largest: "Devices", saved: int) -> str:
    names = [name.removeprefix("parameters.") for name in machine.job.state if name.startswith("parameters.")]
    magnitudes = [float(x) for x in largest]
    at = next((i for i, x in enumerate(magnitudes) if not math.isfinite(x)), magnitudes.index(max(magnitudes)))
    kept = f"the checkpoint of step {saved} stays" if saved else "no checkpoint had been made yet"
    return (
        f"the training diverged: at step {step} the loss is {loss}, the gradient's norm {norm}, its largest element "
        f"{magnitudes[at]} ({names[at]}); write the job with a lower --learning-rate or a higher --sigma-min; {kept}"
    )
