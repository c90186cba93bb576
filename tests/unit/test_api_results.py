"""Results over HTTP: formats, ranges, compression; what is given out is the same at every door, and is scored again."""

import csv
import gzip
import io
import json
import sys

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api import create_api
from jobs import downloads
from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from jobs.work import job_kinds
from jobs.worker import Worker
from ml.service import open_service
from store.db import open_store
from store.files import Files
from tests.small import people, small_model

ROWS = 45
PHONE = "+1 415 555 0100"


class House:
    def __init__(self, folder):
        small_model("binary", folder / "models")
        service = open_service(folder / "models")
        self.store, self.files = open_store(f"sqlite:///{folder / 'likely.db'}"), Files(str(folder / "files"))
        job_service = JobService(service, self.store, self.files, lambda _: None)
        self.client = create_api(service, dict, 10_000, 10, campaign_service=CampaignService(job_service)).test_client()
        self.worker = Worker(service, self.store.jobs, self.files)

    def work(self):
        while self.worker.step():
            pass

    def send(self, data):
        place = self.client.post("/api/v1/models/binary/jobs", data=data).headers["Location"]
        self.work()
        return place

    def campaign(self, data, reasons=True):
        place = self.client.post("/api/v1/models/binary/jobs?held=true&name=march.csv", data=data).headers["Location"]
        self.client.post(f"{place}/start", data=json.dumps({"reasons": reasons}))
        self.work()
        return place

    def list(self, place):
        body = json.dumps({"by": "number", "number": 7, "reasons": True})
        made = self.client.post(f"{place}/lists", data=body).headers["Location"]
        self.work()
        return made

    def table(self, place, query=""):
        return list(csv.reader(io.StringIO(self.client.get(f"{place}/result{query}").text, newline="")))


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    job_kinds.WITH_REASONS, before = 10, job_kinds.WITH_REASONS  # several chunks
    yield House(tmp_path_factory.mktemp("results"))
    job_kinds.WITH_REASONS = before


@pytest.fixture(scope="module")
def places(house):
    """A scored file, a campaign and its list: of a file that has names which ours have."""
    frame = people(rows=ROWS, seed=5).assign(**{"Phone": PHONE, "Rank": "x", "label": "old", "=a": "=1+1"})
    frame.loc[3, "income"] = None
    frame["Full name"] = [f"Zoë {at}" for at in range(ROWS)]
    data = frame.to_csv(index=False).encode()
    campaign = house.campaign(data)
    return {"score": house.send(data), "campaign": campaign, "list": house.list(campaign)}


@pytest.mark.parametrize("sort", ["score", "campaign", "list"])
def test_length_and_any_range_are_those_of_the_whole(house, places, sort):
    place = f"{places[sort]}/result"
    whole = house.client.get(place)
    body = whole.data
    assert whole.headers["Content-Length"] == str(len(body)) == house.client.head(place).headers["Content-Length"]
    assert whole.headers["Accept-Ranges"] == "bytes"

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, len(body) - 1), st.integers(0, len(body) + 10))
    def compare(start, more):
        end = start + more
        answer = house.client.get(place, headers={"Range": f"bytes={start}-{end}"})
        assert answer.status_code == 206
        assert answer.data == body[start : end + 1]
        last = min(end, len(body) - 1)
        assert answer.headers["Content-Range"] == f"bytes {start}-{last}/{len(body)}"
        assert answer.headers["Content-Length"] == str(len(answer.data))

    compare()


