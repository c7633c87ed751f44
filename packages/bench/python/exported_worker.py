"""A training step that scoretape exported, in XLA (`xla`, `xla:1`) or in ONNX Runtime (`onnx`, `onnx:1`), on all threads or on one."""

import base64
import json
import os
import sys
from pathlib import Path

ONE_THREAD = "--one-thread" in sys.argv
if ONE_THREAD:
    os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import numpy as np

from protocol import BATCHES, Training, norm, serve

sys.path.append(str(Path(__file__).resolve().parents[2] / "xla"))


def decoded(x):
    return np.frombuffer(base64.b64decode(x["data"]), x["dtype"]).reshape(x["shape"]).copy()


def xla(folder):
    """The step, how arrays go in, and how they come out."""
    import jax
    import scoretape_xla

    program = scoretape_xla.load((folder / "step.mlir").read_text(encoding="utf-8"))
    return jax.jit(program.call), jax.device_put, np.asarray, f"jax {jax.__version__}, {jax.devices()[0]}"


def onnx(folder):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    if ONE_THREAD:
        options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        str(folder / "step.onnx"), options, providers=["CPUExecutionProvider"]
    )
    names = [x.name for x in session.get_inputs()]
    results = [x.name for x in session.get_outputs()]

    # Values stay where they are: no copies to and from NumPy between the steps.
    def step(*inputs):
        return session.run_with_ort_values(results, dict(zip(names, inputs)))

    return step, onnxruntime.OrtValue.ortvalue_from_numpy, lambda x: x.numpy(), f"onnxruntime {onnxruntime.__version__}"


def open_work(workload, variant):
    folder = Path(workload.folder)
    told = json.loads((folder / "exported.json").read_text(encoding="utf-8"))
    run, put, get, version = {"xla": xla, "onnx": onnx}[variant.removesuffix(":1")](folder)
    state = [[put(decoded(x)) for x in told["state"]]]
    batches = [[put(workload.arrays[name][i].copy()) for name in ("x", "v")] for i in range(BATCHES)]
    last = [None]

    def step(batch):
        last[0], *state[0] = run(*state[0], *batches[batch])

    def norms():
        # The mean of the gradients after the first step is a tenth of the gradient.
        return [10 * norm(get(state[0][i])) for i in told["means"]]

    return Training(step, lambda: float(get(last[0])), norms), [version]


serve(open_work)
