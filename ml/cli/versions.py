"""``python -m ml versions``: a model's versions, and its history, as tables of text or JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from ml.cli import OK
from ml.lifecycle.listing import Listing, VersionFacts, list_versions
from ml.lifecycle.state import NOW, UNKNOWN, TimelineEvent

NONE = "–"
_HEAD = ("", "version", "made (UTC)", "state", "served by", ">hold-out", ">right", "ROC AUC")
_PAST = ("time (UTC)", "what was done", "version", "live until", "by", "why")


def register(commands: Any) -> None:
    """Add the command."""
    versions = commands.add_parser(
        "versions",
        help="what versions a model has, and what was live when",
        description="Show each version of a model, and what was done to them when, by whom and why.",
    )
    versions.add_argument("name", help="the model")
    versions.add_argument("--json", action="store_true", help="for programs")


def run(given: argparse.Namespace) -> int:
    """Print the versions and the events."""
    listing = list_versions(given.models, given.name)
    if given.json:
        print(json.dumps(asdict(listing), indent=1, ensure_ascii=False))
        return OK
    print(f"{listing.name}: {_title(listing)}")
    if listing.versions:
        print(f"\n{_table(_HEAD, [_version_row(each) for each in listing.versions])}")
    for each in listing.versions:
        if each.fault:
            print(f"\n{each.fingerprint} does not serve: {each.fault}")
    print(f"\n{_table(_PAST, [_event_row(each) for each in listing.events])}")
    if listing.unreadable:
        lines = ", ".join(map(str, listing.unreadable))
        print(f"\nNot readable in the history: line {lines}.", file=sys.stderr)
    return OK


def _title(listing: Listing) -> str:
    count = len(listing.versions)
    if not count:
        return "no version is left"
    live = f"{listing.live} is live" if listing.live else "none is live"
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


def _event_row(event: TimelineEvent) -> Sequence[str]:
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
