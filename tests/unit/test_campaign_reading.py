"""How the file of a campaign is read: shown, corrected, kept in the job, and said again of the whole file."""

from __future__ import annotations

import io

import openpyxl
import pytest

from tests.small import people, small_service
from tests.unit.test_campaigns import House

ROWS = 260  # more than are looked at first
NAMES = ["income", "debt", "shoe_size", "region"]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary", "gaps")


@pytest.fixture
def house(service, tmp_path):
    return House(service, tmp_path)


@pytest.fixture(scope="module")
def rows():
    """Texts of the records, with two digits: so that each spelling below is the same number."""
    frame = people(rows=ROWS, seed=9).round(2)
    return [[f"{a:.2f}", f"{b:.2f}", str(c), d] for a, b, c, d in frame[NAMES].itertuples(index=False)]


def text(lines, separator=",", end="\r\n"):
    return "".join(separator.join(line) + end for line in lines)


def german(rows):
    return [[cell.replace(".", ",") for cell in row] for row in rows]


def look(house, place, **options):
    answer = house.client.get(f"{place}/preview", query_string=options)
    assert answer.status_code == 200, answer.json
    return answer.json


def probabilities(house, place):
    return [row["probability_yes"] for row in house.table(place)]


def scored(house, data, **body):
    return house.done(data, **body)


@pytest.fixture
def twin(house, rows):
    return probabilities(house, scored(house, text([NAMES, *rows]).encode()))


def excel(rows):
    book = openpyxl.Workbook()
    book.active.append(["Made in March"])
    sheet = book.create_sheet("Customers")
    for row in [NAMES, *rows]:
        sheet.append(row)  # numbers stored as text
    hidden = book.create_sheet("Old customers")
    hidden.append(NAMES)
    hidden.sheet_state = "hidden"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def titled(rows):
    """As Excel writes it in Germany: a title, who it is, gaps between blocks, and the totals."""
    lines = [["", *row] for row in german(rows)]
    lines[40:40] = [[""] * 5]
    return text(
        [["Kundenliste März"], [""] * 5, ["Kunde", *NAMES], *lines, ["Summe", "1,5", "2,5", "3", ""]], ";"
    ).encode("cp1252")


def tabs(rows):
    return text([NAMES, *rows], "\t").encode("utf-16")


def stated(rows):
    return ("sep=;\r\n" + text([NAMES, *german(rows)], ";")).encode()


FILES = {
    "titles": (titled, "Separator ;  decimal comma  Windows-1252  header in row 3"),
    "utf-16": (tabs, "Separator tab  decimal point  UTF-16  header in row 1"),
    "sep": (stated, "Separator ;  decimal comma  UTF-8  header in row 2"),
    "excel": (excel, "Excel sheet “Customers”  decimal point  header in row 1"),
}  # fmt: skip


@pytest.mark.parametrize("kind", FILES)
def test_what_was_found_out_is_shown_and_scored_as_the_clean_twin(house, rows, twin, kind):
    made, words = FILES[kind]
    place = house.hold(made(rows))
    seen = look(house, place)
    assert seen["dialect"]["sentence"] == words
    assert (seen["whole"], seen["estimated"], seen["checked"]) == (True, ROWS, 200)
    assert seen["read"][0][-4:] == rows[0]
    assert house.post(f"{place}/start").status_code == 202
    house.work()
    assert house.client.get(place).json["dialect"]["sentence"] == words
    assert probabilities(house, place) == twin


def test_what_may_be_said_belongs_to_the_format(house, rows):
    csv = look(house, house.hold(text([NAMES, *rows]).encode()))
    assert set(csv["applies"]) == {"separator", "encoding", "header_row", "decimal"}
    book = look(house, house.hold(excel(rows)))
    assert set(book["applies"]) == {"sheet", "header_row", "decimal"}
    assert book["dialect"]["sheets"] == ["Sheet", "Customers"]


