"""`python -m scoretape_xla.scaling JOB`: what batch a device must have so that the sum of gradients does not hold it up.

Measured are the time of a job's step and the bytes of its collective; the rates of links are those that are published. With
P parameters, b rows on each of n devices, a device that does F multiplications and additions a second, and links of B bytes
a second:

    compute      t_c = 6·P·b/F            two for each parameter and row forward, four backward
    all-reduce   t_a = 2·(n − 1)/n·4·P/B + α  as a ring does it, in float32; α is what one of nothing takes
    efficiency   t_c/(t_c + t_a)          nothing is done while gradients are summed: they are one collective at the end

so that an efficiency e needs b ≥ e/(1 − e)·F·(4/3·(n − 1)/(n·B) + α/(6·P)).
"""

import argparse
import math
import re
import sys
import time
from pathlib import Path
from typing import Never

from . import job as jobs
from . import mesh as meshes
from . import model
from .errors import UserError, one_line

# Bytes a second in each direction; docs/scaling.md says where they are published.
LINKS = {
    "NVLink 4": 450e9,
    "PCIe 5 x16": 64e9,
    "InfiniBand NDR": 50e9,
    "Ethernet 100 Gb/s": 12.5e9,
    "Ethernet 25 Gb/s": 3.125e9,
    "Ethernet 10 Gb/s": 1.25e9,
}
FLOATS = {"parameters": 1, "averages": 1, "Adam's moments": 2, "gradients": 1}
SIZES = (1e6, 1e8)
REPEATS = 20
ALL_REDUCE = re.compile(r"= (.*?) all-reduce(?:-start)?\(")
ARRAY = re.compile(r"f(32|64)\[([\d,]*)\]")


def batch_for(efficiency: float, rate: float, link: float, devices: int, parameters: float, latency: float) -> int:
    """Rows that a device must have."""
    sent = 4 / 3 * (devices - 1) / (devices * link)
    return math.ceil(efficiency / (1 - efficiency) * rate * (sent + latency / (6 * parameters)))


def memory(parameters: float, devices: int, split: str) -> float:
    """Bytes on a device, where nothing is split over the devices, or the optimiser's moments and averages, or all."""
    whole = {"nothing": set(), "optimiser and averages": {"averages", "Adam's moments"}, "all": set(FLOATS)}[split]
    return sum(4 * parameters * count / (devices if part in whole else 1) for part, count in FLOATS.items())


def reduced_bytes(text: str) -> int:
    """The bytes that the collectives of a compiled step sum."""
    return sum(
        int(bits) // 8 * math.prod(int(size) for size in sizes.split(",") if size)
        for result in ALL_REDUCE.findall(text)
        for bits, sizes in ARRAY.findall(result)
    )


def measured(folder: Path, shape: meshes.MeshShape) -> tuple[int, int, float, int]:
    """Parameters, rows on a device, the least time of a step, and the bytes that it sums."""
    from .machine import Machine

    job = jobs.read(folder)
    machine = Machine(job, shape)
    start = model.check(job.start, job, str(folder))
    state = machine.place(start.arrays)
    times = []
    for number in range(1, REPEATS + 1):
        begun = time.perf_counter()
        state, _ = machine.advance(state, number, 1)
        times.append(time.perf_counter() - begun)
    parameters = sum(x.size for name, x in start.arrays.items() if name.startswith("parameters."))
    # The first call compiles.
    return parameters, job.settings.batch // shape.data, min(times[1:]), reduced_bytes(machine.text(1))


def table(rate: float, devices: int, latency: float) -> str:
    """Rows for each device, and memory, as Markdown."""
    lines = [f"| link of {devices} devices | bytes a second | rows at 1e6 parameters | at 1e8 |", "|---|---|---|---|"]
    for name, link in LINKS.items():
        rows = (f"{batch_for(0.9, rate, link, devices, parameters, latency):,}" for parameters in SIZES)
        lines.append(f"| {name} | {link:.3g} | {' | '.join(rows)} |")
    lines += ["", f"| split over {devices} devices | MB on each at 1e6 parameters | at 1e8 |", "|---|---|---|"]
    for split in ("nothing", "optimiser and averages", "all"):
        sizes = (f"{memory(parameters, devices, split) / 1e6:,.1f}" for parameters in SIZES)
        lines.append(f"| {split} | {' | '.join(sizes)} |")
    return "\n".join(lines)


def main() -> Never:
    parser = argparse.ArgumentParser(prog="python -m scoretape_xla.scaling", description=__doc__.splitlines()[0])
    parser.add_argument("job", metavar="JOB", nargs="?", help="a job whose step is measured")
    parser.add_argument(
        "--rate", type=float, help="multiplications and additions a second of a device, in the place of measuring them"
    )
    parser.add_argument("--devices", type=int, default=8, help="devices of the table (default: 8)")
    parser.add_argument(
        "--latency", type=float, default=20e-6, help="seconds of a collective of nothing (default: 20e-6, assumed)"
    )
    told = parser.parse_args()
    try:
        if (
            (told.job is None) == (told.rate is None)
            or told.devices < 2
            or not (told.rate is None or 0 < told.rate < 1e24)
            or not 0 <= told.latency < 1
        ):
            raise UserError("give a JOB, or a --rate above 0; --devices from 2, and a --latency below 1")
        rate = told.rate
        if rate is None:
            import jax

            shape = meshes.MeshShape(jax.device_count())
            parameters, rows, seconds, summed = measured(Path(told.job), shape)
            rate = 6 * parameters * rows / seconds
            print(
                f"{parameters:,} parameters, {rows:,} rows on each of {shape.devices} devices: {1000 * seconds:.2f} ms a step, "
                f"{rate:.3g} multiplications and additions a second each; {summed:,} bytes summed, "
                f"{summed / (4 * parameters):.3f} times the parameters\n"
            )
        print(table(rate, told.devices, told.latency))
    except UserError as error:
        print(f"scoretape_xla: {one_line(error)}", file=sys.stderr)
        sys.exit(error.code)
    sys.exit(0)


if __name__ == "__main__":
    main()
