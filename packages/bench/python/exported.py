"""Runs exported programs step after step, in XLA or in ONNX Runtime: a list of jobs as JSON from standard input, what they
came to to standard output.

A program's inputs are the state and what a step reads; its results are some that are kept of every step, some that are
kept of the first, and the next state.
"""

import base64
import json
import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[2] / "xla"))


def decoded(x):
    return np.frombuffer(base64.b64decode(x["data"]), x["dtype"]).reshape(x["shape"])


def encoded(x):
    x = np.ascontiguousarray(x)
    return {"dtype": str(x.dtype), "shape": x.shape, "data": base64.b64encode(x.tobytes()).decode()}


def xla(program):
    import jax
    import scoretape_xla

    jax.config.update("jax_enable_x64", True)
    return jax.jit(scoretape_xla.load(program).call)


def onnx(program):
    import onnx
    import onnxruntime

    model = base64.b64decode(program)
    onnx.checker.check_model(model, full_check=True)
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    names = [x.name for x in session.get_inputs()]
    return lambda *inputs: session.run(None, dict(zip(names, inputs)))


def run(job):
    step = {"xla": xla, "onnx": onnx}[job["engine"]](job["program"])
    every, first = [], []
    state = [decoded(x) for x in job["state"]]
    begin = job["every"]
    for given in job["given"]:
        results = [np.asarray(x) for x in step(*state, *map(decoded, given))]
        if not every:
            first = results[begin : begin + job["first"]]
        every.append(results[:begin])
        state = results[begin + job["first"] :]
    return {
        "every": [[encoded(x) for x in results] for results in every],
        "first": [encoded(x) for x in first],
        "state": [encoded(x) for x in state],
    }


json.dump([run(job) for job in json.load(sys.stdin)], sys.stdout)