# Each is guessed wrongly, for it says two things: which one is meant, only a person knows
def old_header(rows):
    return text([["debt", "income", "shoe_size", "region"], ["k€", "k€", "EU", ""], NAMES, *rows]).encode()


def commas_apart(rows):
    return text([NAMES, *german(rows)], "^").encode()


def two_sheets(rows):
    book = openpyxl.Workbook()
    for name, lines in (("2025", rows[7:9]), ("2026", rows)):
        sheet = book.create_sheet(name)
        for row in [NAMES, *lines]:
            sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


WRONG = {
    "header_row": (old_header, "3"),
    "separator": (commas_apart, "^"),
    "sheet": (two_sheets, "2026"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_was_guessed_wrongly_is_read_as_somebody_says_and_scored_so(house, rows, twin, name):
    made, told = WRONG[name]
    place = house.hold(made(rows))
    assert look(house, place)["read"][0] != rows[0]
    seen = look(house, place, **{name: told})
    assert seen["read"][0] == rows[0]
    assert (seen["dialect"][name], seen["dialect"]["told"]) == (int(told) if told == "3" else told, [name])
    assert house.post(f"{place}/start", **{name: told}).status_code == 202
    house.work()
    assert probabilities(house, place) == twin


def test_a_number_that_means_two_is_read_as_somebody_says(house):
    lines = [[*row[:1], "1.250", *row[2:]] for row in [["50.5", "", "40", "north"]] * 5]
    place = house.hold(text([NAMES, *lines], ";").encode())
    found = {mark: look(house, place, decimal=mark)["read"][0][1] for mark in ("point", "comma")}
    assert found == {"point": "1.250", "comma": "1250"}


def test_options_that_came_with_the_file_stand_until_others_are_said(house, rows):
    options = {"name": "x.csv", "columns": {}, "kind": "campaign", "read": {"header_row": 3}}
    job, _ = house.job_service.accept("binary", [old_header(rows)], options, None, held=True)
    place = f"/api/v1/jobs/{job.id}"
    assert look(house, place)["dialect"]["header_row"] == 3
    assert look(house, place, header_row=1)["dialect"]["header_row"] == 1
    assert look(house, place, separator="comma")["dialect"]["told"] == ["header_row", "separator"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"header_row": "0"}, "bad_parameter"),
        ({"encoding": "klingon"}, "bad_parameter"),
        ({"dates": "ydm"}, "bad_parameter"),
    ],
)
def test_what_cannot_be_said_is_refused_and_the_file_stays_held(house, rows, options, code):
    place = house.hold(text([NAMES, *rows]).encode())
    for answer in (
        house.client.get(f"{place}/preview", query_string=options),
        house.post(f"{place}/start", **options),
    ):
        assert (answer.status_code, answer.json["error"]["code"]) in {(400, code), (400, "unreadable")}
        assert any(name in answer.json["error"]["message"] for name in options)
    assert house.client.get(place).json["state"] == "held"


def inches(rows):
    """Quotation marks that begin a cell, and close none, where somebody takes the comma for the separator."""
    return text([NAMES, *([*row[:3], f'{row[3]},"5"x'] for row in rows)], ";").encode()


def cyrillic(rows):
    return text([NAMES, *([*row[:3], "север"] for row in rows)]).encode("cp1251")


MISREAD = {
    "quotes": (inches, {"separator": ","}, {"separator": ";"}, "Line 2 of the table cannot be read: behind"),
    "encoding": (cyrillic, {"encoding": "utf-8"}, {"encoding": "cp1251"}, "not UTF-8 text"),
    "no such row": (cyrillic, {"header_row": "900"}, {"header_row": "1"}, "no row 900"),
    "a row of nothing": (lambda rows: b"\n" + cyrillic(rows), {"header_row": "1"}, {"header_row": "2"}, "Row 1 of the"),
    "sheet's row": (excel, {"header_row": "900"}, {"header_row": "1"}, "no row 900"),
}  # fmt: skip


