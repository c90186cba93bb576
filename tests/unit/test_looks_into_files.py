"""A look into a file takes a few seconds and little memory, whatever the file is; few are read at a time."""

import gc
import io
import threading
import time
import tracemalloc

import pytest

from api import create_api
from jobs.campaign_service import CampaignService
from jobs.files import preview as previews
from jobs.files import taken_lines
from jobs.job_service import JobService
from ml.errors import ReadersBusy, Unreadable
from ml.files import assemble_table
from ml.files.open_table import open_table
from ml.files.readers import excel
from ml.runtime.deadline import deadline, is_late
from store.db import open_store
from store.files import Files
from tests.small import small_service
from tests.unit.test_files_excel import workbook

HEADER = b"income,debt,shoe_size,region\n"
LINE = b"50.25,3.75,41,south\n"
NEWLINE = b"\n"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary")


@pytest.fixture
def client(service, tmp_path):
    jobs = JobService(service, open_store(f"sqlite:///{tmp_path / 'likely.db'}"), Files(str(tmp_path / "f")), str)
    return create_api(service, dict, 20_000_000, 1_000, campaign_service=CampaignService(jobs)).test_client()


def looked(client, data):
    sent = client.post("/api/v1/models/binary/jobs?held=true", data=data)
    assert sent.status_code == 202, sent.text
    return client.get(f"/api/v1/jobs/{sent.json['id']}/preview")


def test_a_preview_of_nothing_but_blank_lines_ends_in_time(client, monkeypatch):
    monkeypatch.setattr(previews, "LOOK", 0.05)
    begun = time.monotonic()
    answer = looked(client, HEADER + LINE + b"\n" * 1_000_000)
    assert answer.status_code == 200
    assert (answer.json["checked"], answer.json["whole"]) == (1, False)
    assert time.monotonic() - begun < 20  # it took 0.6 s for each million


def test_a_file_that_is_read_to_its_end_says_so(client):
    answer = looked(client, HEADER + LINE * 300 + b"\n" * 10_000)
    assert (answer.json["estimated"], answer.json["whole"]) == (300, True)


def test_without_a_deadline_all_lines_come(service):
    table = open_table(io.BytesIO(HEADER + b"\n" * 20_000 + LINE), schema=service.model("binary").schema)
    assert len(list(table.lines)) == 1
    assert not is_late()
    table = open_table(io.BytesIO(HEADER + b"\n" * 20_000 + LINE), schema=service.model("binary").schema)
    with deadline(0):
        assert is_late()
        assert list(table.lines) == []


def test_lines_of_very_many_cells_are_taken_a_few_at_a_time(client, monkeypatch):
    for place in (assemble_table, taken_lines):
        monkeypatch.setattr(place, "MOST_CELLS", 50_000)
    wide = LINE[:-1] + b"," * 10_000 + b"1\n"
    body = HEADER + LINE * 30 + wide * 300
    tracemalloc.start()
    answer = looked(client, body)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert answer.status_code == 200
    assert answer.json["whole"] is False
    assert peak < 25_000_000  # all 300 lines have 3 million cells


def sent(client, body):
    return client.post("/api/v1/models/binary/jobs?held=true", data=body).json["id"]


def test_cells_that_give_no_feature_are_not_held_and_the_others_are_compared_as_ever(client):
    """20,000 lines with a note of 10 kB each made a process grow by 200 MB."""
    lines = [b"%d.25,3.75,41,%s" % (20 + at % 60, b"mars" if at % 7 == 0 else b"south") for at in range(6_000)]
    plain = client.get(f"/api/v1/jobs/{sent(client, HEADER + NEWLINE.join(lines))}/preview").json
    note = b"n" * 10_000
    job = sent(client, b"note," + HEADER + b"\n".join(note + b"," + line for line in lines))
    tracemalloc.start()
    answer = client.get(f"/api/v1/jobs/{job}/preview").json
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 25_000_000  # all notes have 60 MB
    for name in ("compared", "drift", "unseen", "checked", "whole"):
        assert answer[name] == plain[name]
    assert plain["compared"] > 500
    assert answer["rows"][0][0] == "n" * 10_000


def test_lines_of_very_long_cells_are_taken_a_few_at_a_time(client, monkeypatch):
    for place in (assemble_table, taken_lines):
        monkeypatch.setattr(place, "MOST_CHARACTERS", 400_000)
    long, header = LINE[:-1] + b"," + b"x" * 9_000 + NEWLINE, HEADER[:-1] + b",note" + NEWLINE
    answer = client.get(f"/api/v1/jobs/{sent(client, header + long * 9)}/preview")
    assert (answer.json["checked"], answer.json["whole"]) == (9, True)
    answer = client.get(f"/api/v1/jobs/{sent(client, header + long * 300)}/preview")
    assert (answer.json["checked"], answer.json["estimated"]) == (45, 300)


