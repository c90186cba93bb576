"""Rows of a campaign and of a list, filtered and sorted over all records, against hand-made tables."""

import csv
import io
import json
from itertools import pairwise

import numpy as np
import pytest

from callbacks.campaign import records
from callbacks.campaign.backend import CampaignBackend
from callbacks.campaign.open_row import open_row
from jobs.campaign_service import CampaignService
from jobs.errors import NoTable, NotDone
from jobs.result_rows import ResultRows
from jobs.row_query import RECORD, Cells, Filter, RowQuery, Sort, matching, read_from
from jobs.work import job_kinds
from jobs.work.stored_lines import line_starts
from layouts.campaign.page import FileRetention
from layouts.shared import ids
from ml.files.cells.safe_cells import csv_text
from ml.files.write.kinds import columns_of
from ml.files.write.result import ColumnFacts, Result
from ml.locale import NumberFormat, use_number_format
from tests.small import small_service
from tests.unit.test_campaigns import House, data

GERMAN = NumberFormat(",", ".", "{}\u00a0%")
NAME, AGE, SINCE, TOWN, RANK = range(5)
RANKS = [3, 1, 0, 2, 4]  # the third could not be scored
LINES = [
    ("Éva Nagy", "9", "2026-03-01", "Pécs"),
    ("eva novak", "10", "2025-12-31", ""),
    ("Bob", "", "2026-01-15", "York"),
    ("Åsa", "-1.5", "", "york"),
    ("", "10", "2026-01-02", "Oslo"),
]


def found(*filters, sorts=(), order=(0, 1, 2, 3, 4), size=2):
    """Numbers of the rows of LINES that pass, read in blocks of two."""
    whole = [list(column) for column in zip(*LINES, strict=True)]
    facts = tuple(map(ColumnFacts, ("name", "age", "since", "town")))
    columns = columns_of(Result(facts, lambda: iter([whole])))
    query, numbers = RowQuery(tuple(filters), tuple(sorts)), {RECORD: np.arange(1, 6), RANK: np.array(RANKS)}
    asked = read_from(query, numbers)
    parts = [
        (len(LINES[at : at + size]), {each: whole[each][at : at + size] for each in asked}) for at in range(0, 5, size)
    ]
    return matching(parts, columns, query, np.array(order), numbers).tolist()


def where(column, test, value="", to=0.0, words=()):
    return Filter(Cells((column,), words), test, value, to)


def by(column, descending=False):
    return Sort(Cells((column,)), descending)


@pytest.mark.parametrize(
    ("given", "rows"),
    [
        (where(NAME, "contains", "EVA"), [0, 1]),  # neither case nor accents count
        (where(NAME, "notContains", "eva"), [2, 3, 4]),
        (where(TOWN, "equals", "York"), [2, 3]),
        (where(NAME, "startsWith", "a"), [3]),
        (where(NAME, "blank"), [4]),
        (where(RANK, "blank"), [2]),
        (where(RANK, "lessThanOrEqual", 2), [1, 3]),
        (where(AGE, "notBlank"), [0, 1, 3, 4]),
        (where(AGE, "greaterThanOrEqual", 9), [0, 1, 4]),
        (where(AGE, "lessThanOrEqual", 9), [0, 3]),
        (where(AGE, "inRange", -1.5, 9), [0, 3]),
        (where(AGE, "equals", 10), [1, 4]),
        (where(TOWN, "contains", "hungary", words=(("Pécs", "Pécs, Hungary"),)), [0]),
        (Filter(Cells((NAME, TOWN)), "contains", "b; y"), [2]),  # several columns are one text
    ],
)
def test_what_passes_a_filter(given, rows):
    assert found(given) == rows


def test_filters_add_up():
    assert found(where(NAME, "contains", "eva"), where(AGE, "equals", 10)) == [1]
    assert found(where(NAME, "contains", "zoe")) == []


@pytest.mark.parametrize(
    ("sorts", "rows"),
    [
        ([by(AGE)], [3, 0, 1, 4, 2]),  # as numbers, what is empty at the end
        ([by(AGE, True)], [1, 4, 0, 3, 2]),  # also when it goes down
        ([by(SINCE)], [1, 4, 2, 0, 3]),
        ([by(NAME)], [3, 2, 0, 1, 4]),
        ([by(TOWN), by(AGE, True)], [4, 0, 3, 2, 1]),
        ([by(RECORD, True)], [4, 3, 2, 1, 0]),
        ([by(RANK)], [1, 3, 0, 4, 2]),
    ],
)
def test_rows_are_sorted_by_any_column(sorts, rows):
    assert found(sorts=sorts) == rows


