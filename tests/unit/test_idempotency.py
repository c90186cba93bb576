"""Idempotency keys: each caller's own, and no way around what one may have open."""

import pytest
from sqlalchemy import MetaData, Table, insert, select

from auth.caller import Caller, Request, use_request
from auth.permissions import Permission
from jobs.errors import KeyTaken, TooMuchOpen
from jobs.job_service import JobService
from jobs.receive import FileLimits
from jobs.worker import Worker
from store import sql
from store.connection.migrate import migrate
from store.connection.migration_steps import STEPS
from store.db import Store
from store.files import Files
from store.tables import jobs, uploads
from store.uploads import Quota
from tests.small import people, small_service
from tests.unit.test_store import url  # noqa: F401 - a fixture: both databases

DATA = people(rows=30, seed=4).to_csv(index=False).encode()
OTHER = people(rows=30, seed=5).to_csv(index=False).encode()
LONG = DATA + OTHER[OTHER.index(b"\n") + 1 :] * 3
ANN, BOB = "key ann (1)", "key bob (2)"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary")


class House:
    """A job service that is asked by callers with keys, or by strangers of one address."""

    def __init__(self, service, url, folder, **quota):  # noqa: F811
        self.store, self.folder = Store(url), folder / "files"
        files = Files(str(self.folder))
        self.jobs = JobService(service, self.store, files, lambda _: None, limits=FileLimits(10**7, Quota(**quota)))
        self.worker = Worker(service, self.store.jobs, files)

    def send(self, data=DATA, key=None, who=ANN, held=True, **options):
        blocks = [data] if isinstance(data, bytes) else data
        with self.as_(who):
            job, new = self.jobs.accept("binary", blocks, options, key, held=held)
        return job.id, new

    def as_(self, who):
        caller = Caller(who, is_key=True) if who.startswith("key ") else Caller("anybody")
        return use_request(Request(caller, Permission.FILES, count_key=who))

    def remove(self, job, who=ANN):
        with self.as_(who):
            while self.jobs.delete(job):  # one that is held is cancelled first
                pass

    def rows(self, table):
        with self.store._engine().connect() as connection:
            return connection.execute(select(table)).all()

    def kept(self):
        return [each for each in self.folder.rglob("*") if each.is_file()]


@pytest.fixture
def house(service, url, tmp_path, monkeypatch):  # noqa: F811
    monkeypatch.setattr("jobs.receive.STEP", 500)
    monkeypatch.setattr(Caller, "may", lambda *_: True)
    return lambda **quota: House(service, url, tmp_path, **quota)


def pieces(data, between, at=3):
    """A file in blocks; after some of them something happens."""
    blocks = [data[start : start + 200] for start in range(0, len(data), 200)]
    yield from blocks[:at]
    between()
    yield from blocks[at:]


def test_a_job_that_is_removed_while_its_key_comes_again_counts_as_new(house):
    ours = house(jobs=1)
    first, _ = ours.send(key="k")
    again, new = ours.send(pieces(DATA, lambda: ours.remove(first)), key="k")
    assert new
    assert again != first
    assert [(row.id, row.who) for row in ours.rows(jobs)] == [(again, ANN)]
    with pytest.raises(TooMuchOpen):
        ours.send(OTHER)


def test_a_repeat_beyond_the_limit_becomes_no_job_when_its_own_was_removed(house):
    ours = house(jobs=1)
    done, _ = ours.send(key="k", held=False)
    while ours.worker.step():
        pass
    ours.send(OTHER)
    assert ours.send(key="k", held=False) == (done, False)  # over, and the limit is reached
    with pytest.raises(TooMuchOpen):
        ours.send(pieces(DATA, lambda: ours.remove(done)), key="k", held=False)
    assert len(ours.rows(jobs)) == 1
    assert ours.rows(uploads) == []


def test_a_repeat_counts_while_it_comes_and_one_at_a_time_is_taken_beyond_the_limits(house):
    for quota in ({"jobs": 1}, {"size": len(DATA)}):
        ours = house(**quota)
        first, _ = ours.send(key="k")
        seen = []

        def during(ours=ours, seen=seen):
            seen.append([row.who for row in ours.rows(uploads)])
            for key in ("k", None):
                with pytest.raises(TooMuchOpen):
                    ours.send(key=key)

        assert ours.send(pieces(DATA, during, -1), key="k") == (first, False)
        assert seen == [[ANN]]
        ours.remove(first)


def test_a_file_that_is_longer_than_that_of_its_key_is_refused_as_soon_as_it_is(house):
    ours = house(size=len(DATA))
    ours.send(key="k")
    before = len(ours.kept())

    def never():
        raise AssertionError("all of it was read")

    with pytest.raises(KeyTaken, match="what differs: file"):
        ours.send(pieces(LONG, never, -1), key="k")
    assert len(ours.kept()) == before
    assert ours.rows(uploads) == []


def test_each_caller_has_keys_of_its_own_and_strangers_have_them_together(house):
    ours = house()
    first, _ = ours.send(key="zz", who=ANN)
    second, new = ours.send(OTHER, key="zz", who=BOB)
    assert new
    assert ours.send(key="zz", who=ANN) == (first, False)
    assert ours.send(OTHER, key="zz", who=BOB) == (second, False)
    third, new = ours.send(key="zz", who="address 192.0.2.1")
    assert new
    assert ours.send(key="zz", who="address 192.0.2.2") == (third, False)
    with pytest.raises(KeyTaken):
        ours.send(OTHER, key="zz", who="address 192.0.2.2")


def test_keys_that_were_there_become_those_of_their_senders(url, monkeypatch):  # noqa: F811
    at = next(at for at, step in enumerate(STEPS) if getattr(step, "__name__", "") == "keys_of_callers")
    with monkeypatch.context() as patch:
        patch.setattr(sql, "migrate", lambda _: None)
        engine = sql.connect(url)
    migrate(engine, STEPS[:at])
    whose = {"a": ANN, "b": "person 7", "c": "address 192.0.2.1", "d": None, "e": ANN}
    with engine.begin() as connection:
        then = Table("jobs", MetaData(), autoload_with=connection)
        for job, who in whose.items():
            row = {"id": job, "model": "binary@1", "state": "done", "options": '{"x": 1}', "digest": "d", "size": 3}
            row |= {"message": "", "key": None if job == "e" else job, "created": 1.5, "kind": "campaign", "who": who}
            row |= {"request": "r", "trace": "t", "started": 2.5, "finished": None}
            connection.execute(insert(then).values(row))
        before = connection.execute(select(then).order_by(then.c.id)).mappings().all()
    assert migrate(engine, STEPS) == len(STEPS) - at
    with engine.connect() as connection:
        after = connection.execute(select(jobs).order_by(jobs.c.id)).mappings().all()
    assert [{name: row[name] for name in before[0]} for row in after] == [dict(row) for row in before]
    assert [row["key_of"] for row in after] == [ANN, "person 7", "", "", ""]
