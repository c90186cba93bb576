"""Tensors of the Open Inference Protocol, version 2: read into records, and written from scores.

Numbers and texts come as JSON, or as bytes behind the JSON part (the protocol's binary extension,
which the public Triton client uses by default).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from api.http.errors import check_count
from ml.errors import Unreadable
from ml.files.readers.json_text import repeated

NUMBERS = {
    "BOOL": "?", "INT8": "i1", "INT16": "i2", "INT32": "i4", "INT64": "i8", "UINT8": "u1", "UINT16": "u2",
    "UINT32": "u4", "UINT64": "u8", "FP16": "f2", "FP32": "f4", "FP64": "f8",
}  # fmt: skip
DATATYPES = (*NUMBERS, "BYTES")
DEEPEST = 4


@dataclass(frozen=True)
class Tensor:
    """One named array."""

    name: str
    datatype: str
    """One of `DATATYPES`."""
    shape: tuple[int, ...]
    values: list[Any]
    """Flat, in row-major order: bool, int, float, str, or None for missing values."""


def read_tensors(document: Mapping[str, Any], tail: bytes, most: int) -> list[Tensor]:
    """Read the input tensors of a request.

    Parameters
    ----------
    document : mapping
        The JSON part.
    tail : bytes
        The bytes after it: the data of the tensors with a `binary_data_size`, concatenated.
    most : int
        Maximum number of records in one request.

    Raises
    ------
    Unreadable
        A tensor is malformed, or its data does not fit its shape.
    TooManyRecords
    """
    inputs = document.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise Unreadable('"inputs" is missing or empty.', 'Send {"inputs": [{"name", "shape", "datatype", "data"}]}.')
    tensors, at = [], 0
    for entry in inputs:
        size = _binary_size(entry)
        tensors.append(_tensor(entry, None if size is None else tail[at : at + size], size, most))
        at += size or 0
    if at != len(tail):
        raise Unreadable(f"Behind the JSON part came {len(tail):,} bytes; its tensors name {at:,}.")
    twice = sorted(repeated(tensor.name for tensor in tensors))
    if twice:
        raise Unreadable(f"Inputs came more than once: {', '.join(twice)[:200]}.", "Send each once.")
    return tensors


def _binary_size(entry: Any) -> int | None:
    """Number of bytes of a tensor in the tail; None where its data is JSON."""
    parameters = entry.get("parameters") if isinstance(entry, dict) else None
    size = parameters.get("binary_data_size") if isinstance(parameters, dict) else None
    if size is None:
        return None
    if not isinstance(size, int) or isinstance(size, bool) or size < 0:
        raise Unreadable('"binary_data_size" is a number of bytes.')
    return size


def _tensor(entry: Any, raw: bytes | None, size: int | None, most: int) -> Tensor:
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
        raise Unreadable("An input has no name.", "Each is an object with name, shape, datatype and data.")
    name, datatype = entry["name"], entry.get("datatype")
    named = f"Input {name[:80]!r}"
    if datatype not in DATATYPES:
        raise Unreadable(f"{named} has the datatype {str(datatype)[:40]!r}.", f"Accepted: {', '.join(DATATYPES)}.")
    shape = _shape(entry.get("shape"), named)
    check_count(shape[0], most)
    wanted = math.prod(shape)
    if raw is None:
        values = _flat(entry.get("data"), named)
        _check_kinds(values, datatype, named)
    else:
        if "data" in entry or len(raw) != size:
            raise Unreadable(f"{named} names {size:,} bytes, and they are not there.")
        values = _from_bytes(raw, datatype, named, wanted)
    _check_number(len(values), wanted, named)
    return Tensor(name, datatype, shape, values)


def _check_number(count: int, wanted: int, named: str) -> None:
    if count != wanted:
        raise Unreadable(f"{named} has {count:,} values; its shape asks for {wanted:,}.")


def _shape(shape: Any, named: str) -> tuple[int, ...]:
    sides = shape if isinstance(shape, list) and len(shape) in (1, 2) else [None]
    if not all(isinstance(side, int) and not isinstance(side, bool) and 0 < side < 2**31 for side in sides):
        raise Unreadable(f"{named} has no usable shape.", "A shape is a list of one or two whole numbers from 1.")
    return tuple(sides)


def _flat(data: Any, named: str, depth: int = 0) -> list[Any]:
    if not isinstance(data, list) or depth > DEEPEST:
        raise Unreadable(f'{named} has no list under "data".')
    if not any(isinstance(item, list) for item in data):
        return data
    return [value for item in data for value in _flat(item, named, depth + 1)]


def _check_kinds(values: Sequence[Any], datatype: str, named: str) -> None:
    kinds: tuple[type, ...] = {"BOOL": (bool,), "BYTES": (str,)}.get(datatype, (int, float))
    number = datatype not in ("BOOL", "BYTES")
    for value in values:
        if value is None or (isinstance(value, kinds) and not (number and isinstance(value, bool))):
            continue
        raise Unreadable(f"{named} is {datatype}, and holds {str(value)[:40]!r}.", "Send null where nothing is known.")


def _from_bytes(raw: bytes, datatype: str, named: str, wanted: int) -> list[Any]:
    """The values of a tensor in binary; NaN means missing."""
    if datatype == "BYTES":
        return _texts(raw, named)
    kind = np.dtype(NUMBERS[datatype]).newbyteorder("<")
    if len(raw) % kind.itemsize:
        raise Unreadable(f"{named} has {len(raw):,} bytes, which are no whole number of {datatype} values.")
    _check_number(len(raw) // kind.itemsize, wanted, named)
    values = np.frombuffer(raw, kind).tolist()
    return [None if value != value else value for value in values] if kind.kind == "f" else values


def _texts(raw: bytes, named: str) -> list[str]:
    """Texts of a BYTES tensor, each preceded by its length in four bytes."""
    texts, at = [], 0
    try:
        while at < len(raw):
            (length,) = struct.unpack_from("<I", raw, at)
            text = raw[at + 4 : at + 4 + length]
            if len(text) != length:
                raise Unreadable(f"{named} ends within a text.")
            texts.append(text.decode())
            at += 4 + length
    except (struct.error, UnicodeDecodeError):
        raise Unreadable(f"{named} is not made of UTF-8 texts, each after its length in four bytes.") from None
    return texts


def records_of(tensors: Sequence[Tensor], names: Sequence[str]) -> list[dict[str, Any]]:
    """Records from one tensor per feature, or from one tensor with a column per feature.

    Parameters
    ----------
    tensors : sequence of Tensor
        Tensors of shape (n,) or (n, 1) each; or a single one of shape (n, p), its columns in the order of `names`.
    names : sequence of str, length p
        The features in schema order.

    Raises
    ------
    Unreadable
    """
    counts = {tensor.shape[0] for tensor in tensors}
    if len(counts) != 1:
        raise Unreadable("The inputs have different numbers of records.", "The first number of each shape is the same.")
    wide = [tensor for tensor in tensors if len(tensor.shape) == 2 and tensor.shape[1] > 1]
    if not wide:
        columns = {tensor.name: tensor.values for tensor in tensors}
    elif len(tensors) == 1 and wide[0].shape[1] == len(names):
        columns = {name: wide[0].values[at :: len(names)] for at, name in enumerate(names)}
    else:
        raise Unreadable(
            f"Input {wide[0].name[:80]!r} has {wide[0].shape[1]} columns.",
            f"Send one tensor a feature, or a single one with {len(names)} columns: {', '.join(names)[:400]}.",
        )
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def as_bytes(tensor: Tensor) -> bytes:
    """The tensor's values in the binary extension's encoding."""
    if tensor.datatype == "BYTES":
        texts = (value.encode() for value in tensor.values)
        return b"".join(struct.pack("<I", len(text)) + text for text in texts)
    return np.array(tensor.values, np.dtype(NUMBERS[tensor.datatype]).newbyteorder("<")).tobytes()
