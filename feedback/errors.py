"""Errors of feedback: an event that cannot be stored, an unknown decision, a version that cannot be a challenger."""

from __future__ import annotations

from ml.errors import LikelyError


class UnknownDecision(LikelyError):
    """No decision or event has this id, or the caller may not see it."""

    code = "unknown_decision"


class BadEvent(LikelyError):
    """An event that was sent is not valid."""

    code = "bad_event"


class BadChallenger(LikelyError):
    """The version cannot be a challenger, or there is none."""

    code = "bad_challenger"
