"""?explain, ?blanks, ?version, ?cutoff: the numbers of the service, and nothing that was not asked for."""

import pytest

from api import create_api
from ml.service import open_service
from tests.small import SORTS, small_model

PERSON = {"income": 70.0, "debt": 1.0, "shoe_size": 40, "region": "south"}


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for sort in SORTS:
        small_model(sort, folder)
    service = open_service(folder, chosen=lambda name: {"yes": 0.9})
    return service, create_api(service, dict, 1_000_000, 2000).test_client()


def ask(client, sort, query, body=PERSON, **more):
    return client.post(f"/api/v1/models/{sort}/predict?{query}", json=body, **more)


@pytest.mark.parametrize("sort", ["binary", "multiclass", "independent"])
def test_contributions_add_up_to_the_probability_that_the_plain_answer_gives(house, sort):
    _, client = house
    plain = client.post(f"/api/v1/models/{sort}/predict", json=PERSON).json["predictions"][0]
    found = ask(client, sort, "explain=true").json
    (made,) = found["predictions"]
    assert made["probabilities"] == plain["probabilities"]
    assert made["label"] == plain["label"]
    for outcome, parts in made["contributions"].items():
        total = made["base"][outcome] + sum(parts.values())
        assert total == pytest.approx(plain["probabilities"][outcome], abs=1e-9)
    assert found["about"] == house[0].model(sort).outcomes.positive
    assert "not causes" in found["remark"]
    assert made["reasons"]["for"] or made["reasons"]["against"]


def test_reasons_are_about_the_outcome_that_was_asked_for(house):
    _, client = house
    for outcome, other in (("yes", "no"), ("no", "yes")):
        first = ask(client, "binary", f"explain=true&outcome={outcome}").json["predictions"][0]["reasons"]
        second = ask(client, "binary", f"explain=true&outcome={other}").json["predictions"][0]["reasons"]
        assert len(first["for"]) == len(second["against"])


def test_what_is_left_out_is_a_blank_with_a_range_and_questions(house):
    service, client = house
    body = {"income": 70.0}
    (made,) = ask(client, "binary", "blanks=allow", body).json["predictions"]
    standing = service.score_with_blanks("binary", body)
    assert made["probabilities"] == dict(zip(("no", "yes"), standing.probabilities, strict=True))
    assert made["low"]["yes"] <= made["probabilities"]["yes"] <= made["high"]["yes"]
    assert made["blanks"] == ["debt", "shoe_size", "region"]
    assert made["label"] is None
    assert [each["feature"] for each in made["questions"]] == [each.feature for each in standing.questions]
    assert ask(client, "binary", "blanks=allow").json["predictions"][0]["label"] in ("yes", "no")


@pytest.mark.parametrize("body", [{"income": 70.0}, {"income": 70.0, "region": "", "debt": None}])
def test_blanks_can_be_averaged_over_with_decisions_and_reasons(house, body):
    service, client = house
    standing = service.score_with_blanks("binary", body)
    (made,) = ask(client, "binary", "blanks=average", body).json["predictions"]
    assert set(made) == {"id", "label", "probabilities"}
    assert made["label"] is None
    assert made["probabilities"]["yes"] == pytest.approx(standing.probabilities[1], abs=1e-12)
    (more,) = ask(client, "binary", "blanks=average&explain=true&cutoff=0.5", body).json["predictions"]
    assert more["probabilities"] == made["probabilities"]
    assert more["decisions"]["yes"] is (made["probabilities"]["yes"] >= 0.5)
    parts = more["contributions"]["yes"]
    assert parts["debt"] == parts["region"] == 0
    assert more["base"]["yes"] + parts["income"] == pytest.approx(made["probabilities"]["yes"], abs=1e-9)
    text = ask(client, "binary", "blanks=average", [body, PERSON], headers={"Accept": "text/plain"}).text
    assert text.splitlines() == ["", ask(client, "binary", "").json["predictions"][0]["label"]]


def test_averaging_refuses_what_other_ways_refuse_and_more_than_a_thousand(house):
    _, client = house
    bad = ask(client, "binary", "blanks=average", [{"income": 1}, {"income": "x"}, {"incom": 1}])
    assert [problem["row"] for problem in bad.json["error"]["problems"]] == [1, 2]
    many = ask(client, "binary", "blanks=average", [{"income": 1}] * 1_001)
    assert (many.status_code, many.json["error"]["code"]) == (413, "too_many_records")
    assert "Send up to 1,000 at a time, or a job." in many.json["error"]["hint"]
    lacking = {"income": 70.0}
    for same in ("blanks=estimator", "blanks=refuse", ""):
        assert ask(client, "binary", same, lacking).json["error"]["code"] == "invalid_record"


def test_blanks_and_reasons_go_together(house):
    _, client = house
    (made,) = ask(client, "binary", "blanks=allow&explain=true", {"income": 70.0}).json["predictions"]
    parts = made["contributions"]["yes"]
    assert parts["debt"] == 0
    assert made["base"]["yes"] + parts["income"] == pytest.approx(made["probabilities"]["yes"], abs=1e-9)


def test_decisions_are_made_at_the_cut_off(house):
    _, client = house
    yes = ask(client, "binary", "").json["predictions"][0]["probabilities"]["yes"]
    for cutoff, expected in ((yes, True), (min(yes + 1e-6, 1), False), (0, True)):
        found = ask(client, "binary", f"cutoff={cutoff!r}").json
        assert found["predictions"][0]["decisions"]["yes"] is expected
        assert set(found["predictions"][0]) == {"id", "label", "probabilities", "decisions"}
    assert ask(client, "binary", "cutoff=chosen").json["cutoffs"] == {"no": 0.5, "yes": 0.9}
    assert '"cutoffs":{"no":0.0,"yes":0.0}' in ask(client, "binary", "cutoff=-0").text


def test_a_version_can_be_named(house):
    service, client = house
    version = service.model("binary").fingerprint
    for name in (version, f"binary@{version}"):
        assert ask(client, "binary", f"version={name}").json == ask(client, "binary", "").json
    assert ask(client, "binary", f"version=loan@{version}").status_code == 404
    assert ask(client, "binary", "version=00000000").status_code == 404
    assert ask(client, f"binary@{version}", f"version={version}").status_code == 404


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("explane=true", "outcome, explain, blanks, cutoff, version"),
        ("explain=yes", "true"),
        ("blanks=1", "allow"),
        ("cutoff=2", "0 to 1"),
        ("cutoff=nan", "0 to 1"),
        ("cutoff=x", "0 to 1"),
        ("explain=true&outcome=maybe", "no, yes"),
    ],
)
def test_a_wrong_parameter_is_told_what_is_accepted(house, query, words):
    answer = ask(house[1], "binary", query)
    assert answer.status_code == 400
    assert words in answer.json["error"]["hint"]


def test_limits_and_refusals(house):
    _, client = house
    many = ask(client, "binary", "explain=true", [PERSON] * 101)
    assert (many.status_code, many.json["error"]["code"]) == (413, "too_many_records")
    assert ask(client, "binary", "cutoff=0.5", [PERSON] * 101).status_code == 200
    bad = ask(client, "binary", "explain=true&blanks=allow", [PERSON, {"income": "x"}, {"incom": 1}])
    assert [problem["row"] for problem in bad.json["error"]["problems"]] == [1, 2]
    assert ask(client, "labels-only", "explain=true").json["error"]["code"] == "no_probabilities"
    assert ask(client, "binary", "explain=true", headers={"Accept": "text/csv"}).status_code == 406
