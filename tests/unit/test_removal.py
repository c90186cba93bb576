"""Removing a job removes all of it: no file, row or byte of it is left, whoever is at work on it or is killed."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from api import create_api
from feedback.feed.sender import FeedSender
from feedback.results.alert_sender import AlertSender, Receivers
from feedback.results.watch import Watch
from feedback.sealing import Sealer, new_key
from feedback.service import Feedback
from feedback.shadow.asker import Asker
from feedback.shadow.runner import ShadowRunner
from jobs.campaign_service import CampaignService
from jobs.files import paths
from jobs.job_service import JobService
from jobs.retention.purge import purge, purge_temporary
from jobs.retention.retention_thread import RetentionThread
from jobs.webhooks.allowed_addresses import WebhookRules
from jobs.work import call_lists
from jobs.work import chunks as doing
from jobs.worker import Worker
from ml.service import open_service
from store.db import Store, open_store
from store.files import Files
from store.retention.removals import RemovalTable
from store.tables import control_groups, metadata
from tests.small import people, small_service
from tests.unit.test_store import url  # noqa: F401 - the fixture of both databases

MARKER = "Zyxwvut-Qponm"
STAY = ("control_groups", "assignments", "audit")
SECRET = "whsec_" + "A" * 43 + "="


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary")


@pytest.fixture
def house(service, tmp_path, url, monkeypatch):  # noqa: F811
    monkeypatch.setattr(doing, "RECORDS", 40)
    store, files = open_store(url), Files(str(tmp_path / "files"))
    jobs = JobService(service, store, files, lambda _: None, WebhookRules.of(SECRET, "127.0.0.0/8"))
    client = create_api(service, dict, 1_000, 10, campaign_service=CampaignService(jobs)).test_client()
    worker = Worker(service, store.jobs, files)
    return SimpleNamespace(store=store, files=files, jobs=jobs, client=client, worker=worker, folder=tmp_path)


def data(rows=100):
    frame = people(rows=rows, seed=4)
    return frame.assign(name=[f"{MARKER} {at}" for at in range(rows)]).to_csv(index=False).encode()


def work(house):
    while house.worker.step():
        pass


def post(house, place, **body):
    return house.client.post(place, data=json.dumps(body), content_type="application/json")


def campaign(house):
    """A campaign of people with a marker among their values, a list with a control group, exports of both."""
    asked = f"held=true&name={MARKER}.csv&callback_url=http://127.0.0.1:9/{MARKER}"
    place = house.client.post(f"/api/v1/models/binary/jobs?{asked}", data=data()).headers["Location"]
    assert house.client.get(f"{place}/preview").status_code == 200
    assert post(house, f"{place}/start").status_code == 202
    work(house)
    made = post(house, f"{place}/lists", by="number", number=80, control=0.3).headers["Location"]
    work(house)
    for each in (place, made):
        assert house.client.get(f"{each}/result?format=xlsx").status_code == 200
        assert house.client.get(f"{each}/records?start=0&end=5").status_code in (200, 409)
    return place, made


def rows_of(store):
    """Every row of every table, as text."""
    with store._engine().connect() as connection:
        return {table.name: [repr(tuple(row)) for row in connection.execute(select(table))]
                for table in metadata.sorted_tables if table.name != "likely_migrations"}  # fmt: skip


def told(house, *wanted):
    """Files and rows in which one of these texts stands, but for control groups and assignments, which stay by rule."""
    rows = {name: text for name, text in rows_of(house.store).items() if name not in STAY}
    found = [(name, row) for name, all_rows in rows.items() for row in all_rows if any(w in row for w in wanted)]
    for path in (house.folder / "files").rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        if any(w in str(path) or w.encode() in held for w in wanted):
            found.append(("file", str(path)))
    return found


def test_nothing_is_left_of_a_campaign_that_was_removed(house):
    place, made = campaign(house)
    job, made_job = (each.rpartition("/")[2] for each in (place, made))
    other = house.client.post("/api/v1/models/binary/jobs", data=people(rows=3).to_csv(index=False)).json["id"]
    assert {name for name, _ in told(house, job, made_job, MARKER)} >= {"jobs", "pieces", "calls", "file"}
    assert house.client.delete(place).status_code == 204
    assert told(house, job, made_job, MARKER) == []
    with house.store._engine().connect() as connection:
        [kept] = connection.execute(select(control_groups)).mappings()
    assert (kept["campaign"], len(json.loads(kept["records"]))) == (job, kept["control"])
    assert house.client.delete(f"{place}/control").status_code == 204
    assert not rows_of(house.store)["control_groups"]
    assert house.jobs.get(other).state == "waiting"  # what is another's stays


def test_a_list_is_removed_alone(house):
    place, made = campaign(house)
    assert house.client.delete(made).status_code == 204
    assert told(house, made.rpartition("/")[2]) == []
    assert house.client.get(f"{place}/result").status_code == 200
    assert house.client.get(f"{place}/result?format=xlsx").status_code == 200


def test_a_list_that_nobody_was_called_by_has_no_control_group(house, monkeypatch):
    place, _ = campaign(house)
    made = post(house, f"{place}/lists", by="number", number=50, control=0.3).headers["Location"]
    monkeypatch.setattr(call_lists, "RECORDS", 10)
    house.worker.step()  # it is cut, and its control group is known
    assert len(rows_of(house.store)["control_groups"]) == 2
    assert len(rows_of(house.store)["assignments"]) == 130
    assert house.client.delete(made).json["state"] == "cancelled"
    assert len(rows_of(house.store)["control_groups"]) == 1
    assert len(rows_of(house.store)["assignments"]) == 80


@pytest.mark.parametrize("step", [0, 1, 2])
@pytest.mark.parametrize("again", [False, True])
def test_a_worker_leaves_nothing_of_a_job_that_was_removed_under_it(house, monkeypatch, step, again):
    """It is removed just before a file of it is written: the worker finds out afterwards."""
    job = house.client.post("/api/v1/models/binary/jobs", data=data()).json["id"]
    for _ in range(step):
        house.worker.step()
    add, done = Files.add, []

    def removed_first(files, path, blocks):
        if not done:
            done.append(path)
            house.client.delete(f"/api/v1/jobs/{job}")
            if again:
                assert house.client.delete(f"/api/v1/jobs/{job}").status_code == 204
        return add(files, path, blocks)

    monkeypatch.setattr(Files, "add", removed_first)
    work(house)
    assert done
    assert not (house.folder / "files" / paths.folder(job)).exists()
    assert told(house, MARKER) == []
    assert bool(told(house, job)) != again  # a cancelled job is kept until it is removed, without its values


def test_a_job_whose_files_go_away_under_a_worker_is_no_failure(house, caplog):
    job = house.client.post("/api/v1/models/binary/jobs", data=data()).json["id"]
    house.worker.step()
    read = house.files.read

    def gone(path):
        house.client.delete(f"/api/v1/jobs/{job}")
        return read(path)

    house.files.read = gone
    work(house)
    assert "Traceback" not in caplog.text
    assert house.store.jobs.get(job).state == "cancelled"


class Killed(BaseException):
    """What a test raises where a process would be killed."""


@pytest.mark.parametrize("where", ["files", "rows"])
def test_a_removal_that_was_broken_off_is_out_of_sight_and_finished_by_the_sweep(house, monkeypatch, where):
    place, made = campaign(house)
    ids = [each.rpartition("/")[2] for each in (place, made)]

    def killed(*_):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(*((Files, "remove") if where == "files" else (RemovalTable, "finish")), killed)
        with pytest.raises(Killed):
            house.jobs.delete(ids[0])
    assert house.client.get(place).status_code == 404
    assert house.client.get(made).status_code == 404
    assert house.client.get("/api/v1/jobs").json["jobs"] == []
    assert told(house, ids[0])
    assert [name for name, _ in told(house, MARKER)] == (["file"] * len(told(house, MARKER)))  # no row tells a value
    purge(house.store, house.files, 7, None)
    assert told(house, *ids, MARKER) == []


def test_files_that_cannot_be_removed_now_are_removed_by_the_sweep(house, monkeypatch, caplog):
    place, _ = campaign(house)

    def refuse(*_):
        raise OSError("read-only file system")

    with monkeypatch.context() as patch:
        patch.setattr(Files, "remove", refuse)
        assert house.client.delete(place).status_code == 204
    assert "are still there: read-only file system" in caplog.text
    assert house.client.get(place).status_code == 404
    purge(house.store, house.files, 7, None)
    assert told(house, place.rpartition("/")[2], MARKER) == []


def test_a_removed_jobs_idempotency_key_is_free_again(house):
    headers = {"Idempotency-Key": "k"}
    first = house.client.post("/api/v1/models/binary/jobs", data=data(), headers=headers).json["id"]
    work(house)
    house.client.delete(f"/api/v1/jobs/{first}")
    second = house.client.post("/api/v1/models/binary/jobs", data=data(), headers=headers).json["id"]
    assert second != first


def test_the_sweep_leaves_the_lists_of_an_old_campaign_to_their_own_time(house):
    place, made = campaign(house)
    with house.store._engine().begin() as connection:
        connection.exec_driver_sql(f"UPDATE jobs SET finished = finished - 864000 WHERE id = '{place[-32:]}'")
    assert purge(house.store, house.files, 7, None) == 1
    assert house.client.get(place).status_code == 404
    assert house.client.get(f"{made}/result").status_code == 200


def test_the_sweep_removes_any_number_of_old_jobs_at_once(house):
    for _ in range(105):
        house.store.jobs.add(house.store.job_ids.new(), "binary@x", "", 0, {}, None, "held")
    assert purge(house.store, house.files, -1, None) == 105


def test_files_that_came_back_after_a_cancelled_job_are_swept(house):
    job = house.client.post("/api/v1/models/binary/jobs", data=data()).json["id"]
    house.client.delete(f"/api/v1/jobs/{job}")
    house.files.write(f"{paths.folder(job)}/000001-out-x", [MARKER.encode()])
    purge(house.store, house.files, 7, None)
    assert told(house, MARKER) == []


# ---- who purges ---------------------------------------------------------------------------------------


def retention_thread(url, house):  # noqa: F811
    house.store._engine()  # where there is no database yet, nothing is purged
    return RetentionThread(open_store(url), house.files, 7, None)


def test_one_process_of_all_purges_in_an_hour(house, url):  # noqa: F811
    assert [retention_thread(url, house).look() for _ in range(3)] == [True, False, False]
    with house.store._engine().begin() as connection:
        connection.exec_driver_sql("UPDATE duties SET due = due - 3601")
    assert [retention_thread(url, house).look() for _ in range(2)] == [True, False]


def test_another_process_purges_in_the_place_of_one_that_was_killed(house, url):  # noqa: F811
    killed = house.store.duties.claim("sweep", lease=60)
    assert not retention_thread(url, house).look()
    house.store.duties.renew("sweep", killed, -1)  # as if its lease had run out
    assert retention_thread(url, house).look()


def test_a_duty_is_given_back_by_its_owner_only(house):
    duties = house.store.duties
    first = duties.claim("sweep", lease=-1)
    second = duties.claim("sweep", lease=60)
    assert first
    assert second
    assert not duties.renew("sweep", first, 60)
    assert not duties.done("sweep", first, 60)
    assert duties.renew("sweep", second, 60)
    assert duties.claim("other", lease=60)


def test_what_looks_every_few_seconds_makes_no_database(tmp_path):
    path = tmp_path / "likely.db"
    store = Store(f"sqlite:///{path}")
    feedback = Feedback(open_service(tmp_path / "models"), store, None)
    receivers = Receivers("http://127.0.0.1:1/", (b"0" * 24,))
    for looks in (
        RetentionThread(store, Files(str(tmp_path)), 7, None).look,
        Watch(feedback).look,
        FeedSender(feedback, receivers.url, receivers.secrets).look,
        AlertSender(store, receivers)._look,
        ShadowRunner(store, Sealer(new_key), Asker(tmp_path), tmp_path, tmp_path / "lock").step,
    ):
        assert not looks()
    assert not path.exists()
    store._engine()
    assert store.exists


def test_temporary_folders_of_killed_processes_are_swept_after_a_day(tmp_path):
    old, young, others = tmp_path / "likely-old", tmp_path / "likely-young", tmp_path / "other"
    for folder in (old, young, others):
        folder.mkdir()
        (folder / "made").write_text(MARKER)
    for path in (old / "made", old, others / "made", others, young):  # the young one has a file that is new
        os.utime(path, (time.time() - 100_000,) * 2)
    (tmp_path / "likely-link").symlink_to(others)
    assert purge_temporary(tmp_path) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["likely-link", "likely-young", "other"]


def test_jobs_are_purged_where_this_machine_cannot_be_cleaned_and_the_other_way_round(house, url):  # noqa: F811
    cleaned, store = [], Store(url)
    house.store._engine()

    def fail():
        cleaned.append(1)
        raise OSError

    assert not RetentionThread(store, house.files, 7, None, beside=fail).look()
    assert not retention_thread(url, house).look()  # it is done for this hour
    RetentionThread(Store("sqlite:////dev/null/likely.db"), house.files, 7, None, beside=fail).look()
    assert len(cleaned) == 2


def test_what_was_deleted_is_out_of_the_files_of_sqlite(tmp_path):
    place = tmp_path / "likely.db"
    store = open_store(f"sqlite:///{place}")
    rows = [(f"{MARKER}-{at}", "x", "y", "z" * 300) for at in range(300)]
    assert store.book.fill("binary", rows) == 300
    assert store.book.clear("binary")
    store.forget_deleted()
    assert [path.name for path in Path(tmp_path).glob("likely.db*") if MARKER.encode() in path.read_bytes()] == []
