"""Forgetting a record leaves no byte of it in files, tables and journals of the database, and all else as it was."""

from __future__ import annotations

import csv
import io
import itertools
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy import select, update

from api import create_api
from jobs.campaign_service import CampaignService
from jobs.files import paths
from jobs.job_service import JobService
from jobs.retention.erase import Eraser
from jobs.work import chunks as doing
from jobs.worker import Worker
from ml.add import add_model
from ml.bundle.record_book import BookRecord, as_row
from ml.cli.commands import main
from ml.service import open_service
from store.db import open_store
from store.files import Files
from store.outcome_records import Decision, Event
from store.tables import control_groups, jobs, metadata
from tests.small import people, pushed
from tests.unit.test_store import url  # noqa: F401 - the fixture of both databases

RECORD, MARKER, CITY = "C-4711", "Zyxwvut Qponm", "Xanadu-on-Sea"
AT = 52  # row of the file


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Two models whose records have ids, and one whose have none."""
    from sklearn.compose import make_column_transformer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder

    folder, frame = tmp_path_factory.mktemp("models"), people(rows=300)
    truth = pushed(frame) > 0
    encode = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["region"]), remainder="passthrough")
    fitted = make_pipeline(encode, LogisticRegression(max_iter=2000)).fit(frame[:200], truth[:200])
    named = frame.assign(customer=[f"T-{at}" for at in range(len(frame))])
    for name, record_id in (("shop", "customer"), ("bank", "customer"), ("plain", None)):
        table = named if record_id else frame
        add_model(name, fitted, table[:200], table[200:], truth[200:], record_id=record_id, models=folder)
    return folder


@pytest.fixture
def house(models, tmp_path, url, monkeypatch):  # noqa: F811
    monkeypatch.setattr(doing, "RECORDS", 40)
    service, store, files = open_service(models), open_store(url), Files(str(tmp_path / "files"))
    job_service = JobService(service, store, files, lambda _: None)
    client = create_api(service, dict, 1_000, 10, campaign_service=CampaignService(job_service)).test_client()
    worker = Worker(service, store.jobs, files)
    eraser = Eraser(service, store, files)
    return SimpleNamespace(**locals(), folder=tmp_path)


def data(rows=100, column="customer"):
    frame = people(rows=rows, seed=4)
    frame[column] = [f"C-{at}" for at in range(rows)]
    frame["name"] = [f"Person {at}" for at in range(rows)]
    frame["city"] = "Elsewhere"
    frame["income"] = frame["income"].astype(object)
    frame.loc[AT, [column, "name", "city"]] = [RECORD, MARKER, CITY]
    return frame


def text_of(frame):
    return frame.to_csv(index=False)


def work(house):
    while house.worker.step():
        pass


def post(house, place, **body):
    return house.client.post(place, data=json.dumps(body), content_type="application/json")


def campaign(house, model="shop", frame=None):
    sent = text_of(data() if frame is None else frame)
    place = house.client.post(f"/api/v1/models/{model}/jobs?held=true&name=m.csv", data=sent).headers["Location"]
    assert post(house, f"{place}/start", reasons=True).status_code == 202
    work(house)
    made = post(house, f"{place}/lists", by="number", number=100, control=0.3, losses=True).headers["Location"]
    work(house)
    for each in (place, made):
        assert house.client.get(f"{each}/result?format=xlsx").status_code == 200
    return place, made


def told(house, *wanted):
    """Files, the database's own too, and rows in which one of these texts stands."""
    found = []
    with house.store._engine().connect() as connection:
        for table in metadata.sorted_tables:
            rows = [repr(tuple(row)) for row in connection.execute(select(table))]
            found += [(table.name, row) for row in rows if any(each in row for each in wanted)]
    for path in Path(house.folder).rglob("*"):
        held = path.read_bytes() if path.is_file() else b""
        found += [("file", path.name)] if any(each.encode() in held for each in wanted) else []
    return found


