"""``--calibrate FILE``: calibrates a model that is added on a file of its own, and reports the effect."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from ml.errors import InvalidData
from ml.predict.calling_convention import contained
from ml.training.assemble import TrainingInputs, assemble
from ml.training.calibrate import HINT, CalibrationResult, ProbabilityQuality, calibrate
from ml.training.checks.holdout_checks import frame_hashes
from ml.training.columns.training_table import TrainingTable
from ml.training.target import truth_matrix
from ml.training.trained import Trained
from ml.trust.code import importable

CARD = "calibration"
FEWEST_FOR_BACKGROUND = 500  # rows; fewer training rows in their place (docs/decisions/0013-blanks.md)


def calibrated(inputs: TrainingInputs, trained: Trained, table: TrainingTable) -> Trained:
    """The model with its estimator calibrated on the rows of `table`.

    Raises
    ------
    InvalidData
        When the rows do not fit, the outcomes are independent, or the estimator gives no scores.
    """
    with importable(inputs.code):
        return _calibrated(inputs, trained, table)


def _calibrated(inputs: TrainingInputs, trained: Trained, table: TrainingTable) -> Trained:
    if not trained.outcomes.exclusive:
        message = "Independent outcomes are not calibrated: each would need a curve of its own."
        raise InvalidData(message, "Calibrate each outcome's estimator before fitting, or leave --calibrate out.")
    calibration_rows = assemble(replace(inputs, holdout=table))  # read, checked and aligned as a hold-out is
    truth = truth_matrix(calibration_rows.truth, calibration_rows.outcomes)
    strange = sorted({str(value) for value in np.asarray(calibration_rows.truth, dtype=object)[~truth.any(axis=1)]})
    if strange:
        raise InvalidData(f"{table.name} has outcomes that the model does not know: {', '.join(strange[:6])}.")
    classes = [calibration_rows.outcomes.items[at].value for at in truth.argmax(axis=1).tolist()]
    result = calibrate(trained.estimator, contained(calibration_rows.holdout, trained.convention.container), classes)
    said = [_quality_words(result, table.name), *_overlaps(trained, calibration_rows, table.name)]
    about = {**trained.about, CARD: {"file": table.name, **_plain(result)}}
    frame = calibration_rows.holdout
    background = frame if len(frame) >= FEWEST_FOR_BACKGROUND else None
    return replace(
        trained, estimator=result.estimator, about=about, notes=[*trained.notes, *said], background=background
    )


def _plain(result: CalibrationResult) -> dict[str, object]:
    before = None if result.before is None else asdict(result.before)
    return {"method": result.method, "records": result.records, "before": before, "after": asdict(result.after)}


def _quality_words(result: CalibrationResult, name: str) -> str:
    rows = f"{name} ({result.records:,} records)"
    if result.method == "none":
        return f"Not calibrated: on {rows} no curve is better than its own probabilities ({_words(result.after)})."
    before = "It gave no probabilities" if result.before is None else f"Before: {_words(result.before)}"
    return f"Calibrated ({result.method}) on {rows}. {before}. After, cross-fitted: {_words(result.after)}."


def _words(quality: ProbabilityQuality) -> str:
    return f"log-loss {quality.log_loss:.4f}, Brier score {quality.brier:.4f}, calibration error {quality.error:.4f}"


def _overlaps(trained: Trained, calibration_rows: Trained, name: str) -> list[str]:
    """Rows of the file that stand in the hold-out, whose figures they would flatter, or in the training data."""
    features = trained.schema.features
    ours = frame_hashes(features, calibration_rows.holdout)
    places = {"the hold-out": trained.holdout, "the training data": trained.training}
    counts = {where: int(np.isin(ours, frame_hashes(features, frame)).sum()) for where, frame in places.items()}
    return [
        f"{count:,} of the {len(ours):,} rows of {name} stand in {where} too. {HINT}"
        for where, count in counts.items()
        if count
    ]
