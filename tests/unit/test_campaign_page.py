"""The Campaign page as a pure function, and where the table's script is sent."""

import re

import pytest
from werkzeug.test import Client

from app import create_server, file_retention
from layouts.campaign import page as campaign
from layouts.campaign.page import FileRetention
from layouts.campaign.reading import OPTIONS
from layouts.shared import ids
from layouts.shared.html_input import HtmlInput
from layouts.shared.static_html import static_html
from ml.data.outcomes import Outcome, Outcomes
from ml.files.text.read_options import NAMES
from ml.locale import NumberFormat, use_number_format
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
    """All that stands still in the page, as text of HTML."""
    return "".join(getattr(part, "html", "") for part in component.children)


def test_each_step_is_there_and_hidden_until_its_turn():
    steps = [part for part in page().children if getattr(part, "attributes", {}).get("data-step")]
    assert [part.attributes["data-step"] for part in steps] == [
        "file",
        "columns",
        "scoring",
        "trouble",
        "result",
        "result",
    ]
    assert all(part.attributes["hidden"] for part in steps)


def test_it_names_what_a_file_is_scored_with_and_how_numbers_are_written():
    with use_number_format(NumberFormat(",", ".", "{}\u00a0%")):
        made = page(Model(outcomes("no", "yes"), payoff={"currency": "EUR"}), "small@12345678").to_plotly_json()[
            "props"
        ]
    assert (made["data-model"], made["data-currency"]) == ("small@12345678", "EUR")
    assert (made["data-decimal"], made["data-group"], made["data-percent"]) == (",", ".", "{}\u00a0%")


def test_every_control_has_a_label():
    html = written(page(Model(outcomes("a", "b", exclusive=False))))
    labelled = set(re.findall(r'<label[^>]* for="([^"]+)"', html))
    wrapped = "".join(re.findall(r"<label[^>]*><input[^>]*>", html))
    for tag in re.findall(r"<(?:input|select|progress)[^>]*>", html):
        name = re.search(r' id="([^"]+)"', tag)
        assert "aria-label=" in tag or tag in wrapped or (name and name[1] in labelled), tag


def test_no_id_stands_twice():
    named = re.findall(r' id="([^"]+)"', written(page()))
    assert len(named) == len(set(named))
    assert ids.CAMPAIGN_TABLE not in named


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
    group = re.search(r'<fieldset class="group"([^>]*)><legend>What is it about', written(page(Model(those))))
    assert (" hidden" in group[1]) is hidden


@pytest.mark.parametrize(
    ("keeping", "words"),
    [
        (
            FileRetention(7, True),
            "Files are kept for 7 days on this server's disk. Where it is set up anew, they are gone.",
        ),
        (FileRetention(1, False), "Files are kept for one day."),
    ],
)
def test_it_says_how_long_files_are_kept_and_where(keeping, words):
    assert words.replace("'", "&#x27;") in written(page(keeping=keeping)) or words in written(page(keeping=keeping))


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
