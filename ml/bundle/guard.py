"""Guard around a predictor: exceptions of the estimator's code become errors of ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from ml.data.columns import Block
from ml.data.outcomes import Prediction
from ml.data.schema import Row
from ml.errors import BrokenModel, LikelyError
from ml.predict.predictor import Predictor, RowScore
from ml.runtime.foreign_code import foreign, how_to_install, missing_module, reason
from ml.translation import text
from ml.trust.code import Code

G = TypeVar("G")
T = TypeVar("T")


class CannotAnswer(BrokenModel, ValueError):
    """The estimator fails for these records. Also a ValueError, so that callers search for the record at fault."""


class Guarded:
    """A predictor that raises only LikelyError, with the model's `key` in its words.

    Modules of its `code`, if any, can be imported during predictions.
    """

    def __init__(self, inner: Predictor, key: str, code: Code | None) -> None:
        self.inner = inner
        self._key = key
        self._code = code

    @property
    def description(self) -> str:
        """The serving path in a few words."""
        return self.inner.description

    def row(self, row: Row) -> RowScore:
        """Labels (k) and probabilities (k) of one row; CannotAnswer or BrokenModel where the estimator fails."""
        return self._guarded(self.inner.row, row)

    def block(self, block: Block) -> Prediction:
        """Answers for n rows: arrays of shape (n, k)."""
        return self._guarded(self.inner.block, block)

    def _guarded(self, ask: Callable[[G], T], given: G) -> T:
        """The answer, with a second try where one of the model's own modules was missing in ``sys.modules``."""
        try:
            return ask(given)
        except (LikelyError, KeyboardInterrupt):
            raise
        except BaseException as error:
            missing = missing_module(error)
            if self._code is None or missing is None or not self._code.modules.holds(missing):
                raise refusal(self._key, error) from error
            with self._code.modules.installed(), foreign(partial(refusal, self._key)):
                return ask(given)


def refusal(key: str, error: BaseException) -> LikelyError:
    """Translate an exception of the estimator into a LikelyError: the records' fault, or the model's."""
    missing = missing_module(error)
    if missing:
        return BrokenModel(
            text("{key} needs the module {missing}, which is not here.", key=key, missing=missing),
            how_to_install(missing),
        )
    if isinstance(error, ValueError):
        return CannotAnswer(str(error))
    if isinstance(error, Exception) and not isinstance(error, MemoryError):
        return CannotAnswer(text("The estimator fails: {reason}.", reason=reason(error)))
    return BrokenModel(
        text("{key} cannot answer: {reason}.", key=key, reason=reason(error)),
        text("The log says more; train or add it again."),
    )
