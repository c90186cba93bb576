"""The front door that every door below calls: page, API, jobs and command line.

It knows models by name or key, hands out scores, and keeps expensive results in the cache. It is
the only file that knows the cache: keys are strings that begin with the model key, values are
JSON. A new version has a new key, so nothing is ever invalidated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from ml.advice.advice import Advice, Standing, advise, stand
from ml.advice.local_shapley import Explanation, explain
from ml.advice.sampling_budget import BUDGET
from ml.advice.value_function import Game
from ml.bundle.bundle import Bundle as Bundle  # the doors know it through the service
from ml.bundle.scored import Score, Scored
from ml.data.columns import block_of
from ml.data.outcomes import Prediction
from ml.data.records import Records, read_records
from ml.data.schema import Row
from ml.decision.cut_offs import Chosen, CutOffs
from ml.errors import InvalidRecord, LikelyError, Problem
from ml.lifecycle.registry import Registry
from ml.locale import use_number_format
from ml.runtime.deadline import BackgroundTasks
from ml.runtime.memo import Memo
from ml.runtime.single_flight import SingleFlight

REFUSED = "Its values are of the right kind, but the estimator was not made for them: change or fill them."


class Cache(Protocol):
    """What is asked of Flask-Caching: JSON values by string."""

    def get(self, key: str) -> Any:
        """The value, or None."""

    def set(self, key: str, value: Any, timeout: int | None = None) -> Any:
        """Keep a value; a timeout of 0 keeps it for good."""


class Service:
    """Models, scores and results.

    Parameters
    ----------
    registry : Registry
    cache : Cache or None
        Where expensive results are kept; None computes them each time.
    single_flight : SingleFlight or None
        Sees to it that one result is computed once, however many ask for it.
    chosen : callable or None
        Gives the cut-off that somebody chose, see :class:`ml.decision.cut_offs.CutOffs`.
    """

    def __init__(
        self,
        registry: Registry,
        cache: Cache | None = None,
        single_flight: SingleFlight | None = None,
        chosen: Chosen | None = None,
    ) -> None:
        self.registry = registry
        self._cut_offs = CutOffs(chosen)
        self._cache = cache
        self._single_flight = single_flight or SingleFlight()
        self._game = Memo(Game)
        self._background = BackgroundTasks()

    def names(self) -> tuple[str, ...]:
        """Names of all models, sorted; some may be broken."""
        return self.registry.names()

    def model(self, name_or_key: str) -> Bundle:
        """The live version of a model, or the very version that a key names.

        Raises
        ------
        UnknownModel, BrokenModel
        """
        return self.registry.load(name_or_key)

    def opened(self, name_or_key: str) -> Bundle:
        """As :meth:`model`, and it gave its golden answers: for lists and pages, which tell the broken from the sound.

        Raises
        ------
        UnknownModel, BrokenModel, UntrustedModel
        """
        bundle = self.model(name_or_key)
        _ = bundle.predictor
        return bundle

    def check(self) -> dict[str, str | None]:
        """Whether each model serves: None, or what is wrong with it."""
        return {name: self._fault(name) for name in self.names()}

    def _fault(self, name: str) -> str | None:
        try:
            self.opened(name)
        except LikelyError as error:
            return str(error)
        return None

    def score(self, name_or_key: str, raws: Iterable[object]) -> Scored:
        """Score raw records.

        Parameters
        ----------
        name_or_key : str
            ``loan`` or ``loan@3f9a1c2b``.
        raws : iterable of mapping
            Feature name or alias to raw value (JSON values or text).

        Raises
        ------
        UnknownModel, BrokenModel
        InvalidRecord
            With every problem of every record.
        """
        bundle = self.model(name_or_key)
        records = read_records(bundle.schema, raws)
        rows = records.all_rows()
        if len(rows) == 1:
            labels, probabilities = _refusing(bundle, rows, lambda: bundle.predictor.row(rows[0]))
            return Scored(bundle, (Score(records.ids[0], _names(bundle, labels), probabilities, records.notes),))
        answer = _refusing(bundle, rows, lambda: bundle.predictor.block(block_of(bundle.schema, rows)))
        return Scored(bundle, _scores(bundle, records, answer))

    def cut_off(self, bundle: Bundle, outcome: str) -> float:
        """The probability from which we act on an outcome, 0 to 1: chosen by somebody, else by the card."""
        return self._cut_offs.of(bundle.name, bundle.card, outcome)

    def stand(self, name_or_key: str, raw: object, outcome: str | None = None) -> Standing:
        """Where one record stands when some of it may be unknown: score, range, and what to ask next.

        Parameters
        ----------
        name_or_key : str
        raw : mapping
            Feature name or alias to raw value; what is left out is blank.
        outcome : str or None
            What the questions are about; None leaves the choice to :func:`ml.advice.advice.stand`.

        Raises
        ------
        UnknownModel, BrokenModel, UnknownOutcome, NoProbabilities
        InvalidRecord
            With every problem of the record.
        """
        bundle = self.model(name_or_key)
        game = self._game(bundle)
        try:
            return stand(game, bundle, raw, outcome, partial(self.cut_off, bundle))
        except ValueError as error:
            raise InvalidRecord([Problem(0, None, None, _first_line(str(error)), REFUSED)]) from error

    def advise(self, standing: Standing, holdout_row: int | None = None, step: int | None = None) -> Advice:
        """What stands behind a standing: reasons, sweeps, levers and evidence.

        `holdout_row` is the record's own row in the hold-out, from 0, where it came from there: it is no evidence
        for itself. `step` 0 gives a first answer soon, 1 and so on sharper ones: :func:`ml.advice.advice.advise`.
        """
        return advise(self._game(standing.model), standing, holdout_row, step)

    def explain(self, bundle: Bundle, row: Row, *, blanks: bool, quick: bool = False) -> Explanation:
        """What each value of a row contributes; with `blanks` None is a blank, else a value that is missing.

        A `quick` answer of a slow model is less sharp, and its errors say so.
        """
        game = self._game(bundle)
        budget = game.budgets[0] if quick else BUDGET
        return explain(game, row, None if blanks else [True] * len(row), budget)

    def score_each(self, bundle: Bundle, raws: Sequence[object]) -> list[Score | tuple[Problem, ...]]:
        """Score what can be scored, for files: beside each other scores and, in their place, problems.

        Columns that the model does not know are let be.
        """
        records = read_records(bundle.schema, raws, extra=True)
        found: list[Score | tuple[Problem, ...]] = [() for _ in records.ids]
        for problem in records.problems:
            found[problem.row] = (*found[problem.row], problem)  # type: ignore[misc]
        good = [at for at, row in enumerate(records.rows) if row is not None]
        rows = [row for row in records.rows if row is not None]
        if not rows:  # estimators refuse to be asked nothing
            return found
        try:
            answer = _refusing(bundle, rows, lambda: bundle.predictor.block(block_of(bundle.schema, rows)))
        except InvalidRecord as refused:
            bad = {good[problem.row]: problem for problem in refused.problems}
            rest = [raw for at, raw in enumerate(raws) if at not in bad]
            scored = iter(self.score_each(bundle, rest))
            return [(bad[at],) if at in bad else next(scored) for at in range(len(raws))]
        for at, score in zip(good, _scores(bundle, _only(records, good), answer), strict=True):
            found[at] = score
        return found

    def result(self, key: tuple[str | int | float | bool | None, ...], compute: Callable[[], Any]) -> Any:
        """A JSON value from the cache, or computed by one caller while the others wait.

        Parameters
        ----------
        key : tuple of str, int, float, bool or None
            The model key first; only values whose text tells them apart.
        compute : callable
            Gives the value as plain JSON (dict, list, str, number, bool), not None.

        Raises
        ------
        StillWorking
            Within :func:`ml.runtime.deadline.deadline`, where it takes longer; it goes on, and who asks again gets it.
        """
        text = _text(key)
        found = self._get(text)
        return self._background.ask(text, lambda: self._computed(text, compute)) if found is None else found

    def _computed(self, text: str, compute: Callable[[], Any]) -> Any:
        with self._single_flight.only_one(text):
            found = self._get(text)
            if found is None:
                with use_number_format(None):  # a cached result is for all readers
                    found = compute()
                if self._cache is not None:
                    self._cache.set(text, found, timeout=0)
        return found

    def kept(self, key: tuple[str | int | float | bool | None, ...]) -> Any:
        """What the cache holds of :meth:`result`'s key, or None; nothing is computed, and nobody waits."""
        return self._get(_text(key))

    def _get(self, text: str) -> Any:
        return None if self._cache is None else self._cache.get(text)


