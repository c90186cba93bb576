"""One record, every door: the same numbers to 1e-12, and the same problems in the same words.

A door is a function of a client, a model and one record (name to text or None) that gives what the
model says, or the problems. A new door is one more row of `DOORS`.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import math
from itertools import takewhile
from urllib.parse import urlencode

import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from api import create_api
from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from jobs.worker import Worker
from ml.cli.commands import main
from ml.data.feature import text_of
from ml.errors import InvalidRecord
from ml.files.cells.safe_cells import safe_cell
from store.db import open_store
from store.files import Files
from tests import form

MODELS = ("iris", "breast-cancer", "loan", "bank-products")
FORM = "application/x-www-form-urlencoded"
METHODS = ("predict", "predict_proba")
OF_PAGES = "/{model}/predict"


@pytest.fixture(scope="module")
def client(service):
    return create_api(service, dict, max_body=1_000_000, max_records=100).test_client()


@pytest.fixture(scope="module")
def job(service, tmp_path_factory):
    """The door of jobs: a file of one record is accepted, worked on and fetched."""
    folder = tmp_path_factory.mktemp("jobs")
    store, files = open_store(f"sqlite:///{folder / 'likely.db'}"), Files(str(folder / "files"))
    api = create_api(
        service, dict, 1_000_000, 100, campaign_service=CampaignService(JobService(service, store, files, str))
    ).test_client()
    worker = Worker(service, store.jobs, files)

    def ask(model, record):
        accepted = api.post(f"/api/v1/models/{model}/jobs", data=table(record), content_type="text/csv")
        assert accepted.status_code == 202, accepted.text
        while worker.step():
            pass
        found = api.get(accepted.json["links"]["self"]).json
        assert (found["state"], found["total"]) == ("done", 1), found["message"]
        (line,) = csv.DictReader(io.StringIO(api.get(found["links"]["result"]).text))
        assert found["errors"] == bool(line["problems"])
        return line

    return ask


def post(body, content_type="application/json", path="/api/v1/models/{model}/predict", coding=""):
    """A door that sends a body made of the record."""

    def ask(client, model, record):
        headers = {"Content-Type": content_type, "Accept": "application/json", "Content-Encoding": coding}
        answer = client.post(path.format(model=model), data=body(record), headers=headers)
        if answer.status_code == 422:
            return problems_of(answer.json["error"]["problems"])
        assert answer.status_code == 200, answer.text
        prediction = answer.json["predictions"][0]
        return prediction["id"], prediction["label"], prediction["probabilities"]

    return ask


def problems_of(problems):
    """Problems that a door reports, without the value: text at one door, a number at another."""
    return [(each["row"], each["feature"], each["message"], each["hint"]) for each in problems]


def in_parts(record):
    """The record as a form of parts, with the boundary "b"."""
    parts = (
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in filled(record).items()
    )
    return ("".join(parts) + "--b--\r\n").encode()


def table(record):
    file = io.StringIO()
    csv.writer(file).writerows([record.keys(), ["" if value is None else value for value in record.values()]])
    return file.getvalue().encode()


def filled(record):
    return {name: "" if value is None else value for name, value in record.items()}


def csv_answer(client, model, record):
    """JSON in, CSV out: the numbers that a spreadsheet is given."""
    answer = client.post(f"/api/v1/models/{model}/predict", json=record, headers={"Accept": "text/csv"})
    if answer.status_code == 422:
        return problems_of(answer.json["error"]["problems"])
    row = next(csv.DictReader(io.StringIO(answer.text)))
    given = {name.removeprefix("probability_"): float(row[name]) for name in row if name.startswith("probability_")}
    described = client.get(f"/api/v1/models/{model}").json
    label = row["label"] if described["exclusive"] else [part for part in row["label"].split(", ") if part]
    return row.get(described["record_id"]) or None, label, given


def tensors(client, model, record):
    """The Open Inference Protocol: a tensor a feature. It tells problems as one text, and knows no record id."""
    described = client.get(f"/api/v1/models/{model}").json
    given = {name: value for name, value in record.items() if name != described["record_id"]}
    inputs = [{"name": name, "shape": [1], "datatype": "BYTES", "data": [value]} for name, value in given.items()]
    answer = client.post(f"/v2/models/{model}/infer", json={"inputs": inputs})
    if answer.status_code != 200:
        return answer.json["error"]
    label, probabilities = answer.json["outputs"]
    return label["data"], probabilities["data"]


def mlflow(method):
    """A door to MLflow's address, which gives classes or probabilities."""

    def ask(client, model, record):
        split = {"columns": list(record), "data": [list(record.values())]}
        body = {"dataframe_split": split, "params": {"predict_method": method}}
        answer = client.post(f"/api/v1/models/{model}/invocations", json=body)
        return answer.json["predictions"][0] if answer.status_code == 200 else answer.json["message"]

    return ask


