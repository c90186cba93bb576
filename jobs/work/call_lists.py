"""Call lists: the chosen rows of a campaign, with reasons, in the order of calling."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import orjson

from jobs.files import paths
from jobs.work.assignments import Assignments
from jobs.work.chunks import RECORDS
from jobs.work.claimed_chunk import ClaimedChunk
from jobs.work.rank_index import RankIndex, read_index
from jobs.work.score_campaign import EXTRA, WITH_REASONS, band_cell, feature_cells, record_id_of
from ml.advice.score_known import ESTIMATOR
from ml.batch.result_columns import unique_names
from ml.campaign.pick import PickedCalls, pick
from ml.campaign.reasons import MOST_REASONS, reasons_in_cells
from ml.campaign.wish import BadWish, Wish, read_wish
from ml.decision.decide import acts
from ml.errors import LikelyError
from ml.files.cells.safe_cells import csv_text, plain_cell, safe_cell
from ml.files.table import ReadPlan
from ml.service import Bundle, Service
from ml.translation import text
from store.files import Files
from store.job import Job
from store.jobs import JobTable

AFTER = ("outcome", "probability", "band", "decision", *EXTRA[-MOST_REASONS:], "group", "expected_value")
GROUPS = ("call", "control")
DECISIONS = ("leave", "act")  # below the cut-off in use, and from it on


class CampaignGone(LikelyError):
    """The campaign of a list was removed, or is not done."""

    code = "campaign_gone"


@lru_cache(1)
def _index(files: Files, names: tuple[str, ...], width: int) -> RankIndex:
    return read_index(files, names, width)


def open_index(table: JobTable, files: Files, job: Job) -> RankIndex:
    """Open the rank index of a finished campaign; CampaignGone where its files were removed."""
    try:
        return _index(files, tuple(table.results(job.id)), int(job.options["width"]))
    except (FileNotFoundError, KeyError, IndexError):
        raise CampaignGone(text("The campaign's files were removed."), text("Send the file again.")) from None


def wish_of(service: Service, bundle: Bundle, raw: object) -> Wish:
    """Parse and check the request for a list."""
    return read_wish(raw, bundle.card, bundle.outcomes, service.cut_offs(bundle).__getitem__)


def picked(bundle: Bundle, index: RankIndex, wish: Wish) -> tuple[np.ndarray, PickedCalls]:
    """Probabilities of the wish's outcomes, shape (n, o), and the list."""
    if wish.column is not None and wish.column not in index.columns:
        known = ", ".join(index.columns) or "none"
        said = text("{column} is no column with few values.", column=repr(wish.column[:80]))
        raise BadWish(said, text("Of this file: {columns}.", columns=known[:500]))
    columns = [bundle.outcomes.index(name) for name in wish.outcomes]
    probabilities = index.probabilities[:, columns]
    groups = index.columns[wish.column] if wish.column else None
    return probabilities, pick(probabilities, wish, groups, index.draws)


def split_list(work: ClaimedChunk) -> None:
    """Choose the rows of a list and cut it into chunks."""
    table, job, bundle = work.table, work.job, work.bundle
    campaign = _campaign_of(table, work.files, job)
    index = open_index(table, work.files, campaign)
    wish = wish_of(work.service, bundle, job.options["wish"])
    _, picked_calls = picked(bundle, index, wish)
    work.files.make_folder(paths.folder(job.id))
    size = WITH_REASONS if job.options.get("reasons") else RECORDS
    columns = (picked_calls.rows, picked_calls.outcome, picked_calls.control, picked_calls.gain)
    calls = list(zip(*(column.tolist() for column in columns), strict=True))
    parts = (calls[start : start + size] for start in range(0, len(calls), size))
    work.add_chunks(parts, lambda start, some: orjson.dumps([start, some]))
    if wish.control:
        _keep_control(table, bundle, index, wish, picked_calls, campaign, job.id)
    table.assignments.keep(job.id, Assignments(bundle, campaign, job.id, index, wish, picked_calls))
    work.finish(len(calls), [csv_text([list_header(bundle, index.header[: index.width])]).encode()])


def _campaign_of(table: JobTable, files: Files, job: Job) -> Job:
    """The campaign of a list; its index may be in memory while its files are gone, or the place of all files is."""
    campaign = table.get(job.options["of"])
    if campaign is None:
        raise CampaignGone(text("The campaign of this list was removed."), text("Send the file again."))
    if not files.sizes(paths.folder(campaign.id)):
        raise CampaignGone(text("The campaign's files were removed."), text("Send the file again."))
    return campaign


def _keep_control(
    table: JobTable, bundle: Bundle, index: RankIndex, wish: Wish, picked: PickedCalls, campaign: Job, made: str
) -> None:
    """Store who is kept back, so that it is known when the files are gone."""
    at = record_id_of(bundle, ReadPlan.from_json(campaign.options["reading"], bundle.schema))
    rows = np.unique(picked.rows[picked.control]).tolist()
    ids = [""] * len(rows) if at is None else [plain_cell(line[at]) for line in index.lines(rows)]
    table.control_groups.keep(
        job=made,
        campaign=campaign.id,
        model=campaign.model,
        name=str(campaign.options.get("name") or ""),
        share=wish.control,
        calls=int((~picked.control).sum()),
        control=int(picked.control.sum()),
        records=[(row + 1, name) for row, name in zip(rows, ids, strict=True)],
    )


def list_header(bundle: Bundle, header: Sequence[str]) -> list[str]:
    """Column names of a list, given those of the campaign's file."""
    place, *after = unique_names(["place", *AFTER], map(plain_cell, header), bundle.schema)
    return [place, *header, *after]


def write_list(work: ClaimedChunk) -> None:
    """Write the lines of one chunk of a list."""
    service, job, bundle = work.service, work.job, work.bundle
    campaign = _campaign_of(work.table, work.files, job)
    index = open_index(work.table, work.files, campaign)
    wish = wish_of(service, bundle, job.options["wish"])
    cut_offs = service.cut_offs(bundle)
    start, calls = orjson.loads(work.read())
    reading = ReadPlan.from_json(campaign.options["reading"], bundle.schema) if job.options.get("reasons") else None
    blanks = campaign.options.get("blanks", ESTIMATOR)
    lines = []
    for place, (line, (row, at, control, gain)) in enumerate(
        zip(index.lines(row for row, *_ in calls), calls, strict=True), start=start + 1
    ):
        outcome = wish.outcomes[at]
        column = bundle.outcomes.index(outcome)
        p = float(index.probabilities[row, column])
        cells = line[: index.width]
        known = feature_cells(reading, cells) if reading else None
        said = [""] * MOST_REASONS if known is None else reasons_in_cells(service, bundle, known, column, blanks)
        does = DECISIONS[acts(p, cut_offs[outcome])]
        about = [safe_cell(outcome), repr(p), band_cell(bundle.card, outcome, p), does]
        lines.append([str(place), *cells, *about, *said, GROUPS[control], repr(gain)])
    work.finish(len(lines), [csv_text(lines).encode()])
