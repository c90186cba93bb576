"""Read, verify and trust the folder of one version.

Order of the checks: the manifest is what the folder's name says, then sizes, then SHA-256, then
library versions, then allowed types, and last the golden rows: recorded answers that must come
out again. Only then does the version serve.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from functools import cached_property
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import numpy as np

from ml import schema as schemas
from ml.blocks import Block, block_of, read_csv
from ml.errors import BrokenModel, UntrustedModel
from ml.holdout import Holdout, read_holdout, read_scores
from ml.outcomes import Outcome, Outcomes, Prediction
from ml.predictor import Predictor, SklearnPredictor
from ml.records import read_records
from ml.schema import Schema

CARD, SCHEMA, ESTIMATOR, MANIFEST = "card.json", "schema.json", "estimator.skops", "manifest.json"
BACKGROUND, GOLDEN = "background.csv", "golden.json"
CREATED = "created"  # a time, for people; no part of the version
LARGEST_FILE = 2 * 2**30
TOLERANCE = 1e-9
FINGERPRINT_LENGTH = 8


class Bundle:
    """One immutable version of a model. What it holds is read when it is first asked for, once."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder
        self.fingerprint = folder.name
        self.key = f"{name}@{folder.name}"
        self._lock = threading.RLock()
        self._files = verify(folder)
        self.card: dict[str, Any] = read_json(folder / CARD)
        self.schema: Schema = schemas.from_json(read_json(folder / SCHEMA))
        self.outcomes = outcomes_from_json(self.card["outcomes"])

    @property
    def title(self) -> str:
        """What people call the model."""
        return self.card["title"]

    @property
    def offers(self) -> str:
        """What the estimator gives beside its labels: "probabilities", "scores", or only "labels"."""
        return self.card["offers"]

    @cached_property
    def predictor(self) -> Predictor:
        """The path that serves this version, after it gave the golden answers."""
        return self._once("predictor", self._proved_predictor)

    @cached_property
    def estimator(self) -> Any:
        """The fitted scikit-learn estimator. Imports scikit-learn: not for the fast path."""
        return self._once("estimator", lambda: load_estimator(self.folder / ESTIMATOR, self.card))

    @cached_property
    def holdout(self) -> Holdout:
        """Rows with known truth that the model did not see in training."""
        return read_holdout(self.folder, self._files, self.schema, self.outcomes)

    @cached_property
    def scores(self) -> Prediction | None:
        """What the predictor says of the hold-out, where that was kept with the version: of many rows."""
        return read_scores(self.folder, self._files)

    @cached_property
    def background(self) -> Block:
        """A fixed sample of training rows."""
        return read_csv(self.folder / BACKGROUND, self.schema)[0]

    def _once(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` gives, made by one thread only while others wait.

        `cached_property` keeps the value too, but only after the lock is released.
        """
        with self._lock:
            if name not in self.__dict__:
                self.__dict__[name] = make()
            return self.__dict__[name]

    def _proved_predictor(self) -> Predictor:
        predictor = self._open_predictor()
        self._check_golden(predictor)
        return predictor

    def _open_predictor(self) -> Predictor:
        if self.card["path"]["kind"] != "compiled":
            return SklearnPredictor(self.estimator, self.schema, self.outcomes)
        from ml.program import Program

        try:
            return Program.load(self.folder)
        except (OSError, ValueError, KeyError) as error:
            raise BrokenModel(
                f"{self.key} was compiled by another version of Likely.", "Train or add it again."
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
            raise BrokenModel(f"{self.key} does not give the answers recorded with it.", "Train or add it again.")


def verify(folder: Path) -> frozenset[str]:
    """Names of the version's files; BrokenModel unless each is what the manifest and the folder's name say."""
    key = f"{folder.parent.name}@{folder.name}"
    again = "Restore the folder, or train or add the model again."
    try:
        manifest = (folder / MANIFEST).read_bytes()
    except OSError:
        raise BrokenModel(f"{key} has no readable manifest.", again) from None
    if hashlib.sha256(manifest).hexdigest()[:FINGERPRINT_LENGTH] != folder.name:
        raise BrokenModel(f"{key}: the manifest was altered.", again)
    listed = json.loads(manifest)
    for name, expected in listed.items():
        path = folder / name
        try:
            size = path.stat().st_size
        except OSError:
            raise BrokenModel(f"{key}: {name} is missing.", again) from None
        if size != expected["size"] or size > LARGEST_FILE:
            raise BrokenModel(f"{key}: {name} has {size} bytes instead of {expected['size']}.", again)
        if sha256(path) != expected["sha256"]:
            raise BrokenModel(f"{key}: {name} was altered.", again)
    if not (folder / CARD).is_file() or not (folder / SCHEMA).is_file():
        raise BrokenModel(f"{key} has no card or no schema.", again)
    return frozenset(listed)


def load_estimator(path: Path, card: dict[str, Any]) -> Any:
    """The estimator, if its versions fit and all its types are trusted."""
    made, here = card["versions"]["scikit-learn"], installed("scikit-learn")
    if made.split(".")[:2] != here.split(".")[:2]:
        message = f"The model was made with scikit-learn {made}; this is {here}."
        raise BrokenModel(message, f"Train it again here, or install scikit-learn {made}.")
    import skops.io

    unknown = set(skops.io.get_untrusted_types(file=path)) - set(card.get("trusted", ()))
    if unknown:
        message = f"The estimator holds types that are not trusted: {', '.join(sorted(unknown))}."
        raise UntrustedModel(message, "Look at them, then add the model again and name them with --trust.")
    return skops.io.load(path, trusted=sorted(card.get("trusted", ())))


def outcomes_to_json(outcomes: Outcomes) -> dict[str, Any]:
    """The outcomes as the card holds them."""
    items = [{"name": item.name, "label": item.label, "value": item.value} for item in outcomes.items]
    return {"exclusive": outcomes.exclusive, "positive": outcomes.positive, "items": items}


def outcomes_from_json(data: dict[str, Any]) -> Outcomes:
    """The inverse of :func:`outcomes_to_json`."""
    return Outcomes(tuple(Outcome(**item) for item in data["items"]), data["exclusive"], data["positive"])


def read_json(path: Path) -> Any:
    """A JSON file of a bundle; BrokenModel where it is not one."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BrokenModel(f"{path.parent.parent.name}@{path.parent.name}: {path.name} is not readable.") from error


def sha256(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
