"""What a training tells people."""

import time
from typing import TextIO

from .job import MODEL, Job
from .model import State
from .said import say

SECONDS = 10


class Progress:
    """One line that is written over on a terminal, else a line now and then."""

    def __init__(self, stream: TextIO | None, steps: int) -> None:
        self.stream, self.steps = stream, steps
        self.begun = time.monotonic()
        self.last = self.begun

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.begun

    def tell(self, state: State) -> None:
        self.show(state.step, state.losses[-1])

    def show(self, step: int, loss: float) -> None:
        now = time.monotonic()
        terminal = self.stream is not None and self.stream.isatty()
        if self.stream is None or now - self.last < (0.2 if terminal else SECONDS):
            return
        self.last = now
        text = f"step {step:,} of {self.steps:,}, loss {loss:.3g}"
        say(self.stream, f"\r\x1b[K{text}" if terminal else text, "" if terminal else "\n")

    def close(self) -> None:
        if self.stream is not None and self.stream.isatty():
            say(self.stream, "\r\x1b[K", "")


def outcome(job: Job, state: State, before: int, seconds: float) -> str:
    """`pair.csv: 4,000 steps in 28 s, loss 0.52, best validation loss 0.54 at step 3,900; the model is in job/model`"""
    name = str(job.start.description.get("data", {}).get("name", "data"))
    parts = [f"{name}: {state.step:,} steps{f' from step {before:,}' if before else ''} in {seconds:.0f} s"]
    if state.losses:
        parts.append(f"loss {state.losses[-1]:.3g}")
    if state.best is not None:
        parts.append(f"best validation loss {state.best.loss:.3g} at step {state.best.step:,}")
    return f"{', '.join(parts)}; the model is in {job.folder / MODEL}"
