"""Request bodies over raw sockets: each is read whole or refused, at every address, and the server goes on."""

import gzip
import html
import json
import time

import pytest

from api import WholeRequest, create_api
from app import create_app
from feedback.service import Feedback
from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from ml.service import open_service
from settings import Settings
from store.db import open_store
from store.files import Files
from tests.faults.wire import (
    JOB,
    JOBS,
    LIMIT,
    LINE,
    MODEL,
    RECORD,
    TABLE,
    ask,
    chunked,
    head,
    heard,
    house_of,
    kept,
    opened,
    works,
)
from tests.small import small_model

TENSORS = {
    "inputs": [
        {"name": name, "shape": [1], "datatype": "BYTES", "data": [str(value)]} for name, value in RECORD.items()
    ]
}
# What each address takes; the last has callbacks, of which none is asked here: that answer is 400
GOOD = {
    f"{MODEL}/predict": RECORD,
    "/v2/models/binary/infer": TENSORS,
    "/v2/models/binary/versions/{version}/infer": TENSORS,
    "/invocations": {"dataframe_records": [RECORD]},
    f"{MODEL}/invocations": {"dataframe_records": [RECORD]},
    "/": RECORD,
    "/predict": RECORD,
    "/api": RECORD,
    "/binary/predict": RECORD,
    "/score": {"Inputs": {"data": [RECORD]}},
    f"{MODEL}/score": {"Inputs": {"data": [RECORD]}},
    "/v1/models/binary:predict": {"instances": [RECORD]},
    "/v1/models/binary/versions/{version}:predict": {"instances": [RECORD]},
}
OPTIONS = (f"{JOB}/start", f"{JOB}/forecast", f"{JOB}/lists", f"{MODEL}/promote", f"{MODEL}/rollback")
OUTCOMES, LEAVE = "/api/v1/outcomes", "/_leave-customer"
LIMITED = (*GOOD, *OPTIONS, OUTCOMES, LEAVE, "/_dash-update-component")
TABLES = (JOBS, f"{OUTCOMES}/jobs?model=binary")
EVERY = (*LIMITED, *TABLES)
WITHOUT = {"/api/v1/jobs/<job>/cancel"}  # a POST that takes no body


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with house_of(tmp_path_factory.mktemp("house")) as house:
        yield house


def padded(record, size):
    body = json.dumps(record).encode()
    return body + b" " * (size - len(body))


def words(answer):
    """The message of an answer, in whichever shape its address has errors."""
    if not answer.body.startswith(b"{"):  # of a route of the pages, which browsers call
        return html.unescape(answer.body.decode()).partition("<p>")[2]
    body = json.loads(answer.body)
    error = body.get("error", body)
    return error if isinstance(error, str) else error["message"]


def test_every_address_that_takes_a_body_is_tried_here(tmp_path):
    small_model("constant", tmp_path / "models")
    service = open_service(tmp_path / "models")
    job_service = JobService(service, open_store(f"sqlite:///{tmp_path / 'likely.db'}"), Files(str(tmp_path)), str)
    feedback = Feedback(service, job_service.store, None)
    api = create_api(service, dict, 1_000, 10, campaign_service=CampaignService(job_service), feedback=feedback)
    apps = api, create_app(Settings(var_dir=tmp_path)).server
    assert {app.request_class for app in apps} == {WholeRequest}
    rules = [rule for app in apps for rule in app.url_map.iter_rules() if rule.methods & {"POST", "PUT", "PATCH"}]
    plain = (path.partition("?")[0].replace("binary", "<name>") for path in EVERY)
    tried = {path.format(job="<job>", version="<fingerprint>") for path in plain}
    assert {rule.rule.replace("<part:", "<") for rule in rules} - WITHOUT == tried


def limit_of(path):
    """The limit that is told: that of options, or that of the service."""
    return {OPTIONS: "1,000,000", LEAVE: "1,024"}.get(OPTIONS if path in OPTIONS else path, "1,048,576")


