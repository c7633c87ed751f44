"""A training in this process, alone or as one of several."""

import hashlib
import os
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext

import jax
import numpy as np

from . import lock
from .errors import Failed, UserError, one_line
from .job import Job
from .machine import Machine, device_count
from .mesh import MeshShape
from .model import State
from .options import Options
from .progress import Progress, outcome
from .said import say
from .saved import folder_of, save, saved_state
from .signals import Stopped
from .training import Outlets, train


def work(job: Job, options: Options) -> int:
    """The exit code: 0, or that of the signal that ended it."""
    stopped = Stopped()
    with stopped.listening():
        progress = Progress(sys.stderr, job.settings.steps)
        try:
            state, before = carry_out(job, options, progress.tell, lambda _: stopped.code)
        except RuntimeError as error:
            raise Failed(
                f"XLA cannot go on: {one_line(error)[:200]}; write the job with a smaller --batch, give other devices, or go on "
                "with --resume"
            ) from error
        finally:
            progress.close()
    say(sys.stdout, outcome(job, state, before, progress.seconds))
    return 0


def work_among_others(job: Job, options: Options) -> int:
    """The same as one of several processes, which tells the one that has started it what it does, in lines."""
    stopped = Stopped()
    threading.Thread(target=hear, args=(stopped,), daemon=True).start()

    def answer(kind: str, text: object) -> None:
        say(sys.stdout, f"{kind} {one_line(text)}")

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
            job,
            options,
            lambda state: answer("at", f"{state.step} {state.losses[-1]}"),
            lambda machine: int(machine.extremes([stopped.code])[1][0]),
        )
        if options.rank == 0:
            answer("out", outcome(job, state, before, started.seconds))
        jax.distributed.shutdown()
        answer("end", 0)
        return 0
    except Stop as stop:
        jax.distributed.shutdown()
        answer("end", f"{stop.code} {stop}")
        return stop.code
    except (UserError, Failed) as error:
        answer("end", f"{error.code} {error}")
    except RuntimeError as error:
        answer("lost", error)
    # The others are not waited for: they are lost, or find the same fault.
    os._exit(1)


def carry_out(
    job: Job, options: Options, tell: Callable[[State], None], stopped: Callable[[Machine], int]
) -> tuple[State, int]:
    """Trains; the state at the end, and the step from which it went on. `stopped` is the exit code of a signal that has come,
    to any of the processes, and is asked for by all of them at once.

    @throws Stop where there was one, after the state is saved
    """
    machine = Machine(job, options.mesh or MeshShape(device_count()), options.splits_state)
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

        code = 0

        def is_stopped() -> bool:
            nonlocal code
            code = stopped(machine)
            return code != 0

        end = train(machine, state, Outlets(keep, tell, is_stopped))
        if code:
            raise Stop(job, end, code)
        return end, before


def agree(machine: Machine, content: bytes) -> None:
    """Sees that all processes have the same job and begin in the same state."""
    least, most = machine.extremes(np.frombuffer(hashlib.sha256(content).digest(), "<u4"))
    if (least != most).any():
        raise UserError(
            "the processes have different jobs, or models of different steps; give all of them the same folder"
        )


def hear(stopped: Stopped) -> None:
    """Standard input says the exit code of a signal that has come, and ends when the process that has started this one does."""
    for line in sys.stdin:
        stopped.code = int(line)
        if not jax.distributed.is_initialized():
            break  # The others may never come.
    os._exit(1)


class Stop(Failed):
    def __init__(self, job: Job, state: State, code: int) -> None:
        text = f"stopped at step {state.step} of {job.settings.steps}, which is saved; go on with --resume"
        super().__init__(text, code)
