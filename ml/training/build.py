"""Builds the folder (bundle) of one version from a fitted estimator, and makes it live.

Nothing is published before it was proved: the compiled path gives scikit-learn's answers on every
row at hand or does not serve, and the finished folder is read back as a server would read it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version as installed
from pathlib import Path
from typing import Any

import numpy as np

from ml.bundle.bundle import BACKGROUND, BACKGROUND_ROWS, CREATED, GOLDEN, outcomes_to_json
from ml.bundle.card import check_decisions
from ml.bundle.feature_order import CARD as ORDER
from ml.bundle.holdout import Holdout, is_large, write_holdout, write_scores
from ml.data import schema_json
from ml.data.columns import Block, block_of_frame, gaps_of, rows_of, size, take, write_csv
from ml.data.feature import plain
from ml.data.schema import Schema
from ml.decision.cut_offs import BEST
from ml.errors import InvalidData
from ml.insights.feature_order import order_of
from ml.lifecycle.history import by_whom, stated_reason
from ml.lifecycle.publish import publish
from ml.lifecycle.registry import check_name
from ml.lifecycle.trusted_types import allowed
from ml.metrics.custom import CARD, compute_measures
from ml.predict.calling_convention import CARD as CONVENTION
from ml.predict.compile import CannotCompile, compile_estimator
from ml.predict.equivalence import prove
from ml.predict.predictor import EstimatorFailed, Predictor, SklearnPredictor, offers
from ml.runtime import memory
from ml.text.holdout_words import CARD as CHECKS
from ml.training.best_cut_offs import find_best_cut_offs
from ml.training.checks.holdout_checks import check_holdout
from ml.training.checks.prove_round_trip import prove_round_trip
from ml.training.estimator.answerable import answerable
from ml.training.estimator.labels_follow import labels_follow
from ml.training.estimator.row_by_row import check_row_by_row
from ml.training.estimator.save_estimator import save_estimator
from ml.training.estimator.without_jobs import without_jobs
from ml.training.pipeline_diagram import diagram_of
from ml.training.target import truth_matrix
from ml.training.trained import Trained
from ml.trust import verify
from ml.trust.code import importable
from ml.trust.record import Trusted

GOLDEN_ROWS = 25


def build_bundle(
    trained: Trained, models: Path, *, action: str = "add", by: str | None = None, why: str | None = None
) -> str:
    """Write the version, prove it, record it in the history, and make it live.

    Parameters
    ----------
    action : {"add", "train", "hold"}
        Action in the history; with "hold" the live version stays live.
    by, why : str, optional
        Author, the user of the operating system by default, and reason.

    Returns
    -------
    str
        The model key, ``name@fingerprint``.

    Raises
    ------
    InvalidData
        When the name, the outcomes, the hold-out, `by` or `why` do not fit, or the estimator's answer for a row depends
        on chance, on other rows or on what it was asked before, or is another one for the row as it is kept.
    UntrustedModel
        When the estimator holds types that nobody trusted.
    """
    check_name(trained.name)
    by, why = by_whom(by), stated_reason(why)
    check_decisions(trained.about, trained.outcomes.names)
    models = Path(models)
    models.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=models) as making:
        folder = Path(making) / "version"
        folder.mkdir()
        with importable(trained.code):
            trusted = _write(trained, folder)
        fingerprint = _write_manifest(folder)
        # After the manifest: the same training gives the same key, whenever and wherever it runs.
        now = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        (folder / CREATED).write_text(now + "\n", encoding="ascii")
        with allowed(models, trained.name, trusted):
            return publish(folder, models, trained.name, fingerprint, action=action, by=by, why=why)


def _write(trained: Trained, folder: Path) -> Trusted:
    """Write the version's files; gives the types and code that its estimator needs trusted."""
    with without_jobs(trained.estimator) as estimator:
        try:
            return _write_all(trained, estimator, folder)
        except EstimatorFailed as error:
            raise InvalidData(
                f"The estimator answers some rows and fails for others: {' '.join(str(error).split())[:300]}",
                "Pages and explanations ask about any combination of values. Let it answer all of them, as "
                "RadiusNeighborsClassifier does with outlier_label set to one of its classes.",
            ) from error
        except UnicodeEncodeError as error:  # json.loads and surrogateescape make such texts
            raise InvalidData(
                f"A name, a class or a value holds half of a character ({error.object[error.start]!a}), "
                "which no file and no browser can hold.",
                'Repair the texts before the estimator is fitted: text.encode("utf-8", "replace").decode().',
            ) from error