@pytest.mark.parametrize("path", LIMITED)
def test_one_byte_over_the_limit_in_chunks_is_413_and_nothing_is_scored(server, path):
    before = kept(server)
    answer = ask(server, head(server, path) + chunked(padded(GOOD.get(path, {}), LIMIT + 1)))
    assert answer.status == 413
    assert limit_of(path) in words(answer)
    assert "X-Model" not in answer.headers
    assert kept(server) == before
    assert works(server)


@pytest.mark.parametrize("path", LIMITED)
def test_a_length_over_the_limit_is_413_before_a_byte_of_it_came(server, path):
    answer = ask(server, head(server, path, "application/json", f"Content-Length: {LIMIT + 1}"))
    assert (answer.status, limit_of(path) in words(answer)) == (413, True)


@pytest.mark.parametrize("path", GOOD)
@pytest.mark.parametrize("size", [1, 7, 65_536])
def test_exactly_the_limit_is_scored_as_it_is_without_chunks(server, path, size):
    body = padded(GOOD[path], LIMIT if size > 7 else 4_096)
    plain = ask(server, head(server, path, "application/json", f"Content-Length: {len(body)}") + body)
    answer = ask(server, head(server, path) + chunked(body, size))
    assert plain.status == answer.status == 200
    both = [json.loads(each.body) for each in (plain, answer)]
    assert [each.pop("id", None) and None for each in both] == [None, None]
    assert both[0] == both[1]


def test_a_table_over_the_limit_is_never_scored_in_part(server):
    lines = LIMIT // len(LINE)
    over, under = (TABLE + LINE * count for count in (lines + 1, lines - 2))
    assert ask(server, head(server, f"{MODEL}/predict", "text/csv") + chunked(over)).status == 413
    answer = ask(server, head(server, f"{MODEL}/predict", "text/csv") + chunked(under))
    assert (answer.status, len(json.loads(answer.body)["predictions"])) == (200, lines - 2)


MALFORMED = {
    "no number": b"xyz\r\n{}\r\n0\r\n\r\n",
    "a negative size": b"-5\r\n{}\r\n0\r\n\r\n",
    "a size with 0x": b"0x2\r\n{}\r\n0\r\n\r\n",
    "no size": b"\r\n{}\r\n0\r\n\r\n",
    "a chunk longer than its size": b"1\r\n{}\r\n0\r\n\r\n",
    "a line of 20,000 characters": b"2;" + b"x" * 20_000 + b"\r\n{}\r\n0\r\n\r\n",
    "a size of 20,000 digits": b"0" * 20_000 + b"2\r\n{}\r\n0\r\n\r\n",
    "an extension that is none": b"2; =\r\n{}\r\n0\r\n\r\n",
    "a trailer that is none": b"2\r\n{}\r\n0\r\nno trailer\r\n\r\n",
    "lines that end with LF": b"2\n{}\n0\n\n",
    "a size whose line ends with LF": b"2\n{}\r\n0\r\n\r\n",
    "a last line that ends with LF": b"2\r\n{}\r\n0\n\n",
    "an end that is LF": b"2\r\n{}\r\n0\r\n\n",
    "a chunk that ends with LF": b"2\r\n{}\n0\r\n\r\n",
    "a size whose line ends with CR": b"2\r{}\r0\r\r",
    "a trailer that ends with LF": b"2\r\n{}\r\n0\r\nA: b\n\n",
    "no size, and nothing more": b"zz",
    "trailers of 1 MB": b"2\r\n{}\r\n0\r\n" + b"X-A: 1\r\n" * 131_072 + b"\r\n",
}
BROKEN = {
    "in the first chunk": b"ffff\r\n{",
    "after a chunk": b"2\r\n{}\r\n",
    "between the bytes of a chunk and its end": b"2\r\n{}",
    "in the size": b"2",
    "before the last line": b"2\r\n{}\r\n0\r\n",
    "at line ends of LF alone, which are none": b"2\n{}\n0\n\n",
    "in a chunk of 2 to the 64": b"ffffffffffffffff\r\n{}",
}


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize("body", MALFORMED)
def test_malformed_chunks_are_400_and_nothing_is_accepted(server, path, body):
    before = kept(server)
    began = time.monotonic()
    answer = ask(server, head(server, path, "text/csv" if path in TABLES else "application/json") + MALFORMED[body])
    assert answer.status == 400
    assert time.monotonic() - began < 10  # seconds: no more bytes are waited for
    assert words(answer).startswith("The chunks of the body are malformed.")
    assert kept(server) == before


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize("body", BROKEN)
def test_chunks_that_break_off_are_400_and_nothing_is_accepted(server, path, body):
    before = kept(server)
    kind = "text/csv" if path in TABLES else "application/json"
    answer = ask(server, head(server, path, kind) + BROKEN[body], end=True)
    assert answer.status == 400
    assert kept(server) == before


