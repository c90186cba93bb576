"""Decisions and what came of them as a table: without values, and the same when it is sent back."""

from __future__ import annotations

import csv
import io

import pytest
from werkzeug.test import Client

from app import create_server
from feedback.joined import join
from ml.lifecycle.state import live_of
from settings import Settings
from store.db import open_store
from store.outcome_records import CORRECTION, Decision, Event, new_event_id
from tests.small import small_model
from tests.stored import decisions_of, events_of

MADE = 1_772_366_400.0  # 2026-03-01 12:00 UTC


def served(home, model="binary"):
    small_model(model, home / "models")
    environ = {"MODELS_DIR": str(home / "models"), "VAR_DIR": str(home), "AUTH": "none"}
    return Client(create_server(Settings.from_environ(environ))), open_store(f"sqlite:///{home / 'likely.db'}").outcomes


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    home = tmp_path_factory.mktemp("export")
    client, tables = served(home)
    key = f"binary@{live_of(home / 'models', 'binary')}"
    given = {"yes": 0.75, "no": 0.25}
    tables.decisions.append(
        [
            Decision(f"d{at}", key, record, made=MADE, probabilities=given, worth=3.5, sealed="SEALED")
            for at, record in enumerate(["K-1", "=2+5", "K-3", ""])
        ]
    )
    for told in ({"decision": "d0", "value": 1}, {"record": "=2+5", "value": 0}, {"decision": "d3", "value": 1}):
        assert client.post("/api/v1/outcomes", json={"model": "binary", "reason": "-said", **told}).status_code == 200
    return client, tables


def exported(client, query=""):
    answered = client.get(f"/api/v1/models/binary/outcomes.csv{query}")
    assert answered.status_code == 200, answered.text
    return answered.text


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def send(client, body, query="model=binary"):
    return client.post(f"/api/v1/outcomes?{query}", data=body.encode(), content_type="text/csv")


def known(tables):
    return events_of(tables, "binary")


def came(tables):
    joined = join(decisions_of(tables, "binary"), events_of(tables, "binary"))
    return {each.decision.id: [found.value for found in each.came.values()] for each in joined}


def test_each_decision_has_what_came_of_it_and_none_its_values(service):
    client, tables = service
    text = exported(client)
    found = {row["decision"]: row for row in rows(text)}
    assert {mark: row["value"] for mark, row in found.items()} == {"d0": "1", "d1": "0", "d2": "", "d3": "1"}
    assert found["d1"]["record"] == "'=2+5"  # no spreadsheet runs it
    positive = found["d0"]["outcome"]
    expected = tables.decisions.get("d0").probabilities.get(positive)
    assert float(found["d0"]["probability"]) == expected
    assert found["d0"]["made"] == "2026-03-01T12:00:00.000000+00:00"
    assert "SEALED" not in text
    assert "income" not in text


def test_the_export_sent_back_unchanged_stores_nothing(service):
    client, tables = service
    before = known(tables)
    for body in (exported(client), "\ufeff" + exported(client).replace(",", ";")):
        answered = send(client, body, "")
        assert answered.status_code == 200, answered.text
        assert (answered.json["stored"], answered.json["known"], answered.json["open"]) == ([], 3, 1)
    assert known(tables) == before


def test_another_service_takes_the_export_once_and_knows_the_same(service, tmp_path):
    client, tables = service
    other, there = served(tmp_path)
    there.decisions.append(decisions_of(tables, "binary"))
    assert len(send(other, exported(client)).json["stored"]) == 3
    assert send(other, exported(client)).json["stored"] == []
    assert came(there) == came(tables)
    new = rows(exported(other))
    assert new == [row | {"known": at["known"]} for row, at in zip(rows(exported(client)), new, strict=True)]


