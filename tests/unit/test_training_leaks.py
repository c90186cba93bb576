"""The training table holds nothing that became known later: each sort of leak is planted, and found nowhere."""

import csv
import io
import time
from unittest.mock import patch

import pytest
from werkzeug.test import Client

from app import create_server
from feedback.sealing import Sealer, new_key
from feedback.service import Feedback
from feedback.training.rows import outcome_rows, questions
from ml.data.outcomes import Outcome, Outcomes
from ml.decision.ripening_time import silence_of
from ml.service import open_service
from ml.training.again.outcome_csv import outcome_csv
from settings import Settings
from store.db import open_store
from store.outcome_records import CONTROL, CORRECTION, OUTCOME, VOID, Assignment, Decision, Event, new_event_id
from tests.small import small_model

DAY = 86_400.0
MADE = 1_767_225_600.0  # 2026-01-01
RIPE = MADE + 30 * DAY
VALUES = {"income": 50.0, "debt": 3.0, "shoe_size": 40, "region": "north"}
CARD = {"ripening": {"yes": {"after": "30 days", "silence": "no"}}}


TOLD = "told"  # a record by which somebody tells of the model: else silence means nothing


class Shop:
    """A store with a clock of its own, and what is told to it."""

    def __init__(self, folder, card=CARD):
        small_model("binary", folder / "models")
        service = open_service(folder / "models")
        self.bundle = service.model("binary")
        self.bundle.card.update(card)
        key = new_key()
        self.feedback = Feedback(service, open_store(f"sqlite:///{folder}/shop.db"), Sealer(lambda: key))

    def decides(self, number, record="C1", made=MADE, values=VALUES, **told):
        mark = f"{number:024x}-0"
        sealed = None if values is None else self.feedback.sealer.seal(values, mark)
        decision = Decision(mark, self.bundle.key, record, made=made, sealed=sealed, **told)
        self.feedback.store.outcomes.decisions.append([decision])
        return mark

    def tells(self, value, known, record="C1", kind=OUTCOME, happened=None, **told):
        event = Event(
            new_event_id(), "binary", kind, record=record, outcome="yes" if kind == OUTCOME else "", value=value,
            happened=known if happened is None else happened, **told,
        )  # fmt: skip
        with patch("store.outcomes.events.now_in", lambda _: known):
            return self.feedback.note_all([event])[0].id

    def table(self, as_of, since=0.0):
        rows = outcome_rows(self.feedback, self.bundle, as_of, since)
        header, *lines = csv.reader(io.StringIO("".join(outcome_csv(self.bundle.schema, self.bundle.outcomes, rows))))
        found = [dict(zip(header, line, strict=True)) for line in lines]
        return [line for line in found if line["record"] != TOLD]


@pytest.fixture
def shop(tmp_path):
    made = Shop(tmp_path)
    made.decides(0, record=TOLD, made=MADE - 99 * DAY)
    made.tells(0.0, MADE - 98 * DAY, record=TOLD)
    return made


def test_a_value_that_was_edited_after_the_call_stands_as_it_was(shop):
    shop.decides(1)
    shop.tells(1.0, MADE + 2 * DAY)
    shop.decides(2, made=MADE + 3 * DAY, values=VALUES | {"income": 99.0})  # edited: another decision, without outcome
    found = shop.table(RIPE + DAY)
    assert [(line["income"], line["outcome"]) for line in found] == [("50.0", "yes")]


def test_what_came_in_the_time_of_a_decision_is_its_outcome_though_another_was_made_meanwhile(shop):
    shop.decides(1)
    shop.decides(2, made=MADE + 3 * DAY, values=VALUES | {"income": 99.0})
    shop.decides(3, made=MADE - 28 * DAY, values=VALUES | {"income": 20.0})  # of these 30 days two are left
    shop.tells(1.0, MADE + 5 * DAY)
    found = shop.table(RIPE + 10 * DAY)
    assert sorted((line["income"], line["outcome"]) for line in found) == [
        ("20.0", "no"),
        ("50.0", "yes"),
        ("99.0", "yes"),
    ]


def test_silence_about_a_model_of_which_nobody_tells_makes_no_negatives(tmp_path):
    shop = Shop(tmp_path)
    shop.decides(1)
    assert shop.table(RIPE + DAY) == []


def test_an_outcome_that_was_corrected_after_as_of_stands_as_it_was_known(shop):
    shop.decides(1)
    told = shop.tells(0.0, MADE + DAY)
    shop.tells(1.0, RIPE + 5 * DAY, kind=CORRECTION, refers=told, happened=MADE + 3 * DAY)
    assert [line["outcome"] for line in shop.table(RIPE + 4 * DAY)] == ["no"]
    assert [line["outcome"] for line in shop.table(RIPE + 6 * DAY)] == ["yes"]


