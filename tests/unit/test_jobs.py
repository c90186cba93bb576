"""Jobs from the file to the result: same rows, same order, same numbers as the service; faults on the way."""

import csv
import fcntl
import io
import threading
import time
from types import SimpleNamespace

import pytest
from filelock import FileLock

from jobs.campaign_service import CampaignService
from jobs.downloads import Downloads
from jobs.errors import KeyTaken, NoRoom, NotDone, UnknownJob
from jobs.files.job_view import described
from jobs.files.stream_check import StreamCheck
from jobs.job_service import JobService
from jobs.local_runner import LOCK, LocalRunner, run_until_idle
from jobs.retention.purge import purge
from jobs.work import chunks as doing
from jobs.work import job_kinds
from jobs.worker import Worker
from ml.batch.result_columns import score_cells
from ml.errors import LikelyError, NoRecords, UnknownModel
from ml.lifecycle.actions import remove_version
from ml.service import open_service
from store.db import open_store
from store.files import Files
from tests.small import people, small_model, small_service


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary", "gaps")


class House:
    """A store, files, a job service and a worker, as web and runner have them."""

    def __init__(self, service, folder):
        self.service, self.announced = service, []
        self.store, self.files = open_store(f"sqlite:///{folder / 'likely.db'}"), Files(str(folder / "files"))
        self.job_service = JobService(service, self.store, self.files, self.announced.append)
        self.results = Downloads(self.job_service, CampaignService(self.job_service))
        self.folder = folder / "files"

    def worker(self, **more):
        return Worker(self.service, self.store.jobs, self.files, **more)

    def send(self, data, key=None, **options):
        blocks = [data] if isinstance(data, bytes) else data
        return self.job_service.accept("binary", blocks, {"name": "people.csv", **options}, key)[0]

    def work(self, worker=None):
        worker = worker or self.worker()
        while worker.step():
            pass

    def result(self, job):
        return list(
            csv.reader(
                io.StringIO(
                    b"".join(Downloads(self.job_service, CampaignService(self.job_service)).csv(job.id).read()).decode()
                )
            )
        )


@pytest.fixture
def house(service, tmp_path, monkeypatch):
    monkeypatch.setattr(doing, "RECORDS", 40)
    return House(service, tmp_path)


@pytest.fixture(scope="module")
def frame():
    return people(rows=250, seed=9)


def table(frame):
    return frame.to_csv(index=False).encode()


def expected(service, frame):
    """Header and lines as the result has to have them: by the service, all records at once."""
    bundle = service.model("binary")
    texts = list(csv.DictReader(io.StringIO(frame.to_csv(index=False))))
    scores = service.score("binary", texts).scores
    lines = [
        [*row.values(), *score_cells(bundle.outcomes, score), ""] for row, score in zip(texts, scores, strict=True)
    ]
    return [[*frame.columns, "label", "probability_no", "probability_yes", "problems"], *lines]


def test_a_job_gives_the_services_numbers_in_the_order_of_the_file(house, service, frame):
    job = house.send([table(frame)[:1000], b"", table(frame)[1000:]])
    assert (job.state, job.model) == ("waiting", service.model("binary").key)
    house.work()
    over = house.job_service.get(job.id)
    assert (over.state, over.done, over.total, over.refused) == ("done", 250, 250, 0)
    assert house.result(job) == expected(service, frame)
    assert house.announced[0] == job.id


def test_bad_rows_are_marked_and_the_others_scored(house, frame):
    lines = table(frame[:3]).decode().splitlines()
    lines[2:2] = ["x,1,40,south", "1,2", "50,1,40,south,extra"]
    job = house.send("\n".join(lines).encode())
    house.work()
    header, *rows = house.result(job)
    assert [bool(row[-1]) for row in rows] == [False, True, True, True, False, False]
    assert rows[1][:4] == ["x", "1", "40", "south"]
    assert "income" in rows[1][-1]
    assert "Cells in this line: 2" in rows[2][-1]
    assert all(len(row) == len(header) for row in rows)
    assert house.job_service.get(job.id).refused == 3


def test_columns_are_mapped_by_hand(house, service, frame):
    other = frame.rename(columns={"income": "Einkommen", "debt": "Schulden"}).assign(note="hello")
    job = house.send(table(other), columns={"Einkommen": "income", "Schulden": "debt"})
    house.work()
    header, *rows = house.result(job)
    assert header[:5] == ["Einkommen", "Schulden", "shoe_size", "region", "note"]
    assert [row[5:] for row in rows] == [row[4:] for row in expected(service, frame)[1:]]


def test_a_column_that_was_chosen_counts_before_the_one_with_the_features_name(house, service, frame):
    job = house.send(table(frame.assign(pay=frame["income"] + 1)), columns={"pay": "income"})
    house.work()
    over = house.job_service.get(job.id)
    assert "Column 'income' was left out: income comes from 'pay'." in described(over)["notes"]
    header, *rows = house.result(job)
    assert header[:5] == [*frame.columns, "pay"]
    wanted = expected(service, frame.assign(income=frame["income"] + 1))
    assert [row[5:] for row in rows] == [row[4:] for row in wanted[1:]]


