"""An unfitted copy of a version's estimator, with the same parameters."""

from __future__ import annotations

from typing import Any

from ml.errors import InvalidData
from ml.runtime.foreign_code import first_line, foreign

HINT = "Fit it where it was made, and add it: python -m ml add NAME --estimator FILE --data FILE --holdout FILE --hold."


def unfitted(estimator: Any) -> Any:
    """A copy of an estimator, and of all that is frozen or fitted in advance inside, without what it has learned.

    Raises
    ------
    InvalidData
        When it has no parameters to make a copy of, or was fitted in advance where that cannot be done here.
    """
    from sklearn.base import clone

    if not hasattr(estimator, "get_params"):
        raise InvalidData(f"{type(estimator).__name__} has no get_params: no unfitted copy can be made of it.", HINT)
    failed = f"No unfitted copy can be made of {type(estimator).__name__}"
    with foreign(lambda error: InvalidData(f"{failed}: {first_line(error)}.", HINT)):
        return _thawed(clone(estimator))


def _thawed(value: Any) -> Any:
    """The value of a parameter with unfitted copies for all frozen estimators in it, which ``clone`` leaves fitted."""
    if type(value).__name__ == "FrozenEstimator":
        return unfitted(value.estimator)
    if isinstance(value, (list, tuple)):
        parts = [_thawed(each) for each in value]
        return value if all(new is old for new, old in zip(parts, value, strict=True)) else type(value)(parts)
    if hasattr(value, "get_params") and not isinstance(value, type):
        given = value.get_params(deep=False)
        _refuse_prefit(value, given)
        changed = {name: new for name, old in given.items() if (new := _thawed(old)) is not old}
        return value.set_params(**changed) if changed else value
    return value


def _refuse_prefit(estimator: Any, given: dict[str, Any]) -> None:
    name = next((name for name, value in given.items() if isinstance(value, str) and value == "prefit"), None)
    if name is not None:
        raise InvalidData(f"{type(estimator).__name__} takes an estimator that was fitted before it ({name}).", HINT)
