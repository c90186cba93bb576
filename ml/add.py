"""Add a model that was fitted elsewhere: from files (the command line), or from what is in memory (Python)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from ml.errors import InvalidData
from ml.files.open_table import AUTO
from ml.files.text.dialect import Dialect
from ml.files.text.read_options import ReadOptions
from ml.training.apply_calibration import calibrated
from ml.training.assemble import TrainingInputs, assemble
from ml.training.build import build_bundle
from ml.training.checks.prove_reading import prove_reading
from ml.training.columns.memory_table import frame_table
from ml.training.columns.training_table import TrainingTable, read_training_table
from ml.training.describe import Description, read_described, read_description
from ml.training.estimator.check_estimator import check_estimator
from ml.training.estimator.load_estimator import load_estimator_file
from ml.training.estimator.python_words import spoken_in_python
from ml.training.trained import Trained
from ml.trust.code import read_code

MODELS = Path(__file__).resolve().parent.parent / "models"


@dataclass(frozen=True)
class ModelFiles:
    """Files and options with which a person adds a model."""

    name: str
    estimator: Path
    """A skops file; a joblib or pickle file only together with `trust_pickle`."""
    data: Path
    holdout: Path
    """Tables with the features and the truth: rows that the estimator learned from, and rows that it did not see."""
    truth: Sequence[str]
    """Columns with the truth: one for exclusive outcomes, several (of 0 and 1) for independent ones."""
    positive: str | None = None
    record_id: str | None = None
    map: Sequence[str] = ()
    """Meaning of words of the truth, as "left=1": the estimator's class, or yes and no of an independent outcome."""
    describe: Path | None = None
    """TOML file with title, description, labels, units, help, limits: what data cannot tell."""
    trust: Sequence[str] = ()
    trust_pickle: bool = False
    code: Path | None = None
    """A Python file or folder with the estimator's own classes and functions; it travels with the version."""
    calibrate: Path | None = None
    """A file like the hold-out, with other rows that the estimator did not see: its probabilities are calibrated."""
    reading: ReadOptions = AUTO
    """Read options that somebody gave for the files."""


def read_model_files(given: ModelFiles) -> Trained:
    """Read and check the files of a model.

    Raises
    ------
    InvalidData
        When a file is missing or does not fit the estimator.
    UntrustedModel
        When the estimator's file would run code, or holds types, that nobody trusted.
    """
    code = None if given.code is None else read_code(given.code)
    estimator = load_estimator_file(given.estimator, given.trust_pickle, given.trust, code, len(given.truth))
    description = read_description(given.describe)
    known = [*given.truth, *filter(None, [given.record_id])]
    training, holdout = (
        read_training_table(path, description.texts(), given.reading, known) for path in (given.data, given.holdout)
    )
    inputs = TrainingInputs(
        name=given.name,
        estimator=estimator,
        training=training,
        holdout=holdout,
        truth=[_spelled(name, holdout) for name in given.truth],
        positive=given.positive,
        record_id=given.record_id,
        description=description,
        meanings=description.truth | read_meanings(given.map),
        trusted=given.trust,
        code=code,
    )
    trained = assemble(inputs)
    if given.calibrate is not None:
        trained = calibrated(
            inputs, trained, read_training_table(given.calibrate, description.texts(), given.reading, known)
        )
    said = prove_reading(trained.schema, trained.holdout, given.holdout, given.reading)
    return replace(trained, notes=[*_written(training, holdout), *trained.notes, *said])


def _written(*tables: TrainingTable) -> list[str]:
    """Notes on the files' dialects, where they are not plain CSV."""
    plain = Dialect(encoding="utf-8", separator=",").sentence()
    return [
        f"{table.name}: {said}" for table in tables if table.dialect and (said := table.dialect.sentence()) != plain
    ]


