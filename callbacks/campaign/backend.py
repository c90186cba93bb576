"""Backend of the Campaign page: the services that its callbacks ask, those of the API's routes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from feedback.desk.service import Desk
from jobs.campaign_service import CampaignService
from jobs.campaign_view import choices_json
from jobs.downloads import Downloads
from jobs.errors import NoCampaign, NotDone, NotHeld, UnknownJob
from jobs.files.job_view import described
from jobs.job_service import JobService
from jobs.result_rows import ResultRows
from layouts.campaign.page import FileRetention
from ml.errors import LikelyError
from ml.locale import use_number_format
from ml.service import Bundle, Service
from store.job import Job

FOR_PROGRAMS = (NotHeld, NotDone, UnknownJob, NoCampaign)  # errors whose hints name addresses


@dataclass(frozen=True)
class CampaignBackend:
    """The services behind the Campaign page."""

    service: Service
    jobs: JobService
    campaigns: CampaignService
    retention: FileRetention
    desk: Desk | None = None
    """Desk at which lists are handed out to sellers."""
    downloads: Downloads = field(init=False)
    rows: ResultRows = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "downloads", Downloads(self.jobs, self.campaigns))
        object.__setattr__(self, "rows", ResultRows(self.jobs, self.campaigns))

    def job(self, job: str) -> dict[str, Any]:
        """A job for the page; UnknownJob where it is gone."""
        return as_shown(self.jobs.get(job))

    def name_of(self, bundle: Bundle) -> str:
        """Name of a version in addresses: the model's name while it is live, else its key."""
        return bundle.name if self.service.model(bundle.name).key == bundle.key else bundle.key

    def choices(self, job: str) -> dict[str, Any]:
        """Inputs of a campaign's lists: its rows, and the model that scored them."""
        return choices_json(self.service, self.campaigns, job)


def as_shown(job: Job) -> dict[str, Any]:
    """A job as JSON values. Its sentences are written as for programs: the page writes their numbers anew."""
    with use_number_format(None):
        return described(job)


def words(error: LikelyError) -> str:
    """An error in words for people."""
    return error.message if isinstance(error, FOR_PROGRAMS) else str(error)


def by_name(ids: list[Mapping[str, Any]], values: list[Any]) -> dict[str, Any]:
    """Values of controls by their names."""
    return {each["name"]: value for each, value in zip(ids, values, strict=False)}
