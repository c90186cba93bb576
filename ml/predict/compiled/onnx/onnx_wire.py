"""ONNX models as bytes, written field by field.

The library ``onnx`` holds each of a million numbers of a large forest as a Python object, and every
part of the model three times on its way to bytes. Here an array goes to its bytes in one step.
Field numbers are those of onnx.proto3: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ml.predict.compiled.onnx.onnx_session import MARK

FLOAT, DOUBLE, UINT8 = 1, 11, 2  # TensorProto.DataType
_TENSOR_TYPES = {np.dtype(np.float32): FLOAT, np.dtype(np.float64): DOUBLE, np.dtype(np.uint8): UINT8}
_INT, _TENSOR, _INTS = 2, 4, 7  # AttributeProto.AttributeType
_BYTES_OF_A_PIECE = 65_536


def varints(values: np.ndarray) -> bytes:
    """Whole numbers that are not negative as base-128 varints, one after the other."""
    pieces = []
    for at in range(0, len(values), _BYTES_OF_A_PIECE):
        piece = np.asarray(values[at : at + _BYTES_OF_A_PIECE], dtype=np.uint64)
        longest = max(1, -(-int(piece.max()).bit_length() // 7))
        shifts = np.arange(longest, dtype=np.uint64) * np.uint64(7)
        groups = piece[:, np.newaxis] >> shifts
        wanted = groups > 0
        wanted[:, 0] = True
        more = np.zeros_like(wanted)
        more[:, :-1] = wanted[:, 1:]
        coded = (groups & np.uint64(127)).astype(np.uint8) | (more.astype(np.uint8) << 7)
        pieces.append(coded[wanted].tobytes())
    return b"".join(pieces)


def number(field: int, value: int) -> bytes:
    """A field that holds a whole number."""
    return varints(np.array([field << 3])) + varints(np.array([value]))


def content(field: int, *parts: bytes | str) -> bytes:
    """A field that holds text, bytes or a message."""
    whole = b"".join(part.encode() if isinstance(part, str) else part for part in parts)
    return varints(np.array([field << 3 | 2])) + varints(np.array([len(whole)])) + whole


def attribute(name: str, value: int | np.ndarray) -> bytes:
    """An attribute of a node: a number, numbers (an array of int64) or a tensor (any other array)."""
    if not isinstance(value, np.ndarray):
        return content(5, content(1, name), number(3, value), number(20, _INT))
    if value.dtype == np.int64:
        return content(5, content(1, name), content(8, varints(value)), number(20, _INTS))
    shape = b"".join(number(1, length) for length in value.shape)
    tensor = shape + number(2, _TENSOR_TYPES[value.dtype])
    return content(5, content(1, name), content(5, tensor, content(9, value.tobytes())), number(20, _TENSOR))


def node(kind: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: Any) -> bytes:
    """A node of a graph."""
    names = b"".join(content(1, name) for name in inputs) + content(2, output)
    given = b"".join(attribute(name, value) for name, value in attributes.items())
    return content(1, names, content(4, kind), given, content(7, domain))


def value(field: int, name: str, kind: int, width: int) -> bytes:
    """An input (field 11) or output (field 12) of a graph, of shape (n, width)."""
    shape = content(2, content(1, content(2, "n")), content(1, number(1, width)))
    return content(field, content(1, name), content(2, content(1, number(1, kind), shape)))


def model(nodes: Sequence[bytes], values: Sequence[bytes]) -> bytes:
    """A whole model."""
    graph = content(7, *nodes, content(2, "trees"), *values)
    versions = content(8, number(2, 21)), content(8, content(1, "ai.onnx.ml"), number(2, 5))
    return number(1, 10) + graph + b"".join(versions)


def bundled(models: Sequence[bytes]) -> bytes:
    """Several models in one file: a mark, their number, their lengths, themselves. One alone stays as it is."""
    if len(models) < 2:
        return b"".join(models)
    head = np.array([len(models), *map(len, models)], dtype="<u8").tobytes()
    return b"".join([MARK, head, *models])
