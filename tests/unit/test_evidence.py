"""Bands, evidence, neighbours and warnings, against hand arithmetic and plain loops."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from ml.advice.evidence import evidence, neighbours, unlike
from ml.data.columns import rows_of, take
from ml.decision.bands import DEFAULT, Band, band_of, bands, check_bands
from ml.errors import InvalidData, NoProbabilities, UnknownOutcome
from ml.metrics.evaluation import evaluation_of
from ml.metrics.intervals import wilson
from ml.service import open_service
from tests.small import small_model
from tests.unit.test_explain import with_gaps


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    made = {sort: small_model(sort, folder) for sort in ("binary", "independent", "labels-only", "absent")}
    made["gaps"] = with_gaps(folder)
    service = open_service(folder)
    return {sort: service.model(key) for sort, key in made.items()}


CARD_BANDS = [{"label": "No", "from": 0}, {"label": "Yes", "from": 0.5, "action": "Call."}]


@pytest.mark.parametrize(
    ("probability", "label"),
    [
        (0.0, "Unlikely"),
        (0.19999, "Unlikely"),
        (0.2, "Possible"),
        (0.62, "Likely"),
        (0.8, "Very likely"),
        (1.0, "Very likely"),
    ],
)
def test_a_probability_has_a_band(probability, label):
    assert band_of(bands({}), probability).label == label


def test_the_card_sets_bands_for_all_or_for_each_outcome():
    own = (Band("No", 0.0), Band("Yes", 0.5, "Call."))
    assert bands({"bands": CARD_BANDS}) == bands({"bands": CARD_BANDS}, "loan") == own
    card = {"bands": {"loan": CARD_BANDS}}
    assert bands(card, "loan") == own
    assert bands(card, "card") == bands(card) == DEFAULT
    assert bands({"bands": {"*": CARD_BANDS}}, "card") == own


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ([], "no list"),
        ("Likely", "no list"),
        ([{"label": "A", "from": 0.1}], "begin at 0.1"),
        ([{"label": "A", "from": 0}, {"label": "B", "from": 0}], "begin at 0.0, 0.0"),
        ([{"label": "A", "from": 0}, {"label": "A", "from": 0.5}], "same label"),
        ([{"label": "A"}], "no band"),
        ([{"label": "A", "from": 0, "colour": "red"}], "no band"),
        ([{"label": " ", "from": 0}], "are text"),
        ([{"label": "A", "from": True}], "begins at True"),
        ([{"label": "A", "from": 0}, {"label": "B", "from": 1.0}], "begins at 1.0"),
        ({"lone": CARD_BANDS}, "unknown outcomes: lone"),
    ],
)
def test_bands_that_cannot_be_are_refused(written, said):
    with pytest.raises(InvalidData, match=said):
        check_bands({"bands": written}, ["loan", "card"])
    check_bands({}, ["loan"])


def test_the_interval_by_hand():
    # 8 of 10, z² = 3.8415: centre (0.8 + 0.19207) / 1.38415, half 1.95996 / 1.38415 * sqrt(0.016 + 0.0096036)
    assert wilson(8, 10) == pytest.approx((0.490162, 0.943318), abs=1e-6)
    assert wilson(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize("probability", [0.0, 0.3, 0.77, 1.0])
@pytest.mark.parametrize(("sort", "outcome"), [("binary", "yes"), ("independent", "card")])
def test_the_evidence_counts_the_records_scored_alike(bundles, sort, outcome, probability):
    bundle = bundles[sort]
    found = evidence(bundle, outcome, probability)
    answers = evaluation_of(bundle).of(outcome)
    order = sorted(range(len(answers.truth)), key=lambda at: abs(answers.probabilities[at] - probability))
    last = min(abs(answers.probabilities[order[49]] - probability), 0.1) + 1e-9
    alike = [at for at in order if abs(answers.probabilities[at] - probability) <= last]
    assert (found.similar, found.had) == (len(alike), sum(answers.truth[alike].tolist()))
    assert (found.low, found.high) == wilson(found.had, found.similar)
    if alike:
        scores = answers.probabilities[alike]
        assert (found.lowest, found.highest) == (scores.min(), scores.max())
    assert found.few == (len(alike) < 30)


def test_where_no_score_is_near_nothing_is_claimed(bundles, monkeypatch):
    answers = SimpleNamespace(probabilities=np.array([0.1, 0.2]), truth=np.array([True, False]))
    monkeypatch.setattr("ml.advice.evidence.evaluation_of", lambda bundle: SimpleNamespace(of=lambda outcome: answers))
    found = evidence(bundles["binary"], "yes", 0.9)
    assert (found.similar, found.had, found.low, found.high, found.few) == (0, 0, 0.0, 1.0, True)
    assert (found.lowest, found.highest) == (0.9, 0.9)


def test_an_outcome_that_the_holdout_lacks_was_had_by_none(bundles):
    assert evidence(bundles["absent"], "gold", 0.1).had == 0


def test_a_record_is_no_evidence_for_itself(bundles):
    bundle = bundles["binary"]
    answers = evaluation_of(bundle).of("yes")
    for own in (0, 7):
        probability = float(answers.probabilities[own])
        others = np.delete(answers.truth, own), np.abs(np.delete(answers.probabilities, own) - probability)
        reach = min(sorted(others[1])[max(50, -(-len(others[1]) // 10)) - 1], 0.1)
        found = evidence(bundle, "yes", probability, without=own)
        assert found.similar == np.sum(others[1] <= reach + 1e-12)
        assert found.had == np.sum(others[0][others[1] <= reach + 1e-12])


def test_advice_leaves_out_the_record_itself(service):
    bundle = service.model("loan")
    row = rows_of(bundle.schema, take(bundle.holdout.block, [4]))[0]
    standing = service.score_with_blanks("loan", dict(zip(bundle.schema.names, row, strict=True)), "Y")
    whole, without = service.advise(standing), service.advise(standing, holdout_row=4)
    assert whole.neighbours[0].number == 4
    assert 4 not in [neighbour.number for neighbour in without.neighbours]
    assert without.neighbours[:4] == whole.neighbours[1:]


def test_what_cannot_be_answered_is_said(bundles):
    with pytest.raises(UnknownOutcome):
        evidence(bundles["binary"], "maybe", 0.5)
    with pytest.raises(NoProbabilities):
        evidence(bundles["labels-only"], "yes", 0.5)


def spans(bundle):
    income, debt, size, _ = bundle.background
    return [np.ptp(np.quantile(column, [0.05, 0.95])) for column in (income, debt, size)]


def plain_distance(span, a, b, known):
    numbers = sum(abs(a[at] - b[at]) / span[at] for at in range(3) if known[at])
    return numbers + (known[3] and a[3] != b[3])


@pytest.mark.parametrize("known", [[True] * 4, [True, False, False, True], [False, False, False, True]])
def test_neighbours_are_the_nearest_in_what_is_known(bundles, known):
    bundle = bundles["independent"]
    rows = rows_of(bundle.schema, bundle.holdout.block)
    row = tuple(value if own else None for value, own in zip(rows[7], known, strict=True))
    span = spans(bundle)
    distances = [plain_distance(span, row, other, known) for other in rows]
    order = sorted((at for at in range(len(rows)) if at != 7), key=lambda at: (distances[at], at))
    found = neighbours(bundle, row, without=7)
    assert len(found) == 5
    assert [one.distance for one in found] == pytest.approx([distances[at] for at in order[:5]])
    for one in found:
        assert one.row == rows[one.number]
        truth = bundle.holdout.truth[one.number]
        assert one.had == tuple(name for name, yes in zip(bundle.outcomes.names, truth, strict=True) if yes)


def test_a_record_is_its_own_nearest_neighbour_unless_left_out(bundles):
    bundle = bundles["binary"]
    row = rows_of(bundle.schema, take(bundle.holdout.block, [4]))[0]
    found = neighbours(bundle, row)[0]
    assert (found.number, found.distance) == (4, 0.0)
    assert neighbours(bundle, row, without=4)[0].number != 4
    assert neighbours(bundle, (None,) * 4) == ()


def test_few_training_records_are_unlike_the_others_and_a_stranger_is(bundles):
    bundle = bundles["binary"]
    rows = rows_of(bundle.schema, bundle.holdout.block)
    assert np.mean([unlike(bundle, row) is not None for row in rows]) < 0.06
    stranger = unlike(bundle, (500.0, 10.0, 40, "north"))
    assert stranger.features == ("income",)
    assert stranger.distance > stranger.limit
    both = unlike(bundle, (500.0, 600.0, 40, "north"))
    assert set(both.features) == {"income", "debt"}


def test_what_is_not_known_is_not_unlike(bundles):
    assert unlike(bundles["binary"], (None, 10.0, 40, "north")) is None
    assert unlike(bundles["binary"], (None,) * 4) is None


def test_an_absurd_value_is_noticed_though_some_training_records_lack_it(bundles, service):
    """Before, each record that lacks the value was no further than 1 from any value whatever."""
    gaps = bundles["gaps"]
    row = rows_of(gaps.schema, take(gaps.holdout.block, [1]))[0]
    lacking = [at for at, array in enumerate(gaps.background) if array.dtype.kind == "f" and np.isnan(array).any()]
    assert lacking
    for at in lacking:
        warned = unlike(gaps, tuple(1e9 if place == at else value for place, value in enumerate(row)))
        assert warned is not None
        assert warned.features[0] == gaps.schema.names[at]
    record = {"ApplicantIncome": 9e6, "Credit_History": 1.0, "LoanAmount": 120}
    warned = service.advise(service.score_with_blanks("loan", record)).unlike
    assert warned.features == ("ApplicantIncome",)


def test_the_limit_is_what_99_percent_of_training_records_keep_within(bundles):
    bundle = bundles["binary"]
    rows, span = rows_of(bundle.schema, bundle.background), spans(bundle)
    nearest = [
        min(plain_distance(span, row, other, [True] * 4) for at, other in enumerate(rows) if at != own)
        for own, row in enumerate(rows)
    ]
    limit = unlike(bundle, (500.0, 10.0, 40, "north")).limit
    assert limit == pytest.approx(np.quantile(nearest, 0.99), abs=1e-9)
