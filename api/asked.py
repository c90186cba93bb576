"""What may stand behind the ? of the predict address."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from api.query import BadParameter
from api.shapes import names_of, without_strangers
from ml.files.read_options import NAMES as READING
from ml.schema import Schema

NAMES = ("explain", "blanks", "version", "cutoff", "outcome", "extra", *READING)
CHOSEN = "chosen"
MOST = 100  # records of a request that asks for more than scores: each takes some milliseconds


@dataclass(frozen=True)
class Asked:
    """What a request wants beside the scores.

    Attributes
    ----------
    explain : bool
        Contributions and reasons of each record.
    blanks : bool
        What a record lacks is a blank, not a missing value: score, range and questions.
    version : str
        Fingerprint of the version that answers; empty for the one that the path names.
    cutoff : float or None
        Probability from which one acts; None where no decision is asked for.
    chosen : bool
        The cut-offs that are in use, instead of one number.
    outcome : str
        What reasons and questions are about; empty for the positive one.
    ignore : bool
        Fields that the model does not know are left out, instead of refused.
    """

    explain: bool = False
    blanks: bool = False
    version: str = ""
    cutoff: float | None = None
    chosen: bool = False
    outcome: str = ""
    ignore: bool = False

    @property
    def only_scores(self) -> bool:
        """Whether scores are all that is asked for."""
        return not self.more and self.cutoff is None and not self.chosen

    @property
    def more(self) -> bool:
        """Whether more is asked than scores and decisions."""
        return self.explain or self.blanks


def read_asked(query: Mapping[str, str]) -> Asked:
    """The parameters of an address.

    Raises
    ------
    BadParameter
    """
    cutoff = query.get("cutoff", "")
    return Asked(
        explain=_one_of(query, "explain", {"": False, "false": False, "true": True}),
        blanks=_one_of(query, "blanks", {"": False, "refuse": False, "allow": True}),
        version=query.get("version", ""),
        cutoff=None if cutoff in ("", CHOSEN) else _probability(cutoff),
        chosen=cutoff == CHOSEN,
        outcome=query.get("outcome", ""),
        ignore=read_extra(query),
    )


def read_extra(query: Mapping[str, str]) -> bool:
    """``?extra=ignore``: whether fields that the model does not know are left out.

    Raises
    ------
    BadParameter
    """
    return _one_of(query, "extra", {"": False, "refuse": False, "ignore": True})


def records_asked(raws: list[Any], schema: Schema) -> list[Any]:
    """The records of the request at hand, without what it asks to ignore.

    Raises
    ------
    BadParameter, Unreadable
    """
    return without_strangers(raws, names_of(schema))[0] if read_extra(request.args) else raws


def _one_of(query: Mapping[str, str], name: str, accepted: Mapping[str, bool]) -> bool:
    given = query.get(name, "").lower()
    if given not in accepted:
        known = ", ".join(filter(None, accepted))
        raise BadParameter(f"{name} is {given[:80]!r}.", f"Accepted: {known}.")
    return accepted[given]


def _probability(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 <= number <= 1:
        raise BadParameter(f"cutoff is {text[:80]!r}.", f"Accepted: a probability from 0 to 1, or {CHOSEN}.")
    return number
