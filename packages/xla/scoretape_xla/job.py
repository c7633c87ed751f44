"""A job as `scoretape train --export xla` writes it: read whole, checked in every part, and nothing of it run."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from . import files, model, rules, safetensors
from .errors import Fail, UserError, damaged
from .safetensors import Arrays

FORMAT = "scoretape job"
VERSION = 1
DTYPES = {"float32": np.dtype("<f4"), "float64": np.dtype("<f8"), "uint32": np.dtype("<u4")}
DATA, START = "data.safetensors", "start.safetensors"
PROGRAMS = ("draw", "step", "evaluate")
TOLD = ("loss", "gradientNorm", "largest")
MODEL = "model"


@dataclass(frozen=True)
class Port:
    """An input or a result of a program."""

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype


@dataclass(frozen=True)
class Program:
    text: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]


@dataclass(frozen=True)
class Settings:
    steps: int
    batch: int
    validateEvery: int
    checkpointEvery: int
    validationDraws: int
    patience: int | None


@dataclass(frozen=True)
class Job:
    folder: Path
    settings: Settings
    keys: Mapping[str, np.ndarray]
    programs: Mapping[str, Program]
    """Rows to learn from, with what each is conditioned on, and those held out, by the names of the programs' inputs."""
    data: Arrays
    start: model.Model
    """The SHA-256 of job.json, which has those of all its files."""
    digest: str

    @property
    def state(self) -> tuple[str, ...]:
        """The names of the tensors that a step makes anew, as the model's file has them, in the programs' order."""
        return tuple(port.name for port in self.programs["step"].outputs[: -len(TOLD)])

    def ports(self, prefix: str, program: str) -> tuple[Port, ...]:
        """The inputs of a program that belong to one of its arguments."""
        return tuple(port for port in self.programs[program].inputs if port.name.split(".")[0] == prefix)


def read(folder: Path) -> Job:
    """@throws UserError where anything is not as it was written."""
    if not folder.is_dir():
        raise UserError(f"there is no job {folder}; give the folder that scoretape train --export xla --job wrote")
    path = folder / "job.json"
    fail = damaged(path, "write the job anew")
    content = files.read(folder, "job.json")
    told = rules.parsed(content, fail)
    if told.get("format") != FORMAT:
        raise UserError(f"{path} is no job; give the folder that scoretape train --export xla --job wrote")
    if told.get("version") != VERSION:
        raise UserError(
            f"{path} is of version {str(told.get('version'))[:20]}, and this program reads {VERSION}; update it"
        )
    if not files.is_whole(content):
        fail("its checksum does not fit its content")
    rules.fields(told, "job", {"format", "version", "checksum", "made", "settings", "keys", "programs", "files"}, fail)
    settings = settings_of(told["settings"], fail)
    keys = {
        name: np.array(rules.words(told["keys"], name, 2, fail), DTYPES["uint32"]) for name in ("steps", "validation")
    }
    signatures = rules.mapping(told["programs"], "programs", fail)
    names = tuple(name for name in PROGRAMS if name in signatures)
    if set(signatures) != set(names) or not {"draw", "step"} <= set(names):
        fail("its programs are not draw, step and evaluate")
    content_of = contents(folder, told["files"], {DATA, START, *(f"{name}.mlir" for name in names)}, fail)
    data, _ = safetensors.read(content_of[DATA], str(folder / DATA))
    programs = {name: program_of(name, signatures[name], content_of[f"{name}.mlir"], fail) for name in names}
    start = model.read(content_of[START], str(folder / START))
    job = Job(folder, settings, keys, programs, data, start, hashlib.sha256(content).hexdigest())
    check_ports(job, fail)
    model.check(start, job, str(folder / START))
    return job


def settings_of(told: Any, fail: Fail) -> Settings:
    names = set(Settings.__annotations__)
    rules.fields(rules.mapping(told, "settings", fail), "settings", names, fail)
    optional = {"patience"} if told["patience"] is None else set()
    return Settings(**{name: None if name in optional else rules.whole(told, name, fail) for name in names})