def forget(house, *words):
    return main(["forget", RECORD, *words], house.models, eraser=lambda: house.eraser)


def table(house, place):
    return list(csv.DictReader(io.StringIO(house.client.get(f"{place}/result").text)))


def test_no_byte_of_it_is_left_and_others_stay_as_they_were(house, capsys):
    """Planted in a campaign, its list, exports and control group, in jobs done, failed and held, and in books."""
    place, made = campaign(house)
    scored = house.client.post("/api/v1/models/bank/jobs", data=text_of(data())).headers["Location"]
    work(house)
    failed = house.client.post("/api/v1/models/bank/jobs", data=text_of(data())).json["id"]
    house.store.jobs.fail(failed, f"“{MARKER}” cannot be read")
    held = house.client.post("/api/v1/models/shop/jobs?held=true", data=text_of(data())).json["id"]
    book = [BookRecord(name, {"region": "south"}, also=(person,)) for name, person in
            [("A", "Ann"), (RECORD, MARKER), ("B", "Bob"), ("C", "Cy")]]  # fmt: skip
    for model in ("shop", "bank"):
        house.store.book.fill(model, map(as_row, book))
    house.files.write(f"{paths.folder(place[-32:])}/000001-out-killed", [MARKER.encode()])  # of a killed worker
    before = {each: table(house, each) for each in (place, made, scored)}
    control = house.client.get(f"{place}/control").json["lists"][0]
    house.store.jobs.control_groups.keep(
        job="f" * 32, campaign=place[-32:], model=house.store.jobs.get(place[-32:]).model, name="m.csv", share=0.3,
        calls=1, control=2, records=[(AT + 1, RECORD), (1, "C-0")],
    )  # fmt: skip
    decided = Decision(f"{'a' * 24}-0", "shop@00000000", RECORD, made=1.0, sealed="sealed")
    house.store.outcomes.decisions.append([decided])
    about = {"decision": decided.id, "reason": f"{MARKER} said so", "key": f"order of {RECORD}"}
    house.store.outcomes.events.append([Event("e1", "shop", "outcome", **about)])
    kept = {"jobs", "book_records", "control_groups", "file", "decisions", "events", "assignments"}
    assert {name for name, _ in told(house, RECORD, MARKER)} >= kept

    assert forget(house) == 0
    dry = capsys.readouterr().out
    assert "Nothing was changed" in dry
    assert dry.count(f"job {place[-32:]}") == 1
    assert len(table(house, place)) == 100
    assert told(house, MARKER)

    assert forget(house, "--yes") == 0
    said = capsys.readouterr().out
    assert "Erased in " in said
    for each in (place[-32:], made[-32:], scored[-32:], failed, held, "loaded for shop", "loaded for bank"):
        assert each in said
    assert "shop@" in said  # a model that was trained cannot forget
    assert told(house, RECORD, MARKER, CITY) == []

    for each in (place, made, scored):
        now, then = table(house, each), before[each]
        assert len(now) == len(then)
        changed = [at for at, (new, old) in enumerate(zip(now, then, strict=True)) if _told(new) != _told(old)]
        assert [then[at]["customer"] for at in changed] == [RECORD]
        assert not any(_told(now[changed[0]]).values())
    found = house.client.get(place).json
    assert (found["done"], found["total"]) == (100, 100)
    [row] = [row for row in table(house, scored) if row["problems"]]
    assert row["problems"] == "This record was erased."
    after, other = house.client.get(f"{place}/control").json["lists"]
    assert [record["id"] for record in other["records"]] == [None, "C-0"]
    assert (after["control"], after["calls"], len(after["records"])) == (
        control["control"], control["calls"], len(control["records"]),
    )  # fmt: skip
    assert house.client.get(f"/api/v1/jobs/{failed}").status_code == 404
    assert house.client.get(f"/api/v1/jobs/{held}").status_code == 404


