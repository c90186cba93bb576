"""Findings of the hold-out checks in words: the same on the card, in a report and on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ml.text.number_words import count, decimal, percent
from ml.text.words import listed

CARD = "holdout_checks"
MOST_OUTCOMES = 5  # named of the rare ones
UNSEEN = "that it did not learn from"

Card = Mapping[str, Any]


def records_words(card: Card) -> str:
    """Name of the evaluated records: "records that it did not learn from", unless the checks found otherwise."""
    if not _few(card).get("records"):
        return f"records {clause(card)}"
    return counted_words(card, count(card[CARD]["records"]))


def counted_words(card: Card, records: str) -> str:
    """The same with the number of records: "only 45 records that it did not learn from"."""
    few = "only " if _few(card).get("records") else ""
    return f"{few}{records} {'record' if records == '1' else 'records'} {clause(card)}"


def clause(card: Card) -> str:
    """Relative clause after "records" that says how the hold-out relates to the training data."""
    found = card.get(CARD) or {}
    shared = found.get("shared") or {}
    seen = UNSEEN
    if shared.get("more_than_chance"):
        everything = shared["rows"] == found["records"]
        seen = (
            f"of which {'all' if everything else _share(shared['rows'], found['records'])} stand in its training data"
        )
    differs = (found.get("population") or {}).get("differs")
    return f"{seen}, and that differ from those it learned from" if differs else seen


def sentences(card: Card) -> list[str]:
    """Findings, a sentence each; empty without findings or checks."""
    found = card.get(CARD)
    if not found:
        return []
    said = [_shared(found), _repeats(found), _population(found), _few_records(found), *_rare(found)]
    return [sentence for sentence in said if sentence]


def warnings(card: Card) -> list[str]:
    """Findings that change the meaning of the figures: without duplicates that chance explains."""
    chance = _twins_by_chance(card.get(CARD) or {})
    return [sentence for sentence in sentences(card) if sentence != chance]


def _few(card: Card) -> Mapping[str, Any]:
    return (card.get(CARD) or {}).get("few") or {}


def _shared(found: Card) -> str:
    shared = found["shared"]
    if not shared["more_than_chance"]:
        return _twins_by_chance(found)
    rows, records = shared["rows"], found["records"]
    what = f"All {count(records)} hold-out records" if rows == records else _part(rows, records)
    how = "in the same order" if shared["copied"] * 2 > rows else "with every value the same"
    return (
        f"{what} stand in the training data too, {how}, which is more than chance explains: the figures are "
        "better than those of new records would be."
    )


def _twins_by_chance(found: Card) -> str:
    shared = found.get("shared") or {}
    if not shared.get("rows") or shared["more_than_chance"]:
        return ""
    rows, records = shared["rows"], found["records"]
    return (
        f"{_part(rows, records)} {_have(rows)} a training record with the same values, no more than chance explains "
        f"(of the training records among themselves {percent(shared['among_training'])})."
    )


def _repeats(found: Card) -> str:
    repeats, records = found["repeats"], found["records"]
    if not repeats["more_than_chance"]:
        return ""
    return (
        f"{_part(repeats['rows'], records)} are there more than once, more than in the training data: there are fewer "
        "records than it seems, and intervals are too narrow."
    )


def _population(found: Card) -> str:
    population = found.get("population")
    if not population or not population["differs"]:
        return ""
    low, auc, high = (decimal(population[key], 2) for key in ("low", "auc", "high"))
    most = f", most of all in {listed(population['most'])}" if population.get("most") else ""
    return (
        f"The hold-out differs from the training data{most}: a classifier tells their records apart with a ROC AUC of "
        f"{auc} ({low} to {high}; {decimal(0.5, 2)} where nothing differs). The figures hold for records like those of "
        "the hold-out."
    )


def _few_records(found: Card) -> str:
    if not found["few"]["records"]:
        return ""
    records = found["records"]
    return f"The hold-out has {count(records)} {_records(records)}; below 100 every figure is rough. See the intervals."


def _rare(found: Card) -> list[str]:
    rare = sorted(found["few"]["outcomes"], key=lambda each: each.get("with", each.get("without")))
    parts = [_rarely(each) for each in rare[:MOST_OUTCOMES]]
    if len(rare) > len(parts):
        parts.append(f"as few of {count(len(rare) - len(parts))} other outcomes")
    if not parts:
        return []
    return [f"The hold-out has only {listed(parts)}; below 30, what is said of such records is rough."]


def _rarely(each: Mapping[str, Any]) -> str:
    number = each.get("with", each.get("without"))
    return f"{count(number)} {_records(number)} {'with' if 'with' in each else 'without'} “{each['label']}”"


def _records(count: int) -> str:
    return "record" if count == 1 else "records"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _part(rows: int, records: int) -> str:
    return f"{count(rows)} of the {count(records)} hold-out records ({_share(rows, records)})"


def _share(part: int, whole: int) -> str:
    return percent(part / whole)
