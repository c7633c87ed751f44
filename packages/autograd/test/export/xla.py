"""Runs modules of StableHLO in XLA: a list of jobs from standard input, a list of results to standard output."""

import base64
import json
import sys

import jax
import numpy as np
import scoretape_xla

jax.config.update("jax_enable_x64", True)


def decoded(x):
    return np.frombuffer(base64.b64decode(x["data"]), x["dtype"]).reshape(x["shape"])


def encoded(x):
    x = np.asarray(x)
    data = base64.b64encode(np.ascontiguousarray(x).tobytes()).decode()
    return {"dtype": str(x.dtype), "shape": x.shape, "data": data}


def run(job):
    program = scoretape_xla.load(job["program"])
    return [encoded(x) for x in jax.jit(program.call)(*map(decoded, job["inputs"]))]


json.dump([run(job) for job in json.load(sys.stdin)], sys.stdout)
