"""JSON files of any size as records: the same as reading them whole, whatever stands where a block ends."""

import io
import itertools
import json
import random
import tracemalloc

import pytest

from ml.errors import NoRecords, Unreadable
from ml.files.readers import json_records as reading
from ml.files.readers.json_records import JSON, NDJSON, json_form_of, json_records, names_in
from ml.files.readers.json_text import parse_json

VALUES = [
    0, -1, 1.5, 1e300, 1e-7, 12345678901234567890123, True, False, None, "", "a", "é", "𝔘", '"', "\\", "[{,}]", "\n",
    [1, [2]], {"a": {"b": []}}, {}, [],
]  # fmt: skip


def read(data, form=JSON):
    return list(json_records(io.BytesIO(data if isinstance(data, bytes) else data.encode()), form))


def some_records(count, seed=3):
    draw = random.Random(seed)
    return [{f"n{at}": draw.choice(VALUES) for at in range(draw.randrange(6))} for _ in range(count)]


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64, 4096])
@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_is_read_as_a_whole_reader_reads_it(monkeypatch, block, ascii_only, indent):
    monkeypatch.setattr(reading, "BLOCK", block)
    records = [*some_records(60), 12, "text", None, [1, 2], 1.25]
    text = json.dumps(records, ensure_ascii=ascii_only, indent=indent)
    assert read(text) == records == parse_json(text, "")
    assert read(f' \n{{ "records" :\t{text}\r\n}} ') == records
    assert read(b"\xef\xbb\xbf" + text.encode()) == records


@pytest.mark.parametrize("block", [1, 5, 4096])
def test_lines_are_read_one_by_one(monkeypatch, block):
    monkeypatch.setattr(reading, "BLOCK", block)
    records = some_records(40)
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    assert read("\n".join(lines), NDJSON) == records
    assert read("\ufeff" + "\r\n\n".join(lines) + "\n\n", NDJSON) == records


@pytest.mark.parametrize(
    ("text", "records"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('{"records": 5}', [{"records": 5}]),
        ('{"records": [{"a": 1}]}', [{"a": 1}]),
        ('{"records": []}', []),
        ("[]", []),
        ("{}", [{}]),
        ('[{"records": [1]}]', [{"records": [1]}]),
    ],
)
def test_shapes(text, records):
    assert read(text) == records


BROKEN = [
    "[1", "[1,", "[1,]", "[,1]", "[1 2]", "[1]]", "[1] {}", '{"a": 1} x', '[{"a": 1}', '{"records": [1]', "nonsense",
    '[{"a" 1}]', '["a\nb"]', "[01]", "[1.]", "[tru]", '["\\x"]', "[{1: 2}]", '[{"a": 1,}]', '{"records": [1}',
]  # fmt: skip


@pytest.mark.parametrize("text", BROKEN)
@pytest.mark.parametrize("block", [1, 4096])
def test_what_is_no_json_is_refused_where_a_whole_reader_refuses_it(monkeypatch, text, block):
    monkeypatch.setattr(reading, "BLOCK", block)
    text = text.replace("1", "1\n ", 1)  # so that a line is told, too
    with pytest.raises(Unreadable) as whole:
        parse_json(text, "The body")
    with pytest.raises(Unreadable) as found:
        read(text)
    place = str(whole.value).partition("(")[2].partition(")")[0]
    assert "is not JSON" in found.value.message
    assert place.split(",")[0] in found.value.message, (str(whole.value), str(found.value))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[{"a": 1, "a": 2}]', "more than once in one object"),
        ('[{"a": NaN}]', "NaN is no JSON"),
        ('[{"a": -Infinity}]', "-Infinity is no JSON"),
        ('[{"a": "\\ud800"}]', "half of a"),
        ("[" * 100_000, "nested too deep"),
        ("[" + "1" * 5_000 + "]", "too many digits"),
        ('"text"', "holds no record"),
        ("12", "holds no record"),
        ('{"a": [1, 2], "b": [3, 4]}', "of columns"),
        ('{"records": [1], "more": 2}', 'Beside "records"'),
        ('{"more": 2, "records": [1]}', "Beside \"records\" came 'more'"),
        (b"[\xff]", "byte 1 is none"),
        (b'["\xc3', "is not UTF-8 text"),
    ],
)
def test_what_is_refused_elsewhere_is_refused_here(text, words):
    with pytest.raises(Unreadable, match=words):
        read(text)


def test_nothing_is_no_record():
    for text in ("", " \n", "\ufeff"):
        with pytest.raises(NoRecords):
            read(text)


def test_records_before_a_fault_are_given_first():
    found = json_records(io.BytesIO(b'[{"a": 1}, {"a": 2}, {"a" 3}]'), JSON)
    assert [next(found), next(found)] == [{"a": 1}, {"a": 2}]
    with pytest.raises(Unreadable, match="line 1, column 27"):
        next(found)


def test_a_line_that_is_no_json_is_named():
    with pytest.raises(Unreadable, match=r"Line 3 of the body is not JSON: .* column 7"):
        read('{"a": 1}\n\n{"a": x}\n', NDJSON)
    with pytest.raises(Unreadable, match="line 1 is none"):
        read(b'{"a": "\xff"}\n', NDJSON)


class Endless(io.RawIOBase):
    """A file of very many bytes that nobody keeps."""

    def __init__(self, start, middle, times, end):
        self._parts = itertools.chain([start], itertools.repeat(middle, times), [end])

    def read(self, size=-1):
        return next(self._parts, b"")


def test_memory_is_bounded_whatever_comes(monkeypatch):
    monkeypatch.setattr(reading, "LONGEST", 1_000_000)
    block = b'{"a": 1.5, "b": "some text, and more of it"},' * 8_000
    tracemalloc.start()
    try:
        count = sum(1 for _ in json_records(Endless(b"[", block, 20, b"{}]"), JSON))
        assert count == 160_001
        assert tracemalloc.get_traced_memory()[1] < 6e6  # of 7 MB that came
        for start in (b'["', b"{", b'{"a": "', b"[[", b'{"a":['):  # one record that never ends
            with pytest.raises(Unreadable):
                list(json_records(Endless(start, b"1" * 250_000 + b",", 100, b""), JSON))
        with pytest.raises(Unreadable, match="more than 1,000,000 bytes"):
            list(json_records(io.BytesIO(b"1" * 9_000_000), NDJSON))
        assert tracemalloc.get_traced_memory()[1] < 20e6
    finally:
        tracemalloc.stop()


def test_names_are_those_of_all_records_in_the_order_of_their_coming():
    assert names_in(iter([{"b": 1}, 5, {"a": 1, "b": 2}, {"c": 1}, {"a": 0}])) == ("b", "a", "c")
    with pytest.raises(Unreadable, match="10,000 different names"):
        names_in({f"n{at}": 1} for at in range(10_001))


@pytest.mark.parametrize(
    ("start", "form"),
    [
        (b'[{"a": 1}]', JSON),
        (b" \n[ ]", JSON),
        (b'[["a"], [1]]', JSON),
        (b'\xef\xbb\xbf{"a": 1}', JSON),
        (b'{"a": 1}\n{"a": 2}\n', NDJSON),
        (b'{\n"a": 1}\n', JSON),
        (b'{"a": {\n{', JSON),
        (b"[id],[name]\n1,2\n", None),  # as SQL Server names columns
        (b"{id},name\n", None),
        (b"a,b\n", None),
        (b"PAR1", None),
        (b"", None),
    ],
)
def test_json_is_told_by_how_it_begins(start, form):
    assert json_form_of(start) == form
