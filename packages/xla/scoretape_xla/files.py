"""Files of a job: read whole or not at all, written whole or not at all."""

import hashlib
import os
import re
import stat
import uuid
from pathlib import Path

from .errors import UserError

CHECKSUM = re.compile(rb'"checksum":"([0-9a-f]{64})"')


def read(folder: Path, name: str) -> bytes:
    """The bytes of a regular file that lies in the folder itself."""
    path = folder / name
    try:
        if path.resolve().parent != folder.resolve():
            raise UserError(f"{path} leads out of its folder; put the file itself there")
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise UserError(f"{path} is no file; write the job anew")
            return file.read()
    except OSError as error:
        raise UserError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RuntimeError) as error:
        raise UserError(f"cannot read {path}: {error}") from error


def write(path: Path, content: bytes) -> None:
    """Writes to a temporary name beside it, flushed to the disk, then renames: a reader sees the old file or the new."""
    temporary = path.parent / f".scoretape-tmp-{owner()}-{uuid.uuid4().hex[:8]}"
    try:
        with open(temporary, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise UserError(f"cannot write {path}: {error.strerror or error}") from error
    if os.name == "posix":
        directory = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        except OSError:
            pass  # Some file systems have no such thing.
        finally:
            os.close(directory)


def sealed(content: bytes) -> bytes:
    """Content with its own checksum in it: the SHA-256 of the whole with zeros for these digits."""
    found = CHECKSUM.search(content)
    if found is None:
        raise ValueError("there is no place for a checksum")
    begin, end = found.span(1)
    blank = content[:begin] + b"0" * 64 + content[end:]
    return content[:begin] + hashlib.sha256(blank).hexdigest().encode() + content[end:]


def is_whole(content: bytes) -> bool:
    """Whether the first checksum in it is there and is right."""
    return CHECKSUM.search(content) is not None and sealed(content) == content


def owner() -> str:
    """This process, as scoretape names it in locks and temporary files: `1234-567890.boot-host`."""
    host = re.sub(r"[^\w.]", "_", os.uname().nodename if hasattr(os, "uname") else "unknown", flags=re.ASCII)
    return f"{os.getpid()}-{start_of(os.getpid()) or 'unknown'}-{host}"


def start_of(pid: int) -> str | None:
    """When a process started; None where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split(" ")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
    except OSError:
        return None
    return "ended" if fields[0] == "Z" else f"{fields[19]}.{boot}"
