"""Assignments of call lists: the same people as on the list, by row, once, and none of a list that was cancelled."""

from __future__ import annotations

import csv
import io

from jobs.work.call_lists import split_list
from jobs.work.claimed_chunk import ClaimedChunk
from tests.results import on_list
from tests.unit.test_campaigns import data, house, service  # noqa: F401 - fixtures


def test_who_is_called_and_who_is_kept_back_is_kept_by_row(house):  # noqa: F811
    """Of the list's own lines: a record once, at its first place; kept back without a place."""
    place = house.done(data(), "independent")
    made = house.post(f"{place}/lists", by="number", number=70, several=True, control=0.3).headers["Location"]
    house.work()
    lines, job = house.table(made), made.rpartition("/")[2]
    kept = on_list(house.store.outcomes, job)
    by_row = {each.row: each for each in kept}
    assert len(by_row) == len(kept)
    sent = list(csv.DictReader(io.StringIO(data().decode())))
    first: dict[int, dict[str, str]] = {}
    for line in lines:
        row = next(at for at, each in enumerate(sent, 1) if each["income"] == line["income"])
        first.setdefault(row, line)
    assert len(lines) > len(first) == len(kept)  # somebody is on the list for two outcomes
    for row, line in first.items():
        each = by_row[row]
        assert (each.group, each.outcome) == (line["group"], line["outcome"])
        assert each.rank == (0 if each.group == "control" else int(line["place"]))
        assert each.probability == float(line["probability"])
        assert each.worth is None  # this card says nothing of money
        assert (each.campaign, each.seed) == (place.rpartition("/")[2], int(each.campaign[:15], 16))
    assert {each.group for each in kept} == {"call", "control"}


def test_a_list_that_is_made_again_or_cancelled_keeps_no_assignments_twice(house):  # noqa: F811
    place = house.done(data())
    made = house.post(f"{place}/lists", by="number", number=20).headers["Location"]
    job = made.rpartition("/")[2]
    first = house.store.jobs.claim(-1, job)  # the worker that split it died
    jobs, asked = house.store.jobs, house.job_service.service
    split_list(ClaimedChunk(jobs, house.files, asked, jobs.get(job), first, str, lambda: False))
    house.work()
    assert len(on_list(house.store.outcomes, job)) == 20
    other = house.post(f"{place}/lists", by="number", number=30).headers["Location"]
    assert house.client.delete(other).status_code in (200, 202, 204)
    house.work()
    assert on_list(house.store.outcomes, other.rpartition("/")[2]) == []


def test_who_was_kept_back_is_forgotten_on_request_and_who_was_called_stays(house):  # noqa: F811
    place = house.done(data())
    made = house.post(f"{place}/lists", by="number", number=40, control=0.3).headers["Location"]
    house.work()
    job, kept = made.rpartition("/")[2], house.store.outcomes
    called = [each for each in on_list(kept, job) if each.group == "call"]
    assert len(called) < len(on_list(kept, job))
    assert house.client.delete(place).status_code == 204
    assert house.client.delete(f"{place}/control").status_code == 204
    assert on_list(kept, job) == called