def _text(key: tuple[str | int | float | bool | None, ...]) -> str:
    return "|".join(repr(part) for part in key)


def open_service(
    models: str | Path, cache: Cache | None = None, locks: str | Path | None = None, chosen: Chosen | None = None
) -> Service:
    """A service on a folder of models."""
    return Service(Registry(Path(models)), cache, SingleFlight(Path(locks) if locks else None), chosen)


def _refusing(bundle: Bundle, rows: Sequence[Row], ask: Callable[[], Any]) -> Any:
    """The answer, or InvalidRecord that names each record which the estimator itself refuses."""
    try:
        return ask()
    except ValueError as error:
        found = _refused_among(bundle, rows, 0) or [(0, str(error))]
        raise InvalidRecord([Problem(at, None, None, _first_line(why), REFUSED) for at, why in found]) from error


def _refused_among(bundle: Bundle, rows: Sequence[Row], first: int) -> list[tuple[int, str]]:
    """Which of the rows, refused together, are refused alone: by halves, for most rows are good."""
    if len(rows) == 1:
        refusal = _refusal(lambda: bundle.predictor.row(rows[0]))
        return [(first, refusal)] if refusal else []
    middle = len(rows) // 2
    found: list[tuple[int, str]] = []
    for start, part in ((first, rows[:middle]), (first + middle, rows[middle:])):
        refusal = _refusal(partial(bundle.predictor.block, block_of(bundle.schema, part)))
        found += _refused_among(bundle, part, start) if refusal else []
    return found


