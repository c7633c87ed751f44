"""A training in this process, alone or as one of several."""

import hashlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import jax
import numpy as np

from . import lock
from .errors import Failed, UserError, one_line
from .job import Job
from .machine import Machine
from .mesh import MeshShape
from .model import State
from .options import Options
from .progress import Progress, outcome
from .saved import folder_of, save, saved_state
from .training import Outlets, train


def work(job: Job, options: Options) -> int:
    """The exit code: 0, or that of the signal that ended it."""
    stopped = Stopped()
    with stopped.listening():
        progress = Progress(sys.stderr, job.settings.steps)
        try:
            state, before = carry_out(job, options, progress.tell, lambda: stopped.code != 0)
        finally:
            progress.close()
    if stopped.code:
        raise Stop(job, state, stopped.code)
    print(outcome(job, state, before, progress.seconds))
    return 0


def work_among_others(job: Job, options: Options) -> int:
    """The same as one of several processes, which tells the one that has started it what it does, in lines."""
    threading.Thread(target=end_with_parent, daemon=True).start()

    def say(kind: str, text: object) -> None:
        print(kind, one_line(text), flush=True)

    started = Progress(None, job.settings.steps)
    try:
        jax.distributed.initialize(
            options.coordinator,
            options.processes,
            options.rank,
            initialization_timeout=15 * options.timeout,
            heartbeat_timeout_seconds=max(1, options.timeout // 2),
            shutdown_timeout_seconds=options.timeout,
            # No other address than the one that was said.
            coordinator_bind_address=options.coordinator,
        )
        state, before = carry_out(
            job, options, lambda state: say("at", f"{state.step} {state.losses[-1]}"), lambda: False
        )
        if options.rank == 0:
            say("out", outcome(job, state, before, started.seconds))
        jax.distributed.shutdown()
        say("end", 0)
        return 0
    except (UserError, Failed) as error:
        say("end", f"{error.code} {error}")
    except (jax.errors.JaxRuntimeError, RuntimeError) as error:
        say("lost", error)
    # The others are not waited for: they are lost, or find the same fault.
    os._exit(1)


def carry_out(
    job: Job, options: Options, tell: Callable[[State], None], is_stopped: Callable[[], bool]
) -> tuple[State, int]:
    """Trains; the state at the end, and the step from which it went on."""
    machine = Machine(job, options.mesh or MeshShape(jax.device_count()), options.splits_state)
    folder = folder_of(job)
    writes = options.rank == 0
    if writes:
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise UserError(f"cannot make {folder}: {error.strerror or error}") from error
    with lock.locked(folder) if writes else nullcontext():
        state, content = saved_state(job, options.resume)
        if options.processes > 1:
            agree(machine, job.digest.encode() + content)
        before = state.step

        def keep(reached: State) -> None:
            if writes:
                save(job, reached)

        return train(machine, state, Outlets(keep, tell, is_stopped)), before


def agree(machine: Machine, content: bytes) -> None:
    """Sees that all processes have the same job and begin in the same state."""
    digest = np.frombuffer(hashlib.sha256(content).digest(), "<u4")[None]
    devices = machine.mesh.size
    split = jax.sharding.NamedSharding(machine.mesh, jax.sharding.PartitionSpec(machine.mesh.axis_names))
    all_of_them = jax.make_array_from_callback((devices, digest.size), split, lambda _: digest)
    ends = jax.jit(lambda x: (x.min(0), x.max(0)), out_shardings=machine.whole)(all_of_them)
    least, most = map(np.asarray, ends)
    if (least != most).any():
        raise UserError(
            "the processes have different jobs, or models of different steps; give all of them the same folder"
        )


def end_with_parent() -> None:
    """Standard input ends when the process that has started this one does."""
    sys.stdin.buffer.read()
    os._exit(1)


class Stopped:
    """A signal that asked for an end: the training saves where it is."""

    def __init__(self) -> None:
        self.code = 0

    def listening(self) -> "Listening":
        return Listening(self)


class Listening:
    def __init__(self, stopped: Stopped) -> None:
        self.stopped = stopped
        self.before: dict[int, Any] = {}

    def __enter__(self) -> None:
        def stop(number: int, _: Any) -> None:
            self.stopped.code = 128 + number
            # A second one ends it at once.
            signal.signal(number, signal.SIG_DFL)

        if threading.current_thread() is threading.main_thread():
            self.before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}

    def __exit__(self, *_: Any) -> None:
        for number, handler in self.before.items():
            signal.signal(number, handler)


class Stop(Failed):
    def __init__(self, job: Job, state: State, code: int) -> None:
        super().__init__(f"stopped at step {state.step} of {job.settings.steps}, which is saved; go on with --resume")
        self.code = code
