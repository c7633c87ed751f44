"""What is written for people, who may have stopped reading."""

import os
from typing import TextIO


def say(stream: TextIO | None, text: str, end: str = "\n") -> None:
    """Writes at once. A stream that is closed ends no training, nor does one that has not all letters."""
    if stream is None:
        return
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding) + end)
        stream.flush()
    except OSError:
        # What is left in it goes nowhere, at the end of the process too.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