def _told(row):
    """What a row tells of its record: ranks move up, and groups are counts."""
    return {name: cell for name, cell in row.items() if name not in ("rank", "place", "problems", "group")}


def test_what_remains_goes_on(house):
    """Ranks, tables, forecasts, new lists and other formats are made of what is left."""
    place, made = campaign(house)
    ranked = [row["customer"] for row in ranked_rows(house, place) if row["customer"] != RECORD]
    assert forget(house, "--yes") == 0
    rows = ranked_rows(house, place)
    assert [row["customer"] for row in rows if row["customer"]] == ranked
    assert [int(row["rank"]) for row in rows if row["rank"]] == list(range(1, 100))
    assert post(house, f"{place}/forecast", by="number", number=100, losses=True).json["calls"] == 99
    again = post(house, f"{place}/lists", by="number", number=100, losses=True).headers["Location"]
    work(house)
    assert len(table(house, again)) == 99
    for each in (place, made):
        assert house.client.get(f"{each}/result?format=xlsx").status_code == 200
    choices = house.client.get(f"{place}/choices").text
    assert CITY not in choices
    assert forget(house) == 0
    assert told(house, RECORD, MARKER, CITY) == []


def ranked_rows(house, place):
    """The rows of a campaign's table by rank, each with its rank and the file's cells."""
    found = house.client.get(f"{place}/records?order=rank&start=0&end=200").json
    return [{"rank": row["rank"], **dict(zip(found["header"], row["cells"], strict=False))} for row in found["rows"]]


def test_an_id_column_of_another_name_counts_by_how_it_was_matched(house):
    frame = data(column="Kunde")
    sent = {"columns": json.dumps({"Kunde": "customer"})}
    answer = house.client.post("/api/v1/models/shop/jobs", query_string=sent, data=text_of(frame))
    if answer.status_code != 202:  # an id is no feature that a column can be matched to
        answer = house.client.post("/api/v1/models/shop/jobs", data=text_of(frame))
    work(house)
    assert forget(house, "--column", "Kunde", "--yes") == 0
    assert told(house, RECORD, MARKER) == []


def test_models_without_ids_are_said_and_searched_by_a_named_column(house, capsys):
    job = house.client.post("/api/v1/models/plain/jobs", data=text_of(data())).json["id"]
    work(house)
    assert forget(house, "--yes") == 0
    said = capsys.readouterr().out
    assert f"job {job} " in said
    assert "no column of plain@" in said
    assert told(house, MARKER)
    assert forget(house, "--column", "customer", "--yes") == 0
    assert told(house, RECORD, MARKER) == []


def later(house, monkeypatch, *records):
    """The address of an explanation that takes too long for its request."""
    body = json.dumps(records)
    clock = itertools.count(step=9.0)
    with monkeypatch.context() as patched:
        patched.setattr("api.v1.explanations.time", SimpleNamespace(monotonic=lambda: next(clock)))
        sent = house.client.post("/api/v1/models/shop/predict?explain=true", data=body, content_type="application/json")
    assert sent.status_code == 202, sent.text
    return sent.headers["Location"]


@pytest.mark.parametrize("worked", [True, False], ids=["given", "waiting"])
def test_answers_that_came_later_are_removed_with_their_requests(house, monkeypatch, capsys, worked):
    known = {"income": 50.25, "debt": 3.75, "shoe_size": 41, "region": "south"}
    it = later(house, monkeypatch, {**known, "customer": "C-1"}, {**known, "customer": RECORD})
    other = later(house, monkeypatch, {**known, "customer": "C-2"})
    if worked:
        work(house)
        assert house.client.get(it).status_code == 200
    assert forget(house, "--yes") == (0 if worked else 1)
    assert f"answer {it[-32:]}" in capsys.readouterr().out
    work(house)
    assert house.client.get(it).status_code == (404 if worked else 200)
    assert house.client.get(other).status_code == 200
    if not worked:
        assert forget(house, "--yes") == 0
    assert told(house, RECORD) == []


