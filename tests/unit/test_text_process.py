"""Rows of a text are the same whoever reads it: the process of a look, or this one."""

import csv
import gzip
import io
import threading

import pytest

from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.errors import LikelyError, ReadersBusy, Unreadable
from ml.files.open_table import open_table
from ml.files.raw_preview import raw_preview
from ml.files.readers import text_process
from ml.files.readers.text_process import ServedRows, TextReader
from ml.files.text.begin_text import TextRequest
from ml.files.text.byte_counts import ByteCounts
from ml.files.text.read_options import ReadOptions
from ml.files.text.text_rows import TextRows

pytestmark = pytest.mark.skipif(not text_process.CAN_FORK, reason="the system cannot fork")
SCHEMA = Schema((Feature("amount", "Amount", "number"), Feature("rooms", "Rooms", "integer", dtype="int64")))
HEADER = "amount,rooms\n"
TEXTS = {
    "a table": (HEADER + "1.5,2\n" * 3_000, {}),
    "semicolons": ("amount;rooms;note\n" + "1,5;2;Zoë\n" * 40, {}),
    "a stated separator": ("sep=|\n" + "amount|rooms\n1|2\n", {}),
    "lines above": ("A report\n\n" + HEADER + "1,2\n\n\nTotal,9\n", {}),
    "a header that was told": ("x,y\n" + HEADER + "1,2\n", {"header_row": 2}),
    "quotes that are broken": (HEADER + "1,2\n" * 2_500 + '"3,4\n' + "5,6\n" * 9, {}),
    "quotes that are broken at once": ('"amount,rooms\n', {}),
    "nothing": ("\n\n", {}),
    "line breaks in cells": (HEADER + '1,2,"a\n\nb"\n' * 50, {}),
    "NUL and Ctrl-Z": (HEADER + "1\0,2\n\x1a", {}),
    "a decimal comma far down": ("amount;rooms\n" + "1000;2\n" * 3_000 + "1,5;2\n", {}),
    "a page": ("<html><table><tr><td>amount<td>rooms<tr><td>1<td>2</table>", {}),
    "XML that is none": ("<a><b", {}),
    "lone surrogates": ("amount,rooms,note\n1,2,+2AA-\n", {"encoding": "utf-7"}),
    "another separator": (HEADER + "1,2\n", {"separator": ";"}),
}
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16")


def read(data, told, reader):
    """All that a table says, or what is wrong with it, with the lines before."""
    lines = []
    try:
        table = open_table(io.BytesIO(data), ReadOptions(**told), SCHEMA, reader=reader)
        lines.extend(table.lines)
    except LikelyError as error:
        return type(error), str(error), lines
    return table.header, lines, table.dialect, table.top, table.matched, table.rules, table.left_out.to_json()


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("what", TEXTS)
def test_a_process_reads_a_text_as_this_one_does(what, encoding, packed):
    text, told = TEXTS[what]
    data = text.encode(encoding, "replace")
    data = gzip.compress(data) if packed else data
    with TextReader() as reader:
        assert read(data, told, reader) == read(data, told, None)
    assert text_process._slots._value == text_process.AT_ONCE


@pytest.mark.parametrize("what", TEXTS)
def test_so_it_does_with_the_first_lines_of_what_is_no_table(what):
    text, told = TEXTS[what]

    def seen(reader):
        try:
            return raw_preview(io.BytesIO(text.encode()), ReadOptions(**told), SCHEMA, None, reader)
        except (LikelyError, csv.Error) as error:
            return type(error), str(error)

    with TextReader() as reader:
        assert seen(reader) == seen(None)


def test_rows_come_from_a_process_and_from_this_one_where_the_system_cannot_fork(monkeypatch):
    with TextReader() as reader:
        assert isinstance(reader.open(io.BytesIO(b"a,b\n"), TextRequest()), ServedRows)
        monkeypatch.setattr(text_process, "CAN_FORK", False)
        assert isinstance(reader.open(io.BytesIO(b"a,b\n"), TextRequest()), TextRows)


def test_a_row_of_millions_of_cells_is_refused():
    file = io.BytesIO(b"a,b\n1,2\n" + b'"\n",' * 4_300_000 + b"1\n")
    counts = ByteCounts("utf-8", len(file.getvalue()), quotes=True, commas=True)
    with TextReader() as reader:
        rows = iter(reader.open(file, TextRequest(counts=counts)))
        assert [next(rows), next(rows)] == [["a", "b"], ["1", "2"]]
        with pytest.raises(Unreadable, match="A record of the file takes more memory"):
            next(rows)


def test_so_many_look_at_a_time_and_others_are_told_to_come_again(monkeypatch):
    monkeypatch.setattr(text_process, "WAIT", 0.01)
    readers = [TextReader() for _ in range(text_process.AT_ONCE + 1)]
    *some, last = readers
    for reader in some:
        reader.open(io.BytesIO(b"a,b\n1,2\n"), TextRequest())
        reader.open(io.BytesIO(b"a,b\n1,2\n"), TextRequest())  # a second one of the same look
    with pytest.raises(ReadersBusy):
        last.open(io.BytesIO(b"a,b\n"), TextRequest())
    for reader in some:
        reader.__exit__(None, None, None)
    with last:
        assert list(last.open(io.BytesIO(b"a,b\n"), TextRequest())) == [["a", "b"]]
    assert text_process._slots._value == text_process.AT_ONCE


def test_many_threads_look_at_once():
    data, found = (HEADER + "1,2\n" * 500).encode(), []

    def look():
        for _ in range(5):
            with TextReader() as reader:
                found.append(len(list(open_table(io.BytesIO(data), schema=SCHEMA, reader=reader).lines)))

    threads = [threading.Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [500] * 30
