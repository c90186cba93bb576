"""File kind of an estimator (skops, pickle), by its first bytes and never by its name."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

SKOPS, PICKLE = "skops", "pickle"
SCAN = 256 * 2**20  # of a pickle, looked through for the version that made it
_NUMBER = rb"(\d+\.\d+(?:\.\d+)?(?:rc\d+|\.?(?:dev|post)\d+)?)"
VERSION = re.compile(rb"_sklearn_version.{0,16}?" + _NUMBER, re.DOTALL)
VERSION_IN_SKOPS = re.compile(rb'"_sklearn_version":\s*\{[^{}]*?"content":\s*"\\"' + _NUMBER)
OLD_PICKLE = re.compile(
    rb"c[\w.]+\n\w|\((dp|lp|i[a-z])|[\]}]q"
)  # pickles of protocols 0 and 1 begin with no mark of their own

_COMPRESSED: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bz2"),
    (b"\xfd7zXZ", "xz"),
    (b"]\x00\x00", "xz"),
    (b"\x78", "zlib"),
)
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\x89HDF", "an HDF5 file, as Keras writes it"),
    (b"<?xml", "an XML file, such as PMML"),
    (b"<", "an XML or HTML file"),
    (b"{", "a JSON file"),
    (b"[", "a JSON file"),
    (b"PAR1", "a Parquet file"),
    (b"tree\n", "a LightGBM text model"),
    (b"CBM1", "a CatBoost model file"),
    (b"binf", "an XGBoost model file"),
    (b"\x93NUMPY", "a numpy array"),
    (b"SQLite", "a database"),
    (b"%PDF", "a PDF file"),
    (b"PK", "a zip file that is cut off or damaged"),
    (b"\x04\x22\x4d\x18", "a file compressed with lz4"),
    (b"\x28\xb5\x2f\xfd", "a file compressed with zstandard"),
    (b"version https://git-lfs", "a pointer to a file in Git LFS, not the file itself"),
)


def estimator_file_kind(path: Path) -> str:
    """`SKOPS`, `PICKLE`, or a description of another kind of file."""
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        return "an empty file"
    if zipfile.is_zipfile(path):
        return _kind_of_zip(path)
    if _is_pickle(_plain_head(path, head)):
        return PICKLE
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for start, words in _OTHERS:
        if text.startswith(start):
            return words
    if head[:1] in (b"\x08", b"\x0a") and b"onnx" in _first_bytes(path).lower():
        return "an ONNX model"
    return "a text file" if _is_text(head) else "a file of an unknown kind"


def _kind_of_zip(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as file:
            names = {name.rpartition("/")[2] for name in file.namelist()}
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        return "a zip file that is cut off or damaged"
    if "schema.json" in names:
        return SKOPS
    if "data.pkl" in names:
        return "a PyTorch file"
    if {"config.json", "metadata.json"} <= names or "saved_model.pb" in names:
        return "a Keras model"
    return "a zip file, an Excel workbook or the like"


def _is_pickle(head: bytes) -> bool:
    """True when bytes begin a pickle: protocol 2 and later say so; earlier ones begin with an object or a mark."""
    if head[:1] == b"\x80":
        return len(head) > 1 and 2 <= head[1] <= 5
    return OLD_PICKLE.match(head) is not None


def _plain_head(path: Path, head: bytes) -> bytes:
    """The first bytes after decompression."""
    if not any(head.startswith(start) for start, _ in _COMPRESSED):
        return head
    try:
        return read_plain(path, 64)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        return head


def read_plain(path: Path, most: int = SCAN) -> bytes:
    """The first bytes of a file that may be compressed with gzip, bz2, xz or zlib, as joblib does it."""
    with path.open("rb") as file:
        head = file.read(8)
    method = next((name for start, name in _COMPRESSED if head.startswith(start)), "")
    if method == "zlib":
        with path.open("rb") as file:
            return zlib.decompressobj().decompress(file.read(max(most, 65_536)), most)
    opened: IO[bytes]
    with {"gzip": gzip.open, "bz2": bz2.open, "xz": lzma.open}.get(method, io.open)(path, "rb") as opened:  # type: ignore[operator]
        return opened.read(most)


def made_with(path: Path, kind: str) -> str:
    """The scikit-learn version that a file says it was made with; "" where it does not say."""
    try:
        if kind == SKOPS:
            with zipfile.ZipFile(path) as file:
                match = VERSION_IN_SKOPS.search(file.read("schema.json"))
        else:
            match = VERSION.search(read_plain(path))
    except Exception:  # noqa: BLE001 - a damaged file fails in many ways, and its fault is said elsewhere
        return ""
    return match.group(1).decode() if match else ""


def _first_bytes(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(4096)


def _is_text(head: bytes) -> bool:
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4
    return b"\0" not in head