def test_two_columns_that_were_chosen_for_one_feature_are_refused(house, frame):
    with pytest.raises(LikelyError, match="Two columns are to give income"):
        house.send(table(frame.assign(pay=1)), columns={"pay": "income", "debt": "income"})
    assert not list(house.folder.glob("jobs/*"))


def test_the_version_is_pinned_when_the_job_is_accepted(house, tmp_path, frame):
    models = tmp_path / "models"
    first = small_model("binary", models)
    mine = House(open_service(models), tmp_path / "mine")
    job = mine.send(table(frame))
    (models / "binary" / "live").write_text("00000000\n")
    assert job.model == first
    mine.work()
    assert mine.job_service.get(job.id).state == "done"


def test_the_same_key_gives_the_same_job_and_refuses_another_file(house, frame):
    first = house.send(table(frame), key="monday")
    again, new = house.job_service.accept("binary", [table(frame)], {"name": "people.csv"}, "monday")
    assert (again.id, new) == (first.id, False)
    with pytest.raises(KeyTaken, match="what differs: file"):
        house.send(b"income\n1\n", key="monday")
    assert len(list(house.folder.glob("jobs/*"))) == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,b\n1,2\n", "No column of the file is a feature"),
        (b"income,debt,income\n1,2,3\n", "more than once"),
        (b"\xff\xfeincome\n", "not UTF-16"),
        (b'income,debt\n1,"2\n', "cannot be read"),
        (b"\n", "nothing in the file"),
    ],
)
def test_a_file_that_is_no_table_is_refused_with_the_reason(house, data, words):
    with pytest.raises(LikelyError, match=words):
        house.send(data)
    assert not list(house.folder.glob("jobs/*"))


def test_a_fault_that_stands_further_down_fails_the_job_with_the_reason(house, frame, monkeypatch):
    monkeypatch.setattr(StreamCheck, "passing", lambda _, blocks: blocks)  # as one that the system stopped
    job = house.send(table(frame) + b"50,1,40,south\n" * 30_000 + b'1,"2\n')
    house.work()
    over = house.job_service.get(job.id)
    assert over.state == "failed"
    assert "cannot be read" in over.message
    with pytest.raises(NotDone, match="failed"):
        house.results.csv(job.id)


def test_what_cannot_be_accepted_is_refused_and_leaves_nothing(house):
    with pytest.raises(NoRecords):
        house.send(b"")
    with pytest.raises(UnknownModel):
        house.job_service.accept("nobody", [b"a\n"], {})
    with pytest.raises(UnknownJob):
        house.job_service.get("nothing")
    assert not list(house.folder.glob("jobs/*"))


def test_an_upload_that_breaks_off_leaves_nothing(house):
    def broken():
        yield b"income,debt\n" * 30_000
        raise ConnectionResetError

    with pytest.raises(NoRoom):
        house.send(broken())
    assert house.store.jobs.open() == 0
    assert not list(house.folder.glob("jobs/*/*"))


def test_a_header_alone_is_a_job_of_no_records(house):
    job = house.send(b"income,debt,shoe_size,region\n")
    house.work()
    assert house.result(job) == [
        ["income", "debt", "shoe_size", "region", "label", "probability_no", "probability_yes", "problems"]
    ]


def test_a_cancelled_job_stops_and_its_files_go(house, frame):
    job = house.send(table(frame))
    worker = house.worker()
    worker.step()
    worker.step()
    assert house.job_service.cancel(job.id).state == "cancelled"
    assert not worker.step()
    assert not (house.folder / "jobs" / job.id).exists()
    with pytest.raises(NotDone, match="cancelled"):
        house.results.csv(job.id)
    assert house.job_service.cancel(job.id).state == "cancelled"


def test_workers_that_die_on_the_way_lose_nothing_and_double_nothing(house, service, frame, monkeypatch):
    """Each chunk's first worker dies where it hurts most: its file is written, but not yet named in the table."""
    job, dead, table_of_jobs = house.send(table(frame)), set(), type(house.store.jobs)
    finish = table_of_jobs.finish

    def dying(self, chunk, *given, **more):
        if chunk.number not in dead:
            dead.add(chunk.number)
            raise KeyboardInterrupt
        return finish(self, chunk, *given, **more)

    monkeypatch.setattr(table_of_jobs, "give_back", lambda *_: None)  # killed, it had no time to
    monkeypatch.setattr(table_of_jobs, "finish", dying)
    for _ in range(40):
        try:
            if not house.worker(lease=0.05).step():
                if house.job_service.get(job.id).state == "done":
                    break
                threading.Event().wait(0.06)
        except KeyboardInterrupt:
            continue
    assert dead == set(range(8))
    assert house.result(job) == expected(service, frame)


