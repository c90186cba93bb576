"""A report holds the numbers of the pages and nothing else, needs no network, and fits on its page."""

from __future__ import annotations

import base64
import gzip
import html
import io
import json
import re
import subprocess
import sys
from copy import copy
from dataclasses import replace

import numpy as np
import pytest
from pypdf import PdfReader
from reportlab.pdfbase import pdfmetrics
from sklearn.metrics import average_precision_score, brier_score_loss, f1_score, log_loss, roc_auc_score

from api import create_api
from ml.cli import FAILED, OK
from ml.cli.commands import main
from ml.plots.catalogue import CATALOGUE
from ml.plots.insight_questions import INSIGHT_QUESTIONS, insight_answer
from ml.report import files
from ml.report.charts import steps
from ml.report.contents import report_contents
from ml.report.html_report import LIBRARY, html_report, with_library
from ml.report.one_page_pdf import one_page_pdf
from ml.report.summary import paragraphs
from ml.service import open_service
from ml.text.number_words import percent
from ml.text.words import number_text
from tests.small import SORTS, small_model

MOST = 5_000_000  # bytes
VIEWS = [
    *[(sort, name) for sort in ("binary", "labels-only", "constant") for name in ("no", "yes")],
    *[(sort, name) for sort in ("multiclass", "absent") for name in ("gold", "none", "silver")],
    *[("independent", name) for name in ("loan", "card")],
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("models")
    for sort in SORTS:
        small_model(sort, made)
    return made


@pytest.fixture(scope="module")
def small(folder):
    return open_service(folder)


@pytest.fixture(scope="module")
def reports(small):
    return {(sort, name): report_contents(small, sort, name) for sort, name in VIEWS}


def side(service, sort, outcome):
    """Truth and probability of one outcome on the hold-out, straight from the predictor."""
    bundle = service.model(sort)
    at = bundle.outcomes.index(outcome)
    return bundle.holdout.truth[:, at], bundle.predictor.block(bundle.holdout.block).probabilities[:, at]


def measures(text):
    """Cells of the headline table by measure."""
    rows = re.findall(r'<tr data-measure="([^"]+)">.*?</th>(.*?)</tr>', text, re.S)
    return {key: [html.unescape(cell) for cell in re.findall("<td>(.*?)</td>", cells)] for key, cells in rows}


def figures(text):
    """Figures of the HTML report, by plot."""
    found = re.findall(r'<script type="application/json" data-plot="([^"]+)">(.*?)</script>', text, re.S)
    return {key: json.loads(body) for key, body in found}


def words(pdf):
    """All text of a PDF on one line, as somebody reads it."""
    return re.sub(r"\s+", " ", " ".join(each.extract_text() for each in PdfReader(io.BytesIO(pdf)).pages))


@pytest.mark.parametrize(("sort", "outcome"), [("binary", "yes"), ("multiclass", "gold"), ("independent", "card")])
def test_the_headline_is_what_scikit_learn_and_counting_give(small, reports, sort, outcome):
    truth, given = side(small, sort, outcome)
    acted, cells = given >= 0.5, measures(html_report(reports[sort, outcome]))
    by_hand = {
        "accuracy": percent((acted == truth).mean()),
        "precision": percent(truth[acted].mean()),
        "recall": percent(acted[truth].mean()),
        "specificity": percent((~acted)[~truth].mean()),
        "f1": f"{f1_score(truth, acted):.3f}",
        "roc_auc": f"{roc_auc_score(truth, given):.3f}",
        "average_precision": f"{average_precision_score(truth, given):.3f}",
        "brier": f"{brier_score_loss(truth, given):.3f}",
        "log_loss": f"{log_loss(truth, given):.3f}",
    }
    assert {key: cells[key][0] for key in by_hand} == by_hand
    assert cells["accuracy"][2].startswith(percent(max(truth.mean(), 1 - truth.mean())))


@pytest.mark.parametrize(("sort", "outcome"), [("binary", "yes"), ("independent", "loan"), ("multiclass", "silver")])
def test_intervals_are_those_of_the_table_of_counts(reports, sort, outcome):
    report = reports[sort, outcome]
    found, cells = report.overview, measures(html_report(report))
    for key in ("accuracy", "precision", "recall"):
        low, high = found.table.low[key][found.row], found.table.high[key][found.row]
        assert cells[key][1] == f"{percent(low)} to {percent(high)}"
    low, high = found.headline.low["roc_auc"], found.headline.high["roc_auc"]
    assert cells["roc_auc"][1] == f"{number_text(round(low, 3))} to {number_text(round(high, 3))}"


def test_everything_is_at_the_cut_off_that_somebody_chose(folder):
    service = open_service(folder, chosen=lambda model: {"yes": 0.3})
    truth, given = side(service, "binary", "yes")
    acted = given >= 0.3
    report = report_contents(service, "binary", "yes")
    said = f"Acting from 30\u00a0% means acting on {acted.sum()} of {len(truth)} records."
    assert said in " ".join(paragraphs(report))
    assert said.replace("\u00a0", " ") in words(one_page_pdf(report))
    text = html_report(report)
    assert measures(text)["recall"][0] == percent(acted[truth].mean())
    (mark,) = [shape for shape in figures(text)["roc"]["layout"]["shapes"] if shape.get("name") == "cut-off"]
    assert (mark["xanchor"], mark["yanchor"]) == pytest.approx((acted[~truth].mean(), acted[truth].mean()))
    assert figures(text)["cells"]["data"][0]["customdata"] == report_counts(report)


def report_counts(report):
    drawn = next(entry.drawn for entry in report.plots if entry.plot.key == "cells")
    return json.loads(drawn.figure.to_json())["data"][0]["customdata"]


@pytest.mark.parametrize(("sort", "outcome"), VIEWS)
def test_every_plot_of_the_catalogue_is_drawn_or_says_why(reports, sort, outcome):
    report = reports[sort, outcome]
    text = html_report(report)
    shown, refused = figures(text), re.findall(r'data-refused="([^"]+)"><h3>[^<]+</h3><p>[^<]+</p>', text)
    money = {"profit", "profit-share"}  # no card of these says what a decision is worth
    listed = re.findall(r'data-listed="([^"]+)"', text)
    assert {*shown, *refused, *listed} == {plot.key for plot in CATALOGUE} - money
    assert "The card does not say what a decision is worth" in text
    assert not {*shown} & {*refused}
    for entry in report.plots:
        if entry.drawn:
            if entry.plot.key in listed:
                for row in entry.drawn.figure.rows:
                    assert "".join(f"<td>{html.escape(cell)}</td>" for cell in row[1:]) in text
            else:
                assert shown[entry.plot.key] == json.loads(entry.drawn.figure.to_json())
            assert html.escape(entry.drawn.sentence) in text
            assert html.escape(entry.plot.question) in text


@pytest.mark.parametrize(("sort", "outcome"), VIEWS)
def test_it_begins_with_the_three_answers_of_the_insights_page(small, reports, sort, outcome):
    text = html_report(reports[sort, outcome])
    assert text.index('id="answers"') < text.index('id="summary"')
    for each in INSIGHT_QUESTIONS:
        assert f"<h3>{html.escape(each.question)}</h3>" in text
        for sentence in insight_answer(small, sort, each, outcome).sentences:
            assert html.escape(sentence) in text


def test_money_comes_first_where_the_card_says_what_a_decision_is_worth(service, reports):
    keys = [chapter.key for chapter in report_contents(service, "loan").chapters]
    assert keys[:2] == ["money", "curves"]
    assert [chapter.key for chapter in reports["binary", "yes"].chapters][:2] == ["curves", "money"]


@pytest.mark.parametrize(("sort", "outcome"), [("binary", "yes"), ("constant", "no"), ("absent", "none")])
def test_the_curve_in_the_file_is_that_of_the_result(reports, sort, outcome):
    report = reports[sort, outcome]
    result, (_, curve, _) = report.result("roc"), figures(html_report(report))["roc"]["data"]
    assert decoded(curve["x"]) == list(result.false_positive_rate)
    assert decoded(curve["y"]) == list(result.true_positive_rate)


def decoded(values):
    if isinstance(values, dict):
        return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()
    return values


@pytest.mark.parametrize(("sort", "outcome"), VIEWS)
def test_the_file_is_whole_small_and_asks_nobody(reports, sort, outcome):
    text = html_report(reports[sort, outcome])
    content = with_library(text)
    assert len(content) <= MOST
    assert LIBRARY not in content.decode()
    assert not re.findall(r"(?i)https?:|//[a-z0-9-]+\.|\b(?:src|srcset|action|poster)=|@import|url\(", text)
    assert set(re.findall(r'href="(.)', text)) == {"#"}
    assert "default-src 'none'" in text


def test_the_library_unpacks_to_plotly(reports):
    packed = re.search(rb'id="plotly">([^<]+)<', with_library(html_report(reports["binary", "yes"])))[1]
    assert b"plotly.js v" in gzip.decompress(base64.b64decode(packed))[:300]


@pytest.mark.parametrize("name", ["iris", "breast-cancer", "loan", "bank-products"])
def test_reports_of_the_demo_models_are_small_and_their_links_lead_somewhere(service, name):
    text = html_report(report_contents(service, name))
    assert len(with_library(text)) <= MOST
    for target in re.findall(r'href="#([^"]+)"', text):
        assert f'id="{target}"' in text


@pytest.mark.parametrize("name", ["loan", "bank-products"])
def test_what_the_cut_off_pays_is_the_cards_payoff_times_the_counts(service, name):
    report = report_contents(service, name)
    bundle, outcome = report.bundle, report.view.outcome
    truth, given = side(service, name, outcome)
    worth, call = bundle.card["payoff"]["outcomes"][outcome], bundle.card["payoff"]["call"]
    acted = given >= report.cut_off
    ends = {"true_positive": acted & truth, "false_positive": acted & ~truth}
    ends |= {"false_negative": ~acted & truth, "true_negative": ~acted & ~truth}
    total = sum(worth.get(end, 0.0) * rows.sum() for end, rows in ends.items()) - call * acted.sum()
    said = f"At this cut-off 1,000 records like these bring {round(1000 * total / len(truth)):,}\u00a0USD"
    assert said in " ".join(paragraphs(report))
    assert said.replace("\u00a0", " ") in words(one_page_pdf(report))


def written(report, card):
    """The report of the same version, had somebody written another card."""
    bundle = copy(report.bundle)
    bundle.card = report.bundle.card | card
    return replace(report, bundle=bundle)


def test_what_people_wrote_cannot_become_markup(reports):
    report = reports["binary", "yes"]
    bad = "</script><img src=x onerror=alert(1)>"
    card = {"title": bad, "limits": bad, "description": bad}
    text = html_report(written(report, card))
    assert "<img" not in text
    assert html.escape(bad) in text
    assert text.count("</script>") == html_report(report).count("</script>")


@pytest.mark.parametrize(("sort", "outcome"), VIEWS)
def test_the_sheet_is_one_page_of_a4_with_embedded_fonts(reports, sort, outcome):
    report = reports[sort, outcome]
    pdf = PdfReader(io.BytesIO(one_page_pdf(report)))
    (only,) = pdf.pages
    assert (float(only.mediabox.width), float(only.mediabox.height)) == pytest.approx((595.3, 841.9), abs=0.1)
    fonts = [font.get_object() for font in only["/Resources"]["/Font"].values()]
    used = [font for font in fonts if "FontDescriptor" in str(font)]
    assert used
    assert all("/FontFile2" in font["/FontDescriptor"].get_object() for font in used)
    read = words(one_page_pdf(report))
    for text in paragraphs(report):
        assert re.sub(r"\s+", " ", text) in read
    if report.overview:
        for key in ("precision", "recall", "accuracy", "roc_auc"):
            assert measures(html_report(report))[key][0].replace("\u00a0", " ") in read


def test_accents_and_other_alphabets_are_read_back_and_nothing_leaves_the_page(reports):
    report = reports["binary", "yes"]
    title = "Zahlungsfähigkeit in Łódź, Ωμέγα und Привет " * 4
    card = {
        "title": title,
        "limits": "Nur für geübte Leute. " * 60,
        "description": "Ähnlich " * 80,
    }
    pdf = one_page_pdf(written(report, card))
    read = words(pdf)
    assert "Zahlungsfähigkeit in Łódź, Ωμέγα und Привет" in read
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    assert read.count(" …") >= 2  # what is too long ends in words, not in the middle of one
    assert len(pieces(pdf)) > 40
    for x, y, size, text in pieces(pdf):
        assert x >= 40
        assert x + pdfmetrics.stringWidth(text, "Report", size) <= 596, text
        assert 30 <= y <= 830


def pieces(pdf):
    found = []

    def visit(text, cm, tm, _font, size):
        if text.strip():
            found.append((tm[4] + cm[4], tm[5] + cm[5], size, text.strip().split("\n")[0]))

    PdfReader(io.BytesIO(pdf)).pages[0].extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 10.0, [0, 2, 4, 6, 8, 10]),
        (-35.0, 100.0, [0, 50, 100]),
        (0.0, 0.031, [0, 0.01, 0.02, 0.03]),
        (3.0, 3.0, [3.0]),
    ],
)
def test_axes_have_round_numbers(low, high, expected):
    assert steps(low, high) == expected


