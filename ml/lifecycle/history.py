"""The history of a model: an append-only file of JSON lines beside the pointer to the live version.

A line is written for everything that is done to a version. The pointer says what is live now, and the history what
was: where somebody wrote the pointer by hand the two differ, and readers of the history say so instead of guessing.
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
PATIENCE = 60.0  # s: what is done under the lock takes milliseconds
_FINGERPRINT = re.compile(r"[0-9a-f]{8}")


class NotWritten(LikelyError):
    """The folder of the models cannot be changed."""

    code = "not_written"


@dataclass(frozen=True)
class Entry:
    """One line of a history.

    Attributes
    ----------
    time : str
        ISO 8601, UTC, to the second.
    action : str
        One of `ACTIONS`.
    fingerprint : str or None
        The version that it was done to; None where the whole model was removed.
    previous : str or None
        The version that was live before; None where none was.
    by, why : str
    """

    time: str
    action: str
    fingerprint: str | None
    previous: str | None
    by: str
    why: str


@dataclass(frozen=True)
class History:
    """All readable lines of a history, the oldest first, and the numbers of those that are not readable, from 1."""

    entries: tuple[Entry, ...] = ()
    unreadable: tuple[int, ...] = ()


def read_history(folder: Path) -> History:
    """The history in a model's folder; empty where there is none.

    A line that is torn or garbled is passed over and counted: it hides none of the others.

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


def entry_of(action: str, fingerprint: str | None, previous: str | None, by: str, why: str) -> Entry:
    """A line of now."""
    return Entry(dt.datetime.now(dt.UTC).isoformat(timespec="seconds"), action, fingerprint, previous, by, why)


def append(folder: Path, *entries: Entry) -> None:
    """Write lines, and wait until they are on the disk. To be called under :func:`locked`.

    Raises
    ------
    NotWritten
    """
    lines = b"".join(json.dumps(asdict(entry), ensure_ascii=False).encode() + b"\n" for entry in entries)
    try:
        with (folder / FILE).open("a+b") as file:
            length = file.seek(0, os.SEEK_END)
            if length:  # a line that was torn by a full disk or a lost machine ends here, and these begin
                file.seek(length - 1)
                lines = lines if file.read(1) == b"\n" else b"\n" + lines
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise NotWritten(f"The history of {folder.name} cannot be written: {error}.", "Nothing was changed.") from None


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a model: who else wants to change it, in whatever process, waits.

    Raises
    ------
    NotWritten
        When the folder cannot be written to, or somebody holds the model for more than a minute.
    """
    lock = FileLock(folder / LOCK, timeout=PATIENCE)
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
    """Who does it: as told, else the user of the operating system."""
    return _said("--by", by or "", LONGEST_BY) or _user()


def reason(why: str | None) -> str:
    """Why it is done, as it goes into the history; empty where nobody said."""
    return _said("--why", why or "", LONGEST_WHY)


def live_order(entries: Sequence[Entry], live: str | None) -> list[str]:
    """The versions that were live one after the other, the present one last; a step back takes what it left away.

    So each rollback goes further back: after A, B, C and a rollback to B this is A, B. A version that was removed is
    left out. What the pointer was set to by hand stands where the history first notices it.
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


def removal(entries: Sequence[Entry], fingerprint: str | None = None) -> Entry | None:
    """When a version that is not there, or with None the whole model, was removed; None where nothing says so."""
    of_it = [entry for entry in entries if fingerprint in (None, entry.fingerprint)]
    last = of_it[-1] if of_it else None
    return last if last and last.action == "remove" and last.fingerprint == fingerprint else None


def removed_on(folder: Path, fingerprint: str | None = None) -> str:
    """When a version, or with None the whole model, was removed, for people; empty where nothing says so."""
    try:
        found = removal(read_history(folder).entries, fingerprint)
    except NotWritten:
        return ""
    return in_words(found.time) if found else ""


def in_words(time: str) -> str:
    """A time of the history for people: 2026-11-25 14:02 UTC."""
    return f"{time[:16].replace('T', ' ')} UTC"


def _push(order: list[str], fingerprint: str | None) -> None:
    if fingerprint is not None and (not order or order[-1] != fingerprint):
        order.append(fingerprint)


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a container's user need not have a name
        return f"uid {os.getuid()}" if hasattr(os, "getuid") else "unknown"


def _said(option: str, text: str, longest: int) -> str:
    text = " ".join(text.split())
    if len(text) > longest or not text.isprintable():
        hint = f"Accepted: one line of up to {longest:,} characters."
        raise InvalidData(f"{option} is {text[:60]!r}{'…' if len(text) > 60 else ''}.", hint)
    return text


def _entry(line: bytes) -> Entry | None:
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
    return Entry(read["time"], read["action"], *fingerprints, _text(read.get("by")), _text(read.get("why")))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
