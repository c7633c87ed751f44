"""The worker's side of the benchmark's protocol: requests as JSON lines on standard input, replies on standard output."""

import json
import math
import os
import resource
import sys
import time

import numpy as np

CHECKED_STEPS = 3
BATCHES = 4


class Workload:
    """A workload's description and its arrays by name, as the benchmark wrote them into a folder."""

    def __init__(self, folder):
        with open(os.path.join(folder, "workload.json"), encoding="utf-8") as file:
            description = json.load(file)
        numbers = np.fromfile(os.path.join(folder, "arrays.bin"), dtype="<f4")
        self.folder = folder
        self.about = description["workload"]
        self.arrays = {}
        end = 0
        for entry in description["arrays"]:
            start, end = end, end + math.prod(entry["shape"])
            self.arrays[entry["name"]] = numbers[start:end].reshape(entry["shape"]).copy()
        if end != numbers.size:
            raise ValueError(f"{folder}: its arrays need {end} numbers, but arrays.bin holds {numbers.size}")

    def layers(self):
        """(weight, bias) of each layer, first to last."""
        count = sum(name.startswith("weight") for name in self.arrays)
        return [(self.arrays[f"weight{i}"], self.arrays[f"bias{i}"]) for i in range(count)]


    def network(self):
        """The parameters of a U-Net by name, in the order of their gradients' norms."""
        prefix = "unet."
        return {name[len(prefix) :]: array for name, array in self.arrays.items() if name.startswith(prefix)}


class Training:
    """
    Steps on the batches in turn; `make_step(batch) -> None`, `loss() -> float`, `norms() -> list`, and where parameters are
    averaged `average_loss() -> float`, the loss of the first batch at their average.
    """

    def __init__(self, step, loss, norms, average_loss=None):
        self.step, self.loss, self.norms, self.average_loss = step, loss, norms, average_loss
        self.steps = 0

    def next(self):
        self.step(self.steps % BATCHES)
        self.steps += 1

    def check(self):
        values, norms = [], []
        while len(values) < CHECKED_STEPS:
            self.next()
            values.append(self.loss())
            if len(values) == 1:
                norms = self.norms()
        if self.average_loss is not None:
            values.append(self.average_loss())
        return {"values": values, "gradientNorms": norms}

    def run(self, iterations):
        for _ in range(iterations):
            self.next()
        loss = self.loss()
        if not math.isfinite(loss):
            raise ValueError(f"the loss is {loss} after {self.steps} steps")


class Repeated:
    """Work that is done again and again; `check() -> dict`, `once() -> None`."""

    def __init__(self, check, once):
        self.check, self.once = check, once

    def run(self, iterations):
        for _ in range(iterations):
            self.once()


def mean_square(x):
    return float(np.mean(np.square(np.asarray(x, dtype=np.float64))))


def norm(x):
    return float(np.linalg.norm(np.asarray(x, dtype=np.float64).ravel()))


def product_values(product):
    product = np.asarray(product)
    return [mean_square(product), mean_square(product[0]), mean_square(product[:, 0])]


def column_variances(x):
    return [float(variance) for variance in np.var(np.asarray(x, dtype=np.float64), axis=0)]


def peak_bytes():
    """Linux: the peak of the address space, as that of the process counts what its parent held at the start."""
    if os.path.exists("/proc/self/status"):
        with open("/proc/self/status", encoding="utf-8") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def serve(open_work):
    """Answers requests until the standard input ends; `open_work(workload, variant)` returns (work, notes)."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what libraries print must not disturb the replies
    work = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            command = request["command"]
            if command == "prepare":
                work, notes = open_work(Workload(request["workload"]), request["variant"])
                answer = {"perIteration": 1, "notes": notes}
            elif command == "check":
                answer = work.check()
            elif command == "run":
                begin = time.process_time()
                if request.get("untimed", 0) > 0:
                    work.run(request["untimed"])
                cpu, start = time.process_time(), time.perf_counter()
                work.run(request["iterations"])
                seconds = time.perf_counter() - start
                end = time.process_time()
                answer = {"seconds": seconds, "cpuSeconds": end - cpu, "turnCpuSeconds": end - begin}
            elif command == "memory":
                answer = {"peakBytes": peak_bytes()}
            else:
                raise ValueError(f"no command {command}")
            reply = {"ok": True, "answer": answer}
        except Exception as error:  # the benchmark reports it
            reply = {"ok": False, "error": f"{type(error).__name__}: {error}"}
        replies.write(json.dumps(reply) + "\n")
        replies.flush()