def kserve_v1(client, model, record):
    """KServe's first protocol: classes."""
    answer = client.post(f"/v1/models/{model}:predict", json={"instances": [record]})
    return answer.json["predictions"][0] if answer.status_code == 200 else answer.json["error"]


def azure(client, model, record):
    """Azure's address: probabilities."""
    split = {"columns": list(record), "index": [0], "data": [list(record.values())]}
    body = {"input_data": split, "params": {"predict_method": "predict_proba"}}
    answer = client.post(f"/api/v1/models/{model}/score", json=body)
    return answer.json[0] if answer.status_code == 200 else answer.json["message"]


def hugging_face(client, model, record):
    """An inference endpoint: probabilities, the likeliest first, here in the order of the outcomes."""
    answer = client.post(f"/{model}/predict", json={"inputs": [record]})
    if answer.status_code != 200:
        return answer.json["error"]
    found = {each["label"]: each["score"] for each in answer.json[0]}
    assert list(found.values()) == sorted(found.values(), reverse=True)
    return [found[each["name"]] for each in client.get(f"/api/v1/models/{model}").json["outcomes"]]


def sagemaker(client, model, record):
    """A line without a header, where every value is there to be sent by its place."""
    described = client.get(f"/api/v1/models/{model}").json
    places = {name: each["name"] for each in described["features"] for name in (each["name"], *each["aliases"])}
    by_name = {places[name]: value for name, value in record.items() if name in places}
    line = table({name: by_name[name] for name in described["example"]}).split(b"\n", 1)[1]
    answer = client.post(f"/api/v1/models/{model}/invocations", data=line, content_type="text/csv; header=absent")
    return answer.json["predictions"][0] if answer.status_code == 200 else answer.json["message"]


def as_one_text(problems):
    """Problems as the guests' protocols take them."""
    said = [f"record {row}, {feature}: {message} {hint}".strip() for row, feature, message, hint in problems[:10]]
    return "; ".join(said) + (f"; and {len(problems) - 10} more" if len(problems) > 10 else "")


def command_line(folder, model, record):
    """Output of ``python -m ml predict``."""
    words = [f"--{name}={value}" for name, value in record.items() if value is not None]
    said, complaints = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(complaints):
        code = main(["predict", model, *words], folder)
    if code:
        return [line.removeprefix("error: ") for line in complaints.getvalue().splitlines()]
    label, *lines = said.getvalue().splitlines()
    given = {name: float(number) for name, number in (line.rsplit(maxsplit=1) for line in takewhile(bool, lines))}
    return label, given


def page(service, model, record):
    """Figures of the Prediction page's callback: its exact numbers stand in the bars.

    Its form leaves values blank that the other doors call missing, so it gives what the service makes of blanks.
    """
    known = {service.model(model).schema.feature(name).name: value for name, value in record.items()}
    shown, answered = form.score(service, {"serial": 1, "model": service.model(model).key, "record": known})
    if answered["problems"]:
        return answered["problems"]
    bars = [part for part in shown._traverse() if hasattr(part, "data-outcome")]
    return {getattr(bar, "data-outcome"): float(getattr(bar, "data-probability")) for bar in bars}


