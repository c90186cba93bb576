"""Scoring of a campaign's chunks: scores with outcome, band and reasons, and the rank index beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate

import numpy as np

from jobs.files.source import decode_lines
from jobs.work.claimed_chunk import ClaimedChunk
from jobs.work.rank_index import encode_index, index_of
from ml.advice.score_known import ESTIMATOR, Blanks
from ml.batch.result_columns import PROBLEMS, score_header, unique_names
from ml.batch.score_lines import score_lines
from ml.campaign.control_group import control_draws
from ml.campaign.focus import focus
from ml.campaign.reasons import MOST_REASONS, reasons_in_cells
from ml.decision.bands import band_of, bands
from ml.files.cells.safe_cells import csv_text, plain_cell, safe_cell
from ml.files.table import ReadPlan
from ml.service import Bundle, Service

EXTRA = ("outcome", "rank", "band", *(f"reason_{at + 1}" for at in range(MOST_REASONS)))
RANK = EXTRA.index("rank")
WITH_REASONS = 200  # records of a chunk with reasons: as much work as 5,000 without


def campaign_header(bundle: Bundle, header: Sequence[str]) -> list[str]:
    """Column names of the result."""
    ours = [*score_header(bundle.outcomes), *EXTRA, PROBLEMS]
    return [*map(safe_cell, header), *unique_names(ours, header, bundle.schema)]


def score_campaign(work: ClaimedChunk) -> None:
    """Score the records of a chunk and write its rank index; errors as :func:`jobs.work.chunks.score`."""
    service, job, bundle = work.service, work.job, work.bundle
    reading, records = decode_lines(work.read(), bundle)
    header = reading.header
    blanks = job.options.get("blanks", ESTIMATOR)
    made = score_lines(service, bundle, header, records, reading.renamed, reading.rules, blanks)
    scored = made.lines
    probabilities = _probabilities(scored, len(header), len(bundle.outcomes))
    at, _ = focus(probabilities, bundle.card, bundle.outcomes)
    plan = reading if job.options.get("reasons") else None
    lines = [
        [*line[:-1], *_extra(service, bundle, plan, line, probabilities[row], int(at[row]), blanks), line[-1]]
        for row, line in enumerate(scored)
    ]
    texts = [csv_text([line]).encode() for line in lines]
    starts = np.array([0, *accumulate(map(len, texts))], dtype=np.int64)
    draws = control_draws(job.id, [line[: len(header)] for line in scored], record_id_of(bundle, reading))
    index = {index_of(work.out): encode_index(header, lines, probabilities, starts, draws)}
    work.finish(len(lines), texts, beside=index, refused=made.refused, gaps=made.gaps, unread=made.unread)


def record_id_of(bundle: Bundle, reading: ReadPlan) -> int | None:
    """Position of the column that names a record, where the model has one and the file too."""
    names = [reading.renamed.get(name, name) for name in reading.header]
    wanted = bundle.schema.record_id
    return names.index(wanted) if wanted in names else None


def _probabilities(lines: Sequence[Sequence[str]], width: int, k: int) -> np.ndarray:
    """Probabilities from the result's lines, which have all digits; NaN where a record was refused."""
    texts = [line[width + 1 : width + 1 + k] for line in lines]
    return np.array([[float(text) if text else np.nan for text in each] for each in texts]).reshape(len(lines), k)


def _extra(
    service: Service, bundle: Bundle, reading: ReadPlan | None, line: Sequence[str], p: np.ndarray, at: int,
    blanks: Blanks,
) -> list[str]:  # fmt: skip
    if not np.isfinite(p[at]):
        return [""] * len(EXTRA)
    outcome = bundle.outcomes.names[at]
    said = (
        reasons_in_cells(service, bundle, feature_cells(reading, line), at, blanks) if reading else [""] * MOST_REASONS
    )
    return [safe_cell(outcome), "", band_cell(bundle.card, outcome, float(p[at])), *said]


def feature_cells(reading: ReadPlan, line: Sequence[str]) -> dict[str, str]:
    """Feature to cell, in the schema's terms, for a line of a result."""
    names = [reading.renamed.get(name, name) for name in reading.header]
    row = dict(zip(names, map(plain_cell, line), strict=False))
    return dict(reading.rules.row(row))  # type: ignore[arg-type]


def band_cell(card: Mapping[str, object], outcome: str, probability: float) -> str:
    """Label of a probability's band, as a safe cell."""
    return safe_cell(band_of(bands(card, outcome), probability).label)
