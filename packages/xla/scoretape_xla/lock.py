"""The lock of a model's folder, the one that `scoretape train` takes: each process puts a file of its own name there and looks
whether there is another's. The file of one that was killed is removed by whoever comes next."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import UserError
from .files import owner, start_of

PREFIX = ".scoretape-lock-"
OURS = re.compile(rf"{re.escape(PREFIX)}(\d+)-([\w.]+)-([\w.]+)", re.ASCII)
LEFT = re.compile(r"\.scoretape-tmp-(\d+)-([\w.]+)-([\w.]+)-[0-9a-f]{8}", re.ASCII)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Work that no other process may do in the folder at the same time."""
    own = folder / f"{PREFIX}{owner()}"
    try:
        own.touch()
    except OSError as error:
        raise UserError(f"cannot lock {folder}: {error.strerror or error}") from error
    try:
        for name in os.listdir(folder):
            path = folder / name
            if path == own:
                continue
            lock, left = OURS.fullmatch(name), LEFT.fullmatch(name)
            whose = lock or left
            if whose is None:
                continue
            if not is_alive(*whose.groups()):
                path.unlink(missing_ok=True)
            elif lock:
                pid, _, host = lock.groups()
                raise UserError(
                    f"{folder} is being trained in by process {pid} on {host}; wait for it, or stop it "
                    f"(if there is no such process, remove {path})"
                )
        yield
    finally:
        own.unlink(missing_ok=True)


def is_alive(pid: str, start: str, host: str) -> bool:
    """Whether a process is at work still, or may be: nobody knows of one on another machine."""
    if host != owner().split("-", 2)[2]:
        return True
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    found = start_of(int(pid))
    return start == "unknown" or found is None or start == found
