"""The whole job of W11 as every program of it is called: NAME.py FILE VARIANT. The file tells the job; the last line
printed tells what was done, and what it took."""

import json
import resource
import sys
import time

from protocol import peak_bytes

begin = time.perf_counter()


def task():
    with open(sys.argv[1], encoding="utf-8") as file:
        return json.load(file)


def variant():
    return sys.argv[2]


def report(layers, check_loss, validation, samples, trained, drawn):
    """`layers`: (weight [inputs, outputs], bias) as NumPy arrays; `trained`, `drawn`: when, by time.perf_counter()."""
    used = [resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    outcome = {
        "layers": [{"weight": weight.ravel().tolist(), "bias": bias.tolist()} for weight, bias in layers],
        "checkLoss": check_loss,
        "validation": [{"step": step, "loss": loss} for step, loss in validation],
        "samples": samples.ravel().tolist(),
        "trainingSeconds": trained - begin,
        "samplingSeconds": drawn - trained,
        "userSeconds": sum(used),
        "peakBytes": peak_bytes(),
    }
    print(json.dumps(outcome))
