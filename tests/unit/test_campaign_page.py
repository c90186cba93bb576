"""The Campaign page as a pure function, and where the table's script is sent."""

import json
import re

import dash_bootstrap_components as dbc
import pytest
from dash import html
from dash.development.base_component import Component
from plotly.utils import PlotlyJSONEncoder
from werkzeug.test import Client

from app import create_server, file_retention
from layouts.campaign import columns, records, result, scoring
from layouts.campaign import page as campaign
from layouts.campaign.page import FileRetention, WizardStep
from layouts.campaign.reading import OPTIONS
from layouts.shared import ids
from layouts.shared.html_input import HtmlInput
from layouts.shared.static_html import static_html
from ml.data.outcomes import Outcome, Outcomes
from ml.files.text.read_options import NAMES
from settings import Settings


class Model:
    """As much of a bundle as the page looks at."""

    def __init__(self, those, offers="probabilities", **card):
        self.outcomes, self.offers, self.card = those, offers, card


def outcomes(*names, exclusive=True):
    return Outcomes(tuple(Outcome(name, name.capitalize(), name) for name in names), exclusive, names[0])


def page(model=None, name="small", keeping=None):
    return campaign.page(model or Model(outcomes("no", "yes")), name, keeping or FileRetention())


def written(component):
    """Everything in a component, as text."""
    return json.dumps(component, cls=PlotlyJSONEncoder, ensure_ascii=False)


def parts_of(component):
    """Every component inside, the roots of static HTML too."""
    for each in component._traverse():
        if isinstance(each, Component):
            yield each
            if root := getattr(each, "root", None):
                yield root
                yield from (inner for inner in root._traverse() if isinstance(inner, Component))


def choices(those):
    of_card = {"cut_off": 0.5, "value": 0, "cost": 0}
    return {
        "outcomes": [{"name": each.name, "label": each.label, **of_card} for each in those.items],
        "exclusive": those.exclusive, "positive": those.positive, "scored": 60,
        "columns": [{"name": "region", "values": [{"value": "north", "records": 60}]}],
    }  # fmt: skip


JOB = {
    "id": "0" * 32, "name": "x.csv", "state": "done", "done": 60, "total": 60, "errors": 1, "rate": 9.0, "notes": [],
    "dialect": None,
}  # fmt: skip


TABLE = records.table(JOB["id"], [], records.answer(records.FIRST, [], 0))


def steps(those=None):
    """Each step of the page."""
    those = those or outcomes("no", "yes")
    return {
        "file": campaign.first(FileRetention()),
        "columns": WizardStep("columns", columns.step(JOB["id"], {})),
        "scoring": WizardStep("scoring", scoring.step(JOB | {"state": "running"})),
        "result": WizardStep("result", result.step(JOB, Model(those), choices(those), "", TABLE)),
        "trouble": campaign.trouble(JOB["id"], "Gone", "It is gone."),
    }


def at(step, those=None):
    return campaign.page(Model(those or outcomes("no", "yes")), "small", FileRetention(), steps(those)[step])


@pytest.mark.parametrize("step", [name for name, _ in campaign.STEPS] + ["trouble"])
def test_one_step_is_shown_and_marked_in_the_trail(step):
    made = at(step)
    shown = {getattr(each, "data-step") for each in parts_of(made) if hasattr(each, "data-step")}
    assert shown == {step}
    assert getattr(made[ids.CAMPAIGN], "data-at") == step
    current = [each.children for each in parts_of(made) if getattr(each, "aria-current", None) == "step"]
    assert current == [words for name, words in campaign.STEPS if name == step]


def test_it_names_what_a_file_is_scored_with():
    assert getattr(page(name="small@12345678")[ids.CAMPAIGN], "data-model") == "small@12345678"


def test_money_is_in_the_currency_of_the_card():
    those = outcomes("no", "yes")
    made = result.step(JOB, Model(those, payoff={"currency": "EUR"}), choices(those), "", TABLE)
    assert '" EUR"' in written(made)