def test_equals_keep_the_order_of_the_result():
    assert found(where(AGE, "equals", 10), sorts=[by(AGE)], order=(4, 3, 2, 1, 0)) == [4, 1]


def test_a_line_is_found_where_cells_hold_breaks_and_quotes():
    lines = [["a", 'b "c"\r\nd'], ["", "\n"], ['"', "x"], ["é", "1,2"]]
    text = csv_text(lines).encode()
    starts = line_starts(text)
    cut = [text[begin:end].decode() for begin, end in pairwise(starts)]
    assert [next(csv.reader(io.StringIO(line, newline=""))) for line in cut] == lines
    assert line_starts(b"").tolist() == [0]


# ---- campaigns and lists ------------------------------------------------------------------------
@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary", "independent")


@pytest.fixture
def house(service, tmp_path):
    return House(service, tmp_path)


@pytest.fixture
def backend(service, house):
    return CampaignBackend(service, house.job_service, CampaignService(house.job_service), FileRetention())


def people(rows=40):
    """A file with names and telephone numbers behind what the model asks for; the third income cannot be read."""
    lines = list(csv.reader(io.StringIO(data(rows=rows).decode())))
    at = lines[0].index("income")
    for number, line in enumerate(lines[1:]):
        line += [f"0{number:04d}", f"Person {number % 7}", "=1+1"]
    lines[3][at] = "a lot"
    return csv_text([[*lines[0], "Telefon", "Kundenname", "Note"], *lines[1:]]).encode()


def done(house, model="binary", sent=None):
    return house.done(people() if sent is None else sent, model).rpartition("/")[2]


def listed(house, job, **wish):
    made = house.post(f"/api/v1/jobs/{job}/lists", by="number", **wish).json["id"]
    house.work()
    return made


def ask(backend, job, start=0, end=100, sorts=(), filters=None):
    asked = json.dumps([start, end, list(sorts), filters or {}])
    return records.show_rows(backend, asked, ids.campaign_part("rows-asked", job))


def field(backend, job, title):
    definitions = records._table(backend, job)[0].definitions()
    return next(each["field"] for each in definitions if each["headerName"] == title)


@pytest.mark.parametrize("chunks", [7, 5_000])
def test_rows_are_those_of_the_result_in_any_order(house, backend, monkeypatch, chunks):
    def split(work):
        job_kinds.split(work, job_kinds.campaign_header, chunks)

    monkeypatch.setitem(job_kinds._KINDS, "campaign", job_kinds.JobKind(split, job_kinds.score_campaign))
    job = done(house)
    lines = house.table(f"/api/v1/jobs/{job}")
    income = field(backend, job, "income")
    answer, said = ask(backend, job, sorts=[{"colId": income, "sort": "desc"}])
    wanted = sorted((line["income"] for line in lines if line["income"] != "a lot"), key=float, reverse=True)
    assert [row[income] for row in answer["rows"]["rowData"]] == [*wanted, "a lot"]
    assert said == ""
    few, _ = ask(backend, job, 5, 8, sorts=[{"colId": income, "sort": "desc"}])
    assert few["rows"]["rowData"] == answer["rows"]["rowData"][5:8]
    name = field(backend, job, "Kundenname")
    answer, said = ask(backend, job, filters={name: {"filterType": "text", "type": "contains", "filter": "person 3"}})
    ranked = sorted((line for line in lines if line["Kundenname"] == "Person 3"), key=lambda line: int(line["rank"]))
    telephone = field(backend, job, "Telefon")
    assert [row[telephone] for row in answer["rows"]["rowData"]] == [line["Telefon"] for line in ranked]
    assert said == f"{len(ranked)} records fit these filters."


def test_who_somebody_is_stands_first_and_leads_to_the_prediction_page(house, backend, service):
    job = done(house)
    definitions = records._table(backend, job)[0].definitions()
    assert [each["headerName"] for each in definitions[:4]] == ["Rank", "Kundenname", "Telefon", "Will pay"]
    assert definitions[1]["cellRenderer"] == "OpenRecord"
    row = ask(backend, job)[0]["rows"]["rowData"][0]
    assert row["open"].startswith(f"/binary/predict?record=campaign%3A{job}.")
    named = f"campaign:{job}.{row['row']}"
    opened = open_row(backend, service.model("binary"), named)
    line = house.table(f"/api/v1/jobs/{job}")[int(row["row"]) - 1]
    assert opened.words == f"{line['Kundenname']} · {line['Telefon']} · march.csv, record {row['row']}"
    assert float(opened.entry.values["income"]) == float(line["income"])
    assert not any(text.endswith(".0") for text in opened.entry.values.values())  # as the form writes numbers
    assert set(opened.entry.values) <= {"income", "debt", "shoe_size", "region"}
    assert opened.back == ("Back to the campaign", f"/binary/campaign?job={job}")


