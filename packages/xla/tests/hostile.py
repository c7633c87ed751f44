"""Runs the command on jobs that are not as they were written: reads {job, place} from standard input, and writes for
each case the exit code, the lines on standard error, whether anything was written, and whether JAX was there by then."""

import contextlib
import dataclasses
import hashlib
import io
import json
import os
import shutil
import sys
from pathlib import Path

from scoretape_xla import command, files, model, safetensors

asked = json.load(sys.stdin)
source, place = Path(asked["job"]), Path(asked["place"])
results = {}


def contents(folder):
    return sorted((str(path), path.lstat().st_size, path.lstat().st_mtime_ns) for path in folder.rglob("*"))


def case(name, change, words=()):
    """What the command says of a copy of the job in which something is another."""
    folder = place / f"case{len(results)}"
    shutil.copytree(source, folder)
    change(folder)
    before = contents(place)
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(said):
        try:
            command.main([str(folder), *words])
        except SystemExit as end:
            code = end.code
        except BaseException as error:  # noqa: BLE001
            code = f"{type(error).__name__}: {error}"
    lines = said.getvalue().splitlines()
    results[name] = {"code": code, "lines": lines, "wrote": contents(place) != before, "jax": sys.modules.get("jax") is not None}


def sealed(change):
    """Changes what job.json says, with a checksum that fits."""

    def apply(folder):
        told = json.loads((folder / "job.json").read_text())
        change(told)
        told["checksum"] = "0" * 64
        (folder / "job.json").write_bytes(files.sealed(json.dumps(told, separators=(",", ":")).encode()))

    return apply


def replaced(name, content):
    """Puts another content into a file, with the checksums that fit."""

    def apply(folder):
        own = content(folder / name) if callable(content) else content
        (folder / name).write_bytes(own)
        sealed(lambda told: told["files"].__setitem__(name, hashlib.sha256(own).hexdigest()))(folder)

    return apply


def written(name, content):
    return lambda folder: (folder / name).write_bytes(content)


def header(entries):
    text = json.dumps(entries).encode()
    return len(text).to_bytes(8, "little") + text


def linked(name):
    def apply(folder):
        outside = place / f"outside{len(results)}"
        shutil.move(folder / name, outside)
        (folder / name).symlink_to(outside)

    return apply


def with_array(change):
    """The model that the job begins with, with other arrays or texts."""

    def content(path):
        arrays, texts = safetensors.read(path.read_bytes(), str(path))
        change(arrays, texts)
        return files.sealed(safetensors.write(arrays, {**texts, "checksum": "0" * 64}))

    return replaced("start.safetensors", content)


def of_model(content):
    def apply(folder):
        (folder / "model").mkdir()
        (folder / "model" / model.FILE).write_bytes(content((folder / "start.safetensors").read_bytes()))

    return apply


def pipe(folder):
    (folder / "data.safetensors").unlink()
    os.mkfifo(folder / "data.safetensors")


def setting(name, value):
    return sealed(lambda told: told["settings"].__setitem__(name, value))


def cut(name):
    return lambda folder: (folder / name).write_bytes((folder / name).read_bytes()[:-9])


case("no folder", shutil.rmtree)
case("no job.json", lambda folder: (folder / "job.json").unlink())
case("job.json cut", cut("job.json"))
case("job.json empty", written("job.json", b""))
case("job.json no JSON", written("job.json", b"\x80\xff\x00"))
case("job.json of brackets", written("job.json", b"[" * 1_000_000))
case("job.json a list", written("job.json", b"[]"))
case("job.json with NaN", written("job.json", b'{"format":"scoretape job","version":NaN}'))
case("a name twice", written("job.json", b'{"format":"scoretape job","format":"scoretape job"}'))
case("a number of many digits", written("job.json", b'{"version":' + b"9" * 100_000 + b"}"))
case("another format", sealed(lambda told: told.__setitem__("format", "other\nline")))
case("a later version", sealed(lambda told: told.__setitem__("version", 2)))
case("no version", sealed(lambda told: told.pop("version")))
case(
    "another checksum",
    lambda folder: (folder / "job.json").write_bytes(
        (folder / "job.json").read_bytes().replace(b'"batch":3', b'"batch":4')
    ),
)
case("an unknown field", sealed(lambda told: told.__setitem__("command", "rm")))
for name, value in [("steps", 1e300), ("steps", -1), ("batch", True), ("batch", 2**60), ("patience", "none")]:
    case(f"{name} {value}", setting(name, value))
case("batch of another size", setting("batch", 16))
case("a key of three words", sealed(lambda told: told["keys"].__setitem__("steps", [1, 2, 3])))
case("a file outside", sealed(lambda told: told["files"].__setitem__("../outside", "0" * 64)))
case("a program outside", sealed(lambda told: told["programs"].__setitem__("../draw", told["programs"]["draw"])))
for name in ("data.safetensors", "start.safetensors", "draw.mlir", "step.mlir", "evaluate.mlir"):
    case(f"{name} cut", cut(name))
    case(f"{name} missing", lambda folder, name=name: (folder / name).unlink())
    case(f"{name} a link out", linked(name))
