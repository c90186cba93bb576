"""Fetches a version from object storage: beside the cache, verified, then moved into it in one step."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from pathlib import Path

from filelock import FileLock

from ml.bundle.bundle import CREATED
from ml.errors import BrokenModel
from ml.lifecycle.shared.object_storage import ObjectStorage, StorageUnavailable
from ml.lifecycle.shared.state import VersionRecord
from ml.translation import mark, text
from ml.trust import verify

LOCKS = ".locks"
FETCHING = ".fetching-"
ABANDONED = 3600.0  # seconds after which what a killed process left is removed
UPLOAD_AGAIN = mark("Upload it again: python -m ml upload {name}, where it was made.")


class NotFetched(BrokenModel):
    """A version could not be fetched now; it may be later."""


def fetch_version(
    storage: ObjectStorage, folder: Path, name: str, fingerprint: str, record: VersionRecord, *, again: bool = False
) -> None:
    """Fetch a version into ``<folder>/<name>/<fingerprint>`` unless it is there; one process at a time.

    Its manifest must have the SHA-256 that the store holds, and each file that of the manifest: who can write into the
    bucket only can break a version, not bring another one.

    Parameters
    ----------
    again : bool
        Whether one that is there and damaged is replaced, once another has come whole.

    Raises
    ------
    NotFetched
        The storage does not answer, or this disk is full.
    BrokenModel
        What is there is not what was uploaded.
    """
    key, final = f"{name}@{fingerprint}", folder / name / fingerprint
    try:
        (folder / LOCKS).mkdir(parents=True, exist_ok=True)
        with FileLock(folder / LOCKS / key):
            if final.is_dir() and not (again and is_damaged(final, name)):
                return
            final.parent.mkdir(exist_ok=True)
            with tempfile.TemporaryDirectory(prefix=FETCHING, dir=folder) as beside:
                part = Path(beside) / fingerprint
                _download(storage, part, name, record)
                if final.is_dir():
                    os.replace(final, Path(beside) / "damaged")
                os.replace(part, final)
                _sync(final.parent)
    except StorageUnavailable as error:
        message = text("{key} is not here yet: the object storage of the models fails: {why}.", key=key, why=str(error))
        raise NotFetched(message, text("It is tried again, and comes when the storage answers.")) from error
    except OSError as error:
        why = error.strerror or type(error).__name__
        message = text("{key} is not here yet: it cannot be kept on this disk: {why}.", key=key, why=why)
        raise NotFetched(message, text("It is tried again.")) from error


def is_damaged(folder: Path, name: str) -> bool:
    """True where a file of a version is not what its manifest says, as after a fault of the disk."""
    try:
        verify.verify(folder, name)
    except BrokenModel:
        return True
    return False


def remove_abandoned(folder: Path) -> None:
    """Remove partial downloads of processes that were killed while fetching."""
    for left in folder.glob(f"{FETCHING}*"):
        try:
            old = time.time() - left.stat().st_mtime > ABANDONED
        except OSError:
            continue
        if old:
            shutil.rmtree(left, ignore_errors=True)


def _download(storage: ObjectStorage, part: Path, name: str, record: VersionRecord) -> None:
    """Download a version into a folder that is named by its fingerprint, and verify it."""
    key, place = f"{name}@{part.name}", f"{name}/{part.name}"
    part.mkdir()
    again = text(UPLOAD_AGAIN, name=name)
    manifest = _write(storage, f"{place}/{verify.MANIFEST}", part / verify.MANIFEST, verify.LARGEST_MANIFEST, key)
    if manifest != record.manifest:
        raise BrokenModel(text("{key}: the manifest in the object storage was altered.", key=key), again)
    for file, expected in verify.listed(part, key).items():
        size = expected.get("size") if isinstance(expected, dict) else None
        if type(size) is not int or not 0 <= size <= verify.LARGEST_FILE:
            raise BrokenModel(text("{key}: the manifest does not say how large {name} is.", key=key, name=file), again)
        (part / file).parent.mkdir(parents=True, exist_ok=True)
        _write(storage, f"{place}/{file}", part / file, size, key)
    (part / CREATED).write_text(f"{record.created}\n", encoding="utf-8")
    try:
        verify.verify(part, name)
    except BrokenModel as error:
        raise BrokenModel(error.kept[0], again) from None


def _write(storage: ObjectStorage, path: str, target: Path, most: int, key: str) -> str:
    """Download a file of at most so many bytes, to the disk; its SHA-256."""
    name, digest, size = target.name, hashlib.sha256(), 0
    try:
        with target.open("xb") as file:
            for block in storage.blocks(path):
                size += len(block)
                if size > most:
                    raise BrokenModel(text("{key}: {name} in the object storage was altered.", key=key, name=name))
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        raise BrokenModel(text("{key}: {name} is missing in the object storage.", key=key, name=name)) from None
    return digest.hexdigest()


def _sync(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def manifest_digest(folder: Path) -> str:
    """SHA-256 of a version's manifest."""
    return verify.sha256(folder / verify.MANIFEST)


def upload_version(storage: ObjectStorage, folder: Path, name: str) -> VersionRecord:
    """Upload a version, its manifest last; what the store has to know of it.

    Raises
    ------
    StorageUnavailable
    BrokenModel
        It is not whole here.
    """
    for file in [*sorted(verify.verify(folder, name)), verify.MANIFEST]:
        storage.upload(folder / file, f"{name}/{folder.name}/{file}")
    try:
        created = (folder / CREATED).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        created = ""
    return VersionRecord(manifest_digest(folder), created[:40])
