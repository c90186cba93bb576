"""The encoding of a file is found once, while it comes; looks and jobs say the same by what was kept of that."""

import gzip
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api import create_api
from jobs.campaign_service import CampaignService
from jobs.files import paths
from jobs.files import preview as previews
from jobs.files.source import counts_of, opened
from jobs.files.stream_check import StreamCheck
from jobs.job_service import JobService
from ml.errors import Unreadable
from ml.files.readers import text_process
from ml.files.readers.stream_process import check_stream
from ml.files.text import begin_text
from ml.files.text.byte_counts import ByteCounter, ByteCounts
from ml.files.text.encodings import TextScan, begins_as, scan_of, scan_text
from store.db import open_store
from store.files import Files
from tests.small import small_service

HEADER = b"income,debt,shoe_size,region\n"
LINE = b"50.25,3.75,41,south\n"
TOLD = (None, "utf-8", "utf-8-sig", "cp1252", "cp1250", "mac-roman", "utf-16", "utf-16-le", "utf-32")
UMLAUT, EURO = "Müller".encode("cp1252"), "€".encode()
TEXTS = {
    "nothing beyond ASCII": b"",
    "UTF-8": "Zoë, 漢字, 😀".encode(),
    "UTF-8 with odd bytes": "ÄÖÜß".encode() * 3 + UMLAUT,
    "Windows-1252": UMLAUT * 3,
    "a mark and odd bytes": b"",
    "quotes": b'"a, b"',
    "NUL": b"a\0b",
    "Ctrl-Z": b"a\x1a",
    "a character that is cut": EURO[:2],
    "a character that is none of Unicode": "\ufffe".encode(),
    "half of a pair": b"\xed\xa0\x80",
}


def by_hand(data, told):
    """The findings by Python's own handling of odd bytes, which makes each a lone surrogate."""
    letters = data.decode("utf-8", "surrogateescape")
    odd = [letter for letter in letters if "\udc80" <= letter <= "\udcff"]
    begins = begins_as(data, told)
    encoding = told or begins
    wide = encoding.startswith(("utf-16", "utf-32"))
    found = TextScan(encoding, size=len(data), quotes=b'"' in data, commas=b"," in data)
    found.noise = b"\x1a" in data or (not wide and b"\0" in data)
    found.odd = 0 if wide else len(odd)
    if told is None and encoding == "utf-8" and odd:
        inner = sum(len(letter.encode()) - 1 for letter in letters if letter not in odd)
        found.encoding, found.errors = "utf-8" if inner > len(odd) else "cp1252", "likely-mixed"
        found.guessed = found.encoding == "cp1252"
    if told in ("cp1252", "cp1250", "mac-roman"):
        found.errors = "likely-mixed"
    return found


def kept(data, how="csv", told=None):
    """What the process that reads a file while it comes keeps of its bytes."""
    asked = {"format": how, "encoding": told, "separator": None, "known": [], "patient": True}
    return ByteCounts.from_json(check_stream(io.BytesIO(data), asked)["counts"])


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("what", TEXTS)
def test_what_was_kept_says_the_same_as_all_bytes(what, told):
    mark = b"\xef\xbb\xbf" if "mark" in what else b""
    data = mark + HEADER + LINE * 30 + TEXTS[what] + b",1,2,3\n" + LINE + (UMLAUT if mark else TEXTS[what])
    expected = by_hand(data, told)
    assert scan_text(io.BytesIO(data), told) == expected
    assert scan_of(kept(data), told) == expected
    assert scan_of(kept(gzip.compress(data), "gzip"), told) == expected


@pytest.mark.parametrize("told", TOLD)
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_of_texts_of_two_bytes_a_character_too(encoding, told):
    data = ("name,sum\n" + "Zoë,1\n漢字,2\n" * 20).encode(encoding)
    assert scan_text(io.BytesIO(data), told) == scan_of(kept(data), told) == by_hand(data, told)


@settings(max_examples=200, deadline=None)
@given(parts=st.lists(st.binary(max_size=6) | st.text(max_size=4).map(lambda text: text.encode("utf-8", "replace"))))
def test_characters_that_stand_across_blocks_are_counted_once(parts):
    data = b"a,b\n" + b"".join(parts)
    counter = ByteCounter("utf-8")
    for part in (b"a,b\n", *parts):
        counter.take(part)
    counts = counter.end()
    letters = data.decode("utf-8", "surrogateescape")
    assert counts.odd == sum("\udc80" <= letter <= "\udcff" for letter in letters)
    assert counts.letters == sum(len(each.encode("utf-8", "surrogateescape")) - 1 for each in letters)
    assert (counts.size, counts.nul, counts.quotes) == (len(data), b"\0" in data, b'"' in data)
    assert ByteCounts.from_json(counts.to_json()) == counts


