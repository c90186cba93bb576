"""Model card as facts for display: labels and texts from what the bundle holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ml.bundle.bundle import Bundle, created
from ml.data.feature import Feature, plain, text_of
from ml.data.schema import Schema
from ml.data.value_words import MOST_NAMED
from ml.decision.ripening_time import DAY, ripening_of
from ml.text.holdout_words import sentences
from ml.text.number_words import count, span
from ml.text.words import number_text, shown_value
from ml.translation import listed, mark, plural, text

NOT_SAID = mark("Not said.")
# Heads of the table of features, by the key of schema_facts
HEADS = {
    "label": mark("Feature"), "kind": mark("Kind"), "accepted": mark("Accepted"), "seen": mark("Seen in training"),
    "default": mark("Starts at"), "notes": mark("Notes"),
}  # fmt: skip
KINDS = {
    "number": mark("number"), "integer": mark("whole number"), "category": mark("choice"),
    "boolean": mark("yes or no"), "date": mark("date"), "text": mark("text"),
}  # fmt: skip

OFFERED = {
    "scores": mark("It gives scores, but no probabilities."), "labels": mark("It gives labels only.")
}  # fmt: skip

Facts = list[tuple[str, str]]


def card_facts(bundle: Bundle) -> Facts:
    """Label and text of each fact: intended use, data, and serving path.

    Fields that were not filled in are listed as such: a gap in a card is a fact too.
    """
    card = bundle.card
    checked = sentences(card)
    said = [
        (text("Intended use"), _text(card.get("use"))),
        (text("Limits"), _text(card.get("limits"))),
        (text("Owner"), _text(card.get("owner"))),
        (text("Data"), _text(card.get("data"))),
        (text("Dates of the data"), _dates(card, bundle.schema)),
        (text("Records"), _records(card.get("rows", {}))),
        *([(text("Calibrated"), _calibration(card["calibration"]))] if card.get("calibration") else []),
        *([(text("Hold-out"), " ".join(checked))] if checked else []),
        (text("Outcomes"), _outcomes(bundle)),
        *([(text("Known after"), ripe)] if (ripe := _ripening(bundle)) else []),
        (text("Served by"), _path(card.get("path", {}), card.get("offers", ""))),
        (text("Version"), bundle.key),
        (text("Made"), _made(bundle.folder)),
        (text("Size"), _size(bundle.folder)),
        (
            text("Made with"),
            ", ".join(f"{name} {version}" for name, version in card.get("versions", {}).items()) or text(NOT_SAID),
        ),
    ]
    return [*said, (text("Code of its own"), ", ".join(bundle.own_files) or text("none"))]


def _records(rows: Mapping[str, int]) -> str:
    slots = {"training": count(rows.get("training", 0)), "holdout": count(rows.get("hold-out", 0))}
    return text("{training} to learn from, {holdout} held out to judge it by", **slots)


def _calibration(recorded: dict[str, Any]) -> str:
    records = count(recorded.get("records", 0))
    if recorded.get("method") == "none":
        return text("No curve was better than its own probabilities, by {n} records.", n=records)
    return text("By {n} records of their own ({method})", n=records, method=recorded.get("method"))


def schema_facts(feature: Feature) -> dict[str, str]:
    """One feature as a row of a table: kind, accepted values, range in training, default."""
    notes = [feature.help.rstrip(".")] if feature.help else []
    notes += [text("required")] if feature.required else []
    notes += [text("not asked for: no answer depends on it")] if feature.hidden else []
    notes += [text("you can change it")] if feature.lever else []
    return {
        "name": feature.name,
        "label": feature.label,
        "kind": text(KINDS[feature.kind]) + (f", {feature.unit}" if feature.unit else ""),
        "accepted": _accepted(feature),
        "seen": "–" if feature.seen is None else span(_bare(feature, feature.seen[0]), _bare(feature, feature.seen[1])),
        "default": "–"
        if feature.hidden
        else text("blank")
        if feature.default is None
        else shown_value(feature, feature.default),
        "notes": "; ".join(notes) or "–",
    }


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return listed([str(item) for item in value]) or text(NOT_SAID)
    return str(value) if value not in (None, "") else text(NOT_SAID)


def _dates(card: dict[str, Any], schema: Schema) -> str:
    """Dates of the data in the card, or else the ranges of date features."""
    if card.get("dates"):
        return _text([str(plain(item)) for item in card["dates"]] if isinstance(card["dates"], list) else card["dates"])
    ranges = [
        f"{feature.label} {span(text_of(feature.seen[0]), text_of(feature.seen[1]))}"
        for feature in schema.features
        if feature.kind == "date" and feature.seen
    ]
    return "; ".join(ranges) or text(NOT_SAID)


def _outcomes(bundle: Bundle) -> str:
    names = listed([item.label for item in bundle.outcomes.items])
    if bundle.outcomes.exclusive:
        return text("{outcomes}; exactly one of them", outcomes=names)
    return text("{outcomes}; each for itself", outcomes=names)


def _ripening(bundle: Bundle) -> str:
    """Time within which each outcome may come, for outcomes whose time the card names."""
    times = [(item.label, ripening_of(bundle.card, item.name)) for item in bundle.outcomes.items]
    return listed([_days(label, seconds) for label, seconds in times if seconds is not None])


def _days(label: str, seconds: float) -> str:
    days = seconds / DAY
    shown = number_text(round(days, 2))
    return plural("“{outcome}”: {n} day", "“{outcome}”: {n} days", days, outcome=label, n=shown)


def _path(path: dict[str, str], offers: str) -> str:
    kind, why, steps = path.get("kind", ""), path.get("why", ""), path.get("steps", "")
    if kind == "compiled":
        steps = steps.removeprefix("compiled: ") or text("a program")
        return text("A compiled path ({steps}), {why}.", steps=steps, why=why)
    said = [text("scikit-learn itself."), why]
    if offers in OFFERED:
        said.append(text(OFFERED[offers]))
    return " ".join(filter(None, said))


def _made(folder: Path) -> str:
    try:
        made = dt.datetime.fromisoformat(created(folder))
    except ValueError:
        return text(NOT_SAID)
    return text("{time} UTC", time=f"{made:%Y-%m-%d %H:%M}")


def _size(folder: Path) -> str:
    sizes = {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    size = number_text(round(sum(sizes.values()) / 1e6, 2))
    return plural("{size} MB in {n} file", "{size} MB in {n} files", len(sizes), size=size, n=count(len(sizes)))


def _accepted(feature: Feature) -> str:
    if feature.kind == "boolean":
        return text("yes, no")
    if feature.choices:
        labels = [choice.label for choice in feature.choices[:MOST_NAMED]]
        more = len(feature.choices) - len(labels)
        shown = ", ".join(labels)
        return text("{values} and {n} more", values=shown, n=count(more)) if more > 0 else shown
    low = None if feature.low is None else _bare(feature, feature.low)
    high = None if feature.high is None else _bare(feature, feature.high)
    if low is not None and high is not None:
        return span(low, high)
    if low is not None:
        return text("from {low}", low=low)
    return text("any") if high is None else text("up to {high}", high=high)


def _bare(feature: Feature, value: Any) -> str:
    """A limit without its unit, which is shown with the kind."""
    if isinstance(value, dt.date):
        return text_of(value)
    if not feature.is_number:
        return str(value)
    return number_text(float(value), groups=not feature.calendar)