def test_a_list_has_its_rows_too(house, backend, service):
    job = done(house)
    made = listed(house, job, number=10)
    lines = house.table(f"/api/v1/jobs/{made}")
    rows = ask(backend, made)[0]["rows"]["rowData"]
    assert [row["place"] for row in rows] == [str(at) for at in range(1, 11)]
    name = field(backend, made, "Kundenname")
    assert [row[name] for row in rows] == [line["Kundenname"] for line in lines]
    assert rows[0]["probability"] == f"{100 * float(lines[0]['probability']):.1f}\u00a0%"
    opened = open_row(backend, service.model("binary"), f"campaign:{made}.3")
    assert opened.entry.values["income"] == lines[2]["income"]
    assert opened.words.endswith(f"{lines[2]['Telefon']} · march.csv, place 3 on the list")
    assert opened.back == ("Back to the list", f"/binary/campaign?job={job}&list={made}")
    with use_number_format(GERMAN):
        assert ask(backend, made)[0]["rows"]["rowData"][0]["probability"].endswith(",{}\u00a0%".format(
            f"{100 * float(lines[0]['probability']):.1f}"[-1]))  # fmt: skip


def test_a_percentage_is_filtered_as_it_is_shown_and_words_as_they_are_read(house, backend):
    job = done(house)
    api = house.client.get(f"/api/v1/jobs/{job}/records?end=40").json["rows"]
    above = sum(row["probabilities"].get("yes", 0) >= 0.4 for row in api)
    assert 0 < above < 40
    chance, label = field(backend, job, "Will pay"), field(backend, job, "Model says")
    answer, _ = ask(
        backend, job, filters={chance: {"filterType": "number", "type": "greaterThanOrEqual", "filter": 40}}
    )
    assert answer["rows"]["rowCount"] == above
    answer, _ = ask(backend, job, filters={label: {"filterType": "text", "type": "equals", "filter": "will pay"}})
    assert answer["rows"]["rowCount"] == sum(row["label"] == "yes" for row in api)


def test_without_names_the_first_texts_stand_for_them(house, backend):
    sent = people().decode().replace("Telefon,Kundenname,Note", "Ticket,Kind,Note").encode()
    titles = [each["headerName"] for each in records._table(backend, done(house, sent=sent))[0].definitions()]
    assert titles[1:3] == ["Ticket", "Kind"]


@pytest.mark.parametrize(
    "asked",
    [
        *("", "null", "[]", "[1]", '["x", -1, 7, 8]', "[0, 1e30, {}, []]", '[0, 2, [{}, 1], {"c0": 1}]'),
        '[0, 2, [{"colId": "action"}], {"rank": {"type": "equals", "filter": "x"}}]',
        '[0, 2, [{"colId": []}, {}], {"rank": {"type": [], "filter": {}}, "p1": {"type": "equals", "filter": 1e999}}]',
        f'[0, 2, [], {{"p1": {{"type": "equals", "filter": 1{"0" * 400}}}}}]',
    ],
)
def test_any_question_is_answered(house, backend, asked):
    answer, said = records.show_rows(backend, asked, ids.campaign_part("rows-asked", done(house)))
    assert len(answer["rows"]["rowData"]) <= 2
    assert (answer["asked"], answer["rows"]["rowCount"], said) == (asked, 40, "")


def test_what_has_no_table_says_so(house, backend):
    rows = ResultRows(house.job_service, backend.campaigns)
    scored = house.client.post("/api/v1/models/binary/jobs", data=data()).json["id"]
    with pytest.raises(NoTable):
        rows.columns(scored)
    held = house.hold(data()).rpartition("/")[2]
    with pytest.raises(NotDone):
        rows.page(held, RowQuery(), 0, 10)
    _, said = ask(backend, "0" * 32)
    assert "Some rows did not come: There is no job" in json.dumps(said.to_plotly_json())


def test_a_row_that_is_not_there_is_said_and_no_row_is_somebody_elses_id(house, backend, service):
    bundle, job = service.model("binary"), done(house)
    assert open_row(backend, bundle, f"campaign:{job}") is None
    assert open_row(backend, bundle, "R17") is None
    for named in (f"campaign:{job}.0", f"campaign:{job}.41", f"campaign:{'0' * 32}.1"):
        opened = open_row(backend, bundle, named)
        assert opened.entry is None
        assert opened.words.startswith("This record is no longer stored")
    refused = open_row(backend, bundle, f"campaign:{job}.3")
    assert refused.entry.values["income"] == "a lot"  # the form says what is wrong with it