def test_four_workers_at_once_give_the_same_result(house, service, frame):
    job = house.send(table(frame))
    workers = [threading.Thread(target=house.work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    house.work()
    assert house.result(job) == expected(service, frame)


def test_what_we_did_not_foresee_is_tried_three_times_and_told_without_details(house, frame, monkeypatch, caplog):
    tried = []

    def broken(*_):
        tried.append(1)
        raise RuntimeError("secret of the house")

    monkeypatch.setitem(job_kinds._KINDS, "score", job_kinds.JobKind(job_kinds.split, broken))
    job = house.send(table(frame[:10]))
    house.work()
    over = house.job_service.get(job.id)
    assert (over.state, len(tried)) == ("failed", 3)
    assert "secret" not in over.message
    assert f"{job.id}/1" in over.message
    assert "secret of the house" in caplog.text


def test_whoever_asks_for_an_open_job_wakes_the_runner(house, frame):
    job = house.send(table(frame))
    house.announced.clear()
    house.job_service.get(job.id)
    assert house.announced == [job.id]
    house.work()
    house.announced.clear()
    house.job_service.get(job.id)
    assert house.announced == []


def test_a_runner_works_alone_until_there_is_nothing_to_do(house, service, frame, tmp_path):
    job = house.send(table(frame))
    assert run_until_idle(tmp_path, house.worker().step, threading.Event(), idle=0.1)
    assert house.result(job) == expected(service, frame)


def test_a_runner_stays_while_somebody_is_still_to_be_called(tmp_path):
    looks = [True, True, True]

    def waited_for():
        return looks.pop() if looks else False

    assert run_until_idle(tmp_path, lambda: False, threading.Event(), 0.0, lambda: False)
    assert run_until_idle(tmp_path, lambda: False, threading.Event(), 0.01, waited_for)
    assert not looks


def test_a_second_runner_leaves_at_once(tmp_path):
    started, stop, results = threading.Event(), threading.Event(), []

    def slow():
        started.set()
        stop.wait(60)
        return False

    first = threading.Thread(target=lambda: results.append(run_until_idle(tmp_path, slow, stop, idle=0.1)))
    first.start()
    assert started.wait(60)
    assert run_until_idle(tmp_path, lambda: pytest.fail("worked beside another"), threading.Event()) is False
    stop.set()
    first.join()
    assert results == [True]


def test_of_two_who_wake_a_runner_at_once_one_starts_it(tmp_path, monkeypatch):
    started, ends = [], threading.Event()

    def starting(command, **_):
        started.append(command)
        return SimpleNamespace(poll=lambda: 0 if ends.is_set() else None)

    monkeypatch.setattr("jobs.local_runner.subprocess.Popen", starting)
    workers = [LocalRunner(tmp_path, tmp_path, {}) for _ in range(3)]
    for each in workers:  # none runs yet: it has not come to its lock
        each.wake()
        each.wake()
    assert len(started) == 1
    ends.set()
    end = time.monotonic() + 60
    while len(started) == 1 and time.monotonic() < end:  # whoever comes when it has ended starts another
        workers[1].wake()
        time.sleep(0.01)
    assert len(started) == 2


def test_who_looks_whether_a_runner_runs_is_taken_for_none(tmp_path):
    runner = LocalRunner(tmp_path, tmp_path, {})
    assert not runner._runs()
    with (tmp_path / LOCK).open("ab") as looked:
        fcntl.flock(looked, fcntl.LOCK_SH)  # another worker of the service looks at this moment
        assert not runner._runs()
    with FileLock(tmp_path / LOCK):
        assert runner._runs()
    assert not runner._runs()


def test_jobs_that_have_been_over_for_long_are_removed_with_their_files(house, frame):
    job = house.send(table(frame))
    house.work()
    assert purge(house.store, house.files, days=1, decision_days=None) == 0
    assert purge(house.store, house.files, days=-1, decision_days=None) == 1
    with pytest.raises(UnknownJob):
        house.job_service.get(job.id)
    assert not list(house.folder.glob("jobs/*"))


def test_a_job_whose_version_was_removed_under_way_says_so(tmp_path, monkeypatch, frame):
    monkeypatch.setattr(doing, "RECORDS", 40)
    models = tmp_path / "models"
    key = small_model("binary", models, training=250)
    small_model("binary", models)
    house = House(open_service(models), tmp_path)
    job = house.job_service.accept(key, [table(frame)], {"name": "people.csv"})[0]
    worker = house.worker()
    assert worker.step()
    assert worker.step()  # cut into chunks, and the first of them scored
    remove_version(models, *key.split("@"))
    house.work(worker)
    over = house.job_service.get(job.id)
    assert over.state == "failed"
    assert f"{key} was removed on 20" in over.message


def test_values_that_training_always_had_and_records_lack_are_counted_over_all_chunks(house, frame, monkeypatch):
    monkeypatch.setattr(doing, "RECORDS", 10)
    given = frame.head(25).assign(debt=lambda f: f["debt"].mask(f.index % 2 == 0)).drop(columns="shoe_size")
    data = given.to_csv(index=False).encode()
    job = house.job_service.accept("gaps", [data], {"name": "people.csv"})[0]
    house.work()
    assert house.job_service.get(job.id).gaps == {"debt": 13, "shoe_size": 25}
