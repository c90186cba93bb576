"""Findings of the hold-out checks in words: the same on the card, in a report and on every page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ml.text.few_words import FEW
from ml.text.number_words import count, decimal, percent, records_text
from ml.translation import listed, plural, text

CARD = "holdout_checks"
MOST_OUTCOMES = 5  # named of the rare ones
MANY = 100  # records: below, every figure is rough

Card = Mapping[str, Any]


def records_words(card: Card) -> str:
    """Name of the evaluated records: "records that it did not learn from", unless the checks found otherwise."""
    if _few(card).get("records"):
        return counted_words(card, card[CARD]["records"])
    return _related(card, text("records"))


def counted_words(card: Card, records: float) -> str:
    """Phrase with the number of records: "only 45 records that it did not learn from"."""
    if _few(card).get("records"):
        return _related(card, plural("only {n} record", "only {n} records", records, n=count(records)))
    return _related(card, records_text(records))


def _related(card: Card, records: str) -> str:
    """The records, and how the hold-out relates to the training data."""
    checks = card.get(CARD) or {}
    shared, differs = checks.get("shared") or {}, (checks.get("population") or {}).get("differs")
    if not shared.get("more_than_chance"):
        if differs:
            return text(
                "{records} that it did not learn from, and that differ from those it learned from", records=records
            )
        return text("{records} that it did not learn from", records=records)
    if shared["rows"] == checks["records"]:
        if differs:
            return text(
                "{records} of which all stand in its training data, and that differ from those it learned from",
                records=records,
            )
        return text("{records} of which all stand in its training data", records=records)
    slots = {"records": records, "share": _share(shared["rows"], checks["records"])}
    if differs:
        return text(
            "{records} of which {share} stand in its training data, and that differ from those it learned from", **slots
        )
    return text("{records} of which {share} stand in its training data", **slots)


def sentences(card: Card) -> list[str]:
    """Findings, a sentence each; empty without findings or checks."""
    checks = card.get(CARD)
    if not checks:
        return []
    said = [_shared(checks), _repeats(checks), _population(checks), _few_records(checks), *_rare(checks)]
    return [sentence for sentence in said if sentence]


def warnings(card: Card) -> list[str]:
    """Findings that change the meaning of the figures: without duplicates that chance explains."""
    chance = _twins_by_chance(card.get(CARD) or {})
    return [sentence for sentence in sentences(card) if sentence != chance]


def _few(card: Card) -> Mapping[str, Any]:
    return (card.get(CARD) or {}).get("few") or {}


def _shared(checks: Card) -> str:
    shared = checks["shared"]
    if not shared["more_than_chance"]:
        return _twins_by_chance(checks)
    rows, records, ordered = shared["rows"], checks["records"], shared["copied"] * 2 > shared["rows"]
    if rows == records and ordered:
        return text(
            "All {n} hold-out records stand in the training data too, in the same order, which is more than chance "
            "explains: the figures are better than those of new records would be.",
            n=count(records),
        )
    if rows == records:
        return text(
            "All {n} hold-out records stand in the training data too, with every value the same, which is more than "
            "chance explains: the figures are better than those of new records would be.",
            n=count(records),
        )
    if ordered:
        return text(
            "{part} stand in the training data too, in the same order, which is more than chance explains: the figures "
            "are better than those of new records would be.",
            part=_part(rows, records),
        )
    return text(
        "{part} stand in the training data too, with every value the same, which is more than chance explains: the "
        "figures are better than those of new records would be.",
        part=_part(rows, records),
    )


def _twins_by_chance(checks: Card) -> str:
    shared = checks.get("shared") or {}
    if not shared.get("rows") or shared["more_than_chance"]:
        return ""
    return plural(
        "{part} has a training record with the same values, no more than chance explains (of the training records "
        "among themselves {among}).",
        "{part} have a training record with the same values, no more than chance explains (of the training records "
        "among themselves {among}).",
        shared["rows"],
        part=_part(shared["rows"], checks["records"]),
        among=percent(shared["among_training"]),
    )


def _repeats(checks: Card) -> str:
    repeats, records = checks["repeats"], checks["records"]
    if not repeats["more_than_chance"]:
        return ""
    return text(
        "{part} are there more than once, more than in the training data: there are fewer records than it seems, and "
        "intervals are too narrow.",
        part=_part(repeats["rows"], records),
    )


def _population(checks: Card) -> str:
    population = checks.get("population")
    if not population or not population["differs"]:
        return ""
    slots = {key: decimal(population[key], 2) for key in ("low", "auc", "high")} | {"alike": decimal(0.5, 2)}
    if population.get("most"):
        return text(
            "The hold-out differs from the training data, most of all in {features}: a classifier tells their records "
            "apart with a ROC AUC of {auc} ({low} to {high}; {alike} where nothing differs). The figures hold for "
            "records like those of the hold-out.",
            **slots,
            features=listed(population["most"]),
        )
    return text(
        "The hold-out differs from the training data: a classifier tells their records apart with a ROC AUC of {auc} "
        "({low} to {high}; {alike} where nothing differs). The figures hold for records like those of the hold-out.",
        **slots,
    )


def _few_records(checks: Card) -> str:
    if not checks["few"]["records"]:
        return ""
    return plural(
        "The hold-out has {n} record; below {many} every figure is rough. See the intervals.",
        "The hold-out has {n} records; below {many} every figure is rough. See the intervals.",
        checks["records"],
        n=count(checks["records"]),
        many=count(MANY),
    )


def _rare(checks: Card) -> list[str]:
    rare = sorted(checks["few"]["outcomes"], key=lambda each: each.get("with", each.get("without")))
    parts = [_rarely(each) for each in rare[:MOST_OUTCOMES]]
    if len(rare) > len(parts):
        more = len(rare) - len(parts)
        parts.append(plural("as few of {n} other outcome", "as few of {n} other outcomes", more, n=count(more)))
    if not parts:
        return []
    slots = {"records": listed(parts), "few": count(FEW)}
    return [text("The hold-out has only {records}; below {few}, what is said of such records is rough.", **slots)]


def _rarely(each: Mapping[str, Any]) -> str:
    number = each.get("with", each.get("without"))
    slots = {"n": count(number), "outcome": each["label"]}
    if "with" in each:
        return plural("{n} record with “{outcome}”", "{n} records with “{outcome}”", number, **slots)
    return plural("{n} record without “{outcome}”", "{n} records without “{outcome}”", number, **slots)


def _part(rows: int, records: int) -> str:
    slots = {"n": count(rows), "all": count(records), "share": _share(rows, records)}
    return text("{n} of the {all} hold-out records ({share})", **slots)


def _share(part: int, whole: int) -> str:
    return percent(part / whole)
