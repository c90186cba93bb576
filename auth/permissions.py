"""Permissions, and the roles of people and scopes of keys that grant them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Permission(StrEnum):
    """Permission that a route or a callback needs."""

    OPEN = "open"  # nothing: assets, health checks, sign-in
    SIGNED_IN = "signed in"  # a person or a key, whatever they may do
    READ = "read"  # models, their figures and reports
    SCORE = "score"  # predictions and advice on single records
    FILES = "files"  # jobs: files, campaigns and call lists
    CUT_OFFS = "cut-offs"  # changing the cut-off in use
    VERSIONS = "versions"  # making a version live, rolling back, choosing a challenger
    OUTCOMES = "outcomes"  # what came of a decision
    TRAINING = "training"  # tables of decisions, with their values and outcomes
    METRICS = "metrics"  # what Prometheus reads
    ADMIN = "admin"  # people, keys and audit


_VIEWER = frozenset({Permission.READ})
_SELLER = _VIEWER | {Permission.SCORE, Permission.OUTCOMES}
_MANAGER = _SELLER | {Permission.FILES, Permission.CUT_OFFS}
_DATA_SCIENTIST = _MANAGER | {Permission.VERSIONS, Permission.TRAINING}

ROLES: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "viewer": _VIEWER,
        "seller": _SELLER,
        "manager": _MANAGER,
        "data scientist": _DATA_SCIENTIST,
        "administrator": _DATA_SCIENTIST | {Permission.METRICS, Permission.ADMIN},
    }
)
ADMINISTRATOR = "administrator"

SCOPES: Mapping[str, frozenset[Permission]] = MappingProxyType(
    {
        "score": frozenset({Permission.SCORE, Permission.FILES}),
        "outcomes": frozenset({Permission.OUTCOMES}),
        "training": frozenset({Permission.TRAINING}),
        "read": frozenset({Permission.READ}),
        "metrics": frozenset({Permission.METRICS}),
        "admin": frozenset(Permission) - {Permission.OPEN, Permission.SIGNED_IN},
    }
)
