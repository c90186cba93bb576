"""Read, verify and trust the folder of one version.

Order of the checks: the manifest is what the folder's name says, then sizes, then SHA-256, then the card, then
library versions, then code and types that are allowed here, and last the golden rows: recorded answers that
must come out again. Only then does the version serve. See docs/decisions/0003-bundle-trust.md.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ml.bundle.card import fault_of_card
from ml.bundle.guard import Guarded
from ml.bundle.holdout import Holdout, read_holdout, read_scores
from ml.data import schema_json
from ml.data.columns import Block, block_of, read_csv
from ml.data.outcomes import Outcome, Outcomes, Prediction
from ml.data.records import read_records
from ml.data.schema import Schema
from ml.errors import BrokenModel, LikelyError, UntrustedModel
from ml.predict.calling_convention import CallingConvention
from ml.predict.estimator_output import TOLERANCE
from ml.predict.predictor import Predictor, SklearnPredictor
from ml.runtime.foreign_code import foreign, how_to_install, missing_module, reason
from ml.translation import ALL_READERS, text, use_language
from ml.trust.code import FOLDER as CODE
from ml.trust.code import Code, code_of_bundle
from ml.trust.faults import Fault, stamp_of
from ml.trust.fields import fault_of_fields
from ml.trust.load import load_estimator
from ml.trust.record import trusted_of
from ml.trust.verify import AGAIN, CARD, SCHEMA, read_json, verify

ESTIMATOR, BACKGROUND, GOLDEN = "estimator.skops", "background.csv", "golden.json"
CREATED = "created"  # a time, for display; not part of the fingerprint; read by `created`
BACKGROUND_ROWS = 2_000  # rows of the background sample: kept at most, and used for a blank at most

Kept = TypeVar("Kept")


class Bundle:
    """One immutable version of a model. Its parts are read once, when first used.

    Any failure makes this version broken. It is remembered until the files or the operator's permissions
    change, or for some minutes, so that not every request tries again.

    Parameters
    ----------
    folder : Path
        ``<models>/<name>/<fingerprint>``.

    Raises
    ------
    BrokenModel, UntrustedModel
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.fingerprint = folder.name
        self.key = f"{name}@{folder.name}"
        self._lock = threading.RLock()
        self._faults: dict[str, Fault] = {}
        with self._breaking():
            self._files = verify(folder, name)
            self.card: dict[str, Any] = _card_of(folder, self.key)
            self.schema: Schema = schema_json.from_json(read_json(folder / SCHEMA))
            self.outcomes = outcomes_from_json(self.card["outcomes"])
            _check_fields(self.key, self.schema, self.outcomes)
            _check_card(self.card, self.key, self.outcomes)

    @property
    def title(self) -> str:
        """Title of the model."""
        title: str = self.card["title"]
        return title

    @property
    def offers(self) -> str:
        """Kind of the estimator's answers: "probabilities", "scores" (decision values), or only "labels"."""
        offers: str = self.card["offers"]
        return offers

    @property
    def compiled(self) -> bool:
        """True where a compiled program answers; it computes in the thread that asks. False for scikit-learn's path."""
        return bool(self.card["path"]["kind"] == "compiled")

    @cached_property
    def predictor(self) -> Predictor:
        """The predictor of this version, after the check of its golden answers."""
        return self._once("predictor", self._proved_predictor)

    @cached_property
    def estimator(self) -> Any:
        """The fitted scikit-learn estimator. Imports scikit-learn, which a compiled program does without."""
        return self._once("estimator", self._load_estimator)

    @cached_property
    def code(self) -> Code | None:
        """The code that travels with the estimator; None where it needs none."""
        return self._once("code", lambda: code_of_bundle(self.folder, self._files))

    @cached_property
    def holdout(self) -> Holdout:
        """Rows with known truth that the model did not see in training."""
        return self._once("holdout", lambda: read_holdout(self.folder, self._files, self.schema, self.outcomes))

    @cached_property
    def scores(self) -> Prediction | None:
        """Predictions of the hold-out, where they are kept with the version: for large ones."""
        return self._once("scores", lambda: read_scores(self.folder, self._files))

    @cached_property
    def background(self) -> Block:
        """A fixed sample of training rows."""
        return self._once("background", lambda: read_csv(self.folder / BACKGROUND, self.schema)[0])

    @property
    def own_files(self) -> tuple[str, ...]:
        """Names of the files of code that travel with the estimator."""
        return tuple(sorted(name.removeprefix(f"{CODE}/") for name in self._files if name.startswith(f"{CODE}/")))

    def _once(self, name: str, make: Callable[[], Kept]) -> Kept:
        """The result of `make`, computed by one thread while others wait; or its error, remembered.

        `cached_property` keeps the value too, but only after the lock is released.
        """
        with self._lock:
            if name not in self.__dict__:
                fault = self._faults.get(name)
                if fault is not None and fault.holds(stamp_of(self.folder)):
                    raise fault.error()
                self.__dict__[name] = self._tried(name, make)
            kept: Kept = self.__dict__[name]
            return kept

    def _tried(self, name: str, make: Callable[[], Kept]) -> Kept:
        """The result of `make`; an error is remembered by its words, without its traceback's objects."""
        try:
            with self._breaking(name):
                if self._faults.pop(name, None):  # the files may have changed since
                    self._files = verify(self.folder, self.name)
                return make()
        except LikelyError as error:
            self._faults[name] = Fault.of(error, stamp_of(self.folder))
            raise

    @contextmanager
    def _breaking(self, part: str = "") -> Iterator[None]:
        """Turn every exception while the version, or a part of it, is opened into BrokenModel or UntrustedModel.

        Their words are for all readers: they are remembered.
        """
        with use_language(ALL_READERS):
            try:
                with foreign(partial(self._refusal, part)):
                    yield
            except LikelyError as error:
                if type(error) in (BrokenModel, UntrustedModel):
                    raise
                message, hint = error.kept
                raise BrokenModel(self._cannot(part, message), hint or text(AGAIN)) from error

    def _refusal(self, part: str, error: BaseException) -> LikelyError:
        missing = missing_module(error)
        if missing:
            message = text("{key} needs the module {missing}, which is not here.", key=self.key, missing=missing)
            return BrokenModel(message, how_to_install(missing))
        return BrokenModel(self._cannot(part, f"{reason(error)}."), text(AGAIN))

    def _cannot(self, part: str, why: str) -> str:
        if not part:
            return text("{key} cannot be read: {why}", key=self.key, why=why)
        return text("{key} cannot open its {part}: {why}", key=self.key, part=part, why=why)

    def _load_estimator(self) -> Any:
        trusted = trusted_of(self.folder.parent.parent, self.name)
        return load_estimator(self.folder / ESTIMATOR, self.key, self.card["versions"], trusted, self.code)

    def _proved_predictor(self) -> Predictor:
        predictor = Guarded(self._open_predictor(), self.key, self.code)
        self._check_golden(predictor)
        return predictor

    def _open_predictor(self) -> Predictor:
        if not self.compiled:
            return SklearnPredictor(self.estimator, self.schema, self.outcomes, CallingConvention.from_card(self.card))
        from ml.predict.program import Program

        try:
            return Program.load(self.folder)
        except (OSError, ValueError, KeyError) as error:
            raise BrokenModel(
                text("{key} was compiled by another version of Likely.", key=self.key), text("Train or add it again.")
            ) from error

    def _check_golden(self, predictor: Predictor) -> None:
        golden = read_json(self.folder / GOLDEN)
        rows = read_records(self.schema, golden["records"]).all_rows()
        answer = predictor.block(block_of(self.schema, rows))
        same = np.array_equal(answer.labels, np.array(golden["labels"], dtype=bool))
        if answer.probabilities is not None:
            expected = np.array(golden["probabilities"], dtype=np.float64)
            same = same and bool(np.allclose(answer.probabilities, expected, rtol=0, atol=TOLERANCE))
        if not same:
            raise BrokenModel(
                text("{key} does not give the answers recorded with it.", key=self.key),
                text(
                    "Train or add it again. A step that reads the clock answers differently each day: let it take the "
                    "day from a column."
                ),
            )


