"""Labels of columns from their names, and names as libraries change them."""

from __future__ import annotations

import re

SHOUTED = 5  # letters from which one word in capitals is a word and no abbreviation


def label_of(name: str) -> str:
    """A column's name as words: ``Loan_Amount_Term`` -> ``Loan amount term``, ``avgBMI`` -> ``Avg BMI``.

    Words part at underscores, spaces, dots (not within a number) and where capitals begin a word. What has capitals
    of its own keeps them: ``pH``, ``eGFR``, ``CO2``, ``iPhone``. A name that is nothing but capitals is written small:
    ``LOAN_AMOUNT`` -> ``Loan amount``. A name with spaces and no underscore is words already, and keeps its capitals:
    ``Net Income (EUR)``.
    """
    if len(name.split()) > 1 and "_" not in name:
        written = " ".join(name.split())
        return written[:1].upper() + written[1:] if written.split()[0].islower() else written
    parts = [part for part in re.split(r"[_\s]+|(?<!\d)\.|\.(?!\d)", name) if part]
    shouted = name.isupper() and (len(parts) > 1 or sum(map(str.isalpha, name)) >= SHOUTED)
    words = [word for part in parts for word in _words(part)]
    spelled = [word.lower() if shouted or _plain(word) else word for word in words]
    text = " ".join(spelled)
    return text[:1].upper() + text[1:] if spelled and spelled[0].islower() else text or name


def known_as(name: str) -> str:
    """A column's name as LightGBM keeps it: with ``_`` for each white space."""
    return re.sub(r"\s", "_", name)


def _words(part: str) -> list[str]:
    """A part of a name at the places where capitals begin a word."""
    starts = [at for at in range(1, len(part)) if _begins(part, at)]
    return [part[start:end] for start, end in zip([0, *starts], [*starts, len(part)], strict=True)]


def _begins(part: str, at: int) -> bool:
    """True when a word begins at this letter: incomeUSD, HDLCholesterol, CO2Level; not pH, eGFR, iPhone, IDs, B2B."""
    before, letter, after = part[:at], part[at], part[at + 1 :]
    if not letter.isupper():
        return False
    if before[-1].islower():
        return len(before) > 1 and before[-2].isalpha()
    word_follows = len(after) > 1 and after[:2].islower()
    return word_follows and (before[-1].isupper() or before[-1].isdigit())


def _plain(word: str) -> bool:
    """True for an ordinary capitalized word: Income, not BMI, pH or D."""
    return word[1:].islower() and word[:1].isalpha()