def test_a_broken_download_goes_on_where_the_file_is_the_same(house, places):
    place = f"{places['campaign']}/result"
    whole = house.client.get(place)

    def rest(etag):
        return house.client.get(place, headers={"Range": "bytes=100-", "If-Range": etag})

    assert rest(whole.headers["ETag"]).data == whole.data[100:]
    assert (rest('"other"').status_code, rest('"other"').data) == (200, whole.data)
    assert house.client.get(place, headers={"Range": "bytes=-7"}).data == whole.data[-7:]
    assert house.client.get(place, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


OTHER, DATE, PART = '"other"', "Fri, 27 Nov 2020 10:00:00 GMT", {"Range": "bytes=2-9"}
PRECONDITIONS = [
    ({"If-Match": "{tag}"}, 200), ({"If-Match": "*"}, 200), ({"If-Match": OTHER + ", {tag}"}, 200),
    ({"If-Match": OTHER}, 412), ({"If-Match": "W/{tag}"}, 412), ({"If-Match": OTHER} | PART, 412),
    ({"If-None-Match": "{tag}"}, 304), ({"If-None-Match": "*"}, 304), ({"If-None-Match": "W/{tag}"}, 304),
    ({"If-None-Match": OTHER + ", W/{tag}"}, 304), ({"If-None-Match": OTHER}, 200),
    ({"If-None-Match": "{tag}"} | PART, 304), ({"If-None-Match": OTHER} | PART, 206),
    ({"If-Match": "{tag}", "If-None-Match": "{tag}"}, 304), ({"If-Match": OTHER, "If-None-Match": "{tag}"}, 412),
    ({"If-Match": OTHER, "If-None-Match": OTHER}, 412), ({"If-Match": "*", "If-None-Match": OTHER}, 200),
    ({"If-Unmodified-Since": DATE}, 200), ({"If-Modified-Since": DATE}, 200),
    ({"If-Range": "{tag}"} | PART, 206), ({"If-Range": OTHER} | PART, 200), ({"If-Range": "W/{tag}"} | PART, 200),
    ({"If-Range": DATE} | PART, 200), ({"If-Range": OTHER}, 200), ({"If-Range": "{tag}", "If-Match": OTHER}, 412),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "status"), PRECONDITIONS)
def test_preconditions_are_those_of_rfc_9110(house, places, asked, status):
    place = f"{places['score']}/result"
    whole = house.client.get(place)
    headers = {name: value.format(tag=whole.headers["ETag"]) for name, value in asked.items()}
    answer, head = house.client.get(place, headers=headers), house.client.head(place, headers=headers)
    assert answer.status_code == status
    assert head.status_code == (200 if status == 206 else status)  # Range says something of GET only
    if status == 412:
        assert answer.json["error"]["code"] == "precondition_failed"
    else:
        assert answer.data == {200: whole.data, 206: whole.data[2:10], 304: b""}[status]
        assert answer.headers["ETag"] == whole.headers["ETag"]


def test_each_download_of_bytes_is_in_the_audit_log_and_nothing_else(house, places):
    place = f"{places['list']}/result"

    def noted(method, **headers):
        before = len(house.store.audit.newest(999))
        getattr(house.client, method)(place, headers={name.replace("_", "-"): value for name, value in headers.items()})
        events = house.store.audit.newest(999)
        return [each.what for each in events[: len(events) - before]]

    assert noted("get") == noted("get", Range="bytes=1-") == noted("get", Range="lines=1-") == ["result downloaded"]
    assert noted("head") == noted("get", If_None_Match="*") == noted("get", If_Match=OTHER) == []
    assert noted("get", Range="bytes=99999999-") == []


@pytest.mark.parametrize(
    ("asked", "status"),
    [("bytes=99999999-", 416), ("bytes=5-3", 200), ("lines=1-2", 200), ("bytes=0-1,5-6", 200), ("nonsense", 200)],
)
def test_ranges_that_cannot_be_given(house, places, asked, status):
    answer = house.client.get(f"{places['score']}/result", headers={"Range": asked})
    assert answer.status_code == status
    if status == 416:
        length = house.client.get(f"{places['score']}/result").content_length
        assert answer.headers["Content-Range"] == f"bytes */{length}"
        assert answer.json["error"]["code"] == "no_such_range"
        assert f"{length:,} bytes" in answer.json["error"]["message"]
        assert "Content-Disposition" not in answer.headers


