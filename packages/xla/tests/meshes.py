"""Trains a job on several meshes in one process: reads {job, meshes, whole, stop} from standard input, and writes for each mesh
the losses, the validation, the parameters and the collectives of a step; of `whole` also where a second half from a saved
model ends."""

import json
import re
import sys
from pathlib import Path

from scoretape_xla import job as jobs
from scoretape_xla import mesh, model
from scoretape_xla.machine import Machine
from scoretape_xla.training import Outlets, train

asked = json.load(sys.stdin)
job = jobs.read(Path(asked["job"]))
COLLECTIVES = re.compile(r" (all-reduce|all-gather|reduce-scatter|collective-permute|all-to-all)(?:-start)?\(")


def trained(machine, content, stop=None):
    """The bytes of the model at the end, or at the checkpoint of a step."""
    state = model.check(model.read(content, "start"), job, "start")
    kept = {}

    def save(reached):
        kept[reached.step] = model.write(job.start, reached)

    end = train(machine, state, Outlets(save, lambda _: None, lambda: False))
    return kept[stop or end.step]


def told(machine, content):
    state = model.check(model.read(content, "end"), job, "end")
    parameters = {name: x.ravel().tolist() for name, x in state.arrays.items() if name.startswith("parameters.")}
    counts = [COLLECTIVES.findall(machine.text(count)) for count in machine.compiled]
    return {"losses": state.losses, "validation": state.validation, "parameters": parameters, "collectives": counts}


start = (job.folder / "start.safetensors").read_bytes()
results = {}
for text in asked["meshes"]:
    shape, *options = text.split(" ")
    machine = Machine(job, mesh.parse(shape), splits_state=options == ["--split-state"])
    end = trained(machine, start)
    results[text] = told(machine, end)
    if text == asked["whole"]:
        half = trained(machine, start, asked["stop"])
        results[text]["resumed"] = trained(machine, half) == end
        Path(asked["half"]).write_bytes(half)
        if "given" in asked:
            results["given"] = told(machine, trained(machine, Path(asked["given"]).read_bytes()))
json.dump(results, sys.stdout)