case("job.json a link out", linked("job.json"))
case("data a folder", lambda folder: ((folder / "data.safetensors").unlink(), (folder / "data.safetensors").mkdir()))
case("data a pipe", pipe)
case("a header of 2^63 bytes", replaced("data.safetensors", (2**63).to_bytes(8, "little") + b"{}"))
case(
    "a tensor of 2^104 elements",
    replaced("data.safetensors", header({"rows.0": {"dtype": "F32", "shape": [2**52, 2**52], "data_offsets": [0, 8]}})),
)
case(
    "a tensor of 2^52 elements",
    replaced("data.safetensors", header({"rows.0": {"dtype": "F32", "shape": [2**50], "data_offsets": [0, 2**52]}})),
)
case(
    "a tensor of -1 elements",
    replaced("data.safetensors", header({"rows.0": {"dtype": "F32", "shape": [-1], "data_offsets": [0, -4]}})),
)
case(
    "integers of 64 bits",
    replaced(
        "data.safetensors", header({"rows.0": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}}) + b"\0" * 8
    ),
)
case(
    "rows in float64",
    replaced(
        "data.safetensors",
        lambda path: safetensors.write(
            {name: x.astype("<f8") for name, x in safetensors.read(path.read_bytes(), "")[0].items()}, {}
        ),
    ),
)
case(
    "overlapping tensors",
    replaced(
        "data.safetensors",
        header({name: {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]} for name in ("rows.0", "heldOut.0")})
        + b"\0" * 4,
    ),
)
case(
    "rows that are not finite",
    replaced(
        "data.safetensors",
        lambda path: safetensors.write(
            {name: x * float("nan") for name, x in safetensors.read(path.read_bytes(), "")[0].items()}, {}
        ),
    ),
)
case(
    "more tensors",
    replaced(
        "data.safetensors",
        lambda path: safetensors.write(
            {
                **safetensors.read(path.read_bytes(), "")[0],
                "more": safetensors.read(path.read_bytes(), "")[0]["rows.0"],
            },
            {},
        ),
    ),
)
case("parameters that are not finite", with_array(lambda arrays, _: arrays["parameters.0.weight"].fill(float("nan"))))
case(
    "parameters of another shape",
    with_array(lambda arrays, _: arrays.__setitem__("parameters.0.weight", arrays["parameters.0.weight"].T.copy())),
)
case("moments below 0", with_array(lambda arrays, _: arrays["optimizer.1.meanSquare.0.weight"].fill(-1)))
case("no moments", with_array(lambda arrays, _: arrays.pop("optimizer.1.mean.0.weight")))
case("a step past the end", with_array(lambda _, texts: texts.__setitem__("step", "99")))
case("a step that is none", with_array(lambda _, texts: texts.__setitem__("step", "٣")))
case("a model of a later version", with_array(lambda _, texts: texts.__setitem__("version", "3")))
case("a description that is no JSON", with_array(lambda _, texts: texts.__setitem__("description", "{")))
case("a port of another shape", sealed(lambda told: told["programs"]["step"]["inputs"][0].__setitem__("shape", [7])))
case("a port of absurd shape", sealed(lambda told: told["programs"]["step"]["inputs"][0].__setitem__("shape", [2**70])))
case("the model a link out", lambda folder: (folder / "model").symlink_to(place))
case("a model there", of_model(lambda start: start))
case("a model that is cut", of_model(lambda start: start[:-3]), ["--resume"])
case(
    "a model of another training",
    of_model(lambda start: files.sealed(start.replace(b'\\"seed\\":0', b'\\"seed\\":1'))),
    ["--resume"],
)
case("no processes", lambda _: None, ["--processes", "0"])
case("more processes than there are", lambda _: None, ["--processes", "9" * 20, "--coordinator", "h:1", "--rank", "0"])
case("a rank too many", lambda _: None, ["--processes", "2", "--coordinator", "127.0.0.1:1", "--rank", "2"])
case("no coordinator", lambda _: None, ["--processes", "2", "--rank", "0"])
case("an unknown option", lambda _: None, ["--unknown\nline"])
case("no mesh", lambda _: None, ["--mesh", "data=0"])
case("a mesh of other axes", lambda _: None, ["--mesh", "data=2,pipe=2"])
sys.modules["jax"] = None
case("no JAX", lambda _: None)
del sys.modules["jax"]

# What only XLA's own reader can tell.
CALL = b""""builtin.module"() ({"func.func"() <{function_type = () -> (), sym_name = "main"}> ({
^bb0:
  "stablehlo.custom_call"() <{call_target_name = "system", has_side_effect = true}> : () -> ()
  "func.return"() : () -> ()
}) : () -> ()}) : () -> ()"""
import jax  # noqa: E402

jax.config.update("jax_platforms", "other")
case("no devices", lambda _: None)
jax.config.update("jax_platforms", "cpu")
case("a program that calls out", replaced("step.mlir", CALL))
case("a program that is none", replaced("step.mlir", b"no program"))
case("a program of another signature", replaced("step.mlir", lambda path: (path.parent / "evaluate.mlir").read_bytes()))
case("a mesh too large", lambda _: None, ["--mesh", "data=64"])

# What no job says: who is at work, and when a training has had enough.
from scoretape_xla import job as jobs  # noqa: E402
from scoretape_xla import lock, training  # noqa: E402


def is_free(started):
    """Whether a folder with a lock of the process that runs this one, begun then, may be taken; the lock is gone then."""
    folder = place / f"lock{len(list(place.iterdir()))}"
    folder.mkdir()
    host = files.owner().split("-", 2)[2]
    (folder / f"{lock.PREFIX}{os.getppid()}-{started}-{host}").touch()
    try:
        with lock.locked(folder):
            return len(list(folder.iterdir())) == 1
    except files.UserError:
        return False


def is_out(patience):
    settings = dataclasses.replace(jobs.read(source).settings, patience=patience)
    best = model.Best(100, 1.0, {})
    return training.is_out(settings, model.State(300, {}, best, [], [(100, 1.0), (300, 2.0)]))


others = {
    "a lock": [is_free(files.start_of(os.getppid())), is_free("1.00000000")],
    "patience": [is_out(201), is_out(200), is_out(None)],
}
json.dump({"refusals": results, "others": others}, sys.stdout)
