"""Errors of feedback: what is told of a decision cannot be stored, or there is no such decision."""

from __future__ import annotations

from ml.errors import LikelyError


class UnknownDecision(LikelyError):
    """There is no decision, or no event, of this id for who asks."""

    code = "unknown_decision"


class BadEvent(LikelyError):
    """An event that was sent is not valid."""

    code = "bad_event"


class BadChallenger(LikelyError):
    """The version cannot be a challenger, or there is none."""

    code = "bad_challenger"
