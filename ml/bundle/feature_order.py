"""Order of the features in a form, as the version's card has it, and which of very many have a field there.

Computed with the version, so it is the same in every worker for the life of the version.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ml.data.feature import Feature
from ml.data.schema import Schema

CARD = "order"
# Dash's renderer takes time that grows faster than the square of the fields until a page stands: 150 fields 1.8 s,
# 500 18 s, 1,000 48 s, 3,000 more than 200 s (docs/decisions/0074-a-form-of-many-features.md)
MOST_FIELDS = 200
FeatureGroups = tuple[tuple[str, tuple[Feature, ...]], ...]


def in_order(card: Mapping[str, Any], schema: Schema) -> list[str]:
    """Names of all features, the most important first where the card says so, else in schema order."""
    choice_of = {column: one.name for one in schema.one_hot for column in one.columns}
    stated = (name if name in schema.position else choice_of.get(name) for name in card.get(CARD, ()))
    return list(dict.fromkeys([*(name for name in stated if name in schema.position), *schema.names]))


def groups_in_order(card: Mapping[str, Any], schema: Schema) -> FeatureGroups:
    """The schema's groups, each as important as its most important feature, and their features in that order."""
    rank = {name: at for at, name in enumerate(in_order(card, schema))}
    groups = [(title, tuple(sorted(members, key=lambda one: rank[one.name]))) for title, members in schema.groups]
    return tuple(sorted(groups, key=lambda group: rank[group[1][0].name]))


def names_with_field(card: Mapping[str, Any], schema: Schema) -> frozenset[str]:
    """Names of the features that the form offers, whichever values are given."""
    return frozenset(in_order(card, schema)[:MOST_FIELDS])