DOORS = {
    "object": post(json.dumps),
    "long body": post(lambda record: json.dumps(record) + " " * 4000),
    "list": post(lambda record: json.dumps([record])),
    "records": post(lambda record: json.dumps({"records": [record]})),
    "JSON string": post(lambda record: json.dumps(json.dumps([record]))),
    "pandas columns": post(lambda record: pd.DataFrame([record], dtype=object).to_json()),
    "form": post(lambda record: urlencode(filled(record)), FORM),
    "CSV": post(table, "text/csv"),
    "CSV answer": csv_answer,
    "pandas split": post(lambda record: pd.DataFrame([record], dtype=object).to_json(orient="split")),
    "lists": post(lambda record: json.dumps({name: [value] for name, value in record.items()})),
    "packed": post(lambda record: gzip.compress(json.dumps(record).encode()), coding="gzip"),
    "form in parts": post(in_parts, "multipart/form-data; boundary=b"),
    "page's address": post(json.dumps, path=OF_PAGES),
    "page's address, form": post(lambda record: urlencode(filled(record)), FORM, OF_PAGES),
}


def in_process(service, model, record):
    """Scores of the service in this process, with which every door is compared."""
    try:
        scored = service.score(model, [record])
    except InvalidRecord as invalid:
        return [(each.row, each.feature, each.message, each.hint) for each in invalid.problems]
    score, outcomes = scored.scores[0], scored.model.outcomes
    label = score.labels[0] if outcomes.exclusive else list(score.labels)
    return score.id, label, dict(zip(outcomes.names, score.probabilities, strict=True))


def standing(service, model, record):
    """Answer of the service with blanks, with which the page is compared."""
    try:
        found = service.score_with_blanks(model, record)
    except InvalidRecord as invalid:
        return {each.feature: f"{each.message} {each.hint}".strip() for each in invalid.problems}
    return dict(zip(found.model.outcomes.names, found.probabilities, strict=True))


def on_the_page(service, model, record, wanted):
    """Expected content of the page: with nothing blank the same as at every other door."""
    if None in record.values():
        return standing(service, model, record)
    if isinstance(wanted, list):
        return {feature: f"{message} {hint}".strip() for _, feature, message, hint in wanted}
    return wanted[2]


def assert_close(numbers, wanted):
    assert numbers.keys() == wanted.keys()
    assert all(math.isclose(numbers[name], wanted[name], rel_tol=0, abs_tol=1e-12) for name in numbers)


def assert_same(answer, wanted):
    if isinstance(wanted, list):
        assert answer == wanted
        return
    assert answer[:2] == wanted[:2]
    assert answer[2].keys() == wanted[2].keys()
    assert all(math.isclose(answer[2][name], wanted[2][name], rel_tol=0, abs_tol=1e-12) for name in wanted[2])


def values_of(feature):
    """Texts and blanks for one feature: mostly good ones, of every form in which they are written."""
    nonsense = st.sampled_from([None, "x", "1e999", "5,1,2", "maybe"])
    if feature.choices:
        good = st.sampled_from([text for choice in feature.choices for text in (choice.label, text_of(choice.value))])
    elif feature.kind == "boolean":
        good = st.sampled_from(["true", "No", "1", "0"])
    elif feature.kind == "integer":
        good = st.integers(int(feature.low or 0), int(feature.high or 100)).map(str)
    else:
        good = st.floats(feature.low or 0, feature.high or 100).map(repr)
    return st.one_of(good, good, good, good, good, good, good, nonsense)


@st.composite
def records(draw, service, model):
    """A record with some of its features under their aliases, and perhaps its own name."""
    schema = service.model(model).schema
    record = {}
    for feature in schema.features:
        name = draw(st.sampled_from((feature.name, feature.name, *feature.aliases)))
        record[name] = draw(values_of(feature))
    if schema.record_id and draw(st.booleans()):
        record[schema.record_id] = draw(st.sampled_from(["A1", "=1", "7", "é"]))
    # In a table a line without any value is no record, and left out
    assume(any(str(value).strip() for value in record.values() if value is not None))
    return record


@pytest.mark.parametrize("model", MODELS)
@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_one_record_gives_the_same_at_every_door(client, service, model, data):
    record = data.draw(records(service, model))
    wanted = in_process(service, model, record)
    for name, ask in DOORS.items():
        answer = ask(client, model, record)
        if name == "CSV answer" and not isinstance(answer, list) and wanted[0] == "=1":
            assert answer[0] == "'=1"  # a spreadsheet must not run it
            answer = (wanted[0], *answer[1:])
        assert_same(answer, wanted)


