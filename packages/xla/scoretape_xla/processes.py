"""One of several processes: a child does the work, so that whatever ends it, also inside XLA, is told in one line."""

import subprocess
import sys
import tempfile

from .errors import Failed, UserError
from .options import Options
from .progress import Progress
from .said import say
from .signals import Stopped


def supervise(argv: list[str], options: Options, steps: int) -> int:
    """Runs the worker, passes on what it tells, and tells it of signals."""
    stopped = Stopped()
    with tempfile.TemporaryFile() as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "scoretape_xla", *argv, "--worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
            encoding="utf-8",
            # Ctrl-C goes to this process alone.
            start_new_session=True,
        )

        def pass_on() -> None:
            if worker.stdin is not None and worker.poll() is None:
                worker.stdin.write(f"{stopped.code}\n")
                worker.stdin.flush()

        try:
            with stopped.listening(pass_on):
                return followed(worker, options, steps, stopped)
        except BaseException:
            worker.kill()
            raise
        finally:
            if worker.stdin is not None:
                worker.stdin.close()
            worker.wait()


def followed(worker: "subprocess.Popen[str]", options: Options, steps: int, stopped: Stopped) -> int:
    progress: Progress | None = None
    step = 0
    for line in worker.stdout or []:
        kind, _, text = line.rstrip("\n").partition(" ")
        if kind == "at":
            step, loss = int(text.split(" ")[0]), float(text.split(" ")[1])
            if options.rank == 0:
                progress = progress or Progress(sys.stderr, steps)
                progress.show(step, loss)
        elif kind == "out":
            say(sys.stdout, text)
        elif kind == "lost":
            raise lost(options, step, text)
        elif kind == "end":
            code, _, message = text.partition(" ")
            if code == "2":
                raise UserError(message)
            if code != "0":
                raise Failed(message, int(code))
            return 0
    code = worker.wait()
    if stopped.code and not step:
        raise Failed(f"rank {options.rank} was stopped before all processes were there", stopped.code)
    if code in (-9, -15):
        raise Failed(
            f"rank {options.rank} was ended by signal {-code} {reached(step)}; go on with --resume, in all processes"
        )
    raise lost(options, step, "")


def lost(options: Options, step: int, why: str) -> Failed:
    reason = f" ({why[:100]})" if why else ""
    return Failed(
        f"rank {options.rank} lost another process {reached(step)}{reason}; go on with --resume, in all processes"
    )


def reached(step: int) -> str:
    return f"after step {step:,}" if step else "before its first steps"
