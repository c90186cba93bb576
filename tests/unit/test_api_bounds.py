"""Bodies of options have bounds: of their bytes, and of the members of each list and object before any is read."""

from __future__ import annotations

import json
import time
import tracemalloc

import pytest

import api.contract.requests  # noqa: F401 - defines models
from api import create_api
from api.http.validated import MOST_BYTES
from jobs.campaign_service import CampaignService
from jobs.job_service import JobService
from ml.campaign.list_request import ListRequest
from ml.campaign.wish import BadWish, read_wish
from ml.data.outcomes import Outcome, Outcomes
from ml.data.validation.bounded import FewNames
from store.db import open_store
from store.files import Files
from tests.small import small_service

TWO = Outcomes((Outcome("no", "No", "no"), Outcome("yes", "Yes", "yes")), exclusive=True, positive="yes")
WHOLE = 16_000_000
MANY = 60_000


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return small_service(tmp_path_factory.mktemp("models"), "binary")


@pytest.fixture
def client(service, tmp_path):
    store, files = open_store(f"sqlite:///{tmp_path / 'likely.db'}"), Files(str(tmp_path / "f"))
    jobs = JobService(service, store, files, str)
    return create_api(service, dict, WHOLE, 1_000, campaign_service=CampaignService(jobs)).test_client()


@pytest.fixture
def held(client):
    sent = client.post("/api/v1/models/binary/jobs?held=true", data=b"income,debt,shoe_size,region\n1,2,41,south\n")
    return f"/api/v1/jobs/{sent.json['id']}"


def refused(action):
    """What an action answers, and the peak of the memory that it took, in MB."""
    tracemalloc.start()
    begun = time.thread_time()
    answer = action()
    assert time.thread_time() - begun < 5
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    return answer, peak


def models(kind=FewNames):
    for each in kind.__subclasses__():
        yield each
        yield from models(each)


BODIES = [each for each in models() if each.__name__.endswith("Request")]


def unbounded(schema, place=""):
    """Places in a JSON schema of lists and maps without a bound."""
    if isinstance(schema, list):
        return [found for each in schema for found in unbounded(each, place)]
    if not isinstance(schema, dict):
        return []
    found = [place] if schema.get("type") == "array" and "maxItems" not in schema else []
    if isinstance(schema.get("additionalProperties"), dict) and "maxProperties" not in schema:
        found.append(place)
    return found + [each for name, inner in schema.items() for each in unbounded(inner, f"{place}.{name}")]


def test_every_list_and_map_of_every_body_of_options_is_bounded_in_the_contract():
    assert {"ListRequest", "StartRequest"} <= {each.__name__ for each in BODIES}
    assert [(each.__name__, found) for each in models() if (found := unbounded(each.model_json_schema()))] == []
    assert unbounded({"properties": {"a": {"type": "array"}, "b": {"additionalProperties": {}}}})  # it can find


def test_bytes_of_options_are_bounded(client, held):
    for path in ("start", "forecast", "lists"):
        for body in (b'{"column": "' + b"x" * MOST_BYTES + b'"}', b'{"outcomes": [' + b"{}," * 400_000 + b"{}]}"):
            answer, peak = refused(lambda path=path, body=body: client.post(f"{held}/{path}", data=body))
            assert (answer.status_code, answer.json["error"]["code"]) == (413, "too_large")
            assert peak < 10


def test_of_a_job_that_is_not_there_nothing_is_read(client):
    for path in ("start", "forecast", "lists"):
        answer = client.post(f"/api/v1/jobs/nothing/{path}", data=b'{"outcomes": 7}')
        assert (answer.status_code, answer.json["error"]["code"]) == (404, "unknown_job")


SENT = {
    "a list": ("forecast", {"outcomes": [{}] * MANY}, "outcomes has 60,000 members."),
    "a list of good ones": ("lists", {"outcomes": [str(at) for at in range(MANY)]}, "outcomes has 60,000 members."),
    "a map": ("lists", {"quotas": {str(at): "x" for at in range(MANY)}}, "quotas has 60,000 members."),
    "money": ("forecast", {"values": dict.fromkeys(map(str, range(MANY)))}, "values has 60,000 members."),
    "columns": ("start", {"columns": {str(at): 1 for at in range(MANY)}}, "columns has 60,000 members."),
    "names": ("start", dict.fromkeys(map(str, range(MANY))), "The body has 60,000 names."),
    "names of a list": ("lists", dict.fromkeys(map(str, range(MANY))), "The body has 60,000 names."),
}


@pytest.mark.parametrize("what", SENT)
def test_members_are_counted_before_they_are_read(client, held, what):
    path, body, message = SENT[what]
    text = json.dumps(body)
    assert len(text) < MOST_BYTES
    answer, peak = refused(lambda: client.post(f"{held}/{path}", data=text))
    assert answer.status_code == 400
    assert answer.json["error"]["message"] == message
    assert peak < 25  # each fault took a kilobyte and more


def test_as_many_as_are_accepted_are_read():
    ListRequest.model_validate({"quotas": {str(at): 1 for at in range(1_000)}})
    with pytest.raises(BadWish, match="quotas has 1,001 members") as caught:
        read_wish({"quotas": {str(at): 1 for at in range(1_001)}}, {}, TWO, lambda _: 0.5)
    assert caught.value.hint == "It is an object of up to 1,000, each a whole number, 0 or more."
    with pytest.raises(BadWish) as caught:
        read_wish({"outcomes": ["a"] * 10_001}, {}, TWO, lambda _: 0.5)
    assert caught.value.hint == "It is a list of up to 10,000, each a text."
    with pytest.raises(BadWish, match=r"^Unknown: a0, a1, a2, a3, a4 and 45 more\. Known: by, "):
        read_wish({f"a{at}": 1 for at in range(50)}, {}, TWO, lambda _: 0.5)
