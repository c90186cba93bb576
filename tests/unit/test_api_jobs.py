"""Jobs over HTTP: accepted, watched, fetched, cancelled; and every way to get it wrong."""

import csv
import gzip
import io
import json
import zipfile

import pytest

from api import create_api
from api.http.file_tables import TYPES, WORKBOOKS
from jobs import job_options
from jobs.campaign_service import CampaignService
from jobs.files.job_view import pause_of
from jobs.files.stream_check import StreamCheck
from jobs.job_service import JobService
from jobs.worker import Worker
from store.db import open_store
from store.files import Files
from store.job import Job
from store.jobs import JobTable
from tests.small import people, small_service

JOBS = "/api/v1/models/binary/jobs"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary")


@pytest.fixture
def house(service, tmp_path):
    store, files = open_store(f"sqlite:///{tmp_path / 'likely.db'}"), Files(str(tmp_path / "files"))
    job_service = JobService(service, store, files, lambda _: None)
    client = create_api(service, dict, 1_000, 10, campaign_service=CampaignService(job_service)).test_client()
    worker = Worker(service, store.jobs, files)

    def work():
        while worker.step():
            pass

    return client, work


DATA = people(rows=30, seed=4).to_csv(index=False).encode()
FAILS = DATA + DATA[DATA.index(b"\n") + 1 :] * 1_000 + b'1,"2\n'  # its head is right


@pytest.fixture
def head_only(monkeypatch):
    """Files are read to their end by the job alone, as those are that are too large for a request."""
    monkeypatch.setattr(StreamCheck, "passing", lambda _, blocks: blocks)  # as one that the system stopped


@pytest.mark.parametrize("way", ["a form", "packed", "a packed form"])
def test_a_file_may_come_in_a_form_and_packed(house, way):
    client, work = house
    sent = {"data": DATA, "content_type": "text/csv"}
    if "form" in way:
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="march.csv"\r\n\r\n'
        sent = {"data": head + DATA + b"\r\n--b--\r\n", "content_type": "multipart/form-data; boundary=b"}
    if "packed" in way:
        sent |= {"data": gzip.compress(sent["data"]), "headers": {"Content-Encoding": "gzip"}}
    answer = client.post(JOBS, **sent)
    assert answer.status_code == 202, answer.text
    assert answer.json["name"] == ("march.csv" if "form" in way else "records.csv")
    work()
    plain = client.post(JOBS, data=DATA, content_type="text/csv")
    work()
    results = [client.get(f"/api/v1/jobs/{each.json['id']}/result").data for each in (answer, plain)]
    assert results[0] == results[1]