@pytest.mark.parametrize("name", MISREAD)
def test_what_cannot_be_read_so_says_why_and_can_be_said_otherwise(house, rows, name):
    made, wrong, right, words = MISREAD[name]
    place = house.hold(made(rows))
    seen = look(house, place, **wrong)
    assert words in seen["why"]
    assert (seen["ready"], seen["header"], seen["rows"], seen["columns"]) == (False, [], [], {})
    assert set(right) <= set(seen["applies"])
    assert set(seen["dialect"]["told"]) == set(wrong)
    assert [row[:1] for row in seen["top"] if row]  # among which the header can be chosen
    answer = house.post(f"{place}/start", **wrong)
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "unreadable")
    assert look(house, place, **right)["header"]
    assert house.client.get(place).json["state"] == "held"


def test_a_text_that_is_misread_at_first_is_held_all_the_same_and_refused_where_nobody_looks(house, rows):
    data = text([NAMES, *rows[:5], ['"1', "2", "3", "north"], *rows[5:9]]).encode()
    seen = look(house, house.hold(data))
    assert seen["why"].startswith("Line 7 of the table cannot be read: a cell begins with a quotation mark, and none")
    assert seen["top"][6] == ["1,2,3,north"]
    answer = house.client.post("/api/v1/models/binary/jobs", data=data, content_type="text/csv")
    assert (answer.status_code, answer.json["error"]["code"]) == (400, "unreadable")


@pytest.mark.parametrize("data", [b"sl,sw\n1,2\n", b"income,debt\n", b"hello"])
def test_nothing_is_said_to_be_scored_where_nothing_can_be(house, data):
    seen = look(house, house.hold(data))
    assert not seen["ready"]
    assert seen["why"]
    assert not any("scored" in note for note in seen["notes"])


def test_the_first_rows_are_given_to_choose_the_header_among(house, rows):
    seen = look(house, house.hold(titled(rows)))
    assert [row[0] for row in seen["top"][:3]] == ["Kundenliste März", "", "Kunde"]
    assert seen["top"][3][1:] == german(rows)[0]


def faulty(rows):
    """No debt; "a lot" as income twice among the first 200 and once later; no size three times, and once later."""
    lines = [[row[0], row[2], row[3]] for row in rows]
    for at in (4, 90, 230):
        lines[at][0] = "a lot"
    for at in (5, 6, 7, 240):
        lines[at][1] = ""
    lines.insert(100, ["", "", ""])
    return text([["Yearly incom", "shoe size", "REGION"], *lines]).encode()


# In training a fifth had no region, a seventh no income
DRIFTED = (
    "The records differ from those that the model was trained on, most in Region and Yearly income: "
    "its probabilities may not hold for them."
)


def test_of_columns_that_read_alike_the_one_left_out_is_named_before_and_after_scoring(house, rows):
    table = [["income", "Income", "debt", "shoe_size", "region"], *([line[0], "1", *line[1:]] for line in rows[1:9])]
    place = house.hold(text(table).encode(), "gaps")
    said = "Column 'Income' was left out: income comes from 'income'."
    assert said in look(house, place)["notes"]
    house.post(f"{place}/start")
    house.work()
    assert said in house.client.get(place).json["notes"]


