"""Files on their way in: what cannot be read is refused before it is a job, and of what fails nothing stays."""

import csv
import errno
import gzip
import io
import json
import os
import time

import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from api import create_api
from jobs.campaign_service import CampaignService
from jobs.files import head as heads
from jobs.files.head import check_file
from jobs.files.stream_check import StreamCheck
from jobs.job_service import JobService
from jobs.receive import FileLimits
from jobs.retention.purge import purge
from jobs.worker import Worker
from ml.errors import LikelyError, Misread
from ml.files.readers import json_records
from store.db import open_store
from store.files import Files
from tests.small import people, small_service

JOBS, PREDICT = "/api/v1/models/binary/jobs", "/api/v1/models/binary/predict"
HEADER = b"income,debt,shoe_size,region\n"
LINE = b"50.25,3.75,41,south\n"
RECORD = b'{"income": 50.25, "debt": 3.75, "shoe_size": 41, "region": "south"}'


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary")


class House:
    def __init__(self, service, folder, most=10_000_000):
        self.store, self.files = open_store(f"sqlite:///{folder / 'likely.db'}"), Files(str(folder / "files"))
        self.folder = folder / "files" / "jobs"
        self.service = service
        self.jobs = JobService(service, self.store, self.files, lambda _: None, limits=FileLimits(most))
        self.client = create_api(
            service, dict, 1_000_000, 1_000, campaign_service=CampaignService(self.jobs)
        ).test_client()
        self._worker = Worker(service, self.store.jobs, self.files)

    def send(self, data, kind="text/csv", query="", **more):
        return self.client.post(f"{JOBS}?{query}", data=data, content_type=kind, **more)

    def work(self, answer):
        while self._worker.step():
            pass
        return self.client.get(answer.headers["Location"]).json

    def nothing_stays(self):
        assert not list(self.folder.glob("*"))
        assert self.client.get("/api/v1/jobs").json["jobs"] == []


@pytest.fixture
def house(service, tmp_path):
    return House(service, tmp_path)


UNREADABLE = [
    (HEADER + b'50,1,"4\n', "text/csv"),
    (b"\n\n", "text/csv"),
    (b"[1", "application/json"),
    (b'[{"income": 1, "income": 2}]', "application/json"),
    (b'[{"income": NaN}]', "application/json"),
    (b'{"records": 5, "a": {}} x', "application/json"),
    (b"12", "application/json"),
    (b"[\xff]", "application/json"),
    (b"[]", "application/json"),
    (b" ", "application/json"),
]


@pytest.mark.parametrize(("data", "kind"), UNREADABLE)
def test_what_a_request_refuses_is_refused_when_it_is_sent_as_a_job(house, data, kind):
    """In the same words, with the same code."""
    answer, same = house.send(data, kind), house.client.post(PREDICT, data=data, content_type=kind)
    assert answer.status_code == same.status_code == 400
    assert answer.json["error"]["code"] == same.json["error"]["code"]
    of_job, of_request = (
        each.json["error"]["message"].replace("in the body.", "in the file.") for each in (answer, same)
    )
    assert of_job == of_request
    house.nothing_stays()


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (b"a,b\n1,2\n", "text/csv", "No column of the file is a feature"),
        (b"income,debt,income\n1,2,3\n", "text/csv", "more than once"),
        (b'[{"a": 1}, {"b": 2}]', "application/json", "No column of the file is a feature"),
        (b'{"a": 1}\n{"b": 2}\n', "application/x-ndjson", "No column of the file is a feature"),
        (RECORD + b"\n{x}\n", "application/x-ndjson", "Line 2 of the body is not JSON"),
        (b'{"income": [1, 2], "debt": [1, 2]}', "application/json", "of columns"),
        (b"PK\x03\x04 and no more", "application/octet-stream", "workbook"),
        (b"\xd0\xcf\x11\xe0" + bytes(600), "text/csv", ""),
        (b"PAR1 and no more", "application/vnd.apache.parquet", "Parquet"),
        (b"\x1f\x8b\x08 and no more", "application/octet-stream", "harmed"),
        (gzip.compress(b"a,b\n1,2\n", mtime=0), "text/csv", "No column of the file is a feature"),
        (gzip.compress(RECORD, mtime=0), "application/octet-stream", "compressed"),
        (b"<html><body>not found</body></html>\n", "text/csv", "web page"),
    ],
)
def test_what_cannot_be_scored_is_refused_when_it_is_sent(house, data, kind, words):
    answer = house.send(data, kind)
    assert answer.status_code == 400, answer.json
    assert words in answer.json["error"]["message"]
    house.nothing_stays()


