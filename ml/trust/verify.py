"""Verification of a version's folder against its manifest: names, sizes and SHA-256."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ml.errors import BrokenModel
from ml.trust.code import is_inner_path

CARD, SCHEMA, MANIFEST = "card.json", "schema.json", "manifest.json"
LARGEST_FILE = 2 * 2**30
LARGEST_MANIFEST = 2**20
FINGERPRINT_LENGTH = 8
AGAIN = "Restore the folder, or train or add the model again."


def verify(folder: Path, name: str = "") -> frozenset[str]:
    """Names of the version's files; BrokenModel unless manifest and files match their hashes."""
    key = f"{name or folder.parent.name}@{folder.name}"
    listed = _listed(folder, key)
    for path, expected in listed.items():
        _verify_file(folder, path, expected, key)
    if not {CARD, SCHEMA} <= listed.keys():
        raise BrokenModel(f"{key} has no card or no schema.", AGAIN)
    return frozenset(listed)


def _verify_file(folder: Path, name: str, expected: Any, key: str) -> None:
    if not isinstance(expected, dict) or type(expected.get("size")) is not int or "sha256" not in expected:
        raise BrokenModel(f"{key}: the manifest does not say how large {name} is.", AGAIN)
    path = folder / name
    if any(each.is_symlink() for each in (path, *path.parents[: len(Path(name).parts) - 1])):
        raise BrokenModel(f"{key}: {name} is a link.", "Copy what it leads to into its place.")
    try:
        size = path.stat().st_size
    except OSError:
        raise BrokenModel(f"{key}: {name} is missing.", AGAIN) from None
    if size != expected["size"] or size > LARGEST_FILE:
        raise BrokenModel(f"{key}: {name} has {size} bytes instead of {expected['size']}.", AGAIN)
    if sha256(path) != expected["sha256"]:
        raise BrokenModel(f"{key}: {name} was altered.", AGAIN)


def _listed(folder: Path, key: str) -> dict[str, Any]:
    """The manifest, after a check of its hash against the folder's name."""
    try:
        if (folder / MANIFEST).stat().st_size > LARGEST_MANIFEST:
            raise BrokenModel(f"{key}: the manifest is too large to be one.", AGAIN)
        manifest = (folder / MANIFEST).read_bytes()
    except OSError:
        raise BrokenModel(f"{key} has no readable manifest.", AGAIN) from None
    if hashlib.sha256(manifest).hexdigest()[:FINGERPRINT_LENGTH] != folder.name:
        raise BrokenModel(f"{key}: the manifest was altered.", AGAIN)
    try:
        listed = json.loads(manifest)
    except (ValueError, RecursionError):
        raise BrokenModel(f"{key}: the manifest is no JSON.", AGAIN) from None
    if not isinstance(listed, dict) or not all(map(is_inner_path, listed)):
        raise BrokenModel(f"{key}: the manifest does not list files of this folder.", AGAIN)
    return listed


def read_json(path: Path) -> Any:
    """A JSON file of a bundle; BrokenModel where it is not one."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        key = f"{path.parent.parent.name}@{path.parent.name}"
        raise BrokenModel(f"{key}: {path.name} is not readable.", AGAIN) from error


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
