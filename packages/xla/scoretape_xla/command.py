"""`python -m scoretape_xla JOB`: carries out a training that `scoretape train --export xla --job JOB` wrote."""

import argparse
import sys
from pathlib import Path
from typing import Never

from . import mesh as meshes
from .errors import Failed, UserError, one_line
from .options import Options
from .said import say

EPILOG = "The model is JOB/model, a folder as scoretape train writes it: scoretape sample JOB/model draws from it."
MOST_PROCESSES, DAY = 2**16, 86_400


class Parser(argparse.ArgumentParser):
    """Mistakes are one line."""

    def error(self, message: str) -> Never:
        raise UserError(f"{one_line(message)}; python -m scoretape_xla --help tells what it takes")


def main(argv: list[str] | None = None) -> Never:
    message = ""
    try:
        code = run(sys.argv[1:] if argv is None else argv)
    except (UserError, Failed) as error:
        code, message = error.code, str(error)
    except ImportError as error:
        code = 2
        message = f"{error}; install this package by pip, which brings the JAX that it is for: pip install ./packages/xla"
    except MemoryError:
        code, message = 1, "there is not the memory for this job; write it with a smaller --batch or network, or fewer rows"
    except KeyboardInterrupt:
        code = 130
    if message:
        say(sys.stderr, f"scoretape_xla: {one_line(message)}")
    sys.exit(code)


def run(argv: list[str]) -> int:
    options = parsed(argv)
    # Only here, so that what is missing is told in one line.
    from . import job as jobs

    # Before JAX is there: nothing of a job that is not sound is run.
    job = jobs.read(options.job)
    from .saved import saved_state

    saved_state(job, options.resume)
    if options.processes > 1 and not options.is_worker:
        from .processes import supervise

        return supervise(argv, options, job.settings.steps)
    from .work import work, work_among_others

    return work_among_others(job, options) if options.is_worker else work(job, options)


def parsed(argv: list[str]) -> Options:
    parser = Parser(prog="python -m scoretape_xla", description=__doc__, epilog=EPILOG)
    parser.add_argument("job", metavar="JOB", help="the folder of the job")
    parser.add_argument(
        "--mesh", help="devices that split the batch, and the weights: data=8, data=4,model=2 (default: all for data)"
    )
    parser.add_argument(
        "--split-state", action="store_true", help="split what the optimiser and the average keep over data too"
    )
    parser.add_argument(
        "--resume", action="store_true", help="go on with the training in JOB/model, or begin where there is none"
    )
    parser.add_argument(
        "--coordinator", metavar="HOST:PORT", help="of several processes: where the one of rank 0 listens"
    )
    parser.add_argument("--processes", type=int, default=1, help="how many there are")
    parser.add_argument("--rank", type=int, help="the number of this one, from 0")
    parser.add_argument(
        "--timeout",
        type=int,
        default=20,
        help="seconds after which a process that is not heard of is lost (default: 20)",
    )
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    told = parser.parse_args(argv)
    if not (1 <= told.processes <= MOST_PROCESSES and 4 <= told.timeout <= DAY):
        raise UserError(f"--processes is a number from 1 to {MOST_PROCESSES}, and --timeout one from 4 to {DAY}")
    alone = told.processes == 1
    if alone and (told.coordinator is not None or told.rank is not None):
        raise UserError("--coordinator and --rank are for several processes; say how many with --processes")
    if not alone:
        host, _, port = (told.coordinator or "").rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise UserError(
                f"--processes {told.processes} needs --coordinator HOST:PORT, the address of the one of rank 0"
            )
        if told.rank is None or not 0 <= told.rank < told.processes:
            raise UserError(f"--rank is a number from 0 to {told.processes - 1}, another for each process")
    return Options(
        job=Path(told.job),
        mesh=None if told.mesh is None else meshes.parse(told.mesh),
        splits_state=told.split_state,
        resume=told.resume,
        coordinator=told.coordinator,
        processes=told.processes,
        rank=told.rank or 0,
        timeout=told.timeout,
        is_worker=told.worker,
    )