@pytest.mark.parametrize("rows", [1, 20_000])
def test_of_a_held_file_columns_are_matched_and_its_way_of_writing_is_said_later(house, rows):
    assert house.send(b"a,b\n" + b"1,2\n" * rows, query="held=true").status_code == 202
    assert house.send(b"a,b\n" + b"1,2\n" * rows + b'1,"2\n', query="held=true").status_code == 202


@pytest.mark.parametrize("data", [b"", b"\n" * 9, b"\x89PNG\r\n\x1a\n" + bytes(500), b"PK\x03\x04 and no more"])
def test_a_held_file_that_is_no_table_however_it_is_read_is_refused(house, data):
    assert house.send(data, query="held=true").status_code == 400
    house.nothing_stays()


@pytest.mark.parametrize("query", ["", "held=true"])
def test_a_link_to_a_sheet_of_google_is_called_one(house, query):
    answer = house.send(b'{"": "WARNING! DO NOT EDIT THIS FILE!", "doc_id": "1A"}', query=query)
    assert answer.status_code == 400
    assert answer.json["error"]["message"] == "The file is a link to a document, which is not read here."
    assert "download the table" in answer.json["error"]["hint"]
    house.nothing_stays()


def test_a_compressed_file_is_a_file_too(house):
    answer = house.send(gzip.compress(HEADER + LINE * 50_000), "application/octet-stream")
    assert answer.status_code == 202
    assert house.work(answer)["done"] == 50_000


def test_columns_that_are_named_count(house):
    query = "columns=%7B%22Einkommen%22%3A%22income%22%7D"
    for data, kind in ((b"Einkommen;x\n1;2\n", "text/csv"), (b'[{"Einkommen": 1}]', "application/json")):
        assert house.send(data, kind).status_code == 400
        assert house.send(data, kind, query).status_code == 202


def far_down(form):
    """A text whose head is right, wherever its last line, quote, character or record breaks off."""
    many = heads.HEAD // len(LINE) + 9_000
    return {
        "csv": (HEADER + LINE * many + b'1,2,3,"x\n', "text/csv"),
        "gzip": (gzip.compress(HEADER + LINE * many + b'1,2,3,"x\n'), "application/octet-stream"),
        "cut gzip": (gzip.compress(HEADER + os.urandom(heads.HEAD).hex().encode())[:-9], "application/octet-stream"),
        "utf-16": ((HEADER + LINE * many).decode().encode("utf-16") + b"\x00\xdc", "text/csv"),
        "json": (b"[" + (RECORD + b",\n") * many + b"{}}]", "application/json"),
        "cut json": (b"[" + (RECORD + b",\n") * many + RECORD[:-9], "application/json"),
        "ndjson": ((RECORD + b"\n") * many + b"{}}\n", "application/x-ndjson"),
    }[form]


def test_a_fault_in_the_last_line_of_a_short_file_is_refused_too(house):
    assert house.send(HEADER + LINE * 5_000 + b'1,2,3,"x\n').status_code == 400
    house.nothing_stays()


FAR = ["csv", "gzip", "cut gzip", "utf-16", "json", "cut json", "ndjson"]


@pytest.mark.parametrize("form", FAR)
def test_a_fault_further_down_is_refused_when_it_is_sent(house, form):
    answer = house.send(*far_down(form))
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "unreadable"), answer.json
    house.nothing_stays()


