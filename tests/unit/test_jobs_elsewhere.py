"""Files of jobs in a place that is no folder: fsspec's memory stands for S3 and its like."""

import csv
import io

import fsspec
import pytest

from jobs.campaign_service import CampaignService
from jobs.downloads import Downloads
from jobs.errors import UnknownJob
from jobs.job_service import JobService
from jobs.retention.purge import purge
from jobs.work import chunks as doing
from jobs.worker import Worker
from ml.batch.result_columns import score_cells
from ml.service import open_service
from store.db import open_store
from store.files import Files
from tests.small import people, small_model

URL = "memory://bucket/likely"


@pytest.fixture
def bucket():
    """Everything that lies in the place, by path; empty before and after."""
    system = fsspec.filesystem("memory")
    system.store.clear()
    yield system.store
    system.store.clear()


def test_a_job_is_done_in_a_place_that_is_no_folder(tmp_path, bucket, monkeypatch):
    monkeypatch.setattr(doing, "RECORDS", 40)
    small_model("binary", tmp_path)
    service, store = open_service(tmp_path), open_store(f"sqlite:///{tmp_path / 'likely.db'}")
    job_service, worker = JobService(service, store, Files(URL), str), Worker(service, store.jobs, Files(URL))
    results = Downloads(job_service, CampaignService(job_service))
    frame = people(rows=90, seed=4)
    job, _ = job_service.accept("binary", [frame.to_csv(index=False).encode()], {})
    assert list(bucket) == [f"/bucket/likely/jobs/{job.id}/source"]
    while worker.step():
        pass
    _, *lines = csv.reader(io.StringIO(b"".join(results.csv(job.id).read()).decode()))
    texts = list(csv.DictReader(io.StringIO(frame.to_csv(index=False))))
    bundle = service.model("binary")
    scores = service.score("binary", texts).scores
    assert lines == [
        [*text.values(), *score_cells(bundle.outcomes, score), ""] for text, score in zip(texts, scores, strict=True)
    ]
    assert purge(store, Files(URL), days=-1, decision_days=None) == 1
    assert not bucket
    with pytest.raises(UnknownJob):
        job_service.get(job.id)
