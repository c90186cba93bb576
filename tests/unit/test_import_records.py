"""``python -m ml records`` loads what it can, names the rest by line, and never half a book."""

import os
import subprocess
import sys

import pytest

from ml.bundle.record_book import RecordBooks
from ml.cli import BAD_INPUT, FAILED, OK
from ml.cli.commands import main
from store.db import open_store

HEADER = "Loan_ID,Name,ApplicantIncome,Married,Credit_History\n"


@pytest.fixture
def book_store(tmp_path):
    return open_store(f"sqlite:///{tmp_path / 'likely.db'}").book


@pytest.fixture
def records(models_dir, book_store, tmp_path):
    """Run the command on a file's text."""

    def run(text, *words, encoding="utf-8"):
        path = tmp_path / "customers.csv"
        path.write_bytes(text.encode(encoding))
        return main(["records", "loan", "--data", str(path), *words], models_dir, lambda: book_store)

    return run


def test_good_lines_are_kept_and_the_others_named(records, book_store, service, capsys):
    text = HEADER + (
        "LP1,José Müller,5000,Yes,Debts paid\n"
        "LP2,Ann,abc,Maybe,1\n"
        "LP1,Twin,1,Yes,1\n"
        'LP3,"two\nlines",,,\n'
        "LP4,short\n"
        ",Nobody,1,Yes,1\n"
    )
    assert records(text) == OK
    said = capsys.readouterr()
    assert said.out == "loan: 2 records kept, 4 lines left out.\n"
    assert "line 3: ApplicantIncome: “abc” is not a number." in said.err
    assert "line 3: Married: “Maybe” is not one of the choices." in said.err
    assert "line 4: Loan_ID: “LP1” came twice." in said.err
    assert "line 7: Cells in this line: 2; in the header: 5." in said.err
    assert "line 8: Loan_ID: “” cannot name a record." in said.err
    book = RecordBooks(lambda: book_store).of(service.model("loan"))
    entry = book.get("LP1")
    assert entry.values == {"ApplicantIncome": "5000", "Married": "Yes", "Credit_History": "1"}
    assert entry.also == ("José Müller",)
    assert [found.id for found in book.find("lines")] == ["LP3"]


def test_many_faults_are_counted_not_listed(records, capsys):
    assert records(HEADER + "LP0,a,1,Yes,1\n" + "".join(f"LP{at},b,x,Yes,1\n" for at in range(1, 3001))) == OK
    said = capsys.readouterr()
    assert said.err.count("line ") == 20
    assert "1 record kept, 3,000 lines left out" in said.out


def test_where_no_line_is_good_the_former_records_stay(records, book_store, capsys):
    assert records(HEADER + "LP1,a,1,Yes,1\n") == OK
    assert records(HEADER + "LP9,a,x,Yes,1\n") == BAD_INPUT
    assert "Former records stay as they are." in capsys.readouterr().out
    assert book_store.get("loan", "LP1")
    assert records(HEADER) == BAD_INPUT


@pytest.mark.parametrize(
    ("text", "words", "said"),
    [
        ("a,b\n1,2\n", (), "No column of the file is a feature of loan."),
        (HEADER + "LP1,a,1,Yes,1\n", ("--id", "Nope"), "The file has no column 'Nope'. Its columns: Loan_ID, Name"),
        (HEADER + 'LP1,a,1,Yes,1\nLP2,"a"b,1,Yes,1\n', (), "cannot be read"),
        ("", (), "The table has no header."),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_as_a_whole(records, book_store, capsys, text, words, said):
    assert records(text, *words) == FAILED
    assert said in capsys.readouterr().err
    assert book_store.size("loan") is None


def test_another_encoding_and_a_missing_file_are_said(records, models_dir, book_store, service, capsys):
    assert records(HEADER + "LP1,Müller,1,Yes,1\n", encoding="latin-1") == OK
    assert "Windows-1252" in capsys.readouterr().err
    assert [found.also for found in RecordBooks(lambda: book_store).of(service.model("loan")).find("ller")] == [
        ("Müller",)
    ]
    assert main(["records", "loan", "--data", "/nope.csv"], models_dir, lambda: book_store) == FAILED
    assert "/nope.csv cannot be read" in capsys.readouterr().err


def test_any_column_may_name_the_record_and_none_need(records, book_store):
    assert records("Customer;ApplicantIncome\nC7;5\n", "--id", "Customer") == OK
    assert book_store.get("loan", "C7")
    assert records("Customer;ApplicantIncome\nC7;x\nC8;5\n") == OK
    assert (book_store.get("loan", "C7"), book_store.get("loan", "1")) == (None, None)
    assert '"C8"' in book_store.get("loan", "2")


def test_records_can_be_removed(records, models_dir, book_store, capsys):
    records(HEADER + "LP1,a,1,Yes,1\n")
    assert main(["records", "loan", "--clear"], models_dir, lambda: book_store) == OK
    assert main(["records", "loan", "--clear"], models_dir, lambda: book_store) == OK
    said = capsys.readouterr().out
    assert "its records are removed." in said
    assert "has no records." in said


def test_the_command_opens_the_store_of_the_settings(models_dir, tmp_path):
    path = tmp_path / "c.csv"
    path.write_text(HEADER + "LP1,a,1,Yes,1\n")
    run = [sys.executable, "-m", "ml", "records", "loan", "--data", str(path)]
    env = os.environ | {"MODELS_DIR": str(models_dir), "VAR_DIR": str(tmp_path)}
    assert subprocess.run(run, env=env, check=False, capture_output=True).returncode == 0
    assert open_store(f"sqlite:///{tmp_path / 'likely.db'}").book.size("loan") == 1
    gone = env | {"DATABASE_URL": "postgresql://likely:hidden-word@127.0.0.1:1/likely"}
    said = subprocess.run(run, env=gone, check=False, capture_output=True, text=True)
    assert (said.returncode, "hidden-word" in said.stderr) == (1, False)
    assert "error: The store does not answer." in said.stderr
