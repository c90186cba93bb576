"""``python -m ml versions | promote | rollback | remove``: the life of a version."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ml.errors import InvalidData
from ml.lifecycle.actions import make_live, need_model, remove_model, remove_version, rollback
from ml.lifecycle.history import Entry
from ml.lifecycle.listing import Listing, VersionFacts, list_versions
from ml.lifecycle.state import NOW, UNKNOWN, Event, live_of, versions_in

NONE = "–"


def register(commands: Any) -> None:
    """Add the commands to ``python -m ml``."""
    versions = commands.add_parser(
        "versions",
        help="what versions a model has, and what was live when",
        description="Show each version of a model, and what was done to them when, by whom and why.",
    )
    versions.add_argument("name", help="the model")
    versions.add_argument("--json", action="store_true", help="for programs")
    versions.set_defaults(run=_versions)

    promote = commands.add_parser(
        "promote",
        help="make a held or an older version live",
        description="Open a version, have it give its golden answers, and make it live. Running servers use it\n"
        "from the next request on.",
    )
    promote.add_argument("key", metavar="NAME@FINGERPRINT", help="the version")
    describe_who(promote)
    promote.set_defaults(run=_promote)

    back = commands.add_parser(
        "rollback",
        help="make the version live that was live before the present one",
        description="Make the version live that was live before the present one. Done again it goes further back,\n"
        "not to and fro: a version that a rollback left comes back by promote.",
    )
    back.add_argument("name", help="the model")
    describe_who(back)
    back.set_defaults(run=_rollback)

    remove = commands.add_parser(
        "remove",
        help="remove a version that is not live, or a whole model",
        description="Remove a version that is not live, or a model with all its versions and the records that were\n"
        "loaded for it. The history stays, and the name can be used again.",
    )
    remove.add_argument("key", metavar="NAME[@FINGERPRINT]", help="the version, or the model")
    remove.add_argument("--yes", action="store_true", help="remove a whole model without asking")
    describe_who(remove)
    remove.set_defaults(run=_remove)


def describe_who(parser: argparse.ArgumentParser) -> None:
    """The options of every command that writes into the history."""
    parser.add_argument("--why", metavar="TEXT", help="why; it stands in the history")
    parser.add_argument("--by", metavar="NAME", help="who does it; else the user of this computer")


def _versions(given: argparse.Namespace) -> int:
    found = list_versions(given.models, given.name)
    if given.json:
        print(json.dumps(asdict(found), indent=1, ensure_ascii=False))
        return 0
    print(f"{found.name}: {_title(found)}")
    if found.versions:
        print(f"\n{_table(_HEAD, [_version_row(each) for each in found.versions])}")
    for each in found.versions:
        if each.fault:
            print(f"\n{each.fingerprint} does not serve: {each.fault}")
    print(f"\n{_table(_PAST, [_event_row(each) for each in found.events])}")
    if found.unreadable:
        lines = ", ".join(map(str, found.unreadable))
        print(f"\nNot readable in the history: line {lines}.", file=sys.stderr)
    return 0


_HEAD = ("", "version", "made (UTC)", "state", "served by", ">hold-out", ">right", "ROC AUC")
_PAST = ("time (UTC)", "what was done", "version", "live until", "by", "why")


def _title(found: Listing) -> str:
    count = len(found.versions)
    if not count:
        return "no version is left"
    live = f"{found.live} is live" if found.live else "none is live"
    return f"{count} version{'' if count == 1 else 's'}, {live}"


def _version_row(facts: VersionFacts) -> Sequence[str]:
    state = f"{facts.state}, broken" if facts.fault else facts.state
    right = NONE if facts.right is None else f"{facts.right:.1%}"
    return (
        "*" if facts.state == "live" else "",
        facts.fingerprint,
        _minute(facts.created),
        state,
        facts.served_by or NONE,
        NONE if facts.holdout is None else f"{facts.holdout:,}",
        right,
        _area(facts),
    )


def _area(facts: VersionFacts) -> str:
    if facts.roc_auc is None:
        return NONE
    value, low, high = facts.roc_auc
    sure = "" if low is None or high is None else f" ({low:.3f} to {high:.3f})"
    return f"{value:.3f}{sure} for {facts.outcome}"


def _event_row(event: Event) -> Sequence[str]:
    until = {None: "", NOW: "now", UNKNOWN: "not known"}.get(event.live_until) or _minute(event.live_until or "")
    time = _minute(event.time) if event.time else NONE
    return (
        time,
        event.action,
        event.fingerprint or "the model",
        "" if event.live_until is None else until,
        _shown(event.by) or ("" if event.time else NONE),
        _shown(event.why),
    )


def _shown(text: str) -> str:
    """A text of the history without what would move a terminal's cursor."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def _minute(time: str) -> str:
    return time[:16].replace("T", " ") or NONE


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns of text, each as wide as its longest cell; a head that begins with ">" stands right."""
    names = [name.lstrip(">") for name in head]
    widths = [max(len(row[at]) for row in (names, *rows)) for at in range(len(head))]
    sides = [">" if name.startswith(">") else "<" for name in head]
    lines = [
        "  ".join(f"{cell:{side}{width}}" for cell, side, width in zip(row, sides, widths, strict=True)).rstrip()
        for row in (names, *rows)
    ]
    return "\n".join(lines)


def _promote(given: argparse.Namespace) -> int:
    name, fingerprint = _both(given.key)
    if _is_live(given.models, given.key):
        print(f"{given.key} is live already.")
        return 0
    _say(name, make_live(given.models, name, fingerprint, by=given.by, why=given.why))
    return 0


def _rollback(given: argparse.Namespace) -> int:
    _say(given.name, rollback(given.models, given.name, by=given.by, why=given.why))
    return 0


def _say(name: str, entry: Entry) -> None:
    before = f"; before it {name}@{entry.previous} was" if entry.previous else ""
    print(f"{name}@{entry.fingerprint} is live{before}")


def _remove(given: argparse.Namespace) -> int:
    if "@" in given.key:
        name, fingerprint = _both(given.key)
        remove_version(given.models, name, fingerprint, by=given.by, why=given.why)
        print(f"{given.key} is removed")
        return 0
    need_model(given.models, given.key)
    versions = len(versions_in(given.models / given.key))
    what = f"the model {given.key} with {versions} version{'' if versions == 1 else 's'}"
    if not given.yes and not _agreed(what):
        print("Nothing was removed.")
        return 1
    records = _records(given)
    gone = remove_model(given.models, given.key, by=given.by, why=given.why)
    if records:
        given.shelf().clear(given.key)
    cut_offs = given.forget_chosen(given.key) if given.forget_chosen else 0  # else they await the next of this name
    also = [f"its {records:,} loaded records"] if records else []
    also += [f"{cut_offs} chosen cut-off{'' if cut_offs == 1 else 's'}"] if cut_offs else []
    said = f", and {' and '.join(also)}" if also else ""
    print(f"{given.key} is removed: {', '.join(gone) or 'no version was there'}{said}")
    return 0


def _agreed(what: str) -> bool:
    if not sys.stdin.isatty():
        raise InvalidData(f"This removes {what}.", "Say --yes if that is meant.")
    return input(f"Remove {what}? [y/N] ").strip().lower() in ("y", "yes")


def _records(given: argparse.Namespace) -> int:
    """How many records were loaded for the model; asked before anything is removed, for the store may be silent."""
    return (given.shelf().size(given.key) or 0) if given.shelf else 0


def _both(key: str) -> tuple[str, str]:
    name, at, fingerprint = key.partition("@")
    if not (name and at and fingerprint):
        raise InvalidData(f"{key[:80]!r} names no version.", "Write NAME@FINGERPRINT, such as churn@3f9a1c2b.")
    return name, fingerprint


def held_text(models: Path, key: str) -> str:
    """What became of a version that was made to be held."""
    return f"{key} is live already: it is the same version" if _is_live(models, key) else f"{key} is held, not live"


def say_promote(models: Path, key: str) -> None:
    """How a held version is compared, and made live."""
    if not _is_live(models, key):
        name = key.partition("@")[0]
        if live_of(models, name):
            print(f"compare it with the live version: /{name}/performance, under Versions")
        print(f"make it live: python -m ml promote {key}")


def _is_live(models: Path, key: str) -> bool:
    name, _, fingerprint = key.partition("@")
    return live_of(models, name) == fingerprint
