"""Actions on versions: promote, hold, roll back, remove. Each writes a line into the history.

A version is opened and its golden answers are checked before it becomes live. Pointers and folders change
atomically, so running servers see the model either before or after a change.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ml.errors import BrokenModel, InvalidData, UnknownModel, UntrustedModel
from ml.lifecycle import commit
from ml.lifecycle.commit import known_history, known_versions
from ml.lifecycle.history import ChangedMeanwhile, HistoryEntry, by_whom, entry_of, live_order, locked, stated_reason
from ml.lifecycle.model_folder import NAME, POINTER
from ml.lifecycle.registry import Registry
from ml.lifecycle.shared.changes import SPREAD
from ml.lifecycle.state import live_of
from ml.lifecycle.trusted_types import forget
from ml.runtime.foreign_code import foreign, reason
from ml.translation import text

MADE_HERE = ("train", "add")  # after these a version is uploaded again, which repairs a damaged copy in object storage
ANY: Final = "*"  # no fingerprint: whatever is live


def make_live(
    models: Path,
    name: str,
    fingerprint: str,
    *,
    action: str = "promote",
    by: str | None = None,
    why: str | None = None,
    expected: str | None = ANY,
    patience: float = SPREAD,
) -> HistoryEntry:
    """Check a version, swap the pointer to it and record it.

    Parameters
    ----------
    action : {"promote", "rollback", "train", "add"}
    by : str, optional
        Author of the change; the user of the operating system by default.
    expected : str or None
        The version for which this one is to come, None where none was live: compare and set.
    patience : float
        Seconds for which other machines are waited for, where all instances share the models.

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
    ChangedMeanwhile
        When another version than the expected one is live.
    NotWritten
    """
    models, by, why = Path(models), by_whom(by), stated_reason(why)
    commit.refresh_shared(models)
    _need_live(models, name, expected)
    check_serves(models, name, fingerprint)
    added = commit.upload(models, name, fingerprint, again=action in MADE_HERE)
    commit.spread(models, name, fingerprint, added, patience)
    with locked(models / name):
        _need_version(models, name, fingerprint)  # it may have been removed during the check
        before = _need_live(models, name, expected)
        entry = entry_of(action, fingerprint, before, by, why)
        commit.go_live(models, name, entry, added)
    return entry


def hold(models: Path, name: str, fingerprint: str, *, by: str | None = None, why: str | None = None) -> HistoryEntry:
    """Record a new version that is not to be live yet; parameters and errors as :func:`make_live`."""
    models, by, why = Path(models), by_whom(by), stated_reason(why)
    commit.refresh_shared(models)
    check_serves(models, name, fingerprint)
    added = commit.upload(models, name, fingerprint, again=True)
    with locked(models / name):
        _need_version(models, name, fingerprint)
        entry = entry_of("hold", fingerprint, live_of(models, name), by, why)
        commit.record(models, name, entry, added)
    return entry


def rollback(models: Path, name: str, *, by: str | None = None, why: str | None = None) -> HistoryEntry:
    """Make the previous live version live again; repeated rollbacks go further back.

    Parameters and errors as :func:`make_live`; InvalidData where the history has no earlier version.
    """
    models = Path(models)
    commit.refresh_shared(models)
    need_model(models, name)
    live, before = live_of(models, name), live_before(models, name)
    if before is None:
        beside = [each for each in known_versions(models, name) if each != live]
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
    models, by, why = Path(models), by_whom(by), stated_reason(why)
    commit.refresh_shared(models)
    _need_version(models, name, fingerprint)
    with locked(models / name):
        _need_version(models, name, fingerprint)
        live = live_of(models, name)
        if fingerprint == live:
            hint = f"Promote another first; python -m ml remove {name} removes the model with all its versions."
            raise InvalidData(f"{name}@{fingerprint} is live.", hint)
        entry = entry_of("remove", fingerprint, live, by, why)
        commit.remove(models, name, [fingerprint], [entry], pointer=False)
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
    models, by, why = Path(models), by_whom(by), stated_reason(why)
    commit.refresh_shared(models)
    need_model(models, name)
    with locked(models / name):
        gone, live = known_versions(models, name), live_of(models, name)
        entries = [entry_of("remove", fingerprint, live, by, why) for fingerprint in (*gone, None)]
        commit.remove(models, name, gone, entries, pointer=True)
    forget(models, name)
    return gone


def check_serves(models: Path, name: str, fingerprint: str) -> None:
    """Open a version as a server would, with the check of golden answers; raises its fault."""
    with foreign(lambda error: BrokenModel(f"{name}@{fingerprint} does not open: {reason(error)}.")):
        _ = Registry(Path(models)).load(f"{name}@{fingerprint}").predictor


def need_model(models: Path, name: str) -> None:
    """Raise UnknownModel unless a model of that name has a version, live or not, or a pointer."""
    models = Path(models)
    if not NAME.fullmatch(name) or not (known_versions(models, name) or (models / name / POINTER).exists()):
        Registry(models).live(name)  # raises, and says what is known or when it was removed
        raise UnknownModel(text("There is no model {name}.", name=repr(name)))


def _need_version(models: Path, name: str, fingerprint: str) -> None:
    if not NAME.fullmatch(name) or fingerprint not in known_versions(models, name):
        Registry(models).load(f"{name}@{fingerprint}")
        raise UnknownModel(text("There is no version {name}@{fingerprint}.", name=name, fingerprint=fingerprint))


def _need_live(models: Path, name: str, expected: str | None) -> str | None:
    live = live_of(models, name)
    if expected not in (ANY, live):
        hint = "Nothing was changed. Look what is live now, and try again."
        raise ChangedMeanwhile(f"{live or 'No version'} of {name} is live, not {expected or 'none'}.", hint)
    return live


def live_before(models: Path, name: str) -> str | None:
    """The previous live version that still exists, to which a rollback goes; None where the history has none."""
    live, there = live_of(models, name), known_versions(models, name)
    order = live_order(known_history(models, name).entries, live)
    return next((each for each in reversed(order) if each != live and each in there), None)
