"""The same records in the dialects of spreadsheets, R and databases are scored as in plain UTF-8, at every door."""

import csv
import io
import random

import openpyxl
import pytest

from api.app import create_api
from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from jobs.worker import Worker
from ml.batch.score_file import score_file
from store.db import open_store
from store.files import Files

NAMES = ["Müller", "Gómez", "Smith, Jr.", "Lefèvre", 'O"Neill']
TEXTS = ["Gender", "Married", "Dependents", "Education", "Self_Employed", "Property_Area"]
NUMBERS = ["ApplicantIncome", "CoapplicantIncome", "LoanAmount", "Loan_Amount_Term"]


def records():
    draw = random.Random(7)
    made = []
    for at in range(40):
        blank = draw.random() < 0.1
        made.append(
            {
                "Loan_ID": f"A{at}",
                "Name": draw.choice(NAMES),
                "Gender": "" if blank else draw.choice(["Male", "Female"]),
                "Married": draw.choice(["Yes", "No"]),
                "Dependents": draw.choice(["0", "1", "2", "3+"]),
                "Education": draw.choice(["Graduate", "Not Graduate"]),
                "Self_Employed": draw.choice(["Yes", "No"]),
                "ApplicantIncome": "" if draw.random() < 0.1 else repr(round(draw.uniform(1500, 20000), 2)),
                "CoapplicantIncome": draw.choice(["0", repr(round(draw.uniform(100, 9000), 1))]),
                "LoanAmount": "" if blank else repr(draw.randint(60, 400)),
                "Loan_Amount_Term": draw.choice(["360", "180"]),
                "Credit_History": draw.choice(["1", "0", ""]),
                "Property_Area": draw.choice(["Urban", "Rural", "Semiurban"]),
            }
        )
    return made


RECORDS = records()
HEADER = list(RECORDS[0])


def number(text, decimal=".", group=""):
    if not text:
        return ""
    whole, _, rest = text.partition(".")
    return f"{int(whole):,}".replace(",", group) + (decimal + rest if rest else "")


def rows(decimal=".", group="", missing=""):
    numeric = {*NUMBERS}
    return [
        [(number(text, decimal, group) if name in numeric else text) or missing for name, text in record.items()]
        for record in RECORDS
    ]


def written(lines, separator=",", encoding="utf-8", end="\r\n", quoting=csv.QUOTE_MINIMAL, **more):
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=separator, lineterminator=end, quoting=quoting, **more).writerows(lines)
    return file.getvalue().encode(encoding)


def r_table(separator, decimal):
    """As write.csv and write.csv2 write: texts in quotes, numbers not, row names, NA."""
    lines = [",".join(f'"{name}"' for name in ["", *HEADER]).replace(",", separator)]
    for at, cells in enumerate(rows(decimal, missing="NA"), start=1):
        texts = [
            cell if name in NUMBERS or cell == "NA" else '"' + cell.replace('"', '""') + '"'
            for name, cell in zip(HEADER, cells, strict=True)
        ]
        lines.append(separator.join([f'"{at}"', *texts]))
    return ("\n".join(lines) + "\n").encode()


def mysql():
    """As SELECT … INTO OUTFILE writes it: tabs, \\N."""
    lines = [[cell.replace('"', "'") or "\\N" for cell in line] for line in rows()]
    return ("\n".join("\t".join(line) for line in [HEADER, *lines]) + "\n").encode()


def workbook():
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active.append(["Applications of March"])
    hidden = book.create_sheet("Old")
    hidden.append(HEADER)
    hidden.append(["x"] * len(HEADER))
    hidden.sheet_state = "hidden"
    sheet = book.create_sheet("Data")
    sheet.append(["Applications"])
    sheet.append([])
    sheet.append(HEADER)
    for record in RECORDS:
        sheet.append([float(text) if name in NUMBERS and text else text or None for name, text in record.items()])
    sheet.append(["Total", *[None] * 6, 1e6, 1e5, 1e4])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


TITLES = [["Applications of March"], [], ["as of", "2026-03-31"]]
EMPTY = [[""] * len(HEADER)] * 3
TOTAL = ["Total", *[""] * 6, "1234567.5", "1000", "8000", "9000", "", ""]
GERMAN = [HEADER, *rows(",", ".")]
DIALECTS = {
    "Excel, German": (written(GERMAN, ";", "cp1252"), "Separator ;  decimal comma  Windows-1252  header in row 1"),
    "Excel, German, sep=": (b"sep=;\r\n" + written(GERMAN, ";", "cp1252"), "header in row 2"),
    "Excel, German, titles, empty lines, total": (
        written([*TITLES, *GERMAN, *EMPTY, TOTAL], ";", "cp1252"),
        "Separator ;  decimal comma  Windows-1252  header in row 4",
    ),
    "Excel, German, trailing separators": (written([[*line, ""] for line in GERMAN], ";", "cp1252"), "decimal comma"),
    "Excel, French": (written([HEADER, *rows(",", "\u00a0")], ";", "cp1252"), "decimal comma  Windows-1252"),
    "Excel, French, UTF-8": (written([HEADER, *rows(",", "\u202f")], ";", "utf-8-sig"), "decimal comma  UTF-8"),
    "Excel, Swiss": (written([HEADER, *rows(".", "'")], ";", "cp1252"), "Separator ;  decimal point"),
    "Excel, US": (written([HEADER, *rows(".", ",")], ",", "cp1252"), "Separator ,  decimal point  Windows-1252"),
    "Excel, Unicode text": (written(GERMAN, "\t", "utf-16"), "Separator tab  decimal comma  UTF-16"),
    "UTF-16 without its mark": (written(GERMAN, "\t", "utf-16-le"), "Separator tab  decimal comma  UTF-16"),
    "LibreOffice": (written([HEADER, *rows()], quoting=csv.QUOTE_ALL, end="\n"), "Separator ,  decimal point  UTF-8"),
    "R, write.csv": (r_table(",", "."), "Separator ,  decimal point  UTF-8"),
    "R, write.csv2": (r_table(";", ","), "Separator ;  decimal comma  UTF-8"),
    "PostgreSQL": (written([HEADER, *rows()], end="\n"), "Separator ,  decimal point  UTF-8"),
    "MySQL": (mysql(), "Separator tab  decimal point  UTF-8"),
    "SQL Server": (written([HEADER, *rows(missing="NULL")], "|", "utf-16"), "Separator |  decimal point  UTF-16"),
    "Google Sheets": (written([HEADER, *rows(".", ",")]), "Separator ,  decimal point  UTF-8"),
    "DOS": (written(GERMAN, ";", "cp1252") + b"\x1a", "decimal comma"),
    "Excel workbook": (workbook(), "Excel sheet “Data”  header in row 3"),
}


