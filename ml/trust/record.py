"""Permissions of the operator beyond the rule: ``trust.json`` beside the models, outside every bundle.

It is not copied with a bundle. ``python -m ml add`` and ``python -m ml trust`` write it, and an operator may
edit it::

    {
      "churn": {
        "types": ["category_encoders.target_encoder.TargetEncoder"],
        "code": {"9f86d081…": ["shop_features.Ratio"]}
      }
    }

``code`` maps the SHA-256 of a model's code to those of its classes and functions that may be used.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from filelock import FileLock

from ml.errors import UntrustedModel
from ml.files.write.atomic_output import atomic_output
from ml.translation import text

FILE = "trust.json"


@dataclass(frozen=True)
class Trusted:
    """Permissions of one model, beyond those of every bundle."""

    types: frozenset[str] = frozenset()
    """Dotted names, as skops lists them."""
    code: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """SHA-256 of allowed code to the names in it that may be used."""

    def names(self, digest: str | None) -> frozenset[str]:
        """All names that may be used, with code of that digest or without code."""
        return self.types | (self.code.get(digest, frozenset()) if digest else frozenset())

    def with_(self, types: Collection[str] = (), code: Mapping[str, Collection[str]] | None = None) -> Trusted:
        """Permissions of both together."""
        both = {digest: frozenset(names) for digest, names in self.code.items()}
        for digest, names in (code or {}).items():
            both[digest] = both.get(digest, frozenset()) | frozenset(names)
        return Trusted(self.types | frozenset(types), both)

    def without(self, other: Trusted) -> Trusted:
        """Permissions that `other` lacks; code without any name left is dropped."""
        code = {digest: names - other.code.get(digest, frozenset()) for digest, names in self.code.items()}
        remaining = {digest: names for digest, names in code.items() if names or digest not in other.code}
        return Trusted(self.types - other.types, remaining)

    def to_json(self) -> dict[str, Any]:
        """The entry of these permissions in the file; empty where there are none."""
        if not (self.types or self.code):
            return {}
        return {"types": sorted(self.types), "code": {each: sorted(self.code[each]) for each in sorted(self.code)}}


def trusted_of(models: Path, name: str) -> Trusted:
    """Permissions of one model.

    Raises
    ------
    UntrustedModel
        When the file is there and cannot be read.
    """
    return _trusted(_record_of(models).get(name, {}), models)


def allow(models: Path, name: str, more: Trusted) -> Trusted:
    """Extend a model's permissions, atomically for readers; return the new ones."""
    with FileLock(models / f".{FILE}.lock"):
        written = _record_of(models)
        before = _trusted(written.get(name, {}), models)
        added = more.without(before)
        if added.types or added.code:
            _write(models, written, name, before.with_(added.types, added.code))
    return added


@contextmanager
def allowed(models: Path, name: str, more: Trusted) -> Iterator[None]:
    """Extend a model's permissions; withdraw them when the block fails."""
    if not more.types and not more.code:
        yield
        return
    added = allow(models, name, more)
    try:
        yield
    except BaseException:
        with FileLock(models / f".{FILE}.lock"):
            written = _record_of(models)
            _write(models, written, name, _trusted(written.get(name, {}), models).without(added))
        raise


def forget(models: Path, name: str) -> None:
    """Delete a model's permissions, so that a removed one leaves none to the next of its name."""
    if name in _record_of(models):
        with FileLock(models / f".{FILE}.lock"):
            _write(models, _record_of(models), name, Trusted())


def entries(models: Path) -> dict[str, Any]:
    """Entries of all models, as they stand in the file; errors as of :func:`trusted_of`."""
    return _record_of(models)


def replace_all(models: Path, given: Mapping[str, Any]) -> None:
    """Make the file hold these entries by model, and no others: for a folder whose permissions are kept elsewhere."""
    wanted = {name: entry for name, entry in given.items() if entry}
    try:
        same = _record_of(models) == wanted
    except UntrustedModel:
        same = False
    if not same:
        _write_all(models, wanted)


def _write(models: Path, written: dict[str, Any], name: str, trusted: Trusted) -> None:
    if entry := trusted.to_json():
        written[name] = entry
    else:
        written.pop(name, None)
    _write_all(models, written)


def _write_all(models: Path, written: Mapping[str, Any]) -> None:
    if not written:
        (models / FILE).unlink(missing_ok=True)
        return
    with atomic_output(models / FILE) as file:
        file.write(f"{json.dumps(written, indent=2, sort_keys=True)}\n".encode())


def stamp(models: Path) -> tuple[int, int] | None:
    """Stamp of the file: differs after each write."""
    try:
        stat = (models / FILE).stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_mtime_ns


def _record_of(models: Path) -> dict[str, Any]:
    try:
        read = json.loads((models / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(models, str(error)) from error
    if not isinstance(read, dict):
        raise _unreadable(models, "it holds no object")
    return read


def _trusted(read: Any, models: Path) -> Trusted:
    try:
        types, code = read.get("types", []), read.get("code", {})
        trusted = Trusted(frozenset(types), {digest: frozenset(names) for digest, names in code.items()})
    except (AttributeError, TypeError) as error:
        raise _unreadable(models, str(error)) from error
    if isinstance(types, str) or any(isinstance(names, str) for names in code.values()):
        raise _unreadable(models, "names stand in lists")
    return trusted


def _unreadable(models: Path, why: str) -> UntrustedModel:
    example = '{"churn": {"types": ["package.Type"], "code": {}}}'
    hint = text("It looks like {example}. Mend {file}.", example=example, file=models / FILE)
    return UntrustedModel(
        text("{file}, which says what may be loaded, cannot be read: {why}.", file=FILE, why=why), hint
    )