def test_an_outcome_that_was_taken_back_after_as_of_stood(shop):
    shop.decides(1)
    told = shop.tells(1.0, MADE + DAY)
    shop.tells(None, RIPE + 5 * DAY, kind=VOID, refers=told)
    assert [line["outcome"] for line in shop.table(RIPE + 4 * DAY)] == ["yes"]
    assert [line["outcome"] for line in shop.table(RIPE + 6 * DAY)] == ["no"]


def test_an_outcome_that_became_known_later_is_not_known(shop):
    shop.decides(1)
    shop.tells(1.0, RIPE + 5 * DAY, happened=MADE + 2 * DAY)  # it came in time, and nobody knew
    assert [line["outcome"] for line in shop.table(RIPE + DAY)] == ["no"]
    assert [(line["outcome"], line["known"][:10]) for line in shop.table(RIPE + 6 * DAY)] == [("yes", "2026-02-05")]


def test_an_unripe_decision_is_in_no_row_whether_it_came_or_not(shop):
    shop.decides(1, record="C1")
    shop.decides(2, record="C2")
    shop.tells(1.0, MADE + DAY, record="C1")
    assert shop.table(RIPE - 1.0) == []
    assert [line["outcome"] for line in shop.table(RIPE)] == ["yes", "no"]


def test_what_came_after_its_time_did_not_come_in_time(shop):
    shop.decides(1)
    shop.tells(1.0, RIPE + DAY)
    assert [line["outcome"] for line in shop.table(RIPE + 2 * DAY)] == ["no"]


def test_what_had_come_before_the_decision_is_left_out(shop):
    mark = shop.decides(1)
    shop.tells(1.0, MADE + DAY, decision=mark, happened=MADE - 10 * DAY)
    assert shop.table(RIPE + DAY) == []


def test_a_decision_that_was_made_after_as_of_is_not_there(shop):
    shop.decides(1)
    shop.decides(2, record="C2", made=RIPE + DAY)
    assert [line["record"] for line in shop.table(RIPE + DAY)] == ["C1"]
    shop.tells(0.0, RIPE + 2 * DAY, record="C2")
    assert [line["record"] for line in shop.table(RIPE + 40 * DAY, since=MADE + DAY)] == ["C2"]


def test_without_a_time_only_what_was_told_counts(tmp_path):
    shop = Shop(tmp_path, {})
    for number, record in enumerate(("C1", "C2", "C3")):
        shop.decides(number, record=record)
    shop.tells(1.0, MADE + DAY, record="C1")
    shop.tells(0.0, MADE + DAY, record="C2")
    assert [(line["record"], line["outcome"]) for line in shop.table(MADE + 2 * DAY)] == [("C1", "yes"), ("C2", "no")]


def test_silence_that_means_nothing_makes_no_negatives(tmp_path):
    shop = Shop(tmp_path, {"ripening": {"yes": {"after": "30 days"}}})
    shop.decides(1)
    shop.decides(2, record="C2")
    shop.tells(0.0, MADE + DAY, record="C2")
    assert [(line["record"], line["outcome"]) for line in shop.table(RIPE + DAY)] == [("C2", "no")]


def test_of_three_exclusive_outcomes_none_is_settled_before_the_longest_time_is_over():
    three = Outcomes(tuple(Outcome(name, name, name) for name in ("gold", "silver", "none")), True, "gold")
    card = {"ripening": {"gold": {"after": "30 days"}, "silver": {"after": "2 weeks", "silence": "no"}}}
    asked = {each.outcome: (each.after, silence_of(each.card, each.outcome)) for each in questions(three, card, RIPE)}
    assert asked == {"gold": (30 * DAY, "unknown"), "silver": (30 * DAY, "no"), "none": (30 * DAY, "unknown")}


def test_only_control_groups_are_called_unbiased_and_rows_without_values_are_left_out(shop):
    shop.decides(1, record="C1", group="call", campaign="a" * 32)
    shop.decides(2, record="C2", group=CONTROL, campaign="a" * 32)
    shop.decides(3, record="C3")
    shop.decides(4, record="C4", values=None)
    assert [(line["record"], line["group"], line["selection"]) for line in shop.table(RIPE)] == [
        ("C1", "call", "chosen"), ("C2", "control", "control"), ("C3", "none", "chosen"),
    ]  # fmt: skip


