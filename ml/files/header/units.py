"""Units as they stand below a header, or behind a name in it."""

from __future__ import annotations

import re

_UNITS = re.compile(
    r"%|‰|[€$£¥₹]|eur(os?)?|usd|gbp|chf|jpy|inr|pln|k€|t€|tsd|thousands?|yes/no|y/n|ja/nein|oui/non"
    r"|years?|yrs?|jahren?|ans|années?|años?|anni|jaar|months?|monaten?|mois|meses|mesi|maanden|days?|tagen?|jours?|días?"
    r"|hours?|std|stunden?|h|min|minutes?|minuten|s|sec|seconds?|sekunden|kg|g|mg|t|m|cm|mm|km|m²|l|pcs|stk|stück|number",
    re.IGNORECASE,
)
_SCALED = re.compile(r"%|‰|k€|t€|tsd|thousands?", re.IGNORECASE)
# A word at the end of a name that scales its numbers (k€: thousands, %: hundredths), with what people write around it
_SCALE_WORD = re.compile(
    r"(?:^|[\W_])(k|k€|€k|t€|[kmt](?:eur|usd|gbp|chf)|tsd|tds|tkr|thousands?|tausend|milliers|miles|000|m€|€m|mio|mln|mn|mil|millions?|millionen"
    r"|mrd|bn|billions?|lakhs?|lacs?|crores?|pct|percent|prozent|cents?|ct)[\W_]*(?:€|\$|£|eur|usd|gbp|chf)?[\W_]*",
    re.IGNORECASE,
)
_NAME = re.compile(r"(.*\S)\s*(?:\(([^()]+)\)|\[([^\[\]]+)\])")


def is_unit(text: str) -> bool:
    """True for "EUR", "years", "%" and the like."""
    return _UNITS.fullmatch(text.rstrip(".")) is not None


def without_unit(name: str) -> str:
    """A name without its unit, as in "Balance [EUR]"; one that scales its numbers stays: "income [tsd]"."""
    found = _NAME.fullmatch(name.strip())
    unit = (found[2] or found[3]).strip() if found else ""
    return found[1] if found and is_unit(unit) and not _SCALED.fullmatch(unit.rstrip(".")) else name


def scale_in(name: str) -> str:
    """The word at the end of a name that scales its numbers, plain: "k" (thousands) in "Income (k€)"; else empty."""
    found = next((found for found in _SCALE_WORD.finditer(name) if found.end() == len(name)), None)
    return re.sub(r"[\W_]+", "", found[1].casefold()) if found else ""