def _refusal(ask: Callable[[], Any]) -> str:
    try:
        ask()
    except ValueError as error:
        return str(error) or "no reason was given"
    return ""


def _first_line(why: str) -> str:
    return f"The model cannot answer this record: {(why.splitlines() or [''])[0][:200]}"


def _only(records: Records, which: Sequence[int]) -> Records:
    """Some of the records, their notes renumbered."""
    place = {at: new for new, at in enumerate(which)}
    notes = tuple(replace(note, row=place[note.row]) for note in records.notes if note.row in place)
    return Records(tuple(records.rows[at] for at in which), tuple(records.ids[at] for at in which), (), notes)


def _names(bundle: Bundle, labels: Iterable[bool]) -> tuple[str, ...]:
    return tuple(name for name, yes in zip(bundle.outcomes.names, labels, strict=True) if yes)


def _scores(bundle: Bundle, records: Records, answer: Prediction) -> tuple[Score, ...]:
    notes: dict[int, list[Problem]] = {}
    for note in records.notes:
        notes.setdefault(note.row, []).append(note)
    probabilities = (
        [None] * len(records.ids) if answer.probabilities is None else map(tuple, answer.probabilities.tolist())
    )
    return tuple(
        Score(record_id, _names(bundle, labels), given, tuple(notes.get(at, ())))
        for at, (record_id, labels, given) in enumerate(
            zip(records.ids, answer.labels.tolist(), probabilities, strict=True)
        )
    )