def ods(lines):
    """An OpenDocument spreadsheet of one sheet of texts, as its format asks for it and not more."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    rows = "".join(f"<table:table-row>{''.join(map(cell.format, line))}</table:table-row>" for line in lines)
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", WORKBOOKS[".ods"])
        sheet = f'<table:table table:name="People">{rows}</table:table>'
        body = f"<office:body><office:spreadsheet>{sheet}</office:spreadsheet></office:body>"
        archive.writestr("content.xml", f"<office:document-content {names}>{body}</office:document-content>")
        manifest = "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"
        archive.writestr("META-INF/manifest.xml", f'<m:manifest xmlns:m="{manifest}"/>')
    return out.getvalue()


def test_an_opendocument_spreadsheet_gives_what_the_same_table_gives_as_csv(house):
    client, work = house
    data = ods(csv.reader(io.StringIO(DATA.decode())))
    kinds = ((DATA, "text/csv"), (data, WORKBOOKS[".ods"]))
    sent = [client.post(JOBS, data=each, content_type=kind) for each, kind in kinds]
    assert [each.status_code for each in sent] == [202, 202], sent[1].text
    work()
    results = [client.get(f"/api/v1/jobs/{each.json['id']}/result").data for each in sent]
    assert results[0] == results[1]


def test_each_type_of_table_that_predict_takes_is_taken_as_a_job(house):
    client, _ = house
    for kind in TYPES:
        answer = client.post(JOBS, data=b"", content_type=kind)
        assert answer.json["error"]["code"] == "no_records", kind  # and no unsupported content


def test_an_upload_that_is_no_whole_file_is_no_job(house):
    client, _ = house
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="march.csv"\r\n\r\n'
    broken = client.post(JOBS, data=head + DATA, content_type="multipart/form-data; boundary=b")
    assert (broken.status_code, broken.json["error"]["code"]) == (400, "unreadable")
    packed = client.post(JOBS, data=gzip.compress(DATA)[:-9], headers={"Content-Encoding": "gzip"})
    assert (packed.status_code, packed.json["error"]["code"]) == (400, "unreadable")
    assert client.get("/api/v1/jobs").json["jobs"] == []


def test_a_file_larger_than_a_request_may_be_is_accepted_and_scored(house, service):
    client, work = house
    assert len(DATA) > 1_000
    answer = client.post(f"{JOBS}?name=march.csv", data=DATA, content_type="text/csv")
    assert answer.status_code == 202
    assert answer.headers["Location"] == answer.json["links"]["self"] == f"/api/v1/jobs/{answer.json['id']}"
    assert (answer.json["state"], answer.json["total"], answer.json["name"]) == ("waiting", None, "march.csv")
    assert answer.json["model"] == service.model("binary").key
    assert client.get(f"{answer.headers['Location']}/result").status_code == 409
    work()
    seen = client.get(answer.headers["Location"]).json
    assert (seen["state"], seen["done"], seen["total"], seen["errors"]) == ("done", 30, 30, 0)
    assert seen["rate"] > 0
    result = client.get(seen["links"]["result"])
    assert result.content_type.startswith("text/csv")
    assert len(list(csv.reader(io.StringIO(result.text)))) == 31
    assert "attachment" in result.headers["Content-Disposition"]


def test_the_same_key_answers_with_the_same_job(house):
    client, _ = house
    first, again = (client.post(JOBS, data=DATA, headers={"Idempotency-Key": "k"}) for _ in range(2))
    assert first.json["id"] == again.json["id"]
    assert again.headers["Idempotency-Replayed"] == "true"
    other = client.post(JOBS, data=DATA[:-5], headers={"Idempotency-Key": "k"})
    assert (other.status_code, other.json["error"]["code"]) == (409, "key_taken")
    assert "what differs: file." in other.json["error"]["message"]


@pytest.mark.parametrize(
    ("query", "differs"),
    [
        ({"name": "b.csv"}, "name"),
        ({"held": "true"}, "held"),
        ({"blanks": "average"}, "blanks"),
        ({"columns": '{"income": "debt", "debt": "income"}', "name": "b.csv"}, "columns, name"),
    ],
)
def test_a_key_covers_the_options_too(house, query, differs):
    client, _ = house
    headers = {"Idempotency-Key": "k"}
    plain = {"name": "a.csv"}
    first = client.post(JOBS, data=DATA, headers=headers, query_string=plain)
    other = client.post(JOBS, data=DATA, headers=headers, query_string=plain | query)
    assert (other.status_code, other.json["error"]["code"]) == (409, "key_taken")
    assert f"what differs: {differs}." in other.json["error"]["message"]
    again = client.post(JOBS, data=DATA, headers=headers, query_string=plain)
    assert again.json["id"] == first.json["id"]
    assert ids(client) == [first.json["id"]]


def test_a_key_of_a_job_from_before_there_was_a_choice_of_blanks_is_still_the_same_request(house, monkeypatch):
    client, _ = house
    with monkeypatch.context() as before:
        before.setattr(job_options, "_COMPARED", {"name": None, "columns": None, "read": None})
        first = client.post(JOBS, data=DATA, headers={"Idempotency-Key": "k"})
    again = client.post(JOBS, data=DATA, headers={"Idempotency-Key": "k"})
    assert (again.status_code, again.json["id"]) == (202, first.json["id"])


def ids(client):
    return [job["id"] for job in client.get("/api/v1/jobs").json["jobs"]]


def test_a_key_with_another_version_is_another_request(house, service):
    client, _ = house
    headers = {"Idempotency-Key": "k"}
    key = service.model("binary").key
    first = client.post(JOBS, data=DATA, headers=headers)
    assert client.post(f"/api/v1/models/{key}/jobs", data=DATA, headers=headers).json["id"] == first.json["id"]


def test_a_job_can_be_cancelled_and_says_so(house):
    client, work = house
    for cancel in (client.delete, lambda place: client.post(f"{place}/cancel")):
        place = client.post(JOBS, data=DATA).headers["Location"]
        assert cancel(place).json["state"] == "cancelled"
        work()
        assert client.get(place).json["state"] == "cancelled"
        assert client.get(f"{place}/result").json["error"]["message"] == "The job was cancelled."


@pytest.mark.parametrize("end", ["done", "failed", "cancelled"])
def test_a_job_that_is_over_is_removed_with_its_files(house, head_only, tmp_path, end):
    client, work = house
    place = client.post(JOBS, data=FAILS if end == "failed" else DATA).headers["Location"]
    client.post(f"{place}/cancel") if end == "cancelled" else work()
    assert client.post(f"{place}/cancel").json["state"] == end  # which never removes
    answer = client.delete(place)
    assert (answer.status_code, answer.data) == (204, b"")
    for again in (client.get(place), client.delete(place), client.get(f"{place}/result")):
        assert (again.status_code, again.json["error"]["code"]) == (404, "unknown_job")
    assert not list((tmp_path / "files").glob("jobs/*"))
    assert ids(client) == []


def test_a_job_that_ends_while_it_is_being_cancelled_stays(house, monkeypatch):
    """Whoever cancels and is a moment too late does not lose the result."""
    client, work = house
    place = client.post(JOBS, data=DATA).headers["Location"]
    cancel = JobTable.cancel
    monkeypatch.setattr(JobTable, "cancel", lambda table, job: work() or cancel(table, job))
    answer = client.delete(place)
    assert (answer.status_code, answer.json["state"]) == (200, "done")
    assert client.get(f"{place}/result").status_code == 200


def test_whoever_waits_is_told_for_how_long(house):
    client, work = house
    answer = client.post(JOBS, data=DATA)
    assert answer.headers["Retry-After"] == "1"
    place = answer.headers["Location"]
    assert client.get(place).headers["Retry-After"] == "1"
    work()
    assert "Retry-After" not in client.get(place).headers
    held = client.post(f"{JOBS}?held=true", data=DATA)
    assert "Retry-After" not in held.headers  # it waits for a person


@pytest.mark.parametrize(
    ("age", "begun", "done", "total", "seconds"),
    [
        (0, None, 0, None, 1),
        (60, None, 0, None, 12),
        (1000, None, 0, None, 30),
        (20, 10, 500, 1000, 10),  # 50 a second, 500 left
        (20, 10, 999, 1000, 1),
        (20, 10, 1, 1_000_000, 30),
        (20, 10, 0, 1000, 4),
    ],
)
def test_the_pause_comes_from_the_rate(age, begun, done, total, seconds):
    started = None if begun is None else 1e9 - begun
    job = Job("j", "m@1", "score", "running", {}, "", 1, "", 1e9 - age, started, None, total, done, 0, 1e9)
    assert pause_of(job) == seconds


def test_columns_can_be_named(house):
    client, work = house
    data = DATA.replace(b"income,", b"Einkommen,", 1)
    columns = json.dumps({"Einkommen": "income"})
    place = client.post(JOBS, data=data, query_string={"columns": columns}).headers["Location"]
    work()
    assert client.get(place).json["errors"] == 0


def test_a_failed_job_tells_the_reason(house, head_only):
    client, work = house
    place = client.post(JOBS, data=FAILS).headers["Location"]
    work()
    seen = client.get(place).json
    assert seen["state"] == "failed"
    assert "cannot be read" in seen["message"]


@pytest.mark.parametrize(
    ("path", "options", "status", "code"),
    [
        ("/api/v1/models/nobody/jobs", {"data": DATA}, 404, "unknown_model"),
        (JOBS, {"data": b""}, 400, "no_records"),
        (JOBS, {"data": DATA, "content_type": "image/png"}, 415, "unsupported_content"),
        (JOBS, {"data": DATA, "headers": {"Idempotency-Key": ""}}, 400, "unreadable"),
        (JOBS, {"data": DATA, "headers": {"Idempotency-Key": "k" * 201}}, 400, "unreadable"),
        (f"{JOBS}?name={'n' * 201}", {"data": DATA}, 400, "unreadable"),
        (f"{JOBS}?colums=x", {"data": DATA}, 400, "bad_parameter"),
        (f"{JOBS}?columns=x", {"data": DATA}, 400, "unreadable"),
        (f"{JOBS}?columns=[]", {"data": DATA}, 400, "unreadable"),
        (f"{JOBS}?columns=%7B%22a%22:1%7D", {"data": DATA}, 400, "unreadable"),
    ],
)
def test_what_cannot_be_accepted_is_refused_with_what_is(house, path, options, status, code):
    client, _ = house
    answer = client.post(path, **options)
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)
    assert answer.json["error"]["hint"]


@pytest.mark.parametrize("job", ["nothing", "x" * 300, "%00", "..%2F..%2Fetc"])
def test_an_unknown_job_is_404_at_every_address(house, job):
    client, _ = house
    for ask in (client.get, client.delete):
        assert ask(f"/api/v1/jobs/{job}").status_code == 404
    assert client.get(f"/api/v1/jobs/{job}/result").status_code == 404
