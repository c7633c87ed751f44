"""A signal that asks for an end."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopped:
    """Whether SIGINT or SIGTERM has come: the training saves where it is, and a second one ends it at once."""

    def __init__(self) -> None:
        self.code = 0

    @contextmanager
    def listening(self, then: Callable[[], None] = lambda: None) -> Iterator[None]:
        """While the block runs a signal sets the code, and something more is done."""

        def stop(number: int, _: object) -> None:
            self.code = 128 + number
            signal.signal(number, signal.SIG_DFL)
            then()

        before = {}
        if threading.current_thread() is threading.main_thread():
            before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