@pytest.mark.parametrize("path", EVERY)
def test_fewer_bytes_than_were_announced_are_400_and_nothing_is_accepted(server, path):
    before = kept(server)
    body = TABLE + LINE if path in TABLES else json.dumps(GOOD.get(path, {})).encode()
    kind = "text/csv" if path in TABLES else "application/json"
    answer = ask(server, head(server, path, kind, f"Content-Length: {len(body) + 1}") + body, end=True)
    assert answer.status == 400
    assert words(answer).startswith(f"The body broke off: {len(body):,} of {len(body) + 1:,} bytes came.")
    assert kept(server) == before


@pytest.mark.parametrize("path", EVERY)
@pytest.mark.parametrize("field", ["Content-Encoding: br", "Content-Encoding: br, gzip", "Transfer-Encoding: gzip"])
def test_a_body_in_another_coding_is_415_in_words(server, path, field):
    before = kept(server)
    body = gzip.compress(TABLE + LINE if path in TABLES else json.dumps(GOOD.get(path, {})).encode())
    kind = "text/csv" if path in TABLES else "application/json"
    fields = [f"{field}, chunked"] if field.startswith("T") else [field, "Transfer-Encoding: chunked"]
    answer = ask(server, head(server, path, kind, *fields) + chunked(body))
    assert (answer.status, repr(field.partition(": ")[2])[:-1] in words(answer)) == (415, True)
    assert kept(server) == before


@pytest.mark.parametrize("path", EVERY)
def test_a_packed_body_that_is_not_whole_is_400_and_nothing_is_accepted(server, path):
    before = kept(server)
    body = gzip.compress(TABLE + LINE if path in TABLES else json.dumps(GOOD.get(path, {})).encode())[:-4]
    kind = "text/csv" if path in TABLES else "application/json"
    fields = ("Content-Encoding: gzip", f"Content-Length: {len(body)}")
    answer = ask(server, head(server, path, kind, *fields) + body)
    assert answer.status == 400
    assert words(answer).startswith("The gzip body broke off before its end.")
    assert kept(server) == before


def test_both_a_length_and_chunks_are_refused(server):
    fields = ("Content-Length: 2", "Transfer-Encoding: chunked")
    answer = ask(server, head(server, f"{MODEL}/predict", "application/json", *fields) + chunked(b"{}"))
    assert answer.status == 400


def test_who_asks_whether_to_continue_is_told_to(server):
    body = json.dumps(RECORD).encode()
    with opened(server) as connection:
        fields = (f"Content-Length: {len(body)}", "Expect: 100-continue")
        connection.sendall(head(server, f"{MODEL}/predict", "application/json", *fields))
        assert connection.recv(65_536).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert heard(connection).status == 200


def test_a_kept_connection_goes_on_after_a_whole_body_and_ends_after_a_broken_one(server):
    good = head(server, f"{MODEL}/predict") + chunked(json.dumps(RECORD).encode(), 5)
    refused = head(server, f"{MODEL}/predict") + chunked(b'{"no": 1}')
    broken = head(server, f"{MODEL}/predict") + MALFORMED["no number"]
    with opened(server) as connection:
        seen = []
        for request in (good, refused, good, broken, good):
            connection.sendall(request)
            answer = heard(connection)
            seen.append(answer and answer.status)
        assert seen == [200, 422, 200, 400, None]


def test_a_body_that_nobody_reads_does_no_harm(server):
    request = MALFORMED["no number"].join(
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"")
    )
    assert ask(server, request).status == 200
    assert works(server)