@pytest.mark.parametrize("columns", [20_000, 200_000])
def test_very_many_columns_are_refused_before_they_are_compared(client, columns):
    names = b",".join(b"c%d" % at for at in range(columns)) + b"\n"
    answer = client.post(
        "/api/v1/models/binary/predict", data=names + b"1," * (columns - 1) + b"1", content_type="text/csv"
    )
    assert answer.status_code == 400
    assert f"The table has {columns:,} columns." in answer.json["error"]["message"]


def test_a_line_without_an_end_is_refused_after_four_megabytes():
    with pytest.raises(Unreadable, match="a line of more than 4 MB"):
        open_table(io.BytesIO(HEADER + b"1," * 3_000_000))


def test_so_many_workbooks_are_read_at_a_time_and_others_are_told_to_come_again(client, monkeypatch):
    monkeypatch.setattr(excel, "WAIT", 0.05)
    for _ in range(excel.AT_ONCE):
        excel._places.acquire()
    book = workbook([["income", "debt", "shoe_size", "region"], [50.25, 3.75, 41, "south"]])
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    answer = client.post("/api/v1/models/binary/predict", data=book, content_type=kind)
    assert (answer.status_code, answer.json["error"]["code"]) == (503, "readers_busy")
    assert answer.headers["Retry-After"] == "5"
    with pytest.raises(ReadersBusy):
        open_table(io.BytesIO(book))
    waited = []
    monkeypatch.setattr(excel, "WAIT", 20.0)
    thread = threading.Thread(
        target=lambda: waited.append(client.post("/api/v1/models/binary/predict", data=book, content_type=kind))
    )
    thread.start()
    for _ in range(excel.AT_ONCE):  # whoever looked is done
        excel._places.release()
    thread.join()
    assert waited[0].status_code == 200
    assert excel._places._value == excel.AT_ONCE


def test_a_file_that_is_refused_gives_its_place_back():
    for _ in range(excel.AT_ONCE + 1):
        with pytest.raises(Unreadable):
            open_table(io.BytesIO(b"PK\x03\x04" + bytes(1_000)))
    assert excel._places._value == excel.AT_ONCE


def test_tables_that_were_dropped_within_cycles_hold_no_place(monkeypatch):
    monkeypatch.setattr(excel, "WAIT", 0.8)
    book = workbook([["income", "debt"], *([[at, 3.75] for at in range(2_000)])])
    gc.disable()  # as when nothing is collected for a while
    try:
        for _ in range(excel.AT_ONCE + 1):
            table = open_table(io.BytesIO(book))
            next(table.lines)
            cycle = [table]
            cycle.append(cycle)
            del table, cycle
    finally:
        gc.enable()
    gc.collect()
    assert excel._places._value == excel.AT_ONCE


LEFT_OUT = {
    "cells": b",,,\n",
    "nothing": b"\n",
    "fewer cells": b",\n",
    "more cells": b",,,,,\n",
    "quotes": b'"",,,\n',
    "spaces": b" , , , \n",
    "totals": b"Total,1,,\n",
    "rules": b"--,--,--,--\n",
    "headers": HEADER,
}


@pytest.mark.parametrize("what", LEFT_OUT)
def test_lines_of_a_request_that_are_no_records_have_a_bound(client, monkeypatch, what):
    monkeypatch.setattr(assemble_table, "MOST_EMPTY", 3_000)
    monkeypatch.setattr(assemble_table, "MOST_OTHER", 3_000)

    def answer(count):
        body = HEADER + LEFT_OUT[what] * (count - 1) + LINE + LEFT_OUT[what]
        return client.post("/api/v1/models/binary/predict", data=body, content_type="text/csv")

    assert answer(3_000).status_code == 200
    refused = answer(3_001)
    assert (refused.status_code, refused.json["error"]["code"]) == (400, "unreadable")
    assert refused.json["error"]["message"] == "More than 3,000 lines of the table are no records."


def test_lines_of_a_file_that_are_no_records_have_none(service, monkeypatch):
    monkeypatch.setattr(assemble_table, "MOST_EMPTY", 3_000)
    monkeypatch.setattr(assemble_table, "MOST_OTHER", 3_000)
    schema = service.model("binary").schema
    table = open_table(io.BytesIO(HEADER + b",,,\n" * 4_000 + b" ,,,\n" * 4_000 + LINE), schema=schema)
    assert len(list(table.lines)) == 1
    assert table.left_out.counts == [8_000, 0]


@pytest.mark.parametrize("line", [b",,,\n", b",\n", b"Total,1,,\n", LINE])
def test_of_lines_without_a_header_as_many_are_read_as_one_request_may_have(client, line):
    begun = time.thread_time()
    answer = client.post("/api/v1/models/binary/invocations", data=HEADER + line * 400_000, content_type="text/csv")
    assert answer.status_code == 413
    assert time.thread_time() - begun < 2.0  # a list of them all took 2 to 35 s of 16 MB
