"""Verification of a version's folder against its manifest: names, sizes and SHA-256."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from ml.errors import BrokenModel
from ml.translation import mark, text
from ml.trust.code import is_inner_path

CARD, SCHEMA, MANIFEST = "card.json", "schema.json", "manifest.json"
LARGEST_FILE = 2 * 2**30
LARGEST_MANIFEST = 2**20
FINGERPRINT_LENGTH = 8
AGAIN = mark("Restore the folder, or train or add the model again.")


def verify(folder: Path, name: str = "") -> frozenset[str]:
    """Names of the version's files; BrokenModel unless manifest and files match their hashes."""
    key = f"{name or folder.parent.name}@{folder.name}"
    manifest = listed(folder, key)
    for path, expected in manifest.items():
        _verify_file(folder, path, expected, key)
    if not {CARD, SCHEMA} <= manifest.keys():
        raise BrokenModel(text("{key} has no card or no schema.", key=key), text(AGAIN))
    return frozenset(manifest)


def _verify_file(folder: Path, name: str, expected: Any, key: str) -> None:
    if not isinstance(expected, dict) or type(expected.get("size")) is not int or "sha256" not in expected:
        raise BrokenModel(
            text("{key}: the manifest does not say how large {name} is.", key=key, name=name), text(AGAIN)
        )
    path = folder / name
    if any(each.is_symlink() for each in (path, *path.parents[: len(Path(name).parts) - 1])):
        raise BrokenModel(
            text("{key}: {name} is a link.", key=key, name=name), text("Copy what it leads to into its place.")
        )
    try:
        size = path.stat().st_size
    except OSError:
        raise BrokenModel(text("{key}: {name} is missing.", key=key, name=name), text(AGAIN)) from None
    if size != expected["size"] or size > LARGEST_FILE:
        raise BrokenModel(
            text(
                "{key}: {name} has {size} bytes instead of {expected}.",
                key=key,
                name=name,
                size=size,
                expected=expected["size"],
            ),
            text(AGAIN),
        )
    if sha256(path) != expected["sha256"]:
        raise BrokenModel(text("{key}: {name} was altered.", key=key, name=name), text(AGAIN))


def listed(folder: Path, key: str) -> dict[str, Any]:
    """Read the manifest's entry of each file, after a check of its hash against the folder's name."""
    try:
        if (folder / MANIFEST).stat().st_size > LARGEST_MANIFEST:
            raise BrokenModel(text("{key}: the manifest is too large to be one.", key=key), text(AGAIN))
        manifest = (folder / MANIFEST).read_bytes()
    except OSError:
        raise BrokenModel(text("{key} has no readable manifest.", key=key), text(AGAIN)) from None
    if hashlib.sha256(manifest).hexdigest()[:FINGERPRINT_LENGTH] != folder.name:
        raise BrokenModel(text("{key}: the manifest was altered.", key=key), text(AGAIN))
    try:
        files = json.loads(manifest)
    except (ValueError, RecursionError):
        raise BrokenModel(text("{key}: the manifest is no JSON.", key=key), text(AGAIN)) from None
    if not isinstance(files, dict) or not all(map(is_inner_path, files)):
        raise BrokenModel(text("{key}: the manifest does not list files of this folder.", key=key), text(AGAIN))
    return files


def read_json(path: Path) -> Any:
    """A JSON file of a bundle; BrokenModel where it is not one."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        key = f"{path.parent.parent.name}@{path.parent.name}"
        raise BrokenModel(text("{key}: {name} is not readable.", key=key, name=path.name), text(AGAIN)) from error


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