def test_bytes_are_counted_behind_a_line_that_cannot_be_read_too():
    data = HEADER + LINE + b'"open,1,2,3\n' + LINE * 9 + UMLAUT
    assert scan_of(kept(data)) == by_hand(data, None)
    asked = {"format": "csv", "encoding": None, "separator": None, "known": [], "patient": True}
    assert check_stream(io.BytesIO(data), asked)["kind"] == "Misread"


def test_a_line_without_an_end_is_refused_wherever_it_stands():
    with pytest.raises(Unreadable, match="more than 4 MB"):
        kept(HEADER + LINE + b'"open,1,2,3\n' + b"1," * 2_500_000)


def test_counts_of_another_version_are_none():
    told = ByteCounts("utf-8", 5).to_json()
    assert counts_of({"checked": {"counts": told}}) == ByteCounts("utf-8", 5)
    assert counts_of({"checked": {"counts": {**told, "more": 1}}}) is None
    assert counts_of({"checked": {"encoding": None}}) is counts_of({"checked": None}) is counts_of({}) is None


def test_of_a_beginning_odd_bytes_further_down_are_read_all_the_same():
    data = HEADER + LINE * 10 + EURO + b",1,2,3\n" + LINE * 60_000 + UMLAUT
    found = scan_text(io.BytesIO(data), bound=1)
    assert (found.encoding, found.errors, found.odd, found.whole) == ("utf-8", "likely-mixed", 0, False)
    assert scan_text(io.BytesIO(data), "utf-8", bound=1).errors == "strict"
    assert scan_text(io.BytesIO(data), bound=len(data)).whole
    cut = b"\n".join([EURO * 9] * 50_000)  # the first block ends within a character
    assert scan_text(io.BytesIO(cut), bound=1).odd == 0


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary")


@pytest.fixture
def jobs(service, tmp_path):
    return JobService(service, open_store(f"sqlite:///{tmp_path / 'likely.db'}"), Files(str(tmp_path / "f")), str)


@pytest.fixture
def client(service, jobs):
    return create_api(service, dict, 20_000_000, 1_000, campaign_service=CampaignService(jobs)).test_client()


def held(client, data):
    sent = client.post("/api/v1/models/binary/jobs?held=true", data=data)
    assert sent.status_code == 202, sent.text
    return sent.json["id"]


BIG = HEADER + LINE * 20_000 + b"1,2,3," + UMLAUT + b"\n" + LINE


def untimed(seen):
    return {name: value for name, value in seen.items() if "seconds" not in name}


@pytest.mark.parametrize("query", ["", "?encoding=mac-roman", "?encoding=utf-8", "?header_row=2", "?separator=;"])
def test_a_look_reads_no_byte_for_its_encoding_and_says_the_same(client, monkeypatch, query):
    job = held(client, BIG)
    monkeypatch.setattr(previews, "counts_of", lambda options: None)
    monkeypatch.setattr("jobs.misread.counts_of", lambda options: None)
    plain = client.get(f"/api/v1/jobs/{job}/preview{query}")
    monkeypatch.undo()
    monkeypatch.setattr(text_process, "CAN_FORK", False)
    monkeypatch.setattr(begin_text, "scan_text", None)  # whoever calls it fails
    answer = client.get(f"/api/v1/jobs/{job}/preview{query}")
    assert answer.status_code == plain.status_code == 200
    assert untimed(answer.json) == untimed(plain.json)
    if not query:
        assert answer.json["dialect"]["encoding"] == "cp1252"


def test_the_job_of_such_a_file_reads_none_either(jobs, client, monkeypatch):
    job = jobs.get(held(client, BIG))
    monkeypatch.setattr(begin_text, "scan_text", None)
    with jobs.files.open(paths.source(job.id)) as file:
        assert opened(file, job.options, jobs.service.model("binary")).dialect.encoding == "cp1252"


def test_where_no_process_could_count_a_look_says_by_how_much_it_tells_the_encoding(client, monkeypatch):
    monkeypatch.setattr(StreamCheck, "_begin", lambda self: None)
    monkeypatch.setattr(previews, "SCANNED", 1)
    line = LINE[:-1] + b"," + b"n" * 1_000 + b"\n"
    job = held(client, HEADER[:-1] + b",note\n" + line * 1_500 + LINE[:-1] + b"," + UMLAUT + b"\n")
    seen = client.get(f"/api/v1/jobs/{job}/preview").json
    assert seen["dialect"]["encoding"] == "utf-8"
    assert "Its encoding was told by the first 1 MB of the file." in seen["notes"]
    assert "Its encoding" not in str(client.get(f"/api/v1/jobs/{job}/preview?encoding=cp1252").json["notes"])
    monkeypatch.setattr(previews, "SCANNED", 4_000_000)
    seen = client.get(f"/api/v1/jobs/{job}/preview").json
    assert seen["dialect"]["encoding"] == "cp1252"
    assert "Its encoding" not in str(seen["notes"])
