"""Simulated years of a bank's calls, through the product's own store, results, watch and training (docs/FIGURES.md)."""

import shutil
from unittest.mock import patch

import numpy as np
import pytest

from tests.simulations.year.bank import LENGTH, MODEL, SHARE, add_live_model, bank
from tests.simulations.year.judge import judged, results_of, truth
from tests.simulations.year.run import summary, year, years
from tests.simulations.year.story import story
from tests.simulations.year.world import AFTER, BEFORE, CHANGE, COST, MONTH, VALUE, campaign, customers, world_of

pytestmark = pytest.mark.slow
SHORT = 300  # records of a list


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """A folder with the live model."""
    folder = tmp_path_factory.mktemp("live")
    add_live_model(folder)
    return folder


@pytest.fixture(scope="module")
def half_year(live, tmp_path_factory):
    """Six months of the unchanged world, and the wait until all is ripe."""
    with bank(live, tmp_path_factory.mktemp("half"), seed=11, length=SHORT) as made:
        for month in range(CHANGE):
            made.month(month)
        made.now += 1.2 * MONTH
        yield made


def test_the_world_is_as_its_law_says():
    rng = np.random.default_rng(3)
    people = customers(rng, 40_000)
    made = campaign(rng, CHANGE, people, np.full(len(people), 0.5), SHARE)
    for group, law in ((made.dialled, AFTER.chances(people, True)), (made.control, AFTER.chances(people, False))):
        assert made.bought[group].mean() == pytest.approx(law[group].mean(), abs=0.015)
    assert made.control.mean() == pytest.approx(SHARE, abs=0.01)
    assert (world_of(CHANGE - 1), world_of(CHANGE)) == (BEFORE, AFTER)
    assert (made.effect[made.dialled] > 0).all()
    assert (made.effect[~made.dialled] == 0).all()


def test_results_compare_the_groups_as_counting_by_hand_does(half_year):
    made, said = half_year, judged(half_year)
    calls = np.array([(~each.control).sum() for each in made.campaigns])
    apart = [each.bought[~each.control].mean() - each.bought[each.control].mean() for each in made.campaigns]
    assert said.lift["called"] == calls.sum()
    assert said.lift["difference"] == pytest.approx(np.average(apart, weights=calls))
    assert said.realised["realised"] == pytest.approx(np.dot(apart, calls) * VALUE - calls.sum() * COST)
    gains = [(each.true_effect * (~each.control).sum()) for each in made.campaigns]
    assert truth(made.campaigns)[1] == pytest.approx(sum(gains) * VALUE - calls.sum() * COST)


def test_results_are_of_the_called_whatever_was_noted_by_mistake(half_year):
    right = results_of(half_year)["right"]
    dialled = [each.bought[each.dialled] for each in half_year.campaigns]
    assert right["outcomes"] == sum(map(len, dialled))
    assert right["came"] == pytest.approx(np.concatenate(dialled).mean())
    assert right["state"] == "right"


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.nightly)])
def test_a_year_goes_as_it_should(live, seed):
    each = year(live, seed, SHORT)
    assert each.story.quiet == [True] * CHANGE
    assert CHANGE + 1 < each.story.alarmed < CHANGE + 2  # what is said in the seventh month is ripe in the eighth
    assert each.story.since == pytest.approx(CHANGE, abs=1.0)
    assert each.story.shadow["verdict"] == "better"
    assert each.story.shadow["answered"] == each.story.shadow["outcomes"] > 2 * SHORT
    assert each.story.shadow["failed"] == 0
    assert each.story.promoted
    assert each.judged.comparable
    assert each.judged.lift_covers
    assert each.judged.money_covers


def test_without_a_change_nothing_happens(live, tmp_path):
    shutil.copytree(live, tmp_path / "models", symlinks=True)
    with (
        patch("tests.simulations.year.world.world_of", lambda _: BEFORE),
        bank(tmp_path / "models", tmp_path, seed=12, length=SHORT) as made,
    ):
        told = story(made, tmp_path / "models")
        assert results_of(made, MODEL)["right"]["state"] == "right"
    assert told.quiet == [True] * CHANGE
    assert told.alarmed is None
    assert told.challenger == ""


@pytest.mark.nightly
def test_lift_and_money_cover_the_truth_in_93_of_100_years():
    found = list(years(range(60), LENGTH))
    assert sum(each.judged.lift_covers for each in found) >= 0.93 * 60
    assert sum(each.judged.money_covers for each in found) >= 0.93 * 60
    assert sum(each.story.alarmed is not None and each.story.alarmed >= CHANGE for each in found) >= 59
    assert sum(each.story.promoted for each in found) >= 59
    assert summary(found)["years"] == "60"