def test_a_value_that_was_changed_in_the_file_is_a_correction_unless_more_is_known_since(tmp_path):
    client, tables = served(tmp_path)
    client.post("/api/v1/outcomes", json={"model": "binary", "record": "K", "value": 1, "happened": MADE + 9})
    key = f"binary@{live_of(tmp_path / 'models', 'binary')}"
    tables.decisions.append([Decision("d0", key, "K", made=MADE)])
    old = exported(client)
    changed = old.replace(",1,2026", ",0,2026")
    assert changed != old
    assert len(send(client, changed).json["stored"]) == 1
    assert [each.kind for each in known(tables)][-1] == CORRECTION
    assert came(tables) == {"d0": [0.0]}
    for late in (changed, old):  # both are older than the correction
        assert send(client, late).json["stored"] == []
    assert came(tables) == {"d0": [0.0]}


COLUMNS = {
    "salesforce": "Id AccountId StageName IsClosed IsWon CloseDate LastModifiedDate Likely_Decision__c Likely_Made__c",
    "dynamics": "opportunityid customerid statecode actualclosedate modifiedon likely_decision likely_made",
    "hubspot": "hs_object_id hs_primary_associated_company dealstage hs_is_closed hs_is_closed_won closedate "
    "hs_lastmodifieddate likely_decision likely_made",
}


@pytest.mark.parametrize("system", COLUMNS)
def test_a_crm_gets_its_own_columns_and_its_own_rows_again(tmp_path, system):
    names = COLUMNS[system].split()
    client, tables = served(tmp_path)
    key = f"binary@{live_of(tmp_path / 'models', 'binary')}"
    tables.decisions.append([Decision(f"d{at}", key, f"K-{at}", made=MADE) for at in (1, 2, 3)])
    words = {
        "salesforce": ("Closed Won", "Closed Lost"),
        "dynamics": ("Won", "Lost"),
        "hubspot": ("closedwon", "closedlost"),
    }
    number, record, stage = names[0], names[1], names[2]
    closed, changed = (names[5], names[6]) if system != "dynamics" else (names[3], names[4])
    sent = f"{number},{record},{stage},{closed},{changed}\n"
    for at, word in enumerate(words[system], 1):
        sent += f"00{at}:x,K-{at},{word},2026-03-02,2026-03-02T15:00:00Z\n"
    assert len(send(client, sent).json["stored"]) == 2
    text = exported(client, f"?as={system}")
    assert next(csv.reader([text.splitlines()[0]]))[: len(names)] == names
    found = rows(text)
    assert [row[number] for row in found] == ["001:x", "002:x", ""]
    assert [row[stage] for row in found] == [*words[system], ""]
    assert [row[closed] for row in found] == ["2026-03-02", "2026-03-02", ""]
    before = known(tables)
    whole = "\n".join(text.splitlines()[:3])
    assert send(client, whole).json["known"] == 2
    assert known(tables) == before


def test_an_unknown_system_and_an_unknown_model_are_refused(service):
    client, _ = service
    answered = client.get("/api/v1/models/binary/outcomes.csv?as=pipedrive")
    assert answered.status_code == 400
    assert "salesforce" in answered.text
    assert client.get("/api/v1/models/nothing/outcomes.csv").status_code == 404


def test_independent_outcomes_have_a_line_each(tmp_path):
    client, tables = served(tmp_path, "independent")
    key = f"independent@{live_of(tmp_path / 'models', 'independent')}"
    tables.decisions.append([Decision("d", key, "K", made=MADE)])
    names = client.get("/api/v1/models/independent").json["outcomes"]
    first = names[0]["name"] if isinstance(names[0], dict) else names[0]
    tables.events.append([Event(new_event_id(), "independent", "outcome", "d", "K", first, 1.0, happened=MADE)])
    found = rows(client.get("/api/v1/models/independent/outcomes.csv").text)
    assert len(found) == len(names) > 1
    assert {row["outcome"]: row["value"] for row in found}[first] == "1"
    assert sum(row["value"] == "" for row in found) == len(names) - 1