def _write_all(trained: Trained, estimator: Any, folder: Path) -> Trusted:
    schema, outcomes = trained.schema, trained.outcomes
    reference = SklearnPredictor(estimator, schema, outcomes, trained.convention)
    holdout, left_out = _answered_holdout(trained, reference)
    check_row_by_row(reference, schema, holdout.block)
    prove_round_trip(trained, estimator, reference)
    rows = trained.training if trained.background is None else trained.background
    rows = rows if len(rows) <= BACKGROUND_ROWS else rows.sample(BACKGROUND_ROWS, random_state=0)
    background = block_of_frame(schema, rows)
    background = take(background, answerable(reference, background)[0])
    write_holdout(folder, schema, outcomes, holdout)
    write_csv(folder / BACKGROUND, schema, background)
    memory.give_back(collect=True)  # skops keeps what it reads and what it writes in circles of references
    trusted = save_estimator(estimator, folder, trained.trusted, trained.code)
    memory.give_back(collect=True)
    predictor, serves = _compiled(estimator, reference, trained, (holdout.block, background), folder)
    _write_json(folder / GOLDEN, _golden(schema, reference, holdout.block))
    _write_json(folder / verify.SCHEMA, schema_json.to_json(schema))
    answer = reference.block(holdout.block)
    follow = labels_follow(estimator, outcomes, answer, *([reference.block(background)] if size(background) else []))
    card = _card(trained, estimator, predictor, size(holdout.block))
    card[CONVENTION] = replace(trained.convention, labels_follow=follow).to_card()
    card |= {"left_out": left_out} if left_out else {}
    if is_large(len(holdout.truth)):
        write_scores(folder, answer if serves is reference else serves.block(holdout.block))
    own = compute_measures(trained.measures, outcomes.names, holdout.truth, answer.probabilities)
    card[ORDER] = order_of(schema, outcomes, serves, holdout, answer)
    best = find_best_cut_offs(card, outcomes, holdout.truth, answer.labels, answer.probabilities)
    card |= {BEST: best} if best else {}
    card[CHECKS] = check_holdout(schema, outcomes, trained.training, holdout)
    _write_json(folder / verify.CARD, card | ({CARD: own} if own else {}))
    return trusted


def _answered_holdout(trained: Trained, reference: SklearnPredictor) -> tuple[Holdout, dict[str, Any]]:
    """Rows of the hold-out that the estimator answers; count of the others, and the reason."""
    holdout = Holdout(block_of_frame(trained.schema, trained.holdout), _truth(trained))
    good, why = answerable(reference, holdout.block)
    if good.all():
        return holdout, {}
    if not good.any():
        raise InvalidData(f"The estimator answers no row of the hold-out: {why[:300].rstrip('.')}.")
    return Holdout(take(holdout.block, good), holdout.truth[good]), {"rows": int((~good).sum()), "why": why[:300]}


def _compiled(
    estimator: Any, reference: SklearnPredictor, trained: Trained, blocks: Sequence[Block], folder: Path
) -> tuple[dict[str, str], Predictor]:
    """Compile, prove and save the program; say which predictor serves, and why."""
    try:
        program = compile_estimator(estimator, trained.schema, trained.outcomes, trained.convention.container)
        proof = prove(program, reference.block, trained.schema, blocks)
    except CannotCompile as error:
        return {"kind": "scikit-learn", "why": str(error)}, reference
    if not proof.ok:
        return {"kind": "scikit-learn", "why": f"The compiled path is not equal: {proof.reason}"}, reference
    program.save(folder)
    why = f"equal to scikit-learn on {proof.rows:,} rows, largest difference {proof.largest:.1e}"
    return {"kind": "compiled", "why": why, "steps": program.description}, program


def _truth(trained: Trained) -> np.ndarray:
    """Truth as bool of shape (n, k)."""
    outcomes = trained.outcomes
    if len(trained.truth) != len(trained.holdout) or not len(trained.holdout):
        raise InvalidData(f"{len(trained.holdout)} hold-out rows came with {len(trained.truth)} true outcomes.")
    truth = truth_matrix(trained.truth, outcomes)
    if not outcomes.exclusive:
        return truth
    if not truth.any(axis=1).all():
        strangers = sorted({str(value) for value in np.asarray(trained.truth, dtype=object)[~truth.any(axis=1)]})
        raise InvalidData(f"The hold-out has outcomes that the model does not know: {', '.join(strangers)}.")
    return truth


def _golden(schema: Schema, reference: SklearnPredictor, holdout: Block) -> dict[str, Any]:
    """Golden answers of scikit-learn itself, which the path that serves this version has to repeat."""
    # Spread over the hold-out; rows with missing values first, for they take the rarer branches.
    order = np.argsort(~np.any([gaps_of(array) for array in holdout], axis=0), kind="stable")
    few = order[np.unique(np.linspace(0, len(order) - 1, GOLDEN_ROWS).astype(int))]
    block = take(holdout, few)
    answer = reference.block(block)
    records = [dict(zip(schema.names, map(plain, row), strict=True)) for row in rows_of(schema, block)]
    probabilities = None if answer.probabilities is None else answer.probabilities.tolist()
    return {"records": records, "labels": answer.labels.astype(int).tolist(), "probabilities": probabilities}


def _card(trained: Trained, estimator: Any, predictor: dict[str, str], holdout_rows: int) -> dict[str, Any]:
    versions = {name: installed(name) for name in ("scikit-learn", "numpy", "pandas", "scipy", "skops")}
    return {
        "name": trained.name,
        "title": trained.title,
        "description": trained.description,
        "outcomes": outcomes_to_json(trained.outcomes),
        "offers": offers(trained.estimator),
        "path": predictor,
        "rows": {"training": len(trained.training), "hold-out": holdout_rows},
        "versions": {"python": platform.python_version()} | versions,
        "diagram": diagram_of(estimator, trained.schema.names),
        **trained.about,
    }


def _write_manifest(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    listed = {
        path.relative_to(folder).as_posix(): {"size": path.stat().st_size, "sha256": verify.sha256(path)}
        for path in files
    }
    _write_json(folder / verify.MANIFEST, listed)
    digest = hashlib.sha256((folder / verify.MANIFEST).read_bytes()).hexdigest()
    return digest[: verify.FINGERPRINT_LENGTH]


def _write_json(path: Path, data: Any) -> None:
    path.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