def test_gzip_on_the_way_or_as_a_file_and_never_of_a_range(house, places):
    place = f"{places['score']}/result"
    plain = house.client.get(place)
    coded = house.client.get(place, headers={"Accept-Encoding": "gzip"})
    assert coded.headers["Content-Encoding"] == "gzip"
    assert "Content-Length" not in coded.headers
    assert gzip.decompress(coded.data) == plain.data
    assert coded.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in coded.vary
    assert "Accept-Encoding" in plain.vary
    file = house.client.get(f"{place}?compression=gzip")
    assert (file.content_type, gzip.decompress(file.data)) == ("application/gzip", plain.data)
    assert "Content-Encoding" not in file.headers
    assert file.headers["Content-Disposition"] == 'attachment; filename="scored records.csv.gz"'
    both = house.client.get(place, headers={"Accept-Encoding": "gzip", "Range": "bytes=3-9"})
    assert (both.status_code, both.data) == (206, plain.data[3:10])
    none = house.client.get(f"{place}?compression=none", headers={"Accept-Encoding": "gzip"})
    assert none.data == plain.data
    assert (
        "Content-Encoding" not in house.client.get(f"{place}?format=xlsx", headers={"Accept-Encoding": "gzip"}).headers
    )


def workbook(answer):
    rows = list(openpyxl.load_workbook(io.BytesIO(answer.data)).active.iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def test_a_workbook_has_names_and_telephones_first_and_ranks(house, places):
    for sort, records in (("campaign", ROWS), ("list", 7)):
        answer = house.client.get(f"{places[sort]}/result?format=xlsx")
        assert answer.status_code == 200
        assert int(answer.headers["Content-Length"]) == len(answer.data)
        rows = workbook(answer)
        assert len(rows) == records
        assert list(rows[0])[:2] == ["Full name", "Phone"]
        assert rows[0]["Phone"] == PHONE
        assert rows[0]["=a"] == "=1+1"
        columns = house.client.get(places[sort]).json["result_columns"]
        number = "rank" if sort == "campaign" else "place"
        assert sorted(row[columns[number]] for row in rows if row[columns[number]]) == list(
            range(1, records + (sort == "list"))
        )
    again = house.client.get(f"{places['list']}/result?format=xlsx", headers={"Range": "bytes=10-19"})
    assert again.data == answer.data[10:20]


def test_csv_for_excel_by_language_or_parameter(house, places):
    place = f"{places['list']}/result?format=csv-excel"
    german = house.client.get(place, headers={"Accept-Language": "de-DE,de;q=0.9"})
    head, first = german.data.decode("utf-8-sig").splitlines()[:2]
    assert german.data.startswith(b"\xef\xbb\xbf")
    assert head.startswith("Full name;Phone;")
    assert f";{PHONE};" in first
    probability = first.split(";")[head.split(";").index("probability")]
    assert float(probability.replace(",", ".")) == float(
        house.table(places["list"])[1][head.split(";").index("probability")]
    )
    assert "Accept-Language" in german.vary
    assert house.client.get(place).data.decode("utf-8-sig").startswith("Full name,Phone,")
    assert house.client.get(f"{place}&separator=tab").data.decode("utf-8-sig").startswith("Full name\tPhone\t")
    assert house.client.get(places["list"]).json["links"]["result_csv_excel"].endswith("?format=csv-excel")


def test_a_file_is_called_as_the_one_that_was_sent(house):
    data = people(rows=3, seed=1).to_csv(index=False)
    for name, called in (("Kündigungen März.xlsx", "K%C3%BCndigungen%20M%C3%A4rz"), ('a"\r\nX: b/c', "a___X_ b_c")):
        place = house.client.post("/api/v1/models/binary/jobs", query_string={"name": name}, data=data).json["links"]
        house.work()
        said = house.client.get(f"{place['self']}/result").headers["Content-Disposition"]
        assert said.startswith("attachment; filename")
        assert f"scored {called}.csv" in said or f"filename*=UTF-8''scored%20{called}.csv" in said
        assert said.isascii()


def test_accept_names_the_format_too(house, places):
    place = f"{places['score']}/result"

    def given_to(accept):
        return house.client.get(place, headers={"Accept": accept}).mimetype

    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    assert given_to(sheet) == sheet
    assert given_to(f"text/csv, {sheet};q=0.5") == "text/csv"
    assert given_to("text/html, */*;q=0.8") == given_to("application/json") == "text/csv"


@pytest.mark.parametrize(
    "query", ["format=ods", "compression=br", "format=csv&separator=tab", "format=csv-excel&decimal=x"]
)
def test_what_is_not_offered_is_refused(house, places, query):
    answer = house.client.get(f"{places['score']}/result?{query}")
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "bad_parameter")