class Memory(dict):
    def set(self, key, value, timeout=None):
        self[key] = json.loads(json.dumps(value))


def test_a_report_is_made_once_and_again_when_the_cut_off_moves(folder, monkeypatch):
    cut = {"at": 0.5}
    service = open_service(folder, Memory(), chosen=lambda _: {"yes": cut["at"]})
    once = files.report_bytes(service, "binary", "html", "yes")
    asked = []
    real = files.report_contents
    monkeypatch.setattr(files, "report_contents", lambda *given: asked.append(given) or real(*given))
    assert files.report_bytes(service, "binary", "html", "yes") == once
    assert asked == []
    cut["at"] = 0.25
    assert b"25\xc2\xa0%" in files.report_bytes(service, "binary", "html", "yes")
    assert len(asked) == 1


def test_one_report_at_a_time_and_what_is_kept_is_given_at_once(folder):
    service = open_service(folder, Memory())
    client = create_api(service, dict, 100_000, 50).test_client()
    first = client.get("/api/v1/models/binary/report.pdf?outcome=yes")
    assert (first.status_code, first.content_type) == (200, "application/pdf")
    assert "attachment" in first.headers["Content-Disposition"]
    with files._making:
        busy = client.get("/api/v1/models/binary/report.pdf?outcome=no")
        assert (busy.status_code, busy.json["error"]["code"]) == (429, "report_busy")
        assert int(busy.headers["Retry-After"]) > 0
        assert client.get("/api/v1/models/binary/report.pdf?outcome=yes").data == first.data
    assert client.get("/api/v1/models/binary/report.pdf?outcome=no").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("nobody/report.html", 404, "unknown_model"),
        ("binary/report.docx", 404, "not_found"),
        ("binary/report.pdf?outcome=maybe", 400, "unknown_outcome"),
        ("binary/report.html?cut_off=0.2", 400, "bad_parameter"),
    ],
)
def test_what_cannot_be_had_is_said(small, path, status, code):
    answer = create_api(small, dict, 100_000, 50).test_client().get(f"/api/v1/models/{path}")
    assert (answer.status_code, answer.json["error"]["code"]) == (status, code)


