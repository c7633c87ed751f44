"""What the command was asked for."""

from dataclasses import dataclass
from pathlib import Path

from .mesh import MeshShape


@dataclass(frozen=True)
class Options:
    job: Path
    mesh: MeshShape | None
    splits_state: bool
    resume: bool
    coordinator: str | None
    processes: int
    rank: int
    timeout: int
    is_worker: bool
