"""Is it used: calls that were made of those listed, and whether people who disagreed with the model were right."""

from __future__ import annotations

from typing import Any

from dash.development.base_component import Component

from layouts.results.parts import Found, card, share_text, table
from ml.text.number_words import count, decimal, percent
from ml.translation import plural, text


def used_card(found: Found) -> Component:
    """The card; `found` as of ``right_card``."""
    used = found["used"]
    more: list[Component] = []
    if used["listed"]:
        more.append(_weeks(used["listed"]))
    if used["reasons"]:
        more.append(_reasons(used))
    return card(
        "used", text("Is it used?"), [*_adoption(used), *(_overrides(used["overrides"]) if used["noted"] else [])], more
    )


def _adoption(used: Found) -> list[str]:
    listed = used["listed"]
    if not used["decisions"] and not listed:
        return [text("Not yet: it has decided about nobody.")]
    told = _told(used)

    if listed is None:
        if not used["noted"]:
            return [text("It is asked, and nobody tells what came."), *told]
        return [text("It is asked, and people tell what came."), *told]
    days = decimal(listed["days"], 0)
    if not listed["due"]:
        slots = {"n": count(listed["shown"]), "contacted": count(listed["contacted"]), "days": days}
        if listed["contacted"]:
            first = text(
                "Too early to say: of {n} people listed, all within the last {days} days, {contacted} were called.",
                **slots,
            )
        else:
            first = text(
                "Too early to say: {n} people were listed within the last {days} days, none called yet.", **slots
            )
        return [first, *told]
    slots = {
        "n": count(listed["due"]), "share": percent(listed["contacted_share"]), "days": days,
        "recorded": count(listed["recorded"]), "all": count(listed["shown"]),
    }  # fmt: skip
    first = text("Of {n} people listed to be called, {share} were called within {days} days.", **slots)
    second = text("What came is recorded of {recorded} of {all} so far.", **slots)
    return [first, second, *told]


def _told(used: Found) -> list[str]:
    if not used["decisions"]:
        return []
    said = plural(
        "Of {n} decision somebody told something of {noted}.",
        "Of {n} decisions somebody told something of {noted}.",
        used["decisions"],
        noted=count(used["noted"]),
    )
    return [said]


def _overrides(every: Found) -> list[str]:
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


def _verdict(every: Found) -> str:
    if every["verdict"] == "people":
        return text("They see something that it does not.")
    if every["verdict"] == "model":
        return text("The model knew better.")
    return text("That is no more than chance may do.")


def _weeks(listed: Found) -> Component:
    heads = [text("Week from"), text("Listed"), text("Called"), text("Outcome recorded")]
    rows: list[list[Any]] = [
        [each["name"], count(each["shown"]), count(each["contacted"]), count(each["recorded"])]
        for each in listed["weeks"][-8:]
    ]
    return table(text("People listed to be called, by week"), heads, rows)


def _reasons(used: Found) -> Component:
    heads = [text("Reason"), text("Records"), text("People were right (95 %)"), text("Expected")]
    rows: list[list[Any]] = [
        [each["reason"] or text("none given"), count(each["records"]), share_text(each), percent(each["expected"])]
        for each in used["reasons"][:10]
    ]
    return table(text("Why people disagreed, and whether they were right"), heads, rows)
