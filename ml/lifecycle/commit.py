"""Commits of changes to a model: into its folder, or, where all instances share the models, into the store.

Either is one step, after all that may fail: the line of the history and the pointer go together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ml.bundle.bundle import created
from ml.lifecycle.history import History, HistoryEntry, NotWritten, append, read_history
from ml.lifecycle.model_folder import POINTER, versions_in
from ml.lifecycle.registry import set_live
from ml.lifecycle.removal import taken_away
from ml.lifecycle.shared import changes
from ml.lifecycle.shared.object_storage import StorageUnavailable
from ml.lifecycle.shared.shared_models import SharedModels, shared_of
from ml.lifecycle.shared.state import VersionRecord

Added = Mapping[str, VersionRecord]


def refresh_shared(models: Path) -> None:
    """See what others have changed, where all instances share the models; NotWritten where the store is away."""
    shared = shared_of(models)
    if shared is not None:
        try:
            shared.refresh()
        except OSError as error:
            raise NotWritten(f"The models cannot be changed: {error}.", "Nothing was changed.") from None


def known_versions(models: Path, name: str) -> list[str]:
    """Fingerprints of a model's versions, sorted; versions that only other machines hold are included."""
    shared = shared_of(models)
    return versions_in(models / name) if shared is None else shared.versions(name)


def known_history(models: Path, name: str) -> History:
    """The history of a model."""
    shared = shared_of(models)
    if shared is None or name not in shared.known().models:
        return read_history(models / name)
    return History(shared.known().of(name).history)


def made_at(models: Path, name: str, fingerprint: str) -> str:
    """Time at which a version was made, ISO 8601, also of one that is elsewhere only; empty where it is not known."""
    shared = shared_of(models)
    record = shared.known().of(name).versions.get(fingerprint) if shared is not None else None
    return record.created if record else created(models / name / fingerprint)


def upload(models: Path, name: str, fingerprint: str, *, again: bool) -> Added:
    """Have a version where all instances find it; what the commit has to add. Nothing for a folder of its own."""
    shared = shared_of(models)
    return {} if shared is None else changes.upload(shared, name, fingerprint, again=again)


def spread(models: Path, name: str, fingerprint: str, added: Added, seconds: float = changes.SPREAD) -> None:
    """Wait until every serving machine has fetched a version that is about to go live; `seconds` at most."""
    shared = shared_of(models)
    if shared is not None:
        changes.spread(shared, name, fingerprint, added, seconds)


def go_live(models: Path, name: str, entry: HistoryEntry, added: Added) -> None:
    """Make the version of an entry live and record it; NotWritten where that fails."""
    shared = shared_of(models)
    if shared is not None:
        changes.change(shared, name, (entry.previous, entry.fingerprint), [entry], added)
        return
    try:
        set_live(models, name, str(entry.fingerprint), lambda: append(models / name, entry))
    except OSError as error:
        raise NotWritten(f"The pointer of {name} cannot be swapped: {error}.") from None


def record(models: Path, name: str, entry: HistoryEntry, added: Added) -> None:
    """Record what changes no pointer."""
    shared = shared_of(models)
    if shared is None:
        append(models / name, entry)
    else:
        changes.change(shared, name, (entry.previous, entry.previous), [entry], added)


def remove(models: Path, name: str, gone: Sequence[str], entries: Sequence[HistoryEntry], *, pointer: bool) -> None:
    """Remove versions, and with `pointer` the pointer too, and record it."""
    shared, live = shared_of(models), entries[0].previous
    if shared is not None:
        stored = [each for each in gone if each in shared.known().of(name).versions]
        changes.change(shared, name, (live, None if pointer else live), entries, removed=stored)
        _delete(shared, name, gone)
    folder = models / name
    left = [each for each in gone if (folder / each).exists()]
    pointers = [POINTER] if pointer and (folder / POINTER).exists() else []
    with taken_away(folder, [*pointers, *left]):
        if shared is None:
            append(folder, *entries)


def _delete(shared: SharedModels, name: str, gone: Sequence[str]) -> None:
    """Remove versions from object storage; what cannot be removed is named and stays there, of no use to anybody."""
    for fingerprint in gone:
        with suppress(StorageUnavailable):  # the storage has logged it
            shared.storage.remove(f"{name}/{fingerprint}")
