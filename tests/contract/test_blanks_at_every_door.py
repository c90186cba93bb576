"""A record with blanks, every door: the same probabilities by what is known, to 1e-12."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from distributed import Client, LocalCluster

from api import create_api
from jobs.campaign_service import CampaignService
from ml.advice.value_function import ValueFunction
from ml.batch.dask_engine import DaskEngine
from ml.batch.score_file import score_file
from ml.cli.commands import main
from ml.service import open_service
from tests import form
from tests.small import people, small_model
from tests.unit.test_campaigns import House

MODELS = ("binary", "gaps", "independent")
NAMES = ("income", "debt", "shoe_size", "region")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("models")
    for sort in (*MODELS, "labels-only"):
        small_model(sort, made)
    return made


@pytest.fixture(scope="module")
def service(folder):
    return open_service(folder)


@pytest.fixture(scope="module")
def records():
    """25 records: whole ones, ones of which nothing is known but the shoe size, and all between."""
    rng, found = np.random.default_rng(5), []
    for at, row in enumerate(people(rows=25, seed=8).round(2).to_dict("records")):
        row["shoe_size"] = int(row["shoe_size"])
        found.append({name: value for name, value in row.items() if name == "shoe_size" or rng.random() >= at / 25})
    return found


def table(records):
    file = io.StringIO()
    writer = csv.DictWriter(file, NAMES)
    writer.writeheader()
    writer.writerows(records)
    return file.getvalue().encode()


def rows_of(service, model, text):
    names = [f"probability_{name}" for name in service.model(model).outcomes.names]
    return [[float(row[name]) for name in names] for row in csv.DictReader(io.StringIO(text))]


def by_definition(service, model, records):
    """v(K) record by record: the weighted mean of the answers to copies that background rows fill."""
    bundle, found = service.model(model), []
    value_function = ValueFunction(bundle)
    for record in records:
        row = tuple(record.get(name) for name in bundle.schema.names)
        known = np.array([value is not None for value in row])
        if known.all():
            found.append(list(bundle.predictor.row(row)[1]))
            continue
        [(chosen, weights)] = value_function.weighed(row, known[np.newaxis])
        filled = []
        for value, values in zip(row, value_function.background, strict=True):
            copies = values[chosen]
            if value is not None:
                copies[:] = value
            filled.append(copies)
        found.append((weights @ bundle.predictor.block(tuple(filled)).probabilities).tolist())
    return found


def page(service, folder, model, records, house):
    bundle, found = service.model(model), []
    for record in records:
        record = {name: str(value) for name, value in record.items()}
        shown, _ = form.score(service, {"serial": 1, "model": bundle.key, "record": record, "outcome": ""})
        parts = [part for part in shown._traverse() if hasattr(part, "data-probability")]
        told = {getattr(part, "data-outcome"): float(getattr(part, "data-probability")) for part in parts}
        found.append([told[name] for name in bundle.outcomes.names])
    return found


def api(service, model, query, house, **sent):
    answer = house.client.post(f"/api/v1/models/{model}/predict?{query}", **sent)
    assert answer.status_code == 200, answer.text
    names = service.model(model).outcomes.names
    return [[each["probabilities"][name] for name in names] for each in answer.json["predictions"]]


def api_average(service, folder, model, records, house):
    return api(service, model, "blanks=average", house, json=records)


def api_average_of_csv(service, folder, model, records, house):
    return api(service, model, "blanks=average", house, data=table(records), content_type="text/csv")


def api_average_as_csv(service, folder, model, records, house):
    place = f"/api/v1/models/{model}/predict?blanks=average"
    return rows_of(service, model, house.client.post(place, json=records, headers={"Accept": "text/csv"}).text)


def api_allow(service, folder, model, records, house):
    return api(service, model, "blanks=allow", house, json=records)


def job(service, model, house, data, kind):
    sent = house.client.post(f"/api/v1/models/{model}/jobs?blanks=average", data=data, content_type=kind)
    assert sent.status_code == 202, sent.text
    house.work()
    return rows_of(service, model, house.client.get(f"{sent.headers['Location']}/result").text)


def job_of_csv(service, folder, model, records, house):
    return job(service, model, house, table(records), "text/csv")


def job_of_json(service, folder, model, records, house):
    return job(service, model, house, json.dumps(records).encode(), "application/json")


def job_of_lines(service, folder, model, records, house):
    return job(service, model, house, "\n".join(map(json.dumps, records)).encode(), "application/x-ndjson")


def campaign(service, folder, model, records, house):
    place = house.done(table(records), model=model, blanks="average")
    return rows_of(service, model, house.client.get(f"{place}/result").text)


def campaign_sent_so(service, folder, model, records, house):
    """What was said when the file was sent counts where `start` says nothing."""
    sent = house.client.post(f"/api/v1/models/{model}/jobs?held=true&blanks=average", data=table(records))
    place = sent.headers["Location"]
    assert house.client.get(f"{place}/preview").json["refused"] == 0
    assert house.post(f"{place}/start").status_code == 202
    house.work()
    return rows_of(service, model, house.client.get(f"{place}/result").text)


def command_line(service, folder, model, records, house):
    source = house.folder / "in.csv"
    source.write_bytes(table(records))
    words = ["score", model, "--in", str(source), "--out", str(house.folder / "out.csv"), "--blanks", "average"]
    assert main(words, folder) == 0
    return rows_of(service, model, (house.folder / "out.csv").read_text())


DOORS = (
    page, api_average, api_average_of_csv, api_average_as_csv, api_allow, job_of_csv, job_of_json, job_of_lines,
    campaign, campaign_sent_so, command_line,
)  # fmt: skip


@pytest.fixture
def house(service, tmp_path):
    made = House(service, tmp_path)
    made.folder = tmp_path
    made.client = create_api(
        service, dict, 100_000, 100, campaign_service=CampaignService(made.job_service)
    ).test_client()
    return made


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_a_record_with_blanks_has_the_same_probabilities_at_every_door(service, folder, records, house, model, door):
    assert sum(len(record) < len(NAMES) for record in records) in range(8, 25)
    wanted = np.array(by_definition(service, model, records))
    np.testing.assert_allclose(door(service, folder, model, records, house), wanted, rtol=0, atol=1e-12)


def test_the_workers_of_a_cluster_average_too(service, records):
    wanted = {model: np.array(by_definition(service, model, records)) for model in MODELS}
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0") as local,
        Client(local) as client,
    ):
        for model in MODELS:
            out = io.BytesIO()
            score_file(service, model, io.BytesIO(table(records)), out, engine=DaskEngine(client), blanks="average")
            made = rows_of(service, model, out.getvalue().decode())
            np.testing.assert_allclose(made, wanted[model], rtol=0, atol=1e-12)


def test_a_model_without_probabilities_refuses_to_average_at_every_door(folder, records, house, tmp_path, capsys):
    sent = {"data": table(records), "content_type": "text/csv"}
    for place in ("predict?blanks=average", "jobs?blanks=average"):
        refused = house.client.post(f"/api/v1/models/labels-only/{place}", **sent)
        assert refused.json["error"]["code"] == "no_probabilities", place
    assert house.client.get("/api/v1/jobs").json["jobs"] == []
    (tmp_path / "in.csv").write_bytes(table(records))
    for more in ([], ["--engine", "dask"]):
        words = ["score", "labels-only", "--in", str(tmp_path / "in.csv"), "--out", str(tmp_path / "out.csv")]
        assert main([*words, "--blanks", "average", *more], folder) == 1
        assert "probabilities" in capsys.readouterr().err
    assert not (tmp_path / "out.csv").exists()