def contents(folder: Path, told: Any, names: set[str], fail: Fail) -> dict[str, bytes]:
    """The files of a job, each with the bytes that it was written with."""
    rules.fields(rules.mapping(told, "files", fail), "files", names, fail)
    found = {}
    for name in sorted(names):
        digest = told[name]
        content = files.read(folder, name)
        if hashlib.sha256(content).hexdigest() != digest:
            raise UserError(f"{folder / name} is damaged: its checksum is not the one in job.json; write the job anew")
        found[name] = content
    return found


def program_of(name: str, told: Any, content: bytes, fail: Fail) -> Program:
    rules.fields(rules.mapping(told, name, fail), name, {"inputs", "outputs"}, fail)
    try:
        text = content.decode()
    except UnicodeDecodeError:
        fail(f"{name}.mlir is not UTF-8")
    inputs, outputs = (
        tuple(port_of(port, name, fail) for port in rules.items(told[side], name, fail))
        for side in ("inputs", "outputs")
    )
    return Program(text, inputs, outputs)


def port_of(told: Any, program: str, fail: Fail) -> Port:
    rules.fields(rules.mapping(told, program, fail), program, {"name", "shape", "dtype"}, fail)
    name, shape, dtype = told["name"], told["shape"], told["dtype"]
    if not isinstance(name, str) or not isinstance(dtype, str) or dtype not in DTYPES:
        fail(f"an input or a result of {program} has no name, or an unknown dtype")
    if not isinstance(shape, list) or not all(type(size) is int and 0 <= size < 2**31 for size in shape):
        fail(f"{name[:60]} of {program} has no shape")
    return Port(name.replace("/", "."), tuple(shape), DTYPES[dtype])


def check_ports(job: Job, fail: Fail) -> None:
    """Sees that what one program makes is what the next one takes, and what the files hold is what they begin with."""
    draw, step = job.programs["draw"], job.programs["step"]
    word, key = ((), DTYPES["uint32"]), ((2,), DTYPES["uint32"])
    rows, held_out = (sorted(name for name in job.data if name.split(".")[0] == part) for part in ("rows", "heldOut"))
    if len(rows) not in (1, 2) or len(held_out) not in (0, len(rows)) or len(job.data) != len(rows) + len(held_out):
        fail(f"{DATA} holds other tensors than rows and held-out ones")
    for name, x in job.data.items():
        if not x.size or not np.isfinite(x).all():
            fail(f"{name} of {DATA} is empty, or not finite")
    if bool(held_out) != ("evaluate" in job.programs):
        fail("there are held-out rows without evaluate, or evaluate without them")

    def same(what: str, ports: tuple[Port, ...], expected: list[tuple[str, Any]]) -> None:
        found = [(port.name, (port.shape, port.dtype)) for port in ports]
        if found != expected:
            fail(f"{what} are not those that the others take or make")

    def of_data(names: list[str]) -> list[tuple[str, Any]]:
        return [(name, (job.data[name].shape, job.data[name].dtype)) for name in names]

    batch = [(port.name, (port.shape, port.dtype)) for port in draw.outputs]
    state = [(port.name, (port.shape, port.dtype)) for port in step.outputs[: -len(TOLD)]]
    scalar = ((), DTYPES["float32"])
    parameters = [(name, kind) for name, kind in state if name.split(".")[0] == "parameters"]
    same("the inputs of draw", draw.inputs, [*of_data(rows), ("key", key), ("number", word)])
    if any(shape[:1] != (job.settings.batch,) for _, (shape, _) in batch):
        fail("draw makes a batch of another size")
    same("the inputs of step", step.inputs, [*state, *batch, ("key", key), ("number", word)])
    leaves = ((len(parameters),), DTYPES["float32"])
    same("the results of step", step.outputs[-len(TOLD) :], list(zip(TOLD, (scalar, scalar, leaves), strict=True)))
    if held_out:
        evaluate = job.programs["evaluate"]
        same(
            "the inputs of evaluate", evaluate.inputs, [*parameters, *of_data(held_out), ("key", key), ("number", word)]
        )
        same("the results of evaluate", evaluate.outputs, [("loss", scalar)])
