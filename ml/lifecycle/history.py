"""The history of a model: an append-only file of JSON lines beside the pointer to the live version.

Each action on a version writes a line. The pointer says which version is live now, the history which were before:
where the pointer was written by hand the two differ, and readers of the history report that.
"""

from __future__ import annotations

import datetime as dt
import getpass
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ml.errors import InvalidData, LikelyError

FILE, LOCK = "history.jsonl", ".history.lock"
MADE_LIVE = ("train", "add", "promote", "rollback")  # actions after which the version is live
ACTIONS = (*MADE_LIVE, "hold", "remove")
LONGEST_BY, LONGEST_WHY = 200, 1_000
LOCK_TIMEOUT = 60.0  # s; actions under the lock take milliseconds
_FINGERPRINT = re.compile(r"[0-9a-f]{8}")


class NotWritten(LikelyError):
    """The folder of the models cannot be changed."""

    code = "not_written"


class ChangedMeanwhile(NotWritten):
    """Another version is live than the one that a change was decided for."""

    code = "changed_meanwhile"


@dataclass(frozen=True)
class HistoryEntry:
    """One line of a history."""

    time: str
    """ISO 8601, UTC, to the second."""
    action: str
    """One of `ACTIONS`."""
    fingerprint: str | None
    """The version of the action; None where the whole model was removed."""
    previous: str | None
    """The version that was live before; None where none was."""
    by: str
    why: str


@dataclass(frozen=True)
class History:
    """All readable lines of a history, the oldest first, and the numbers of unreadable ones, from 1."""

    entries: tuple[HistoryEntry, ...] = ()
    unreadable: tuple[int, ...] = ()


def read_history(folder: Path) -> History:
    """The history in a model's folder; empty where there is none.

    A torn or garbled line is skipped and counted.

    Raises
    ------
    NotWritten
        When there is a file that cannot be read at all.
    """
    try:
        lines = (folder / FILE).read_bytes().split(b"\n")
    except FileNotFoundError:
        return History()
    except OSError as error:
        raise NotWritten(f"The history of {folder.name} cannot be read: {error}.") from None
    entries, unreadable = [], []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            entry = _entry(line)
            if entry is None:
                unreadable.append(number)
            else:
                entries.append(entry)
    return History(tuple(entries), tuple(unreadable))


def entry_of(action: str, fingerprint: str | None, previous: str | None, by: str, why: str) -> HistoryEntry:
    """A new line with the present time."""
    return HistoryEntry(dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), action, fingerprint, previous, by, why)


def line_of(entry: HistoryEntry) -> bytes:
    """The line of an entry, with its end."""
    return json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n"


def append(folder: Path, *entries: HistoryEntry) -> None:
    """Append lines and wait until they are on the disk. To be called under :func:`locked`.

    Raises
    ------
    NotWritten
    """
    lines = b"".join(map(line_of, entries))
    try:
        with (folder / FILE).open("a+b") as file:
            length = file.seek(0, os.SEEK_END)
            if length:  # end a line that a full disk or a crash has torn
                file.seek(length - 1)
                lines = lines if file.read(1) == b"\n" else b"\n" + lines
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NotWritten(f"The history of {folder.name} cannot be written: {error}.", "Nothing was changed.") from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lock a model for changes, between threads and processes.

    Raises
    ------
    NotWritten
        When the folder cannot be written to, or the lock is held for more than a minute.
    """
    lock = FileLock(folder / LOCK, timeout=LOCK_TIMEOUT)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise NotWritten(f"Another command has been changing {folder.name} for a minute.", "Try again.") from None
    except OSError as error:
        raise NotWritten(f"{folder.name} cannot be changed: {error}.") from None
    try:
        yield
    finally:
        lock.release()


def by_whom(by: str | None = None) -> str:
    """Validated author of a change: as given, else the user of the operating system."""
    return _checked_text("--by", by or "", LONGEST_BY) or _user()


def stated_reason(why: str | None) -> str:
    """Validated reason of a change; empty where none was given."""
    return _checked_text("--why", why or "", LONGEST_WHY)


def live_order(entries: Sequence[HistoryEntry], live: str | None) -> list[str]:
    """Versions by the time they went live, the live one last; a rollback drops the versions it went back over.

    So each rollback goes further back: after A, B, C and a rollback to B this is A, B. Removed versions are
    left out. A pointer written by hand counts from the first line after it.
    """
    order: list[str] = []
    for entry in entries:
        _push(order, entry.previous)
        if entry.action == "remove":
            order = [each for each in order if each != entry.fingerprint]
        elif entry.action == "rollback" and entry.fingerprint in order:
            del order[len(order) - order[::-1].index(entry.fingerprint) :]
        elif entry.action in MADE_LIVE:
            _push(order, entry.fingerprint)
    _push(order, live)
    return [each for at, each in enumerate(order) if at == 0 or order[at - 1] != each]


def removal(entries: Sequence[HistoryEntry], fingerprint: str | None = None) -> HistoryEntry | None:
    """The last line of a missing version, or with None of the whole model, if it is its removal; else None."""
    of_it = [entry for entry in entries if fingerprint in (None, entry.fingerprint)]
    last = of_it[-1] if of_it else None
    return last if last and last.action == "remove" and last.fingerprint == fingerprint else None


def removed_on(folder: Path, fingerprint: str | None = None) -> str:
    """Time of removal of a version, or with None of the whole model, for display; empty where there is none."""
    try:
        entry = removal(read_history(folder).entries, fingerprint)
    except NotWritten:
        return ""
    return in_words(entry.time) if entry else ""


def in_words(time: str) -> str:
    """A time of the history for display: 2026-11-25 14:02 UTC."""
    return f"{time[:16].replace('T', ' ')} UTC"


def _push(order: list[str], fingerprint: str | None) -> None:
    if fingerprint is not None and (not order or order[-1] != fingerprint):
        order.append(fingerprint)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user need not have a name
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def _checked_text(option: str, text: str, longest: int) -> str:
    text = " ".join(text.split())
    if len(text) > longest or not text.isprintable():
        hint = f"Accepted: one line of up to {longest:,} characters."
        raise InvalidData(f"{option} is {text[:60]!r}{'…' if len(text) > 60 else ''}.", hint)
    return text


def _entry(line: bytes) -> HistoryEntry | None:
    try:
        read = json.loads(line)
    except ValueError:
        return None
    if not isinstance(read, dict) or read.get("action") not in ACTIONS or not isinstance(read.get("time"), str):
        return None
    fingerprints = read.get("fingerprint"), read.get("previous")
    if not all(each is None or (isinstance(each, str) and _FINGERPRINT.fullmatch(each)) for each in fingerprints):
        return None
    if fingerprints[0] is None and read["action"] != "remove":
        return None
    return HistoryEntry(read["time"], read["action"], *fingerprints, _text(read.get("by")), _text(read.get("why")))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
