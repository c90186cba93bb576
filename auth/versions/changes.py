"""Versions of models made live and rolled back by callers of the service, with a reason, in their names.

The line goes into the history beside the model, as those of the command line do; the audit log shows it from there
(``auth/versions/events.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from auth.caller import current_request
from ml.errors import BrokenModel, InvalidData, LikelyError, UnknownModel, UntrustedModel
from ml.lifecycle import commit
from ml.lifecycle.actions import live_before, make_live, need_model
from ml.lifecycle.history import LONGEST_WHY, ChangedMeanwhile, HistoryEntry, in_words
from ml.lifecycle.shared.fetch import NotFetched
from ml.lifecycle.state import live_of
from ml.runtime import memory
from ml.service import Service
from ml.translation import text

PATIENCE = 10.0  # seconds for which other machines are waited for; one that has not got the version follows later


class NotPromoted(LikelyError):
    """The version cannot be made live."""

    code = "not_promoted"


class NoReason(InvalidData):
    """There is no reason, or one that cannot be kept."""

    code = "no_reason"


@dataclass(frozen=True)
class VersionChange:
    """Result of a change: the version that is live after it."""

    live: str
    """Fingerprint."""
    previous: str | None
    """Version that was live before."""
    entry: HistoryEntry | None = None
    """The new line of the history; None where nothing was to be done."""


def promote(service: Service, name: str, fingerprint: str, reason: str, live: str | None = None) -> VersionChange:
    """Make a version live for everybody.

    Parameters
    ----------
    reason : str
        One to 1,000 characters.
    live : str, optional
        Optimistic locking: the fingerprint that was live when the caller decided. By default the one that is live when
        the request comes in, so that of two concurrent changes the second is refused.

    Raises
    ------
    ChangedMeanwhile
        Another version is live than `live`; the message says which, since when, by whom and why.
    NotPromoted
        The version does not serve.
    UnknownModel, NoReason, NotWritten
    """
    why = checked_reason(reason)
    now = _live_now(service, name)
    if fingerprint == now:
        return VersionChange(fingerprint, now)
    return _make_live(service, name, fingerprint, "promote", why, now if live is None else live)


def roll_back(
    service: Service, name: str, reason: str, live: str | None = None, to: str | None = None
) -> VersionChange:
    """Make the version live that was live before; done again it goes further back.

    Parameters and errors as :func:`promote`. `to` is the fingerprint to which the rollback would have gone when the
    caller decided: ChangedMeanwhile where it is another one by now. NotPromoted where the history has none.
    """
    why = checked_reason(reason)
    now = _live_now(service, name)
    if live is not None and live != now:
        raise _changed_meanwhile(service, name)
    before = live_before(service.registry.folder, name)
    if before is None:
        what = text("No version of {model} that is still here was live before the present one.", model=name)
        raise NotPromoted(what, text("Make one of the others live instead."))
    if to not in (None, before):
        raise _changed_meanwhile(service, name)
    return _make_live(service, name, before, "rollback", why, now)


def last_change(folder: Path, name: str) -> HistoryEntry | None:
    """The line of the history by which the present version became live; None where none tells."""
    live = live_of(folder, name)
    entries = commit.known_history(folder, name).entries
    change = next((each for each in reversed(entries) if each.action not in ("hold", "remove")), None)
    return change if change and change.fingerprint == live else None


def _live_now(service: Service, name: str) -> str | None:
    service.allow(name)
    commit.refresh_shared(service.registry.folder)
    need_model(service.registry.folder, name)
    return live_of(service.registry.folder, name)


def _make_live(
    service: Service, name: str, fingerprint: str, action: str, why: str, expected: str | None
) -> VersionChange:
    request = current_request()
    by = request.caller.name if request else None
    try:
        entry = make_live(
            service.registry.folder,
            name,
            fingerprint,
            action=action,
            by=by,
            why=why,
            expected=expected,
            patience=PATIENCE,
        )
    except ChangedMeanwhile:
        raise _changed_meanwhile(service, name) from None
    except NotFetched:
        raise
    except (BrokenModel, UntrustedModel) as error:
        what = text("{key} does not serve: {reason}", key=f"{name}@{fingerprint}", reason=str(error))
        raise NotPromoted(what, text("Nothing was changed.")) from None
    finally:
        memory.give_back(collect=True)  # of the version that was opened for the check
    return VersionChange(fingerprint, entry.previous, entry)


def _changed_meanwhile(service: Service, name: str) -> ChangedMeanwhile:
    """The error that says what is live now, and who made it so."""
    live, last = live_of(service.registry.folder, name), last_change(service.registry.folder, name)
    if live is None:
        what = text("No version of {model} is live now.", model=name)
    elif last is None:
        what = text("{key} is live now.", key=f"{name}@{live}")
    else:
        what = text(
            "{key} is live now: made live on {when} by {who}. Reason: {why}",
            key=f"{name}@{live}",
            when=in_words(last.time),
            who=last.by or "–",
            why=last.why or "–",
        )
    return ChangedMeanwhile(what, text("Nothing was changed. Look at the versions again before you decide."))


def checked_reason(given: str) -> str:
    """The reason on one line; NoReason where there is none, or it cannot be kept."""
    why = " ".join(given.split())
    if not why:
        raise NoReason(
            text("Nothing was changed: there is no reason."),
            text("Say in a few words why, for those who see it later."),
        )
    if len(why) > LONGEST_WHY or not why.isprintable():
        what = text("Nothing was changed: the reason cannot be kept.")
        raise NoReason(what, text("Accepted: up to {most} characters of text.", most=LONGEST_WHY))
    return why


def fingerprint_of(name: str, version: str) -> str:
    """The fingerprint that a version is named by: itself, or its key; UnknownModel for the key of another model."""
    model, at, fingerprint = version.rpartition("@")
    if at and model != name:
        raise UnknownModel(
            text("{key} is no version of the model {name}.", key=repr(version[:80]), name=repr(name)),
            text("A key looks like iris@3f9a1c2b."),
        )
    return fingerprint