@pytest.mark.parametrize("step", ["file", "columns", "scoring", "result"])
def test_every_control_has_a_label(step):
    made = list(parts_of(at(step, outcomes("a", "b", exclusive=False))))
    labelled = {each.htmlFor for each in made if hasattr(each, "htmlFor")}
    for each in made:
        if isinstance(each, (dbc.Input, dbc.Select)):
            assert ids.element(each.id) in labelled, each.id
        if isinstance(each, dbc.Checkbox):
            assert each.label
        if isinstance(each, HtmlInput):
            assert each.id in labelled
        if isinstance(each, html.Progress):
            assert getattr(each, "aria-label")


@pytest.mark.parametrize("step", ["file", "columns", "scoring", "result", "trouble"])
def test_no_id_stands_twice(step):
    named = [str(each.id) for each in parts_of(at(step)) if hasattr(each, "id")]
    assert len(named) == len(set(named))


def test_a_model_without_probabilities_says_that_there_is_nothing_to_rank():
    made = page(Model(outcomes("no", "yes"), "labels"))
    assert "no probabilities" in made.children
    assert not hasattr(made, "id")


@pytest.mark.parametrize(
    ("those", "hidden"),
    [
        (outcomes("no", "yes"), True),
        (outcomes("a", "b", "c"), False),
        (outcomes("a", "b", exclusive=False), False),
    ],
)
def test_what_a_list_is_about_is_asked_where_there_is_a_choice(those, hidden):
    groups = [each for each in parts_of(at("result", those)) if isinstance(each, html.Fieldset)]
    (group,) = (each for each in groups if each.children[0].children == "What is it about?")
    assert group.hidden is hidden


@pytest.mark.parametrize(
    ("keeping", "words"),
    [
        (
            FileRetention(7, True),
            "Files are kept for 7 days on this server's disk. If the server is set up anew, they are gone.",
        ),
        (FileRetention(1, False), "Files are kept for one day."),
    ],
)
def test_it_says_how_long_files_are_kept_and_where(keeping, words):
    (kept,) = (each for each in parts_of(page(keeping=keeping)) if getattr(each, "className", "") == "campaign-keeping")
    assert kept.children == words


def test_it_says_which_files_can_be_read():
    assert "CSV of any program, Parquet." in written(page(keeping=FileRetention(formats=("Parquet",))))


def test_only_files_and_jobs_on_this_disk_are_gone_with_it(tmp_path):
    shared = {"database_url": "postgresql://127.0.0.1/x", "files_url": "s3://bucket"}
    assert file_retention(Settings(var_dir=tmp_path)).on_this_disk
    assert not file_retention(Settings(var_dir=tmp_path, **shared)).on_this_disk
    assert file_retention(Settings(job_days=3)).days == 3


def test_an_entry_stands_still_as_html_writes_it():
    made = static_html(HtmlInput(type="text", inputMode="decimal", checked=False, **{"aria-label": "A < B"}))
    assert made.tag == "input"
    assert made.attributes == {"type": "text", "inputMode": "decimal", "checked": False, "aria-label": "A < B"}


@pytest.fixture(scope="module")
def client(models_dir, tmp_path_factory):
    return Client(create_server(Settings(models_dir=models_dir, var_dir=tmp_path_factory.mktemp("var"))))


@pytest.mark.parametrize("path", ["/", "/loan/predict", "/loan/campaign"])
def test_the_tables_script_is_named_and_not_sent(client, path):
    answer = client.get(path)
    assert answer.status_code == 200
    assert not re.search(r'<script src="[^"]*dash_ag_grid', answer.text)
    (address,) = re.findall(r'<meta name="likely-grid" content="([^"]+)">', answer.text)
    script = client.get(address)
    assert script.status_code == 200
    assert "window.dash_ag_grid" in script.text
    assert "immutable" in script.headers["Cache-Control"]


def test_all_that_may_be_said_of_a_file_can_be_said_on_the_page():
    assert {name for name, *_ in OPTIONS} == set(NAMES)
