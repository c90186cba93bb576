"""POST …/predict of workbooks: the records of a sheet, as of the same table sent as CSV."""

import io

import openpyxl
import pytest

from api import create_api
from api.http.file_tables import WORKBOOKS

XLSX = WORKBOOKS[".xlsx"]
IRIS = "/api/v1/models/iris/predict"
HEADER = ["Sepal length", "sw", "petal_length", "pw"]
ROWS = [[5.1, 3.5, 1.4, 0.2], [6.3, "3,3", 6, 2.5]]  # a number stored as text, as the reader of files takes it


@pytest.fixture(scope="module")
def client(service):
    return create_api(service, dict, max_body=1_000_000, max_records=50).test_client()


def workbook(*sheets):
    book = openpyxl.Workbook()
    for at, rows in enumerate(sheets):
        sheet = book.active if not at else book.create_sheet(f"Sheet {at + 1}")
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def scored(answer):
    assert answer.status_code == 200, answer.text
    return [each["probabilities"] for each in answer.json["predictions"]]


def test_a_workbook_gives_what_the_same_table_gives_as_csv(client):
    text = "Sepal length;sw;petal_length;pw\n5,1;3,5;1,4;0,2\n6,3;3,3;6;2,5\n"
    book = workbook([HEADER, *ROWS])
    as_csv = scored(client.post(IRIS, data=text, content_type="text/csv"))
    assert scored(client.post(IRIS, data=book, content_type=XLSX)) == as_csv
    assert scored(client.post(IRIS, data=book, content_type=WORKBOOKS[".xls"])) == as_csv  # the bytes tell
    assert scored(client.post(IRIS, data=text, content_type=WORKBOOKS[".xls"])) == as_csv  # as browsers send CSV
    form = {"file": (io.BytesIO(book), "flowers.xlsx")}
    assert scored(client.post(IRIS, data=form, content_type="multipart/form-data")) == as_csv


def test_a_sheet_is_chosen_by_name(client):
    book = workbook([["Remarks"], ["none"]], [HEADER, *ROWS[:1]])
    answer = client.post(f"{IRIS}?sheet=Sheet%202", data=book, content_type=XLSX)
    assert len(scored(answer)) == 1


def test_what_is_no_workbook_is_refused_in_words(client):
    answer = client.post(IRIS, data=b"PK\x03\x04 and no more", content_type=XLSX)
    assert answer.status_code == 400
    assert answer.json["error"]["code"] == "unreadable"


def test_too_many_records_are_refused_whole(client):
    answer = client.post(IRIS, data=workbook([HEADER, *(ROWS[:1] * 51)]), content_type=XLSX)
    assert answer.status_code == 413
    assert "50" in answer.json["error"]["message"]


def test_other_content_types_are_refused_and_workbooks_are_named(client):
    answer = client.post(IRIS, data=b"x", content_type="application/pdf")
    assert answer.status_code == 415
    assert XLSX in answer.json["error"]["hint"]