def test_the_command_writes_by_the_ending_and_names_what_it_takes(folder, tmp_path, capsys):
    assert main(["report", "binary", "--outcome", "no", "--out", str(tmp_path / "a.html")], folder) == OK
    assert "“Will not pay”" in (tmp_path / "a.html").read_text(encoding="utf-8")
    assert main(["report", "binary", "--out", str(tmp_path / "a.PDF")], folder) == OK
    assert (tmp_path / "a.PDF").read_bytes().startswith(b"%PDF-")
    for given, said in (
        (["binary", "--out", "a.txt"], "'txt'. Accepted: html, pdf."),
        (["binary", "--outcome", "x", "--out", "a.pdf"], "Known outcomes: no, yes."),
        (["binary", "--out", str(tmp_path / "none" / "a.pdf")], "cannot be written"),
    ):
        assert main(["report", *given], folder) == FAILED
        assert said in capsys.readouterr().err


def test_a_server_loads_neither_the_pdf_library_nor_plotly_before_a_report_is_asked_for(folder):
    code = (
        "import sys; from api import create_api; from ml.service import open_service;"
        f"create_api(open_service({str(folder)!r}), dict, 1000, 5).test_client().get('/api/v1/models/binary');"
        "print([name for name in ('reportlab', 'plotly', 'pandas', 'sklearn') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
