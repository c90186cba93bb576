"""Parser of constraints between two features: "down_payment <= price"."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ml.data.feature import Feature
from ml.data.schema import Constraint
from ml.errors import InvalidData

SIGNS = re.compile("<=|>=|<|>")
COMPARABLE = ({"number", "integer"}, {"date"})
HINT = 'Write it as "smaller <= larger", with two features; the signs are <=, <, >= and >.'


def read_constraints(written: Sequence[object], features: Sequence[Feature]) -> tuple[Constraint, ...]:
    """Parse constraints.

    Parameters
    ----------
    written : sequence of str
        Each is "A <= B", "A < B", "A >= B" or "A > B", with names or aliases of features.

    Raises
    ------
    InvalidData
        When one is not of this form, names what is no feature, or compares what cannot be compared.
    """
    named = {name: feature for feature in features for name in (feature.name, *feature.aliases)}
    return tuple(_constraint(text, named) for text in written)


def _constraint(text: object, named: Mapping[str, Feature]) -> Constraint:
    if not isinstance(text, str) or not SIGNS.search(text):
        raise InvalidData(f"This is no constraint: {str(text)[:80]!r}.", HINT)
    # A name may contain a sign, so every split is tried.
    parted = [(text[: at.start()].strip(), at.group(), text[at.end() :].strip()) for at in SIGNS.finditer(text)]
    fitting = [(named[left], sign, named[right]) for left, sign, right in parted if left in named and right in named]
    if not fitting:
        strangers = [name for name in (parted[0][0], parted[0][2]) if name not in named]
        raise InvalidData(
            f"The constraint {text!r} names {', '.join(map(repr, strangers))}.", f"Features: {', '.join(named)}."
        )
    left, sign, right = fitting[0]
    if left.name == right.name or not any({left.kind, right.kind} <= kinds for kinds in COMPARABLE):
        kinds = f"{left.name!r} ({left.kind}) with {right.name!r} ({right.kind})"
        raise InvalidData(f"The constraint {text!r} compares {kinds}.", "It takes two numbers, or two dates.")
    smaller, larger = (left, right) if sign[0] == "<" else (right, left)
    return Constraint(smaller.name, "<=" if sign.endswith("=") else "<", larger.name)
