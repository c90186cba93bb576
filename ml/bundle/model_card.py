"""Model card as facts for display: labels and texts from what the bundle holds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ml.bundle.bundle import created
from ml.data.feature import Feature, plain, text_of
from ml.data.schema import Schema
from ml.data.value_words import MOST_NAMED
from ml.text.holdout_words import sentences
from ml.text.words import listed, number_text, shown_value

if TYPE_CHECKING:
    from ml.bundle.bundle import Bundle

NOT_SAID = "Not said."
# Heads of the table of features, by the key of schema_facts
HEADS = {
    "label": "Feature", "kind": "Kind", "accepted": "Accepted", "seen": "Seen in training", "default": "Starts at",
    "notes": "Notes",
}  # fmt: skip
KINDS = {
    "number": "number", "integer": "whole number", "category": "choice", "boolean": "yes or no", "date": "date",
    "text": "text",
}  # fmt: skip

Facts = list[tuple[str, str]]


def card_facts(bundle: Bundle) -> Facts:
    """Label and text of each fact: intended use, data, and serving path.

    Fields that were not filled in are listed as such: a gap in a card is a fact too.
    """
    card = bundle.card
    rows = card.get("rows", {})
    checked = sentences(card)
    said = [
        ("Intended use", _text(card.get("use"))),
        ("Limits", _text(card.get("limits"))),
        ("Owner", _text(card.get("owner"))),
        ("Data", _text(card.get("data"))),
        ("Dates of the data", _dates(card, bundle.schema)),
        ("Records", f"{rows.get('training', 0):,} to learn from, {rows.get('hold-out', 0):,} held out to judge it by"),
        *([("Calibrated", _calibration(card["calibration"]))] if card.get("calibration") else []),
        *([("Hold-out", " ".join(checked))] if checked else []),
        ("Outcomes", _outcomes(bundle)),
        ("Served by", _path(card.get("path", {}), card.get("offers", ""))),
        ("Version", bundle.key),
        ("Made", _made(bundle.folder)),
        ("Size", _size(bundle.folder)),
        ("Made with", ", ".join(f"{name} {version}" for name, version in card.get("versions", {}).items()) or NOT_SAID),
    ]
    return [*said, ("Code of its own", ", ".join(bundle.own_files) or "none")]


def _calibration(told: dict[str, Any]) -> str:
    if told.get("method") == "none":
        return f"No curve was better than its own probabilities, by {told.get('records', 0):,} records."
    return f"By {told.get('records', 0):,} records of their own ({told.get('method')})"


def schema_facts(feature: Feature) -> dict[str, str]:
    """One feature as a row of a table: kind, accepted values, range in training, default."""
    notes = [feature.help.rstrip(".")] if feature.help else []
    notes += ["required"] if feature.required else []
    notes += ["not asked for: no answer depends on it"] if feature.hidden else []
    notes += ["you can change it"] if feature.lever else []
    return {
        "name": feature.name,
        "label": feature.label,
        "kind": KINDS[feature.kind] + (f", {feature.unit}" if feature.unit else ""),
        "accepted": _accepted(feature),
        "seen": "–"
        if feature.seen is None
        else f"{_bare(feature, feature.seen[0])} to {_bare(feature, feature.seen[1])}",
        "default": "–"
        if feature.hidden
        else "blank"
        if feature.default is None
        else shown_value(feature, feature.default),
        "notes": "; ".join(notes) or "–",
    }


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return listed([str(item) for item in value]) or NOT_SAID
    return str(value) if value not in (None, "") else NOT_SAID


def _dates(card: dict[str, Any], schema: Schema) -> str:
    """Dates of the data in the card, or else the ranges of date features."""
    if card.get("dates"):
        return _text([str(plain(item)) for item in card["dates"]] if isinstance(card["dates"], list) else card["dates"])
    ranges = [
        f"{feature.label} {text_of(feature.seen[0])} to {text_of(feature.seen[1])}"
        for feature in schema.features
        if feature.kind == "date" and feature.seen
    ]
    return "; ".join(ranges) or NOT_SAID


def _outcomes(bundle: Bundle) -> str:
    names = listed([item.label for item in bundle.outcomes.items])
    return f"{names}; {'exactly one of them' if bundle.outcomes.exclusive else 'each for itself'}"


def _path(path: dict[str, str], offers: str) -> str:
    kind, why, steps = path.get("kind", ""), path.get("why", ""), path.get("steps", "")
    if kind == "compiled":
        return f"A compiled path ({steps.removeprefix('compiled: ') or 'a program'}), {why}."
    rest = {"scores": " It gives scores, but no probabilities.", "labels": " It gives labels only."}.get(offers, "")
    return f"scikit-learn itself. {why}{rest}".strip()


def _made(folder: Path) -> str:
    try:
        made = dt.datetime.fromisoformat(created(folder))
    except ValueError:
        return NOT_SAID
    return f"{made:%Y-%m-%d %H:%M} UTC"


def _size(folder: Path) -> str:
    sizes = {path.name: path.stat().st_size for path in folder.iterdir() if path.is_file()}
    return f"{number_text(round(sum(sizes.values()) / 1e6, 2))} MB in {len(sizes)} files"


def _accepted(feature: Feature) -> str:
    if feature.kind == "boolean":
        return "yes, no"
    if feature.choices:
        labels = [choice.label for choice in feature.choices[:MOST_NAMED]]
        more = len(feature.choices) - len(labels)
        return ", ".join(labels) + (f" and {more} more" if more > 0 else "")
    low = None if feature.low is None else _bare(feature, feature.low)
    high = None if feature.high is None else _bare(feature, feature.high)
    if low is not None and high is not None:
        return f"{low} to {high}"
    return f"from {low}" if low is not None else f"up to {high}" if high is not None else "any"


def _bare(feature: Feature, value: Any) -> str:
    """A limit without its unit, which is shown with the kind."""
    if isinstance(value, dt.date):
        return text_of(value)
    return number_text(float(value)) if feature.kind in ("number", "integer") else str(value)
