"""State of a version as commands print it: live or held, the path that serves it, how it is made live."""

from __future__ import annotations

from pathlib import Path

from ml.errors import InvalidData
from ml.lifecycle.history import HistoryEntry
from ml.lifecycle.state import live_of
from ml.service import open_service


def print_made(key: str, models: Path, indent: str, *, held: bool = False) -> None:
    """Print whether a version that was just made is live, and which path serves it."""
    path = open_service(models).model(key).card["path"]
    state = f"{key} is live"
    if held:
        state = f"{key} is live already: it is the same version" if is_live(models, key) else f"{key} is held, not live"
    print(f"{indent}{state}; served by {path['kind']}: {path['why']}", flush=True)


def print_next_steps(models: Path, key: str) -> None:
    """Print how a held version is compared, and made live."""
    if not is_live(models, key):
        name = key.partition("@")[0]
        if live_of(models, name):
            print(f"compare it with the live version: /{name}/performance, under Versions")
        print(f"make it live: python -m ml promote {key}")


def print_live(name: str, entry: HistoryEntry) -> None:
    """Print which version is live after a promotion or a rollback, and which was before."""
    before = f"; before it {name}@{entry.previous} was" if entry.previous else ""
    print(f"{name}@{entry.fingerprint} is live{before}")


def is_live(models: Path, key: str) -> bool:
    """True when the version of this key is the live one."""
    name, _, fingerprint = key.partition("@")
    return live_of(models, name) == fingerprint


def split_key(key: str) -> tuple[str, str]:
    """Name and fingerprint of a model key; InvalidData where one is missing."""
    name, at, fingerprint = key.partition("@")
    if not (name and at and fingerprint):
        raise InvalidData(f"{key[:80]!r} names no version.", "Write NAME@FINGERPRINT, such as churn@3f9a1c2b.")
    return name, fingerprint
