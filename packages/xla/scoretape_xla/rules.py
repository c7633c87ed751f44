"""A JSON object, and what its fields may be; `fail` gets the first complaint."""

import json
from typing import Any, Never

from .errors import Fail


def parsed(text: bytes, fail: Fail) -> dict[str, Any]:
    """A JSON object in which no name stands twice, and no number is infinite."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        names = dict(pairs)
        if len(names) != len(pairs):
            fail("a name stands twice in its JSON")
        return names

    def no_number(text: str) -> Never:
        fail(f"{text} in its JSON is no number")

    try:
        value = json.loads(text.decode(), object_pairs_hook=once, parse_constant=no_number)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError, ValueError):
        fail("its JSON is not whole")
    return value if isinstance(value, dict) else fail("its JSON is not an object")


def mapping(value: Any, name: str, fail: Fail) -> dict[str, Any]:
    return value if isinstance(value, dict) else fail(f"{name} is no object")


def items(value: Any, name: str, fail: Fail) -> list[Any]:
    return value if isinstance(value, list) and len(value) <= 100_000 else fail(f"{name} has no list")


def fields(value: dict[str, Any], name: str, names: set[str], fail: Fail) -> None:
    """Sees that there are these fields and no others."""
    for missing in sorted(names - set(value)):
        fail(f"{name} has no {missing}")
    for unknown in sorted(set(value) - names):
        fail(f"{name} has {unknown[:60]!r}, which no such thing has")


def whole(value: dict[str, Any], name: str, fail: Fail) -> int:
    found = value[name]
    return found if type(found) is int and 1 <= found < 2**53 else fail(f"{name} is no whole number from 1")


def words(value: Any, name: str, count: int, fail: Fail) -> list[int]:
    """So many numbers of 32 bits."""
    found = mapping(value, "keys", fail).get(name)
    sound = isinstance(found, list) and len(found) == count and all(type(x) is int and 0 <= x < 2**32 for x in found)
    return found if sound else fail(f"the key {name} is not {count} numbers of 32 bits")