@pytest.fixture(scope="module")
def wanted(service):
    given = [{name: text or None for name, text in record.items() if name != "Name"} for record in RECORDS]
    return [score.probabilities for score in service.score("loan", given).scores]


def same(found, wanted):
    assert len(found) == len(wanted)
    for line, probabilities in zip(found, wanted, strict=True):
        assert line["problems"] == ""
        assert [float(line["probability_N"]), float(line["probability_Y"])] == pytest.approx(probabilities, abs=1e-12)


@pytest.mark.parametrize("name", DIALECTS)
def test_a_file_in_any_dialect_is_scored_as_its_plain_twin(service, wanted, tmp_path, name):
    data, sentence = DIALECTS[name]
    (tmp_path / "in").write_bytes(data)
    done = score_file(service, "loan", tmp_path / "in", tmp_path / "out.csv")
    assert sentence in done.dialect.sentence()
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8") as file:
        found = list(csv.DictReader(file))
    same(found, wanted)
    assert [line["Name"] for line in found] == [
        record["Name"].replace('"', "'" if name == "MySQL" else '"') for record in RECORDS
    ]


@pytest.fixture(scope="module")
def job(service, tmp_path_factory):
    folder = tmp_path_factory.mktemp("jobs")
    store, files = open_store(f"sqlite:///{folder / 'likely.db'}"), Files(str(folder / "files"))
    api = create_api(
        service, dict, 10_000_000, 1000, campaign_service=CampaignService(JobService(service, store, files, str))
    ).test_client()
    worker = Worker(service, store.jobs, files)

    def ask(data, query=""):
        accepted = api.post(f"/api/v1/models/loan/jobs{query}", data=data, content_type="application/octet-stream")
        assert accepted.status_code == 202, accepted.text
        while worker.step():
            pass
        found = api.get(accepted.json["links"]["self"]).json
        assert found["state"] == "done", found["message"]
        return found, list(csv.DictReader(io.StringIO(api.get(found["links"]["result"]).text)))

    return ask


@pytest.mark.parametrize("name", ["Excel, German, titles, empty lines, total", "R, write.csv2", "Excel workbook"])
def test_a_job_gives_the_same_and_says_what_was_left_out(job, wanted, name):
    found, lines = job(DIALECTS[name][0])
    same(lines, wanted)
    assert found["total"] == len(RECORDS)
    left_out = [note for note in found["notes"] if "left out" in note]
    assert bool(left_out) == (name != "R, write.csv2")


@pytest.fixture(scope="module")
def api(service):
    return create_api(service, dict, 10_000_000, 1000).test_client()


CSVS = [name for name in DIALECTS if name != "Excel workbook"]


@pytest.mark.parametrize("name", CSVS)
def test_a_body_in_any_dialect_gives_the_same(api, wanted, name):
    answer = api.post("/api/v1/models/loan/predict?extra=ignore", data=DIALECTS[name][0], content_type="text/csv")
    assert answer.status_code == 200, answer.text
    found = [list(each["probabilities"].values()) for each in answer.json["predictions"]]
    assert len(found) == len(wanted)
    for given, probabilities in zip(found, wanted, strict=True):
        assert given == pytest.approx(probabilities, abs=1e-12)
    if "total" in name:
        totals = [note for note in answer.json["notes"] if note.startswith("The line of totals")]
        assert totals == ["The line of totals “Total” is left out: line 48."]


def test_the_address_says_how_a_body_is_written(api):
    data = b"ApplicantIncome;LoanAmount\n5.849;100\n"
    ask = "/api/v1/models/loan/predict"
    good = api.post(f"{ask}?decimal=comma&separator=semicolon", data=data, content_type="text/csv")
    assert good.status_code == 200, good.text
    same_as = api.post(ask, json={"ApplicantIncome": 5849, "LoanAmount": 100})
    assert good.json["predictions"][0]["probabilities"] == same_as.json["predictions"][0]["probabilities"]
    bad = api.post(f"{ask}?decimal=x", data=data, content_type="text/csv")
    assert (bad.status_code, bad.json["error"]["code"]) == (400, "bad_parameter")
    charset = api.post(ask, data=data.replace(b"100", b"\xff"), content_type="text/csv; charset=utf-8")
    assert (charset.status_code, charset.json["error"]["code"]) == (400, "unreadable")
