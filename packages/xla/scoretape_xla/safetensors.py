"""The safetensors format (Hugging Face), taken as strictly as it is written: the header's length in 8 bytes, the header as
JSON, and the tensors' bytes, without gaps or overlaps."""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from . import rules
from .errors import Fail, damaged

Arrays = dict[str, np.ndarray]

DTYPES = {"F64": np.dtype("<f8"), "F32": np.dtype("<f4"), "U32": np.dtype("<u4")}
NAMES = {dtype: name for name, dtype in DTYPES.items()}
METADATA = "__metadata__"
LONGEST_HEADER = 100_000_000


def read(file: bytes, path: str) -> tuple[Arrays, dict[str, str]]:
    """The tensors, copies of their bytes, and the texts beside them."""
    fail = damaged(path)
    if len(file) < 8:
        fail(f"it has {len(file)} bytes, fewer than the 8 that tell its header's length")
    length = int.from_bytes(file[:8], "little")
    if length > LONGEST_HEADER or 8 + length > len(file):
        fail(f"its header would have {length} bytes")
    header = rules.parsed(file[8 : 8 + length], fail)
    texts = header.pop(METADATA, {})
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        fail(f"{METADATA} is not an object of texts")
    body = memoryview(file)[8 + length :]
    ranges = sorted((range_of(name, entry, fail), name) for name, entry in header.items())
    end = 0
    arrays: Arrays = {}
    for (begin, stop, dtype, shape), name in ranges:
        if begin != end:
            fail(f"the bytes of {name[:60]!r} begin at {begin}, those before it end at {end}")
        end = stop
        if end > len(body):
            fail(f"the bytes of {name[:60]!r} end at {end}, of {len(body)}")
        arrays[name] = np.frombuffer(body[begin:end], DTYPES[dtype]).reshape(shape).copy()
    if end != len(body):
        fail(f"its tensors have {end} bytes, of {len(body)}")
    return arrays, texts


def range_of(name: str, entry: Any, fail: Fail) -> tuple[int, int, str, tuple[int, ...]]:
    """Where a tensor's bytes are, its dtype and its shape, which have to fit each other."""

    def sizes(value: Any) -> bool:
        return isinstance(value, list) and all(type(size) is int and 0 <= size < 2**53 for size in value)

    own = entry if isinstance(entry, dict) else {}
    dtype, shape, offsets = own.get("dtype"), own.get("shape"), own.get("data_offsets")
    if not isinstance(dtype, str) or dtype not in DTYPES:
        fail(f"{name[:60]!r} has dtype {str(dtype)[:20]}; it is one of {', '.join(DTYPES)}")
    if not sizes(shape) or len(shape) > 32 or not sizes(offsets) or len(offsets) != 2:
        fail(f"{name[:60]!r} has no shape, or no range of bytes")
    begin, end = offsets
    if end - begin != math.prod(shape) * DTYPES[dtype].itemsize:
        fail(f"{name[:60]!r} has {end - begin} bytes, and a shape of {math.prod(shape)} elements of {dtype}")
    return begin, end, dtype, tuple(shape)


def write(arrays: Mapping[str, np.ndarray], metadata: Mapping[str, str]) -> bytes:
    """The same content has the same bytes: elements of 8 bytes first, then by name; the header a multiple of 8 bytes."""
    order = sorted(arrays, key=lambda name: (-arrays[name].dtype.itemsize, name))
    header: dict[str, Any] = {METADATA: dict(metadata)} if metadata else {}
    end = 0
    for name in order:
        x = arrays[name]
        begin, end = end, end + x.nbytes
        dtype = NAMES[x.dtype.newbyteorder("<")]
        header[name] = {"dtype": dtype, "shape": list(x.shape), "data_offsets": [begin, end]}
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return b"".join(
        [len(text).to_bytes(8, "little"), text]
        + [
            np.ascontiguousarray(arrays[name]).astype(arrays[name].dtype.newbyteorder("<"), copy=False).tobytes()
            for name in order
        ]
    )