def test_a_decision_has_the_group_of_its_record_on_the_last_list_of_about_then(shop):
    def listed(job, record, group, made):
        row = Assignment("f" * 32, job * 32, 1, shop.bundle.key, record, group, 7, 0, "yes", 0.4, None)
        with patch("store.outcomes.assignments.now_in", lambda _: made):
            shop.feedback.store.outcomes.assignments.keep(job * 32, [row])

    for number in range(1, 6):
        shop.decides(number, record=f"C{number}")
    listed("a", "C1", CONTROL, MADE - 3 * DAY)  # kept back, and somebody looked at it nevertheless
    listed("b", "C2", CONTROL, MADE + 3 * DAY)  # scored by a program, kept back when the list was made
    listed("c", "C3", CONTROL, MADE - 31 * DAY)  # a list of long ago
    listed("d", "C4", CONTROL, RIPE + DAY)  # and one that was made when all was over
    listed("e", "C5", "call", MADE + DAY)
    found = {line["record"]: (line["group"], line["campaign"][:1], line["selection"]) for line in shop.table(RIPE)}
    assert found == {
        "C1": (CONTROL, "a", "control"), "C2": (CONTROL, "b", "control"), "C3": ("none", "", "chosen"),
        "C4": ("none", "", "chosen"), "C5": ("call", "e", "chosen"),
    }  # fmt: skip


def test_values_of_another_key_are_left_out(shop):
    shop.decides(1)
    shop.feedback.sealer = Sealer(new_key)
    assert shop.table(RIPE) == []


def test_the_address_gives_the_table_of_what_programs_told(tmp_path):
    small_model("binary", tmp_path / "models")
    environ = {"MODELS_DIR": str(tmp_path / "models"), "VAR_DIR": str(tmp_path), "AUTH": "none"}
    server = create_server(Settings.from_environ(environ))
    client, mover = Client(server), server.extensions["likely-mover"]
    mover.move()  # the key of values is there from now on
    records = [VALUES | {"income": float(at)} for at in range(1_201)]
    answered = client.post("/api/v1/models/binary/predict", json=records)
    mover.move()
    mark = answered.headers["Decision-Id"]
    told = [{"decision": f"{mark}-{at}", "outcome": "yes", "value": at % 2} for at in range(1_200)]
    assert client.post("/api/v1/outcomes", json=told).status_code == 200
    answered = client.get("/api/v1/models/binary/training.csv")
    assert answered.status_code == 200, answered.text
    assert answered.content_type == "text/csv; charset=utf-8"
    header, *lines = csv.reader(io.StringIO(answered.text))

    def place(line):
        return int(line[0].rpartition("-")[2])

    assert [(line[header.index("income")], line[-1]) for line in sorted(lines, key=place)] == [
        (f"{at}.0", ("no", "yes")[at % 2]) for at in range(1_200)
    ]
    (noted,) = open_store(f"sqlite:///{tmp_path / 'likely.db'}").audit.newest(1, None)
    assert (noted.what, noted.about) == ("training table given", "binary")
    (empty,) = client.get("/api/v1/models/binary/training.csv?as_of=2026-01-01").text.splitlines()
    assert empty.split(",") == header
    for query, said in (("as_of=2999-01-01", "future"), ("as_of=x", "no date"), ("asof=2026-01-01", "no parameter")):
        refused = client.get(f"/api/v1/models/binary/training.csv?{query}")
        assert refused.status_code == 400
        assert said in refused.text
    assert client.get("/api/v1/models/nope/training.csv").status_code == 404


@pytest.mark.parametrize(("kept", "values"), [("encrypted", VALUES), ("none", None)])
def test_the_command_line_reads_what_the_service_has_stored(tmp_path, kept, values):
    import ml.__main__ as command_line

    small_model("binary", tmp_path / "models")
    environ = {
        "MODELS_DIR": str(tmp_path / "models"),
        "VAR_DIR": str(tmp_path),
        "AUTH": "none",
        "DECISION_VALUES": kept,
    }
    settings = Settings.from_environ(environ)
    server = create_server(settings)
    client, mover = Client(server), server.extensions["likely-mover"]
    mover.move()
    mark = client.post("/api/v1/models/binary/predict", json=VALUES).headers["Decision-Id"]
    mover.move()
    told = {"decision": f"{mark}-0", "outcome": "no", "value": 1}
    assert client.post("/api/v1/outcomes", json=told).status_code == 200
    bundle = open_service(tmp_path / "models").model("binary")
    (row,) = command_line.outcomes(settings, open_store(settings.database_url), bundle, time.time() + 1.0, 0.0)
    assert row.decision == f"{mark}-0"
    assert row.values == values
    assert row.came == {"no": True, "yes": False}
