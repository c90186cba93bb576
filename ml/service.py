"""The service: one facade for all entrypoints (page, API, jobs and command line).

It finds models by name or key, scores records, and keeps expensive results in the cache
(``ml/runtime/result_cache.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from ml.advice.advice import Advice, ScoreWithBlanks, advise, score_with_blanks
from ml.advice.local_shapley import Explanation, explain
from ml.advice.sampling_budget import BUDGET
from ml.advice.score_known import AVERAGE, ESTIMATOR, Blanks, check_blanks, score_all_known, score_known
from ml.advice.value_function import ValueFunction
from ml.bundle.bundle import Bundle as Bundle  # entrypoints import it from here
from ml.bundle.observers import CutOffsUsed, OnScored, OnScores, id_of
from ml.bundle.scored import Score, Scored
from ml.bundle.scoring import refused_problem, score_each, score_records
from ml.data.schema import Row
from ml.decision.cut_offs import ChosenCutOffs, CutOffs
from ml.decision.ranking import Ranking
from ml.errors import InvalidRecord, LikelyError, Problem
from ml.lifecycle.access import Access
from ml.lifecycle.registry import Registry
from ml.runtime.memo import Memo
from ml.runtime.result_cache import Cache, Key, ResultCache
from ml.runtime.single_flight import SingleFlight


class Service:
    """Models, scores and results.

    Parameters
    ----------
    cache : Cache or None
        Cache of expensive results; None computes them each time.
    single_flight : SingleFlight or None
        Makes concurrent requests for one result compute it once.
    chosen : callable or None
        Gives the cut-offs that were chosen, see :class:`ml.decision.cut_offs.CutOffs`.
    access : Access or None
        Access of the caller to models; None for all.
    scored : callable
        Called with the key of a version, the number of records that it scored, and the seconds that it took.
    record_scores : callable, optional
        Called with a version, raw records, what gives their scores, and cut-offs; where decisions are recorded it is
        :meth:`feedback.recorder.Recorder.record_scores`, which this package must not import.
    """

    def __init__(
        self,
        registry: Registry,
        cache: Cache | None = None,
        single_flight: SingleFlight | None = None,
        chosen: ChosenCutOffs | None = None,
        access: Access | None = None,
        scored: OnScored = lambda *_: None,
        record_scores: OnScores | None = None,
    ) -> None:
        self.registry, self.scored, self._record_scores = registry, scored, record_scores or (lambda *_: None)
        self._access = access
        self._cut_offs = CutOffs(chosen)
        self._results = ResultCache(cache, single_flight)
        self._value_function = Memo(ValueFunction)

    def names(self) -> tuple[str, ...]:
        """Names of all models that who asks may know, sorted; some may be broken."""
        names = self.registry.names()
        return names if self._access is None else tuple(name for name in names if self._access.knows(name))

    def allow(self, name_or_key: str) -> None:
        """Refuse who asks where this model is not for them.

        Raises
        ------
        UnknownModel
            They may not know that it is there.
        LikelyError
            They may not do with it what they ask for.
        """
        if self._access is not None:
            self._access.check(name_or_key.partition("@")[0])

    def allows(self, name_or_key: str) -> bool:
        """True where who asks may do with this model what they ask for."""
        try:
            self.allow(name_or_key)
        except LikelyError:
            return False
        return True

    def model(self, name_or_key: str) -> Bundle:
        """The live version of a model, or the very version that a key names.

        Raises
        ------
        UnknownModel, BrokenModel
        LikelyError
            As of :meth:`allow`.
        """
        self.allow(name_or_key)
        return self.registry.load(name_or_key)

    def opened(self, name_or_key: str) -> Bundle:
        """Like :meth:`model`, after the check of its golden answers: for lists and pages, which show broken models.

        Raises
        ------
        UnknownModel, BrokenModel, UntrustedModel
        """
        bundle = self.model(name_or_key)
        _ = bundle.predictor
        return bundle

    def check(self) -> dict[str, str | None]:
        """Fault of each model; None for those that serve."""
        return {name: self._fault(name) for name in self.names()}

    def _fault(self, name: str) -> str | None:
        try:
            self.opened(name)
        except LikelyError as error:
            return str(error)
        return None

    def score(
        self, name_or_key: str, raws: Iterable[object], blanks: Blanks = ESTIMATOR, cut_offs: CutOffsUsed = None
    ) -> Scored:  # fmt: skip
        """Score raw records.

        Parameters
        ----------
        name_or_key : str
            ``loan`` or ``loan@3f9a1c2b``.
        raws : iterable of mapping
            Feature name or alias to raw value (JSON values or text).
        blanks : {"estimator", "average"}
            Treatment of missing values; see :mod:`ml.advice.score_known`.
        cut_offs : mapping of str to float, or None
            Cut-offs at which the caller decides, which are recorded with the scores.

        Raises
        ------
        UnknownModel, BrokenModel
        NoProbabilities
            With "average", where there are none.
        InvalidRecord
            With every problem of every record.
        """
        bundle, began = self.model(name_or_key), perf_counter()
        if blanks == AVERAGE:
            check_blanks(bundle, blanks)
            made = score_all_known(self._value_function(bundle), bundle, list(raws))
        else:
            made = score_records(bundle, raws)
        self.scored(bundle.key, len(made.scores), perf_counter() - began)
        self._record_scores(bundle, raws, lambda: [(each.id, each.probabilities) for each in made.scores], cut_offs)
        return made

    def cut_off(self, bundle: Bundle, outcome: str) -> float:
        """The cut-off of an outcome, 0 to 1: the chosen one, else the card's."""
        return self._cut_offs.in_use(bundle.name, bundle.card, (outcome,))[outcome]

    def cut_offs(self, bundle: Bundle) -> dict[str, float]:
        """The cut-offs of all outcomes, by name, from one question to the store."""
        return self._cut_offs.in_use(bundle.name, bundle.card, bundle.outcomes.names)

    def score_with_blanks(
        self, name_or_key: str, raw: object, outcome: str | None = None, ranking: Ranking | None = None,
        cut_offs: CutOffsUsed = None,
    ) -> ScoreWithBlanks:  # fmt: skip
        """Score of one record that may have blanks: score, range, and next questions.

        Parameters
        ----------
        raw : mapping
            Feature name or alias to raw value; missing names are blanks.
        outcome : str or None
            Outcome of the questions; None leaves the choice to :func:`ml.advice.advice.score_with_blanks`.
        ranking : Ranking or None
            In which independent outcomes are offered: its first is then that choice.
        cut_offs : mapping of str to float, or None
            Cut-offs of all outcomes; None takes those in use.

        Raises
        ------
        UnknownModel, BrokenModel, UnknownOutcome, NoProbabilities
        InvalidRecord
            With every problem of the record.
        """
        bundle, began = self.model(name_or_key), perf_counter()
        value_function, cut_offs = self._value_function(bundle), self.cut_offs(bundle) if cut_offs is None else cut_offs
        try:
            scored = score_with_blanks(value_function, bundle, raw, outcome, cut_offs, ranking)
        except ValueError as error:
            raise InvalidRecord([refused_problem(0, str(error))]) from error
        self.scored(bundle.key, 1, perf_counter() - began)
        self._record_scores(bundle, [raw], lambda: [(id_of(bundle.schema, raw), scored.probabilities)], cut_offs)
        return scored

    def advise(self, scored: ScoreWithBlanks, holdout_row: int | None = None, step: int | None = None) -> Advice:
        """Reasons, what-if sweeps, counterfactuals and evidence; parameters as of :func:`ml.advice.advice.advise`."""
        return advise(self._value_function(scored.model), scored, holdout_row, step)

    def explain(
        self, bundle: Bundle, row: Row, *, blanks: bool, quick: bool = False, many: bool = False
    ) -> Explanation:  # fmt: skip
        """Local Shapley values of a row; with `blanks` None is a blank, else a missing value.

        A `quick` answer of a slow model is less sharp, and its errors say so. So does one of `many`, as in a file: it
        costs four fifths of the first reasons on the Prediction page.
        """
        value_function = self._value_function(bundle)
        budget = value_function.listed_budget if many else value_function.quick_budget if quick else BUDGET
        return explain(value_function, row, None if blanks else [True] * len(row), budget)

    def score_each(
        self, bundle: Bundle, raws: Sequence[object], blanks: Blanks = ESTIMATOR
    ) -> list[Score | tuple[Problem, ...]]:
        """Score what can be scored, for files: beside each other scores and, in their place, problems.

        Columns that the model does not know are ignored. `blanks` says what becomes of missing values; NoProbabilities
        with "average", where there are none.
        """
        began = perf_counter()
        if blanks == AVERAGE:
            check_blanks(bundle, blanks)
            scores = score_known(self._value_function(bundle), bundle, raws)
        else:
            scores = score_each(bundle, raws)
        self.scored(bundle.key, sum(isinstance(each, Score) for each in scores), perf_counter() - began)
        return scores

    def result(self, key: Key, compute: Callable[[], Any], *, typed: bool = False) -> Any:
        """A JSON value from the cache, or computed by one caller while the others wait.

        Parameters
        ----------
        key : tuple of str, int, float, bool or None
            The model key first; only values whose text tells them apart.
        compute : callable
            Gives the value as plain JSON (dict, list, str, number, bool), not None.
        typed : bool
            True where the key holds a number that somebody typed: the value is kept for an hour, not for good.

        Raises
        ------
        StillWorking
            Within :func:`ml.runtime.deadline.deadline`, where it takes longer; it goes on, and who asks again gets it.
        """
        return self._results.result(key, compute, typed=typed)

    def kept(self, key: Key) -> Any:
        """The cached value of :meth:`result`'s key, or None; nothing is computed."""
        return self._results.kept(key)


def open_service(
    models: str | Path,
    cache: Cache | None = None,
    locks: str | Path | None = None,
    chosen: ChosenCutOffs | None = None,
    access: Access | None = None,
    scored: OnScored = lambda *_: None,
    record_scores: OnScores | None = None,
) -> Service:
    """A service on a folder of models."""
    flight = SingleFlight(Path(locks) if locks else None)
    return Service(Registry(Path(models)), cache, flight, chosen, access, scored, record_scores)