def created(folder: Path) -> str:
    """Time at which the version in a folder was made, in ISO 8601; empty where that is not known."""
    try:
        return (folder / CREATED).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _card_of(folder: Path, key: str) -> dict[str, Any]:
    card: dict[str, Any] = read_json(folder / CARD)
    _check_card(card, key)
    return card


def _check_fields(key: str, schema: Schema, outcomes: Outcomes) -> None:
    for file, read in ((SCHEMA, schema), (CARD, outcomes)):
        fault = fault_of_fields(read)
        if fault:
            raise BrokenModel(
                text("{key}: in {file} {fault}, which it cannot be.", key=key, file=file, fault=fault), text(AGAIN)
            )
    names = outcomes.names
    if not names or len(set(names)) != len(names) or outcomes.positive not in names:
        raise BrokenModel(
            text("{key}: {card} does not tell which outcomes there are.", key=key, card=CARD), text(AGAIN)
        )


def _check_card(card: Any, key: str, outcomes: Outcomes | None = None) -> None:
    fault = fault_of_card(card, None if outcomes is None else outcomes.names)
    if fault:
        raise BrokenModel(text("{key}: {card} {fault}.", key=key, card=CARD, fault=fault), text(AGAIN))


def outcomes_to_json(outcomes: Outcomes) -> dict[str, Any]:
    """The outcomes as the card holds them."""
    items = [
        {"name": item.name, "label": item.label, "value": item.value} | ({} if item.yes is None else {"yes": item.yes})
        for item in outcomes.items
    ]
    return {"exclusive": outcomes.exclusive, "positive": outcomes.positive, "items": items}


def outcomes_from_json(data: dict[str, Any]) -> Outcomes:
    """The inverse of :func:`outcomes_to_json`."""
    return Outcomes(tuple(Outcome(**item) for item in data["items"]), data["exclusive"], data["positive"])
