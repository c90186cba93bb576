"""Ask a predictor, whatever it does: what foreign code raises while it is asked becomes an error of ours."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from ml.data.columns import Block
from ml.data.outcomes import Prediction
from ml.data.schema import Row
from ml.errors import BrokenModel, LikelyError
from ml.predict.predictor import Predictor, RowScore
from ml.runtime.foreign_code import how_to_install, missing_module, reason
from ml.trust.code import Code

T = TypeVar("T")


class CannotAnswer(BrokenModel, ValueError):
    """The estimator fails at these records. A ValueError too, so that the record at fault is looked for."""


class Guarded:
    """A predictor that raises errors of ours only.

    Parameters
    ----------
    inner : Predictor
    key : str
        The model's key, for the words of an error.
    code : Code, optional
        What travels with the model; modules of it that are looked up by name while it is asked are found.
    """

    def __init__(self, inner: Predictor, key: str, code: Code | None = None) -> None:
        self.inner = inner
        self._key = key
        self._code = code

    @property
    def description(self) -> str:
        """What serves, in a few words."""
        return self.inner.description

    def row(self, row: Row) -> RowScore:
        """Labels (k) and probabilities (k) of one row; CannotAnswer or BrokenModel where the estimator fails."""
        try:
            return self.inner.row(row)
        except (LikelyError, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - see ml.runtime.foreign_code
            return self._again(lambda: self.inner.row(row), error)

    def block(self, block: Block) -> Prediction:
        """The same for n rows: arrays of shape (n, k)."""
        try:
            return self.inner.block(block)
        except (LikelyError, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - see ml.runtime.foreign_code
            return self._again(lambda: self.inner.block(block), error)

    def _again(self, ask: Callable[[], T], error: BaseException) -> T:
        """Ask once more where the code looked one of its own modules up in ``sys.modules``; else the error in words."""
        missing = missing_module(error)
        if self._code is None or missing is None or not self._code.modules.holds(missing):
            raise refusal(self._key, error) from error
        with self._code.modules.installed():
            try:
                return ask()
            except (LikelyError, KeyboardInterrupt):
                raise
            except BaseException as again:
                raise refusal(self._key, again) from again


def refusal(key: str, error: BaseException) -> LikelyError:
    """What an exception of the estimator means: the records' fault, or the model's."""
    missing = missing_module(error)
    if missing:
        return BrokenModel(f"{key} needs the module {missing}, which is not here.", how_to_install(missing))
    if isinstance(error, ValueError):
        return CannotAnswer(str(error))
    if isinstance(error, Exception) and not isinstance(error, MemoryError):
        return CannotAnswer(f"The estimator fails: {reason(error)}.")
    return BrokenModel(f"{key} cannot answer: {reason(error)}.", "The log says more; train or add it again.")
