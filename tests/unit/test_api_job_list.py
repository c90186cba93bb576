"""The list of jobs: pages that nothing moves, filters, and what cannot be asked."""

import datetime as dt
import functools
import operator

import pytest
from sqlalchemy import create_engine

from api import create_api
from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from store.connection.migrate import migrate
from store.connection.migration_steps import STEPS
from store.db import open_store
from store.files import Files
from store.job import JobFilter
from tests.faults.places import database
from tests.small import small_service

TABLE = b"income,debt,shoe_size,region\n50.25,3.75,41,south\n"
JOBS = "/api/v1/jobs"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary", "gaps")


@pytest.fixture
def house(service, tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'likely.db'}")
    job_service = JobService(service, store, Files(str(tmp_path / "files")), lambda _: None)
    client = create_api(service, dict, 1_000, 10, campaign_service=CampaignService(job_service)).test_client()

    def send(model="binary", **query):
        return client.post(f"/api/v1/models/{model}/jobs", data=TABLE, query_string=query).json["id"]

    return client, send, store


def ids(answer):
    return [job["id"] for job in answer.json["jobs"]]


def walk(client, address):
    """All pages, and the ids of each."""
    pages = []
    while address:
        answer = client.get(address)
        pages.append(ids(answer))
        address = answer.json["links"]["next"]
        assert ("Link" in answer.headers) == bool(address)
    return pages


def test_pages_go_from_the_newest_to_the_oldest_and_nothing_moves_them(house):
    client, send, _ = house
    sent = [send() for _ in range(5)]
    first = client.get(f"{JOBS}?limit=2")
    assert ids(first) == sent[:2:-1]
    late = send()  # between two pages
    client.post(f"{JOBS}/{sent[4]}/cancel")
    assert client.delete(f"{JOBS}/{sent[4]}").status_code == 204  # where the first page ended stood after it
    assert walk(client, first.json["links"]["next"]) == [[sent[2], sent[1]], [sent[0]]]
    assert walk(client, f"{JOBS}?limit=200") == [[late, *sent[3::-1]]]
    assert first.headers["Link"] == f'<{first.json["links"]["next"]}>; rel="next"'


def test_jobs_of_one_moment_are_each_given_once(house):
    client, send, store = house
    sent = {send() for _ in range(7)}
    with store._engine().begin() as connection:
        connection.exec_driver_sql("UPDATE jobs SET created = 1700000000.123456")
    pages = walk(client, f"{JOBS}?limit=3&kind=score")
    assert [len(page) for page in pages] == [3, 3, 1]
    assert set(functools.reduce(operator.iadd, pages, [])) == sent
    assert len(functools.reduce(operator.iadd, pages, [])) == 7


def test_filters_leave_out_the_others(house, service):
    client, send, _store = house
    scored, held, other = send(), send(held="true"), send("gaps")
    client.post(f"{JOBS}/{scored}/cancel")
    key = service.model("binary").key
    for query, wanted in {
        "": [other, held, scored],
        "model=binary": [held, scored],
        f"model={key}": [held, scored],
        f"model={key}0": [],
        "model=binar": [],
        "model=binar_": [],  # no pattern
        "state=held": [held],
        "state=held,cancelled": [held, scored],
        "kind=campaign": [held],
        "kind=score&state=waiting": [other],
        "kind=list": [],
    }.items():
        assert ids(client.get(f"{JOBS}?{query}")) == wanted, query


def test_times_bound_the_list_on_both_sides(house):
    client, send, store = house
    old, middle, new = send(), send(), send()
    noon = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC).timestamp()
    with store._engine().begin() as connection:
        for job, at in ((old, noon - 3600), (middle, noon), (new, noon + 3600)):
            connection.exec_driver_sql(f"UPDATE jobs SET created = {at} WHERE id = '{job}'")
    for query, wanted in {
        f"created_after={noon}": [new],
        "created_after=2026-03-01T11:30:00Z": [new, middle],
        "created_before=2026-03-01T14:00:00+02:00": [old],  # 12:00 in UTC, and the plus is a space
        "created_before=2026-03-01T12:00": [old],
        "created_after=2026-03-01T11:30:00Z&created_before=2026-03-01T12:30:00Z": [middle],
    }.items():
        assert ids(client.get(f"{JOBS}?{query}")) == wanted, query


@pytest.mark.parametrize(
    "query",
    [
        "limit=0", "limit=201", "limit=-1", "limit=²", "state=over", "kind=scores", "created_after=yesterday",
        "created_before=nan", "cursor=x", "cursor=WzEsMl0", "cursor=%00", "page=2", "limit=1&limit=2",
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(house, query):
    answer = house[0].get(f"{JOBS}?{query}")
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_parameter")
    assert answer.json["error"]["hint"]


def test_postgresql_gives_the_same_pages(tmp_path):
    """Its clock has microseconds, its texts another order: the cursor has to hold both."""
    with database("postgresql", tmp_path) as url:
        table = open_store(url).jobs
        names = [f"{n:032x}" for n in (3, 1, 4, 15, 9, 2)]
        for name in names:
            assert table.add(name, "iris@0123", "d", 1, {}, None)
        with table._engine().begin() as connection:
            connection.exec_driver_sql(
                "UPDATE jobs SET created = 1700000000.123456 WHERE id < '0000000000000000000000000000000a'"
            )
        seen, after = [], None
        while True:
            found, after = table.page(JobFilter(model="iris"), 2, after)
            seen += [job.id for job in found]
            if after is None:
                break
        assert seen == [names[3], *sorted((n for n in names if n != names[3]), reverse=True)]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_jobs_from_before_the_list_get_their_kind(tmp_path, kind):
    with database(kind, tmp_path) as url:
        engine = create_engine(url)
        migrate(engine, STEPS[:4])
        rows = {"a": "{}", "b": '{"kind": "campaign"}', "c": '{"kind": "list"}'}
        with engine.begin() as connection:
            for name, options in rows.items():
                connection.exec_driver_sql(
                    "INSERT INTO jobs (id, model, state, options, digest, size, message, created) "
                    f"VALUES ('{name}', 'm@1', 'done', '{options}', 'd', 1, '', 1)"
                )
        engine.dispose()
        found, _ = open_store(url).jobs.page(JobFilter(), 10)
        assert {job.id: job.kind for job in found} == {"a": "score", "b": "campaign", "c": "list"}