def test_answers_of_a_model_that_is_gone_are_found_too(house, monkeypatch):
    known = {"income": 50.25, "debt": 3.75, "shoe_size": 41, "region": "south"}
    it = later(house, monkeypatch, known | {"customer": RECORD})
    work(house)
    with house.store._engine().begin() as connection:
        connection.execute(update(jobs).where(jobs.c.id == it[-32:]).values(model="gone@3f9a1c2b"))
    assert told(house, RECORD)
    assert forget(house, "--column", "customer", "--yes") == 0
    assert told(house, RECORD) == []


def test_only_the_models_that_are_meant(house):
    for model in ("shop", "bank"):
        house.client.post(f"/api/v1/models/{model}/jobs", data=text_of(data()))
    work(house)
    assert forget(house, "--model", "shop", "--yes") == 0
    with house.store._engine().connect() as connection:
        [bank] = connection.scalars(select(jobs.c.id).where(jobs.c.model.like("bank@%")))
    assert {name for name, _ in told(house, MARKER)} == {"file"}
    assert house.files.sizes(paths.folder(bank)).keys() >= {"source"}


def test_a_job_that_runs_keeps_it_until_it_is_over_and_the_command_says_so(house, capsys):
    house.client.post("/api/v1/models/shop/jobs", data=text_of(data()))
    house.worker.step()
    assert forget(house, "--yes") == 1
    assert "it is running: do this again when it is over" in capsys.readouterr().out
    work(house)
    assert forget(house, "--yes") == 0
    assert told(house, RECORD, MARKER) == []


def test_records_of_json_and_ids_that_look_like_formulas(house):
    lines = [{"customer": name, "income": 50, "debt": 3, "shoe_size": 41, "region": "south", "note": note}
             for name, note in [("=C,1", MARKER), ("C-1", "hello")]]  # fmt: skip
    body = "\n".join(map(json.dumps, lines))
    kind = {"content_type": "application/x-ndjson"}
    done, open_ = (house.client.post("/api/v1/models/shop/jobs", data=body, **kind).json["id"] for _ in range(2))
    house.store.jobs.fail(open_, "")
    work(house)
    assert house.client.get(f"/api/v1/jobs/{done}").json["state"] == "done"
    assert main(["forget", "=C,1", "--yes"], house.models, eraser=lambda: house.eraser) == 0
    assert told(house, MARKER, "=C,1") == []


def test_a_book_stays_without_holes(house):
    names = [f"P{at}" for at in range(20)]
    house.store.book.fill("shop", [as_row(BookRecord(name, {})) for name in [*names[:7], RECORD, *names[7:]]])
    assert forget(house, "--yes") == 0
    assert house.store.book.size("shop") == 20
    assert house.store.book.get("shop", RECORD) is None
    assert {json.loads(house.store.book.random("shop"))["id"] for _ in range(400)} == set(names)


def test_while_others_read_the_database_it_says_that_bytes_stay(tmp_path, models, capsys):
    store = open_store(f"sqlite:///{tmp_path / 'likely.db'}")
    store.book.fill("shop", [as_row(BookRecord(RECORD, {}))])
    eraser = Eraser(open_service(models), store, Files(str(tmp_path / "files")))
    with store._engine().connect() as reader:
        reader.exec_driver_sql("SELECT count(*) FROM books").fetchall()
        assert main(["forget", RECORD, "--yes"], models, eraser=lambda: eraser) == 0
    assert "The database is in use" in capsys.readouterr().out
    assert store.book.get("shop", RECORD) is None
    assert store.forget_deleted(everywhere=True)


def test_a_record_that_is_nowhere_is_no_failure(house, capsys):
    assert forget(house, "--yes") == 0
    assert "It is kept nowhere that can be searched by an id." in capsys.readouterr().out
    with house.store._engine().connect() as connection:
        assert not connection.execute(select(control_groups)).all()
