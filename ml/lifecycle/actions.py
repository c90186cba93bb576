"""Actions on versions: promote, hold, roll back, remove. Each writes a line into the history.

A version is opened and its golden answers are checked before it becomes live. Pointers and folders change
atomically, so running servers see the model either before or after a change.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from ml.errors import BrokenModel, InvalidData, LikelyError, UnknownModel, UntrustedModel
from ml.lifecycle.history import (
    HistoryEntry,
    NotWritten,
    append,
    by_whom,
    entry_of,
    live_order,
    locked,
    read_history,
    reason,
)
from ml.lifecycle.registry import NAME, POINTER, Registry, set_live, versions_in
from ml.lifecycle.state import live_of
from ml.trust.record import forget

REMOVING = ".removing-"


def make_live(
    models: Path, name: str, fingerprint: str, *, action: str = "promote", by: str | None = None, why: str | None = None
) -> HistoryEntry:
    """Check a version, swap the pointer to it and record it.

    Parameters
    ----------
    models : Path
    name, fingerprint : str
    action : {"promote", "rollback", "train", "add"}
    by : str, optional
        Author of the change; the user of the operating system by default.
    why : str, optional

    Returns
    -------
    HistoryEntry
        The new line of the history.

    Raises
    ------
    UnknownModel
        When there is no such version.
    BrokenModel, UntrustedModel
        When it does not open or does not give its recorded answers.
    InvalidData
        When `by` or `why` cannot be kept.
    NotWritten
    """
    models, by, why = Path(models), by_whom(by), reason(why)
    prove(models, name, fingerprint)
    with locked(models / name):
        _need_version(models, name, fingerprint)  # it may have been removed during the check
        entry = entry_of(action, fingerprint, live_of(models, name), by, why)
        try:
            set_live(models, name, fingerprint, lambda: append(models / name, entry))
        except OSError as error:
            raise NotWritten(f"The pointer of {name} cannot be swapped: {error}.") from None
    return entry


def hold(models: Path, name: str, fingerprint: str, *, by: str | None = None, why: str | None = None) -> HistoryEntry:
    """Record a new version that is not to be live yet; parameters and errors as :func:`make_live`."""
    models, by, why = Path(models), by_whom(by), reason(why)
    prove(models, name, fingerprint)
    with locked(models / name):
        _need_version(models, name, fingerprint)
        entry = entry_of("hold", fingerprint, live_of(models, name), by, why)
        append(models / name, entry)
    return entry


def rollback(models: Path, name: str, *, by: str | None = None, why: str | None = None) -> HistoryEntry:
    """Make the previous live version live again; repeated rollbacks go further back.

    Parameters and errors as :func:`make_live`; InvalidData where the history has no earlier version.
    """
    models = Path(models)
    need_model(models, name)
    live, before = live_of(models, name), _before(models, name)
    if before is None:
        beside = [each for each in versions_in(models / name) if each != live]
        choose = f"Choose one of {', '.join(beside)}: python -m ml promote {name}@FINGERPRINT." if beside else ""
        raise InvalidData(f"The history of {name} knows no version that was live before {live or 'now'}.", choose)
    try:
        return make_live(models, name, before, action="rollback", by=by, why=why)
    except (BrokenModel, UntrustedModel, UnknownModel) as error:
        hint = f"Nothing was changed. python -m ml versions {name} shows what can be promoted instead."
        raise BrokenModel(f"{name}@{before} was live before, but does not serve: {error}", hint) from None


def remove_version(
    models: Path, name: str, fingerprint: str, *, by: str | None = None, why: str | None = None
) -> HistoryEntry:
    """Remove one version that is not live, atomically for all readers.

    Raises
    ------
    UnknownModel
        When there is no such version.
    InvalidData
        When it is live.
    NotWritten
    """
    models, by, why = Path(models), by_whom(by), reason(why)
    _need_version(models, name, fingerprint)
    with locked(models / name):
        _need_version(models, name, fingerprint)
        live = live_of(models, name)
        if fingerprint == live:
            hint = f"Promote another first; python -m ml remove {name} removes the model with all its versions."
            raise InvalidData(f"{name}@{fingerprint} is live.", hint)
        entry = entry_of("remove", fingerprint, live, by, why)
        with taken_away(models / name, [fingerprint]):
            append(models / name, entry)
    return entry


def remove_model(models: Path, name: str, *, by: str | None = None, why: str | None = None) -> list[str]:
    """Remove a model with all its versions and their permissions; its history stays, its name can be used again.

    Returns
    -------
    list of str
        Fingerprints of the removed versions.

    Raises
    ------
    UnknownModel, NotWritten
    UntrustedModel
        When the file of what models may use cannot be read; the model is removed all the same.
    """
    models, by, why = Path(models), by_whom(by), reason(why)
    need_model(models, name)
    folder = models / name
    with locked(folder):
        gone, live = versions_in(folder), live_of(models, name)
        entries = [entry_of("remove", fingerprint, live, by, why) for fingerprint in (*gone, None)]
        pointer = [POINTER] if (folder / POINTER).exists() else []
        with taken_away(folder, [*pointer, *gone]):
            append(folder, *entries)
    forget(models, name)
    return gone


def prove(models: Path, name: str, fingerprint: str) -> None:
    """Open a version as a server would, with the check of golden answers; raises its fault."""
    try:
        _ = Registry(Path(models)).load(f"{name}@{fingerprint}").predictor
    except LikelyError:
        raise
    except Exception as error:
        raise BrokenModel(f"{name}@{fingerprint} does not open: {type(error).__name__}: {str(error)[:300]}.") from error


def need_model(models: Path, name: str) -> None:
    """Raise UnknownModel unless a model of that name has a version, live or not, or a pointer."""
    folder = Path(models) / name
    if not NAME.fullmatch(name) or not (versions_in(folder) or (folder / POINTER).exists()):
        Registry(models).live(name)  # raises, and says what is known or when it was removed
        raise UnknownModel(f"There is no model {name!r}.")


def _need_version(models: Path, name: str, fingerprint: str) -> None:
    if not NAME.fullmatch(name) or fingerprint not in versions_in(models / name):
        Registry(models).load(f"{name}@{fingerprint}")
        raise UnknownModel(f"There is no version {name}@{fingerprint}.")


def _before(models: Path, name: str) -> str | None:
    """The previous live version that still exists; None where the history has none."""
    live, there = live_of(models, name), versions_in(models / name)
    order = live_order(read_history(models / name).entries, live)
    return next((each for each in reversed(order) if each != live and each in there), None)


@contextlib.contextmanager
def taken_away(folder: Path, names: list[str]) -> Iterator[None]:
    """Move entries of a folder aside, run the block, then delete them; put them back where it fails.

    Entries are moved in the given order: a pointer before the versions that it may name.
    """
    away = folder / f"{REMOVING}{uuid.uuid4().hex}"
    moved: list[str] = []
    try:
        try:
            away.mkdir()
            for name in names:
                os.replace(folder / name, away / name)
                moved.append(name)
        except OSError as error:
            message = f"{folder.name} cannot be removed: {error}."
            raise NotWritten(message, "Nothing was changed.") from None
        yield
    except BaseException:
        for name in reversed(moved):
            os.replace(away / name, folder / name)
        shutil.rmtree(away, ignore_errors=True)
        raise
    for left in folder.glob(f"{REMOVING}*"):  # also leftovers of removals that were killed
        shutil.rmtree(left, ignore_errors=True)