def test_nothing_is_silent_before_and_after_scoring(house, rows):
    place = house.hold(faulty(rows), "gaps")
    seen = look(house, place)
    assert seen["near"] == {"Yearly incom": "income"}
    assert [each["name"] for each in seen["missing"]] == ["debt"]
    assert seen["gaps"]["shoe_size"] == 3
    (unread,) = seen["unread"]
    assert (unread["column"], unread["values"], unread["row"], unread["example"]) == ("Yearly incom", 2, 5, "a lot")
    assert unread["accepted"]
    assert seen["left_out"] == {"empty": 1, "totals": 0, "empty_lines": [102], "total_lines": []}
    assert [note for note in seen["notes"] if "UTF" not in note] == [
        "The column “Yearly incom” is taken for Yearly income.",
        "No column gives Debt: all 260 records are scored without it.",
        "In training every row had Debt.",
        "Shoe size: 3 of the first 200 records have no value; in training every row had one.",
        "2 of the first 200 values of Yearly income could not be read, such as “a lot”.",
        "1 line holds nothing for the model and is left out: line 102.",
        DRIFTED,
    ]

    house.post(f"{place}/start")
    house.work()
    job = house.client.get(place).json
    assert job["missing"] == ["debt"]
    assert job["unread"] == {"income": 3}
    assert job["gaps"]["shoe_size"] == 4
    assert job["notes"] == [
        "The column “Yearly incom” is taken for Yearly income.",
        "No column gives Debt: all 257 records were scored without it.",
        "In training every row had Debt.",
        "Shoe size: 4 records have no value; in training every row had one.",
        "3 values of Yearly income are missing or could not be read.",
        "1 line holds nothing for the model and is left out: line 102.",
    ]


def test_a_near_miss_that_somebody_corrects_is_none(house, rows):
    place = house.hold(faulty(rows), "gaps")
    house.post(f"{place}/start", columns={"Yearly incom": "income"})
    house.work()
    assert not any("taken for" in note for note in house.client.get(place).json["notes"])


def test_a_clean_file_is_not_spoken_of(house, rows):
    place = house.hold(text([NAMES, *rows]).encode())
    assert look(house, place)["notes"] == []
    house.post(f"{place}/start")
    house.work()
    assert house.client.get(place).json["notes"] == []


OLD = ["region", "income", "debt", "shoe_size"]  # names of the same columns, in an older order


def sheet_of(lines):
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


@pytest.mark.parametrize("made", [lambda lines: text(lines, ";").encode(), sheet_of], ids=["text", "workbook"])
@pytest.mark.parametrize(
    "above",
    [
        [OLD, ["old", "", "", ""]],
        [OLD, ["", "see below", "", ""]],
        [OLD, ["south", "9", "9", "9"], ["north", "1", "2", "3"]],  # a whole table
        [OLD, ["south", "", "", ""], ["", "", "", ""]],
    ],
    ids=["a word", "a remark", "a table", "a choice"],
)
def test_the_header_below_another_table_can_be_chosen(house, rows, twin, made, above):
    """Held whatever the guess makes of it: the answer says what is wrong, shows the rows, and takes the header row."""
    place = house.hold(made([*above, NAMES, *rows]))
    guessed = look(house, place)
    assert NAMES in guessed["top"]
    assert guessed["refused"] or f"Line {len(above) + 1} begins another table" in guessed["why"]
    assert "header_row" in guessed["applies"]
    told = {"header_row": len(above) + 1}
    seen = look(house, place, **told)
    assert (seen["refused"], seen["estimated"], seen["why"]) == (0, ROWS, "")
    assert house.post(f"{place}/start", **told).status_code == 202
    house.work()
    assert probabilities(house, place) == twin


@pytest.mark.parametrize("below", [3, 150, 5_000])
def test_a_file_of_two_tables_is_refused_at_once_or_by_its_job(house, rows, below):
    """Of a file that nobody looks at, in its first lines; else by the job. No record is scored by it."""
    some = (rows * 20)[:below]
    data = text([NAMES, *some, ["product", "price", "stock", "maker"], *rows]).encode()
    answer = house.client.post("/api/v1/models/binary/jobs", data=data, content_type="text/csv")
    if answer.status_code == 202:
        house.work()
        job = house.client.get(answer.headers["Location"]).json
        assert job["state"] == "failed"
        assert f"Line {below + 2:,} begins another table" in job["error"]
    else:
        assert answer.status_code == 400
        assert f"Line {below + 2:,} begins another table" in answer.json["error"]["message"]