@pytest.mark.parametrize("model", MODELS)
@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_guests_protocols_give_the_same_numbers_and_problems(client, service, model, data):
    record = data.draw(records(service, model))
    wanted, outcomes = in_process(service, model, record), service.model(model).outcomes
    answers = (
        tensors(client, model, record),
        *(mlflow(method)(client, model, record) for method in METHODS),
        *(ask(client, model, record) for ask in (azure, hugging_face, kserve_v1, sagemaker)),
    )
    if isinstance(wanted, list):
        assert set(answers) == {as_one_text(wanted)}
        return
    classes = [item.value for item in outcomes.items if item.name == wanted[1]]
    flags = [int(name in wanted[1]) for name in outcomes.names]
    assert answers[0][0] == (classes if outcomes.exclusive else flags)
    assert answers[1] == answers[5] == answers[6] == (classes[0] if outcomes.exclusive else flags)
    for given_ in (answers[0][1], *answers[2:5]):
        assert_close(dict(zip(outcomes.names, given_, strict=True)), wanted[2])


@pytest.mark.parametrize("model", MODELS)
@settings(deadline=None, max_examples=15, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_job_gives_the_same_numbers_and_problems(job, service, model, data):
    record = data.draw(records(service, model))
    wanted, outcomes = in_process(service, model, record), service.model(model).outcomes
    line = job(model, record)
    assert {name: line[name] for name in record} == {name: safe_cell(cell) for name, cell in filled(record).items()}
    given_ = {name: line[f"probability_{name}"] for name in outcomes.names}
    if isinstance(wanted, list):
        assert line["problems"] == safe_cell(
            "; ".join(f"{feature}: {message} {hint}" for _, feature, message, hint in wanted)
        )
        assert {line["label"], *given_.values()} == {""}
        return
    assert line["problems"] == ""
    assert line["label"] == (wanted[1] if isinstance(wanted[1], str) else ", ".join(wanted[1]))
    assert_close({name: float(number) for name, number in given_.items()}, wanted[2])


@pytest.mark.parametrize("model", MODELS)
def test_numbers_as_text_and_as_json_are_the_same(client, service, model):
    typed = client.get(f"/api/v1/models/{model}").json["example"]
    texts = {name: None if value is None else text_of(value) for name, value in typed.items()}
    for ask in (DOORS["object"], DOORS["list"], DOORS["JSON string"], DOORS["pandas columns"]):
        assert_same(ask(client, model, typed), in_process(service, model, texts))


@pytest.mark.parametrize("model", MODELS)
def test_one_record_among_many_gives_the_same(client, service, model):
    bundle = service.model(model)
    rows = list(zip(*(array.tolist()[:50] for array in bundle.holdout.block), strict=True))
    sent = [
        {
            name: value
            for name, value in zip(bundle.schema.names, row, strict=True)
            if value is not None and value == value
        }
        for row in rows
    ]
    many = client.post(f"/api/v1/models/{model}/predict", json=sent).json["predictions"]
    for record, prediction in zip(sent, many, strict=True):
        alone = in_process(service, model, record)
        assert_same((prediction["id"], prediction["label"], prediction["probabilities"]), alone)


@pytest.mark.parametrize("model", MODELS)
@settings(deadline=None, max_examples=10, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_page_and_the_command_line_say_the_same(models_dir, service, model, data):
    record = data.draw(records(service, model))
    wanted = in_process(service, model, record)
    printed = command_line(models_dir, model, record)
    record.pop(service.model(model).schema.record_id, None)  # the page has no field for it
    shown = page(service, model, record)
    assert shown == pytest.approx(on_the_page(service, model, record, wanted), abs=1e-12)
    if isinstance(wanted, list):
        assert printed == [f"--{feature}: {message} {hint}".rstrip() for _, feature, message, hint in wanted]
        return
    assert printed[0] == (wanted[1] if isinstance(wanted[1], str) else ", ".join(wanted[1]) or "none")
    assert_close(printed[1], wanted[2])
