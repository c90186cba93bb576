"""Folder of a model: the names in it, and which versions are there."""

from __future__ import annotations

import re
from pathlib import Path

POINTER = "live"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
FINGERPRINT = re.compile(r"[0-9a-f]{8}")


def versions_in(folder: Path) -> list[str]:
    """Fingerprints of the versions in a model's folder, sorted."""
    try:
        return sorted(path.name for path in folder.iterdir() if FINGERPRINT.fullmatch(path.name))
    except OSError:
        return []


def pointed(models: Path, name: str) -> str | None:
    """The fingerprint in the pointer of a model, whether or not that version is there; None without a pointer."""
    if not NAME.fullmatch(name):
        return None
    try:
        text = (Path(models) / name / POINTER).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return text if FINGERPRINT.fullmatch(text) else None
