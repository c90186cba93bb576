"""Texts of form fields: a feature's value as its control holds it, and numbers as their reader writes them.

A field holds text, as in any form: the server makes a typed value of it and finds every fault.
"""

from __future__ import annotations

from dataclasses import replace

from ml.data.feature import Feature, text_of
from ml.data.parsing import NUMBER
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.locale import NotANumber, canonical, current_format
from ml.translation import mark

NOT_KNOWN = mark("Not known")
AMBIGUOUS = "?"  # appended to a number that readers would take for different numbers, so that it is refused
TICKED = {True: "true", False: "false"}
YES_NO = {TICKED[True]: mark("Yes"), TICKED[False]: mark("No")}


def starting_text(feature: Feature, given: str | None = None, otherwise: str | None = None) -> str:
    """The text with which the field starts.

    Parameters
    ----------
    given : str or None
        From the page's address; None starts with `otherwise`. So does a choice that does not exist, which cannot be
        shown; other invalid texts are shown and explained at the field.
    otherwise : str or None
        The text of the record that the address names; None for the feature's default.
    """
    if given is not None and feature.shown_as not in ("select", "radio", "switch"):
        return f"{given}{AMBIGUOUS}" if _readable_otherwise(feature, given) else given
    text = _written(feature, text_of(feature.default)) if otherwise is None else otherwise
    if given is not None:
        row = read_records(Schema((_listed(feature),)), [{feature.name: given}]).rows[0]
        text = text if row is None else text_of(row[0])
    return _ticked(feature, text) if feature.shown_as == "switch" else text


def kept_text(feature: Feature, text: str) -> str:
    """The text of a record's value in the field; a choice that cannot be shown becomes a blank."""
    if feature.shown_as not in ("select", "radio", "switch"):
        return _written(feature, text)
    row = read_records(Schema((replace(_listed(feature), required=False),)), [{feature.name: text}]).rows[0]
    known = "" if row is None else text_of(row[0])
    return _ticked(feature, known) if feature.shown_as == "switch" else known


def typed(text: str) -> str:
    """A number as its reader types it, other texts as they are; no groups, which would be in the way of a digit."""
    return text.replace(".", current_format().decimal) if NUMBER.fullmatch(text) else text


def number_format_data() -> dict[str, str]:
    """The reader's decimal mark and group mark, for the form's script."""
    return {"data-decimal": current_format().decimal, "data-group": current_format().group}


def _listed(feature: Feature) -> Feature:
    """The feature with its listed choices only, for controls that cannot hold another value."""
    return replace(feature, unknown=False) if feature.unknown else feature


def _ticked(feature: Feature, text: str) -> str:
    """A value's text as a switch holds it."""
    yes = TICKED[True] if feature.yes_no is None else text_of(feature.yes_no[1])
    return TICKED[text in (yes, TICKED[True])]


def _written(feature: Feature, text: str) -> str:
    """A value's text as its control holds it: the label, in a combobox."""
    return feature.labels.get(text, text) if feature.shown_as == "combobox" else text


def _readable_otherwise(feature: Feature, given: str) -> bool:
    """True when a text is no number as programs write it, but one in the reader's own marks: "1,234"."""
    if not feature.is_number or not given.strip() or NUMBER.fullmatch(given.strip()):
        return False
    try:
        canonical(given, current_format())
    except NotANumber:
        return False
    return True