@spoken_in_python()
def add_model(
    name: str,
    estimator: Any,
    X_train: Any,
    X_holdout: Any,
    y_holdout: Any,
    *,
    y_train: Any = None,
    positive: str | None = None,
    record_id: str | None = None,
    describe: Mapping[str, Any] | str | Path | None = None,
    truth: Mapping[str, Any] | None = None,
    trust: Sequence[str] = (),
    code: str | Path | None = None,
    calibrate: tuple[Any, Any] | None = None,
    models: str | Path = MODELS,
    live: bool = True,
    why: str | None = None,
) -> str:
    """Add a fitted classifier to Likely from Python, and make it live. No file is written or read on the way.

    Parameters
    ----------
    name : str
        Name of the model, such as "churn".
    estimator : fitted scikit-learn classifier or pipeline
    X_train, X_holdout : DataFrame, array or Series of texts
        Rows that it learned from and rows that it did not see, as it takes them; dtypes are kept.
    y_holdout : Series, array or DataFrame
        The truth of `X_holdout`: one column of classes, or several of yes and no.
    y_train : as y_holdout, optional
        The truth of `X_train`; helps to choose where the estimator could be asked in more than one way.
    positive, record_id
        As ``--positive`` and ``--record-id`` of the command line.
    describe : mapping or path, optional
        Contents of a description file, or the path of one: title, labels, units, payoff, ….
    truth : mapping, optional
        Meaning of words of the truth, as ``{"left": 1, "stayed": 0}``.
    trust : sequence of str
        Types of the estimator beyond those of the supported libraries.
    code : path, optional
        A Python file or folder with the estimator's own classes and functions; it travels with the version.
    calibrate : pair of X and y, optional
        Other rows that it did not see, and their truth: its probabilities are calibrated on them.
    models : path
        Folder of the models; this installation's by default.
    live : bool
        False only holds the version, to be compared and promoted later.
    why : str, optional
        For the history of the model.

    Returns
    -------
    str
        The model key, ``churn@3f9a1c2b``.

    Raises
    ------
    InvalidData, UntrustedModel
        In words that say what to do.
    """
    columns = _truth_names(y_holdout, X_train)
    check_estimator(estimator, len(columns))
    description = _described(describe)
    training, holdout = (
        frame_table(X_train, y_train, columns, "X_train"),
        frame_table(X_holdout, y_holdout, columns, "X_holdout"),
    )
    inputs = TrainingInputs(
        name=name,
        estimator=estimator,
        training=training,
        holdout=holdout,
        truth=columns,
        positive=positive,
        record_id=record_id,
        description=description,
        meanings={**description.truth, **(truth or {})},
        trusted=trust,
        code=None if code is None else read_code(Path(code)),
    )
    action = "add" if live else "hold"
    trained = assemble(inputs)
    if calibrate is not None:
        trained = calibrated(inputs, trained, frame_table(*calibrate, columns, "calibrate"))
    return build_bundle(trained, Path(models), action=action, why=why)


def read_meanings(words: Sequence[str]) -> dict[str, str]:
    """``["left=1", "stayed=0"]`` as a mapping; InvalidData where one has no "="."""
    wrong = [word for word in words if not word.rpartition("=")[0]]
    if wrong:
        raise InvalidData(f"--map {wrong[0]!r} says not what it means.", "Write --map WORD=CLASS, as in --map left=1.")
    return {word.rpartition("=")[0]: word.rpartition("=")[2] for word in words}


def _spelled(name: str, table: TrainingTable) -> str:
    """A column's name as it stands in the file, which may have spaces at its ends."""
    return next((each for each in table.frame if each == name), None) or next(
        (each for each in table.frame if each.strip() == name.strip()), name
    )


def _described(given: Mapping[str, Any] | str | Path | None) -> Description:
    if given is None or isinstance(given, (str, Path)):
        return read_description(None if given is None else Path(given))
    return read_described(given, "describe")


def _truth_names(y: Any, X: Any) -> list[str]:
    """Names of the columns of the truth, none of which is one of the features."""
    if isinstance(y, pd.DataFrame) or getattr(y, "ndim", 1) > 1:
        names = [str(name) for name in getattr(y, "columns", [f"outcome_{at}" for at in range(y.shape[1])])]
    else:
        names = [str(getattr(y, "name", None) or "truth")]
    taken = set(map(str, [X.name] if isinstance(X, pd.Series) else getattr(X, "columns", ())))
    return [name if name not in taken else f"{name} (truth)" for name in names]