@pytest.mark.parametrize("form", ["csv", "ndjson"])
def test_the_words_are_those_of_a_file_that_is_read_at_once(house, form):
    data, kind = far_down(form)
    said = house.send(data, kind).json["error"]
    assert f"Line {data.count(bytes([10])):,} of the" in said["message"].replace("body", "table") or form == "ndjson"
    with pytest.raises(LikelyError) as refused:
        check_file(io.BytesIO(data), {"format": form}, house.service.model("binary"), False, None)
    assert said["message"] == refused.value.message


def test_it_is_refused_while_the_rest_is_still_to_come(house):
    """The fault is in the second of a hundred blocks: nobody waits for the others."""
    sent = []

    def blocks():
        for at in range(200):
            sent.append(at)
            yield (HEADER if at == 0 else b"") + LINE * 40_000 + (b'1,2,3,"x"y\n' if at == 1 else b"")
            time.sleep(0.01)

    with pytest.raises(Misread):
        house.jobs.accept("binary", blocks(), {})
    assert len(sent) < 100
    house.nothing_stays()


def test_a_process_that_was_stopped_refuses_nothing(house, monkeypatch, caplog):
    real = StreamCheck._begin

    def begin(self):
        process = real(self)
        process.kill()
        process.wait()
        return process

    monkeypatch.setattr(StreamCheck, "_begin", begin)
    answer = house.send(HEADER + LINE * 50_000)
    assert answer.status_code == 202
    assert house.work(answer)["done"] == 50_000
    assert "was stopped" in caplog.text


@pytest.mark.parametrize("form", ["csv", "json", "ndjson"])
def test_a_file_that_was_harmed_since_fails_the_job(house, form):
    data, kind = far_down(form)
    good = data[: data.rindex(b"1,2,3")] if form == "csv" else data[: -len(b"{}}\n")].rstrip(b",\n")
    answer = house.send(good + (b"]" if form == "json" else b"\n"), kind)
    assert answer.status_code == 202, answer.json
    (house.folder / answer.json["id"] / "source").write_bytes(data)
    seen = house.work(answer)
    assert (seen["state"], bool(seen["message"])) == ("failed", True)


def test_a_campaign_with_a_fault_further_down_is_not_started(house):
    held = house.send(*far_down("csv"), query="held=true")
    assert held.status_code == 202
    started = house.client.post(held.headers["Location"] + "/start", json={})
    assert (started.status_code, started.json["error"]["code"]) == (400, "unreadable"), started.json
    assert house.client.get(held.headers["Location"]).json["state"] == "held"


def test_a_campaign_is_started_without_reading_it_again_unless_the_way_of_reading_changed(house, started):
    held = house.send(HEADER + LINE * 50_000, query="held=true")
    assert len(started) == 1
    assert house.client.post(held.headers["Location"] + "/start", json={}).status_code == 202
    assert len(started) == 1
    other = house.send((HEADER + LINE * 60_000).replace(b",", b";") + b"\x81;1;2;3\n", query="held=true")
    again = house.client.post(other.headers["Location"] + "/start", json={"encoding": "utf-8"})
    assert (again.status_code, len(started)) == (400, 3), again.json


@pytest.mark.parametrize("cell", [b"a\n" * 60_000, b'a\n"",' * 20_000, b"note\r\n" * 18_000])
@pytest.mark.parametrize("read", ["", "held=true"])
def test_the_first_record_may_have_a_cell_of_many_lines(house, cell, read):
    line = LINE[:-1] + b',"' + cell + b'"\n'
    answer = house.send(HEADER[:-1] + b",note\n" + line * 9, query=read)
    assert answer.status_code == 202, answer.json
    if not read:
        assert house.work(answer)["done"] == 9


@pytest.mark.parametrize("cells", [1, 9])
def test_of_such_a_record_the_columns_are_looked_at_when_it_is_there(house, cells):
    line = b'1,"' + b"a\n" * 60_000 + b'"\n'
    answer = house.send(b"a,b\n" + line * cells)
    assert answer.status_code == 400
    assert "No column of the file is a feature" in answer.json["error"]["message"]
    house.nothing_stays()