@pytest.mark.skipif("pyarrow" in sys.modules, reason="pyarrow is installed")
def test_parquet_is_refused_in_words_where_pyarrow_is_not_installed(house, places):
    answer = house.client.get(f"{places['score']}/result?format=parquet")
    assert answer.status_code == 400
    assert "pyarrow" in answer.json["error"]["hint"]


def test_more_records_than_a_sheet_has_are_refused_with_what_to_do(house, places, monkeypatch):
    monkeypatch.setattr("ml.files.write.xlsx.MOST_RECORDS", ROWS - 1)
    answer = house.client.get(f"{places['score']}/result?format=xlsx")
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "too_large_for_format")
    assert "CSV or Parquet" in answer.json["error"]["hint"]


def test_a_large_result_is_made_by_a_worker_and_asked_for_again(house, monkeypatch):
    place = house.send(people(rows=9, seed=2).to_csv(index=False).encode())
    monkeypatch.setattr(downloads, "SMALL", 0)
    monkeypatch.setattr(downloads, "PATIENCE", 0)
    answers = [house.client.get(f"{place}/result?format=xlsx") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].json["id"] == answers[1].json["id"]
    assert answers[0].headers["Retry-After"]
    assert answers[0].json["links"]["result"] == f"{place}/result?format=xlsx"
    house.work()
    made = house.client.get(f"{place}/result?format=xlsx")
    assert len(workbook(made)) == 9
    making = house.client.get(f"/api/v1/jobs/{answers[0].json['id']}").json
    assert (making["state"], making["result_columns"]["label"]) == ("done", "label")
    assert house.client.get(making["links"]["result"]).data == made.data
    listed = house.client.get("/api/v1/jobs?limit=200").json["jobs"]
    assert making["id"] not in {job["id"] for job in listed}
    house.files.remove(f"jobs/{place.rpartition('/')[2]}")
    assert house.client.get(f"{place}/result?format=xlsx").status_code == 404


def test_what_a_worker_cannot_write_is_told(house):
    data = people(rows=2, seed=2).assign(note="x" * 40_000).to_csv(index=False).encode()
    answer = house.client.get(f"{house.send(data)}/result?format=xlsx")
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "not_made")
    assert "40,000 characters" in answer.json["error"]["message"]


@pytest.mark.parametrize("sort", ["score", "campaign", "list"])
@pytest.mark.parametrize(
    ("query", "door"), [("", "send"), ("", "campaign"), ("?format=csv-excel", "send"), ("?format=xlsx", "campaign")]
)
def test_a_result_is_scored_again_with_the_same_scores(house, places, sort, query, door):
    first = house.client.get(places[sort]).json["result_columns"]
    again = getattr(house, door)(house.client.get(f"{places[sort]}/result{query}").data)
    seen = house.client.get(again).json
    assert seen["state"] == "done", seen
    table = house.table(again)
    rows = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    assert len(set(table[0])) == len(table[0])
    before, now = first.get("probability_yes", first.get("probability")), seen["result_columns"]["probability_yes"]
    assert now != before or sort == "list"
    assert [_number(row[before]) for row in rows] == [_number(row[now]) for row in rows]


def test_a_german_file_becomes_a_workbook_of_numbers_and_is_scored_again_the_same(house):
    frame = people(rows=20, seed=6)
    frame["income"] = (100 * frame["income"]).round(2)
    english = house.table(house.send(frame.to_csv(index=False).encode()))
    written = [f"{value:_.2f} €".replace(".", ",").replace("_", ".") for value in frame["income"]]
    data = frame.assign(income=written).to_csv(index=False, sep=";", decimal=",")
    place = house.send(data.encode("cp1252"))
    assert house.client.get(place).json["errors"] == 0
    book = house.client.get(f"{place}/result?format=xlsx")
    assert [row["income"] for row in workbook(book)] == list(frame["income"])
    again = house.table(house.send(book.data))
    numbers = [
        [float(row[table[0].index(name)]) for row in table[1:]]
        for table, name in ((english, "probability_yes"), (again, "probability_yes"), (again, "probability_yes_2"))
    ]
    assert numbers[0] == pytest.approx(numbers[1], abs=1e-12)
    assert numbers[0] == pytest.approx(numbers[2], abs=1e-12)


def _number(text):
    return round(float(text), 12) if text else None
