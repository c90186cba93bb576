"""Is it used: calls that were made of those listed, and whether people who disagreed with the model were right."""

from __future__ import annotations

import datetime as dt
from typing import Any

from dash.development.base_component import Component

from layouts import html
from layouts.results.parts import Results, card, on_one_line, share_text, table
from ml.text.number_words import count, decimal, percent
from ml.translation import plural, text, text_parts

WEEKS, REASONS = 8, 10  # that are listed: the latest, and the most frequent
WEEK = 7 * 86_400.0  # seconds


def adoption_card(results: Results) -> Component:
    """The card; `results` as of ``calibration_card``."""
    used = results["used"]
    more: list[Component] = []
    if used["listed"]:
        more += _weeks(used["listed"], results["as_of"])
    if used["reasons"]:
        more += _reasons(used)
    return card(
        "used", text("Is it used?"), [*_adoption(used), *(_overrides(used["overrides"]) if used["noted"] else [])], more
    )


def _adoption(used: Results) -> list[str]:
    listed = used["listed"]
    if not used["decisions"] and not listed:
        return [text("Not yet: it has not decided about anybody.")]
    noted = _decisions_noted(used)

    if listed is None:
        if not used["noted"]:
            return [text("It is asked, but nobody notes what came."), *noted]
        return [text("It is asked, and people note what came."), *noted]
    days = decimal(listed["days"], 0)
    if not listed["due"]:
        slots = {"n": count(listed["shown"]), "contacted": count(listed["contacted"]), "days": days}
        if listed["contacted"]:
            first = text(
                "Too early to say: of {n} people listed, all within the last {days} days, {contacted} were called so "
                "far.",
                **slots,
            )
        else:
            first = text(
                "Too early to say: {n} people were listed within the last {days} days, none called yet.", **slots
            )
        return [first, *noted]
    slots = {
        "n": count(listed["due"]), "share": percent(listed["contacted_share"]), "days": days,
        "recorded": count(listed["recorded"]), "all": count(listed["shown"]),
    }  # fmt: skip
    first = text("Of {n} people listed to be called, {share} were called within {days} days.", **slots)
    second = text("The outcome is recorded for {recorded} of {all} so far.", **slots)
    return [first, second, *noted]


def _decisions_noted(used: Results) -> list[str]:
    if not used["decisions"]:
        return []
    said = plural(
        "For {noted} of {n} decision somebody has noted something so far.",
        "For {noted} of {n} decisions somebody has noted something so far.",
        used["decisions"],
        noted=count(used["noted"]),
    )
    return [said]


def _overrides(every: Results) -> list[str]:
    if not every["records"]:
        return [text("Nobody has disagreed with it on a record whose outcome is known.")]
    first = plural(
        "People disagreed with it on {n} record whose outcome is known, and were right in {share}.",
        "People disagreed with it on {n} records whose outcome is known, and were right in {share}.",
        every["records"],
        share=share_text(every),
    )
    expected = text(
        "If its probabilities were right, they would have been in {share}.", share=percent(every["expected"])
    )
    return [first, f"{expected} {_verdict(every)}"]


def _verdict(every: Results) -> str:
    if every["verdict"] == "people":
        return text("People see something that the model does not.")
    if every["verdict"] == "model":
        return text("The model knew better.")
    return text("That may be chance.")


def _weeks(listed: Results, as_of: float) -> list[Component]:
    """Table of the weeks: counts of calls and outcomes go on growing, and so does what is listed in the last one."""
    heads = [text("Week from"), text("Listed"), text("Called so far"), text("Outcome recorded so far")]
    weeks = listed["weeks"]
    rows: list[list[Any]] = [
        [_week(each["name"], as_of), count(each["shown"]), count(each["contacted"]), count(each["recorded"])]
        for each in weeks[-WEEKS:]
    ]
    shown = table(text("People listed to be called, by week"), heads, rows)
    older = len(weeks) - WEEKS
    words = plural("{n} week before is not shown.", "{n} weeks before are not shown.", older)
    return [shown, *([html.P(words, className="results-note")] if older > 0 else [])]


def _week(monday: str, as_of: float) -> Any:
    is_over = dt.datetime.fromisoformat(monday).replace(tzinfo=dt.UTC).timestamp() + WEEK <= as_of
    week = on_one_line(monday)
    return week if is_over else text_parts("{week} (not over)", week=week)


def _reasons(used: Results) -> list[Component]:
    heads = [text("Reason"), text("Outcomes known"), text("People were right (95 %)"), text("Expected")]
    reasons = used["reasons"]
    rows: list[list[Any]] = [
        [each["reason"] or text("none given"), count(each["records"]), share_text(each), percent(each["expected"])]
        for each in reasons[:REASONS]
    ]
    shown = table(text("Why people disagreed, and whether they were right"), heads, rows)
    rest = len(reasons) - REASONS
    words = plural("{n} rarer reason is not shown.", "{n} rarer reasons are not shown.", rest)
    return [shown, *([html.P(words, className="results-note")] if rest > 0 else [])]
