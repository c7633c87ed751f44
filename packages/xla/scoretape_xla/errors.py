"""What ends a run with one line on standard error."""

from collections.abc import Callable
from typing import Never

Fail = Callable[[str], Never]
"""Ends the reading of something, given what is wrong with it."""


class UserError(Exception):
    """Something that the user can mend: a damaged job, a mesh that does not fit. The exit code is 2."""

    code = 2


def damaged(path: object, remedy: str = "write it anew") -> Fail:
    """A file is not as it was written."""

    def fail(what: str) -> Never:
        raise UserError(f"{path} is damaged: {what}; {remedy}")

    return fail


class ProgramError(UserError, ValueError):
    """A text that is no program of scoretape's."""


class Failed(Exception):
    """A training that cannot go on: it diverged, or a process was lost, exit code 1; or a signal came, which has its own."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


def one_line(message: object) -> str:
    return " ".join(str(message).split())
