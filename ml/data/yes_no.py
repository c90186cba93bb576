"""Pairs of words for no and yes, as found in tables."""

from __future__ import annotations

from collections.abc import Iterable

# In small letters: no, yes
PAIRS = (
    ("no", "yes"), ("n", "y"), ("false", "true"), ("f", "t"), ("off", "on"), ("0", "1"),
    ("nein", "ja"), ("n", "j"), ("nee", "ja"), ("nej", "ja"), ("nei", "ja"),
    ("non", "oui"), ("n", "o"), ("no", "si"), ("no", "sí"), ("no", "sì"), ("n", "s"), ("não", "sim"), ("nao", "sim"),
    ("nie", "tak"), ("ne", "ano"), ("ne", "da"), ("nu", "da"), ("nem", "igen"), ("ei", "kyllä"), ("hayır", "evet"),
    ("нет", "да"), ("όχι", "ναι"),
)  # fmt: skip
_BY_WORDS = {frozenset(pair): pair for pair in PAIRS}
_SPELLED = {("n", "y"): ("No", "Yes"), ("0", "1"): ("No", "Yes"), ("n", "j"): ("Nein", "Ja"), ("f", "t"): ("No", "Yes")}
TRUE, FALSE = {"true", "yes"}, {"false", "no"}


def no_and_yes(texts: Iterable[str]) -> tuple[str, str] | None:
    """Two texts as (no, yes), in any case; None where they are not such a pair ("Yes", "yes", "no" are three)."""
    given = set(texts)
    by_folded = {text.strip().casefold(): text for text in given}
    pair = _BY_WORDS.get(frozenset(by_folded)) if len(by_folded) == len(given) == 2 else None
    return None if pair is None else (by_folded[pair[0]], by_folded[pair[1]])


def spelled(no: str, yes: str) -> tuple[str, str]:
    """A pair for display: single letters and digits as words."""
    return _SPELLED.get((no.casefold(), yes.casefold()), (no, yes))


def truth_of(text: str) -> bool | None:
    """A text for yes or no as bool; None for any other text."""
    folded = text.strip().casefold()
    return True if folded in TRUE else False if folded in FALSE else None