def test_a_cell_of_more_than_131_072_characters_is_refused_in_words(house):
    answer = house.send(HEADER[:-1] + b",note\n" + LINE[:-1] + b',"' + b"a\n" * 70_000 + b'"\n')
    assert answer.status_code == 400
    assert "Line 2 of the table cannot be read: a cell has more than 131,072 characters" in answer.text


@pytest.mark.parametrize("filler", [b"a", b'a\n"",', b"a\n\n\n", "é".encode()])
def test_a_head_that_ends_within_a_cell_is_no_fault(house, filler):
    cell = b'"' + filler * (120_000 // len(filler)) + b'"'
    data = HEADER[:-1] + b",note\n" + b"50.25,3.75,41,south,short\n" * 300 + (LINE[:-1] + b"," + cell + b"\n") * 4
    answer = house.send(data)
    assert answer.status_code == 202, answer.json


def test_one_long_line_of_json_is_a_file_too(house):
    many = heads.HEAD // len(RECORD) + 100
    answer = house.send(b'{"records": [' + b",".join([RECORD] * many) + b"]}", "application/json")
    assert answer.status_code == 202
    assert house.work(answer)["done"] == many


# ---- of an upload that fails nothing stays ------------------------------------------------------------


class Broken(io.RawIOBase):
    """A body whose client dies after so many bytes."""

    def __init__(self, data):
        self._data = io.BytesIO(data)

    def readable(self):
        return True

    def readinto(self, buffer):
        came = self._data.read(len(buffer))
        if not came:
            raise ConnectionResetError
        buffer[: len(came)] = came
        return len(came)


@pytest.fixture
def started(monkeypatch):
    """The processes that read uploads."""
    found, real = [], StreamCheck._begin

    def begin(self):
        found.append(real(self))
        return found[-1]

    monkeypatch.setattr(StreamCheck, "_begin", begin)
    return found


@pytest.mark.parametrize("rows", [1, 100_000])
def test_one_that_breaks_off(house, rows, started):
    data = HEADER + LINE * rows
    environ = {"wsgi.input": Broken(data), "CONTENT_LENGTH": str(len(data) + 1000), "CONTENT_TYPE": "text/csv"}
    answer = house.client.post(JOBS, environ_overrides=environ)
    assert answer.status_code == 400
    house.nothing_stays()
    assert len(started) == (rows > 1)
    assert all(process.returncode is not None for process in started)  # nor does a process


@pytest.mark.parametrize("told", [True, False])
def test_one_over_the_limit(service, tmp_path, told):
    house = House(service, tmp_path, most=1_000_000)
    data = HEADER + LINE * 60_000
    more = {} if told else {"environ_overrides": {"wsgi.input_terminated": True}, "content_length": None}
    body = {"data": data} if told else {"input_stream": io.BytesIO(data)}
    answer = house.client.post(JOBS, content_type="text/csv", **body, **more)
    assert (answer.status_code, answer.json["error"]["code"]) == (413, "too_large")
    assert "1,000,000 bytes" in answer.json["error"]["message"]
    house.nothing_stays()
    assert house.send(data[:900_000]).status_code == 202


@pytest.mark.parametrize("after", [0, 1])
def test_one_for_which_the_disk_has_no_room(house, monkeypatch, after):
    real = Files.create

    def full(self, path):
        file = real(self, path)
        written = []

        def write(block):
            if len(written) == after:
                raise OSError(errno.ENOSPC, "No space left on device")
            written.append(block)
            return len(block)

        file.write = write
        return file

    monkeypatch.setattr(Files, "create", full)
    answer = house.send(HEADER + LINE * 100_000)
    assert (answer.status_code, answer.json["error"]["code"]) == (507, "no_room")
    house.nothing_stays()


def test_one_of_which_the_store_does_not_hear(house, monkeypatch):
    def away(*_, **__):
        raise OperationalError("INSERT", {}, Exception("gone"))

    with monkeypatch.context() as patched:
        patched.setattr(type(house.store.jobs), "add", away)
        answer = house.send(HEADER + LINE)
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "store_away")
    assert answer.headers["Retry-After"] == "5"
    house.nothing_stays()


