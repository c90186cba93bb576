"""What is typed into the form of a call list: read in the reader's marks, and refused where the API refuses."""

import math

import pytest
from pydantic import ValidationError

from layouts.campaign import call_list
from layouts.campaign.typed_wish import LIMIT_PREFIX, QUOTA_PREFIX, VALUE_PREFIX, Takes, offered, typed_wish
from layouts.campaign.words import cell_text, duration, money, progress, spoken, whole, written
from ml.campaign.list_request import ListRequest
from ml.campaign.wish import default_cost, default_value, read_wish
from ml.locale import NumberFormat, use_number_format
from tests.small import small_service

GERMAN = NumberFormat(",", ".", "{}\u00a0%")
TEXTS = ("0", "7", "2,5", "-1", "49,9", "50", "50,1", "100", "100,5", "9007199254740991", "9007199254740992", "1e999")
CHOSEN = {"by": "cutoff", "offers": None, "several": "false", "losses": False, "column": ""}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary", "multiclass", "independent")


def choices_of(bundle):
    """The choices of a campaign of a model, as if 300 records were scored."""
    of = bundle.outcomes
    about = [
        {
            "name": name,
            "label": of[name].label,
            "cut_off": 0.5,
            "value": default_value(bundle.card, name),
            "cost": default_cost(bundle.card, (name,)),
        }
        for name in of.names
    ]
    columns = [{"name": "Region", "values": [{"value": "North", "records": 40}, {"value": "", "records": 2}]}]
    return {"outcomes": about, "exclusive": of.exclusive, "positive": of.positive, "columns": columns, "scored": 300}


def controls(component):
    """Values of the controls of a form, by part and name."""
    found = {}
    for each in component._traverse():
        of = getattr(each, "id", None)
        if isinstance(of, dict) and hasattr(each, "value"):
            found[(of["campaign"], of.get("name"))] = each.value
    return found


@pytest.mark.parametrize("model", ["binary", "multiclass", "independent"])
def test_a_wish_that_nobody_touched_is_what_the_api_makes_of_none(service, model):
    bundle = service.model(model)
    choices = choices_of(bundle)
    form = call_list.form(bundle, {"id": "0" * 32}, choices, "")
    held = {name: value for part in form for name, value in controls(part).items()} if form else {}
    chosen = {name: held[(name, None)] for name in ("by", "offers", "several", "losses", "column")}
    texts = {name: value for (part, name), value in held.items() if part == "wish"}
    rest = (bundle.card, bundle.outcomes, lambda name: service.cut_off(bundle, name))
    assert read_wish(typed_wish(choices, chosen, texts).wish, *rest) == read_wish({}, *rest)


@pytest.mark.parametrize(
    ("field", "by", "per"),
    [
        ("cut_off", "cutoff", 100),
        ("number", "number", 1),
        ("budget", "budget", 1),
        ("cost", "cutoff", 1),
        ("control", "cutoff", 100),
        ("limit", "cutoff", 1),
        (f"{LIMIT_PREFIX}North", "cutoff", 1),
        (f"{QUOTA_PREFIX}North", "cutoff", 1),
        (f"{VALUE_PREFIX}yes", "cutoff", 1),
    ],
)
@pytest.mark.parametrize("text", TEXTS)
def test_the_form_refuses_what_the_api_refuses(service, field, by, per, text):
    choices = choices_of(service.model("binary"))
    with use_number_format(GERMAN):
        read = typed_wish(choices, CHOSEN | {"by": by, "column": "Region"}, {field: text})
    number = float(text.replace(",", ".")) / per
    number = int(number) if number.is_integer() else number
    kind = {LIMIT_PREFIX: "limits", QUOTA_PREFIX: "quotas", VALUE_PREFIX: "values"}.get(f"{field.partition(':')[0]}:")
    sent = {kind: {field.partition(":")[2]: number}} if kind else {field: number}
    assert (read.wish is not None) == taken(sent)
    if read.wish is not None:
        ListRequest.model_validate(read.wish)
    else:
        assert list(read.problems) == [field]
        assert read.problems[field].startswith(f"“{text}” cannot be used. Accepted: ")


def taken(wish):
    try:
        ListRequest.model_validate(wish)
    except ValidationError:
        return False
    return True


def test_fields_that_do_not_apply_are_not_read(service):
    choices = choices_of(service.model("binary"))
    read = typed_wish(choices, CHOSEN | {"by": "number"}, {"number": "9", "budget": "x", f"{QUOTA_PREFIX}North": "y"})
    assert read.wish["number"] == 9
    assert "budget" not in read.wish
    assert not read.problems


@pytest.mark.parametrize("sent", [None, 5, [], {}, "ninety"])
def test_anything_that_a_browser_sends_is_read_or_refused(service, sent):
    choices = choices_of(service.model("independent"))
    odd = {"by": sent, "offers": sent, "several": sent, "losses": sent, "column": None}
    if isinstance(sent, (list, dict)):
        odd["by"] = "cutoff"
    typed_wish(choices, odd, {"cost": sent})
    assert offered(choices, sent) == []


def test_what_a_field_takes_is_said_by_the_request_model():
    assert Takes.of("control") == Takes(0, 50, False, True, "a number from 0 to 50 %")
    assert Takes.of(f"{LIMIT_PREFIX}a:b").whole
    assert not Takes.of("cost").contains(math.nan)


def test_numbers_are_written_in_the_readers_marks():
    with use_number_format(GERMAN):
        assert whole(1234567.5) == "1.234.568"
        assert money(-1234, "EUR") == "−1.234\u00a0EUR"
        assert written(1234.5) == "1234,5"
        assert spoken("Of 1,234 records, 62.5 on 3 lists: 12,345,678.25.") == (
            "Of 1.234 records, 62,5 on 3 lists: 12.345.678,25."
        )
        assert [cell_text(each) for each in ("1.5", "", None, "1.5 m")] == ["1,5", "no value", "–", "1.5 m"]


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "about a second"), (1.5, "about 2 seconds"), (89, "about 89 seconds"), (90, "about 2 minutes"),
     (5399, "about 90 minutes"), (5400, "about 2 hours"), (3600 * 40, "about 40 hours")],
)  # fmt: skip
def test_times_are_said_in_words(seconds, words):
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("job", "words"),
    [
        ({"state": "waiting"}, "Waiting for its turn …"),
        ({"done": 1}, "1 record so far."),
        ({}, "Reading the file …"),
        (
            {"done": 30_000, "total": 120_000, "rate": 1000.0, "errors": 7},
            "30,000 of 120,000 records · 1,000 a second · about 2 minutes left · 7 cannot be scored.",
        ),
        ({"done": 5, "total": 5, "rate": 10.0}, "5 of 5 records · 10 a second."),
    ],
)
def test_the_progress_of_a_job_is_told(job, words):
    assert progress({"state": "running", "done": 0, "total": None, "rate": None, "errors": 0} | job) == words
