"""Campaign service, called by API and page: a file is previewed, scored, ranked and turned into call lists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import orjson

from jobs.errors import CampaignThere, NoCampaign, NotHeld, UnknownJob, no_job, not_done
from jobs.files import paths
from jobs.files.preview import Preview, preview
from jobs.files.stream_check import StreamCheck
from jobs.job_service import JobService
from jobs.list_forecasts import ListForecasts
from jobs.misread import of_misread
from jobs.work.call_lists import open_index
from jobs.work.job_kinds import CAMPAIGN, LIST
from jobs.work.rank_index import RankIndex
from ml.advice.score_known import ESTIMATOR, Blanks
from ml.campaign.focus import focus, ranks
from ml.campaign.forecast import Forecast
from ml.campaign.pick import PickedCalls
from ml.campaign.wish import Wish
from ml.errors import InvalidData, Misread
from ml.files.file_kinds import CSV, GZIP
from ml.files.open_table import AUTO
from ml.files.readers.refused import error_of
from ml.files.text.read_options import ReadOptions
from ml.metrics.evaluation import no_probabilities
from ml.service import Bundle
from ml.translation import ENGLISH, text, use_language
from store.control_groups import ControlGroup
from store.job import Job

READ_AGAIN = {CSV: 256 * 1024**2, GZIP: 32 * 1024**2}  # bytes: a few seconds
REMEMBERED = 2  # campaigns whose rows a process caches: 60 bytes a row and more
MOST_ROWS = 1_000  # rows of one page of the table

Order = Literal["rank", "file"]


class CampaignService:
    """Operations on campaigns, whose jobs the job service accepts."""

    def __init__(self, job_service: JobService) -> None:
        self._service, self._store = job_service.service, job_service.store
        self._files, self._jobs = job_service.files, job_service
        self._forecasts = ListForecasts()
        self._remembered = lru_cache(REMEMBERED)(self._open)

    @property
    def jobs(self) -> JobService:
        """The service that accepts its jobs."""
        return self._jobs

    def hold(
        self, model: str, blocks: Iterable[bytes], options: Mapping[str, Any], key: str | None, callback_url: str = "",
        size: int = 0,
    ) -> tuple[Job, bool]:  # fmt: skip
        """Store a file; nothing runs until :meth:`start`. Parameters and errors as those of ``JobService.accept``."""
        if self._service.model(model).offers != "probabilities":
            raise no_probabilities()
        accepted = {**options, "kind": CAMPAIGN}
        return self._jobs.accept(model, blocks, accepted, key, held=True, callback_url=callback_url, size=size)

    def preview(
        self, job: str, columns: Mapping[str, str], options: ReadOptions = AUTO, blanks: Blanks | None = None
    ) -> tuple[Preview, Bundle]:
        """Preview the file of a held job; options, and `blanks`, override those with which it was sent.

        For a file that cannot be read so, but perhaps otherwise, the preview gives the reason and has no columns.
        """
        campaign = self._held(job)
        bundle = self._service.model(campaign.model)
        try:
            return self._look(campaign, bundle, columns, options, blanks or _blanks(campaign)), bundle
        except Misread as error:
            return of_misread(error, bundle, self._files, campaign, _merged_options(campaign, options)), bundle

    def _look(
        self, job: Job, bundle: Bundle, columns: Mapping[str, str], options: ReadOptions, blanks: Blanks
    ) -> Preview:
        return preview(self._service, bundle, self._files, job, columns, _merged_options(job, options), blanks)

    def start(
        self, job: str, columns: Mapping[str, str], reasons: bool, options: ReadOptions = AUTO,
        blanks: Blanks | None = None,
    ) -> Job:  # fmt: skip
        """Start scoring a held file, with its columns matched as :meth:`preview` shows them.

        Raises
        ------
        UnknownJob, NotHeld, NoCampaign, BadColumns, Unreadable
        """
        campaign = self._held(job)
        blanks = blanks or _blanks(campaign)
        seen = self._look(campaign, self._service.model(campaign.model), columns, options, blanks)
        if seen.why:
            raise InvalidData(seen.why, text("Nothing was started."))
        with use_language(ENGLISH):  # as all that a job keeps
            dialect = seen.dialect.to_json()
        chosen = {
            **campaign.options,
            "read": _merged_options(campaign, options).to_json(),
            "columns": {name: feature or "" for name, feature in seen.matched.columns.items()},
            "near": dict(seen.matched.near),
            "alike": dict(seen.matched.alike),
            "reading": seen.reading.to_json(),
            "dialect": dialect,
            "reasons": reasons,
            "blanks": blanks,
            "header": seen.header,
            "width": len(seen.header),
        }
        self._check_to_end(campaign, chosen)
        if not self._store.jobs.start(job, chosen):
            raise NotHeld(text("The job runs already, or is over."), "GET /api/v1/jobs/<id> tells its state.")
        return self._jobs.get(job)  # which also wakes workers

    def _check_to_end(self, job: Job, options: Mapping[str, Any]) -> None:
        """Refuse a text file that cannot be read to its end: by the finding of its upload, or by reading it again.

        It is read again where its read options were changed since, and where that takes some seconds only.
        """
        form, checked = str(options.get("format")), job.options.get("checked")
        way = (options["read"].get("encoding"), options["dialect"]["separator"])
        if checked and way == (checked["encoding"], checked["separator"]):
            if checked["fault"]:
                raise error_of(checked["fault"])
        elif job.size <= READ_AGAIN.get(form, 0):
            with StreamCheck(options, self._service.model(job.model)) as check:
                for _ in check.passing(self._files.read(paths.source(job.id))):
                    pass

    def _held(self, job: str) -> Job:
        campaign = self._campaign(job)
        if campaign.state != "held":
            raise NotHeld(
                text("The job is {state}.", state=campaign.state),
                "Send the file again with held=true to look into it first.",
            )
        return campaign

    def _campaign(self, job: str) -> Job:
        campaign = self._jobs.get(job)
        if campaign.kind != CAMPAIGN:
            raise NoCampaign(text("The job was sent to be scored only."), "Send the file with held=true, and start it.")
        return campaign

    # ---- scored campaigns ----------------------------------------------------------------------
    def rows(
        self, job: str, order: Order, outcome: str | None, start: int, end: int
    ) -> tuple[RankIndex, Bundle, list[Row]]:
        """A page of rows of a finished campaign.

        Parameters
        ----------
        outcome : str or None
            Outcome by whose probability the rows are ranked; None for the campaign's ranks.
        start, end : int
            From 0; at most 1,000 rows are returned.

        Returns
        -------
        (RankIndex, Bundle, list of (int, int, list of str))
            Each row: its number from 0, its rank (0 where it was refused), and its line of the result.
        """
        index, rank, bundle = self._done(job)
        key = index.probabilities[:, bundle.outcomes.index(outcome)] if outcome else None
        places = rank if key is None else ranks(key)
        numbers = np.arange(len(index)) if order == "file" else _in_order(places)
        wanted = numbers[start : min(end, start + MOST_ROWS)].tolist()
        lines = index.lines(wanted)
        ranked = zip(wanted, places[wanted].tolist(), lines, strict=True)
        return index, bundle, [(row, place, line) for row, place, line in ranked]

    def choices(self, job: str) -> tuple[RankIndex, Bundle]:
        """Inputs of lists: all rows of a finished campaign, and the model that scored them."""
        index, _, bundle = self._done(job)
        return index, bundle

    def forecast(self, job: str, raw: object) -> tuple[Wish, PickedCalls, Forecast]:
        """Expected calls, buyers and profit of a list; BadWish where it is invalid, StillWorking after the deadline."""
        index, _, bundle = self._done(job)
        return self._forecasts.of(self._service, bundle, job, index, raw)

    def make_list(self, job: str, raw: object, reasons: bool, key: str | None = None) -> tuple[Job, bool]:
        """Accept the job that writes a list, and whether it is new; see :meth:`JobService.begin`.

        Raises
        ------
        UnknownJob, NoCampaign, NotDone, KeyTaken
        BadWish
            The request is invalid.
        """
        self.forecast(job, raw)
        campaign = self._campaign(job)
        options = {"kind": LIST, "of": job, "wish": raw, "reasons": reasons, "name": campaign.options.get("name")}
        return self._jobs.begin(campaign.model, [orjson.dumps(raw)], options, key)

    def control_groups(self, job: str) -> list[ControlGroup]:
        """Control group of each list, also when the campaign's job is gone; UnknownJob where neither is there."""
        groups = self._store.jobs.control_groups.of(job)
        self._jobs.allow(groups[0].model if groups else self._campaign(job).model, no_job(job))
        return groups

    def forget_control(self, job: str) -> None:
        """Remove the control groups of a campaign whose job is gone.

        Raises
        ------
        CampaignThere
        NoCampaign
        UnknownJob
            Nothing is kept of a campaign of that id.
        """
        there, groups = self._store.jobs.get(job), self._store.jobs.control_groups.of(job)
        unknown = UnknownJob(f"Nothing is kept of a campaign {job[:80]!r}.", "It was removed, or never made a list.")
        for each in (there, *groups):
            if each is not None:
                self._jobs.allow(each.model, unknown)
        if there is not None:
            self._campaign(job)
            message = "The campaign is there: its lists keep these people back, and further lists would again."
            raise CampaignThere(message, "Remove it first: DELETE /api/v1/jobs/<id>.")
        if not self._store.jobs.control_groups.forget_campaign(job):
            raise unknown
        self._store.jobs.assignments.forget_control(job)

    def ranks_of(self, job: str) -> np.ndarray:
        """Rank of each record of a finished campaign; 0 where it was refused."""
        return self._done(job)[1]

    def _done(self, job: str) -> tuple[RankIndex, np.ndarray, Bundle]:
        campaign = self._campaign(job)
        if campaign.state != "done":
            raise not_done(campaign.state)
        bundle = self._service.model(campaign.model)  # not cached: a removed version must not be kept by its campaigns
        return *self._remembered(job, tuple(self._store.jobs.results(job))), bundle

    def _open(self, job: str, _files: tuple[str, ...]) -> tuple[RankIndex, np.ndarray]:
        campaign = self._campaign(job)
        bundle, index = self._service.model(campaign.model), open_index(self._store.jobs, self._files, campaign)
        _, key = focus(index.probabilities, bundle.card, bundle.outcomes)
        return index, ranks(key)


Row = tuple[int, int, list[str]]


def _merged_options(job: Job, options: ReadOptions) -> ReadOptions:
    """Read options of the file: those of the upload, overridden by those given since."""
    return ReadOptions.from_mapping({**(job.options.get("read") or {}), **options.to_json()})


def _blanks(job: Job) -> Blanks:
    """Treatment of missing values, as chosen when the file was sent."""
    blanks: Blanks = job.options.get("blanks", ESTIMATOR)
    return blanks


def _in_order(places: np.ndarray) -> np.ndarray:
    """Row numbers by rank; rows without a rank at the end."""
    return np.argsort(np.where(places > 0, places, len(places) + 1), kind="stable")