def test_one_of_which_nobody_knows_whether_the_store_heard(house):
    """The connection breaks while it commits: the file stays until the sweep can ask, for the job may be there."""
    engine, _ = house.store._engine(), house.store.job_ids.tag

    def breaks(_):
        raise OperationalError("COMMIT", {}, Exception("gone"))

    event.listen(engine, "commit", breaks)
    assert house.send(HEADER + LINE).status_code == 503
    event.remove(engine, "commit", breaks)
    (folder,) = house.folder.iterdir()
    purge(house.store, house.files, 7, None)
    assert folder.exists()  # somebody might still be sending it
    age(folder)
    purge(house.store, house.files, 7, None)
    house.nothing_stays()


def age(folder, seconds=4_000):
    for path in (*folder.rglob("*"), folder):
        os.utime(path, (time.time() - seconds, time.time() - seconds))


def test_what_a_killed_process_left_is_swept_and_nothing_else(house):
    kept = house.send(HEADER + LINE).json["id"]
    ours, others = house.store.job_ids.new, "0" * 31
    assert not others.startswith(house.store.job_ids.tag)
    a, b, c, d = ours(), ours(), ours(), ours()
    left = {a: ["source"], b: [], c: ["source", "000001-out-x"], others + "a": ["source"], others + "b": ["x"]}
    for name, files in left.items():
        (house.folder / name).mkdir()
        for file in files:
            (house.folder / name / file).write_bytes(b"x")
    (house.folder / d).mkdir()
    for folder in house.folder.iterdir():
        if folder.name != d:
            age(folder)
    purge(house.store, house.files, 7, None)
    # Of a job; of another database; still being sent
    assert {folder.name for folder in house.folder.iterdir()} == {kept, others + "a", others + "b", d}


def test_a_place_that_is_no_folder_is_swept_too(service, tmp_path):
    files = Files("memory://uploads-that-are-swept")
    store = open_store(f"sqlite:///{tmp_path / 'likely.db'}")
    job = store.job_ids.new()
    files.write(f"jobs/{job}/source", [b"x"])
    assert files.folders("jobs") == [job]
    assert 0 <= files.age(f"jobs/{job}", time.time()) < 60
    purge(store, files, 7, None)
    assert files.folders("jobs") == [job]
    files.remove("jobs")


# ---- the same numbers as a request ----------------------------------------------------------------------

ODD = [
    {"income": "50.25", "debt": "3,75", "shoe_size": 41.0, "region": "south"},
    {"income": True, "debt": None, "shoe_size": "41", "region": "south"},
    {"income": 1e308, "debt": -0.0, "shoe_size": 41, "region": None},
    {"income": 10**30, "debt": [1], "shoe_size": {}, "region": 5},
    {"debt": 1, "region": "nowhere"},
    {"income": "", "debt": " ", "shoe_size": "NA", "region": "NA"},
    {"region": "south", "shoe_size": 41, "debt": 3.75, "income": 50.25},
    {},
    17,
    None,
    [50.25, 3.75, 41, "south"],
    "text",
]


def expected(house, records):
    """Label, probabilities and problems of each record, as the predict address gives them for it alone."""
    for record in records:
        answer = house.client.post(PREDICT, data=json.dumps([record]), content_type="application/json")
        if answer.status_code == 200:
            (found,) = answer.json["predictions"]
            yield [found["label"], *map(repr, found["probabilities"].values()), ""]
        else:
            problems = answer.json["error"]["problems"]
            words = [(each["feature"] and f"{each['feature']}:", each["message"], each["hint"]) for each in problems]
            yield ["", "", "", "; ".join(" ".join(filter(None, each)) for each in words)]


@pytest.mark.parametrize("form", ["list", "envelope", "lines"])
def test_records_are_scored_as_a_request_scores_them(house, form):
    records = [*ODD, *people(rows=40, seed=5).to_dict("records")]
    body = {
        "list": json.dumps(records, default=float),
        "envelope": json.dumps({"records": records}, default=float, indent=1),
        "lines": "\n".join(json.dumps(record, default=float) for record in records),
    }[form].encode()
    answer = house.send(body, "application/x-ndjson" if form == "lines" else "application/json")
    assert answer.status_code == 202, answer.json
    seen = house.work(answer)
    assert (seen["state"], seen["done"], seen["total"]) == ("done", len(records), len(records)), seen
    header, *lines = csv.reader(io.StringIO(house.client.get(seen["links"]["result"]).text))
    assert header == ["income", "debt", "shoe_size", "region", "label", "probability_no", "probability_yes", "problems"]
    found = [line[4:] for line in lines]
    wanted = list(expected(house, records))
    assert [line[:3] for line in found] == [line[:3] for line in wanted]
    assert [line[3].lstrip("'") for line in found] == [line[3] for line in wanted]
    assert lines[3][:3] == [str(10**30), "[1]", "{}"]  # as it came
    assert seen["errors"] == sum(bool(line[3]) for line in wanted) > 5


def test_what_no_record_has_is_said(house):
    seen = house.work(house.send(b'[{"income": 1, "region": "south"}]', "application/json"))
    assert seen["notes"] == ["No column gives Debt and Shoe size, and no record can be scored without them."]


def test_a_worker_that_is_to_end_does_not_read_a_large_file_to_its_end_first(house, service, monkeypatch):
    """The columns of a result are the names of all records: a pass over the file before the first chunk."""
    monkeypatch.setattr(json_records, "BLOCK", 1024)
    answer = house.send(b"[" + b",".join([RECORD] * 10_000) + b"]", "application/json")
    looks = iter([False] * 20)
    ending = Worker(service, house.store.jobs, house.files, stop=lambda: next(looks, True))
    assert ending.step()
    seen = house.client.get(answer.headers["Location"]).json
    assert (seen["state"], seen["total"], seen["done"]) == ("running", None, 0)
    assert house.work(answer)["done"] == 10_000  # given back, and taken up at once


def test_one_record_is_a_job_too(house):
    answer = house.send(RECORD, "application/json")
    seen = house.work(answer)
    kept = house.store.jobs.get(seen["id"]).options["dialect"]
    assert (seen["done"], kept["sentence"]) == (1, "JSON")
    assert house.send(RECORD, "application/octet-stream").status_code == 202  # told by how it begins


def test_other_values_are_carried_along(house):
    answer = house.send(b'[{"name": "=1+1", ' + RECORD[1:] + b', {"phone": "+1 415", "n": -1.5}]', "application/json")
    seen = house.work(answer)
    first, second = house.client.get(seen["links"]["result"]).text.splitlines()[1:]
    assert first.startswith("'=1+1,50.25,3.75,41,south,,,")
    assert ",+1 415,-1.5," in second


def test_json_is_not_held(house):
    answer = house.send(RECORD, "application/json", "held=true")
    assert (answer.status_code, answer.json["error"]["code"]) == (415, "no_table")


def test_how_a_file_is_written_can_be_told_and_belongs_to_the_key(house):
    data = "income;debt;shoe_size;region\n50,25;3,75;41;Süd\n".encode("cp1252")
    key = {"Idempotency-Key": "k"}
    answer = house.send(data, query="encoding=windows-1252&decimal=comma&separator=semicolon", headers=key)
    assert answer.status_code == 202
    house.work(answer)
    text = house.client.get(f"{answer.headers['Location']}/result").text
    assert "Süd" in text
    other = house.send(data, query="encoding=windows-1252&decimal=point", headers=key)
    assert "what differs: read" in other.json["error"]["message"]
    assert house.send(data, query="decimal=x").json["error"]["code"] == "bad_parameter"
