"""Checks of a hold-out: what they find, what they let pass, and what they say of it."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd
import pytest

from layouts.insights import page as insights
from layouts.performance import page as performance
from ml.bundle.holdout import Holdout
from ml.bundle.model_card import card_facts
from ml.data.columns import block_of_frame
from ml.data.outcomes import Outcome, Outcomes
from ml.service import open_service
from ml.text.holdout_words import counted_words, records_words, sentences, warnings
from ml.training.build import build_bundle
from ml.training.checks.domain_classifier import compare_populations
from ml.training.checks.holdout_checks import check_holdout, frame_hashes, row_hashes
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from tests.small import people, pushed, small_model

TWO = Outcomes((Outcome("no", "Stays", "no"), Outcome("yes", "Leaves", "yes")), True, "yes")
SEEN = "records that it did not learn from"


def mixed(rows: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(rng.normal(size=(rows, 4)).round(2), columns=["a", "b", "c", "d"])
    frame["plan"] = rng.choice(["basic", "gold", "none"], rows, p=[0.6, 0.3, 0.1])
    frame["note"] = rng.choice(["x", "yy", "zzz"], rows)
    return frame.mask(rng.random(frame.shape) < 0.05)


def coarse(rows: int, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame({name: rng.choice(list("pqrs"), rows) for name in "abcd"})


def checked(training: pd.DataFrame, holdout: pd.DataFrame, positives: int | None = None) -> dict:
    training, holdout = training.reset_index(drop=True), holdout.reset_index(drop=True)
    schema = infer_schema(pd.concat([training, holdout]), optional=set(training))
    yes = np.arange(len(holdout)) < (len(holdout) // 2 if positives is None else positives)
    held = Holdout(block_of_frame(schema, holdout), np.column_stack([~yes, yes]))
    found = check_holdout(schema, TWO, training, held)
    assert json.loads(json.dumps(found)) == found  # goes into the card as it is
    return {"holdout_checks": found}


def test_an_honest_hold_out_gets_the_usual_words():
    frame = mixed(3_000)
    card = checked(frame[:2_000], frame[2_000:])
    assert sentences(card) == []
    assert records_words(card) == SEEN
    assert counted_words(card, 1000) == f"1,000 {SEEN}"


def test_a_version_without_checks_gets_the_usual_words():
    assert (sentences({}), records_words({})) == ([], SEEN)


@pytest.mark.parametrize("taken", [5, 100, 900])
def test_records_from_the_training_data_are_counted(taken):
    frame = mixed(3_000)
    shuffled = frame[:2_000].sample(taken, random_state=1)
    card = checked(frame[:2_000], pd.concat([frame[2_000:], shuffled]))
    assert card["holdout_checks"]["shared"]["rows"] == taken
    assert "of which" in records_words(card)
    assert sentences(card)[0].startswith(f"{taken} of the {1_000 + taken:,} hold-out records")
    assert "more than chance explains" in sentences(card)[0]


def test_the_training_file_itself_as_hold_out():
    card = checked(mixed(500), mixed(500))
    assert records_words(card) == "records of which all stand in its training data"
    assert sentences(card)[0].startswith("All 500 hold-out records stand in the training data too, in the same order")


def test_equal_values_in_other_types_are_equal_rows():
    frame = pd.DataFrame({"n": [1, 2, 3, 2], "plan": ["a", "b", "a", "b"], "on": [True, False, True, False]})
    schema = infer_schema(frame)
    other = frame.astype({"n": float, "plan": "category", "on": object})
    first, second = (frame_hashes(schema.features, each) for each in (frame, other))
    assert np.array_equal(first, second)
    assert np.array_equal(first, row_hashes(schema.features, block_of_frame(schema, frame)))
    assert first[1] == first[3]
    assert len(set(first.tolist())) == 3


def test_a_gap_is_a_value_of_its_own():
    days = pd.to_datetime(["2024-01-01", None, "2024-01-01"])
    frame = pd.DataFrame({"n": [0.0, None, -0.0], "plan": ["", None, ""], "day": days})
    found = frame_hashes(infer_schema(frame).features, frame)
    assert found[0] == found[2] != found[1]


def test_few_coarse_features_match_by_chance_and_that_is_no_warning():
    frame = coarse(3_000)
    card = checked(frame[:2_000], frame[2_000:])
    assert card["holdout_checks"]["shared"]["rows"] > 990
    assert records_words(card) == SEEN
    assert warnings(card) == []
    assert "no more than chance explains" in sentences(card)[0]


def test_a_copied_part_of_a_coarse_file_is_seen_by_its_order():
    frame = coarse(3_000)
    card = checked(frame, frame[2_000:])
    assert card["holdout_checks"]["shared"]["copied"] == 1_000
    assert "in the same order" in warnings(card)[0]


def test_a_sorted_coarse_file_is_not_taken_for_a_copy():
    frame = coarse(3_000).sample(frac=1, random_state=2)
    training, holdout = frame[:2_000].sort_values(list("abcd")), frame[2_000:].sort_values(list("abcd"))
    assert warnings(checked(training, holdout)) == []


def test_repeated_rows_of_oversampling_excuse_no_copies():
    frame = mixed(3_000)
    training = pd.concat([frame[:2_000], frame[:500].sample(1_500, replace=True, random_state=0)])
    assert warnings(checked(training, frame[2_000:])) == []
    leaked = pd.concat([frame[2_000:], frame[:60].sample(60, random_state=1)])
    assert checked(training, leaked)["holdout_checks"]["shared"]["more_than_chance"]


def test_records_that_are_there_twice_are_said():
    frame = mixed(3_000)
    card = checked(frame[:2_000], pd.concat([frame[2_000:]] * 2))
    assert warnings(card)[0].startswith("2,000 of the 2,000 hold-out records (100")
    assert "are there more than once" in warnings(card)[0]
    assert records_words(card) == SEEN


def test_another_population_is_named_with_its_area_and_its_features():
    frame = mixed(3_000)
    moved = frame[2_000:].assign(c=frame["c"] + 1.0)
    card = checked(frame[:2_000], moved)
    found = card["holdout_checks"]["population"]
    # Two normal distributions one standard deviation apart: area Phi(1 / sqrt 2) = 0.760.
    assert found["low"] < 0.760 < found["high"]
    assert records_words(card) == f"{SEEN}, and that differ from those it learned from"
    assert "most of all in C:" in sentences(card)[0]


@pytest.mark.parametrize(("column", "values"), [("plan", ["gold"]), ("note", ["a long sentence"]), ("a", [np.nan])])
def test_another_mix_of_categories_texts_or_gaps_is_another_population(column, values):
    frame = mixed(3_000)
    moved = frame[2_000:].copy()
    moved.loc[moved.index[::2], column] = values[0]
    assert checked(frame[:2_000], moved)["holdout_checks"]["population"]["differs"]


def test_data_that_did_not_change_is_not_called_different():
    # With a test for each feature one split in two or three would be; more splits are in
    # docs/decisions/0031-checks-of-the-hold-out.md.
    for make, rows in ((mixed, (300, 100)), (mixed, (1_500, 400)), (coarse, (300, 100))):
        found = [checked(frame[: rows[0]], frame[rows[0] :]) for frame in (make(sum(rows), at) for at in range(8))]
        assert not any(card["holdout_checks"]["population"]["differs"] for card in found)
        assert not any(card["holdout_checks"]["shared"]["more_than_chance"] for card in found)


def test_levels_that_are_there_once_tell_no_two_parts_of_one_file_apart():
    """Numbers of tickets: hardly two people have the same one, so each part has levels of its own."""
    rng = np.random.default_rng(5)
    number = rng.integers(1, 2_000, 900)
    file = mixed(900).assign(ticket=[f"{'ABC'[each % 3]}/{each:05d}" for each in number])
    schema = infer_schema(file, {"ticket": {"kind": "category"}}, optional=set(file))
    training, holdout = file[:650].reset_index(drop=True), file[650:].reset_index(drop=True)
    found = compare_populations(
        schema,
        training,
        block_of_frame(schema, holdout),
        (frame_hashes(schema.features, training), frame_hashes(schema.features, holdout)),
    )
    assert found is not None
    assert not found["differs"]
    assert found["low"] < 0.5 < found["high"]


def test_odd_columns_stop_nothing():
    rng = np.random.default_rng(0)
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 90, 300), "D")
    frame = pd.DataFrame({"far": rng.random(300), "same": 1.0, "none": 2.0, "day": days})
    schema = infer_schema(frame, optional=set(frame))
    frame["far"] = frame["far"].mask(rng.random(300) < 0.1, np.inf)
    frame["none"] = np.nan
    held = Holdout(block_of_frame(schema, frame[200:]), np.ones((100, 2), dtype=bool))
    assert check_holdout(schema, TWO, frame[:200], held)["population"]["differs"] is False
    texts = pd.DataFrame({"note": [f"{'long ' * (at % 9)}note {at}" for at in range(300)]})  # without a gap
    assert checked(texts[:200], texts[200:])["holdout_checks"]["population"]["differs"] is False
    alike = frame.assign(far=1.0, none=2.0, day=frame["day"][0])  # one row, 300 times
    assert warnings(checked(alike[:200], alike[200:])) == []


@pytest.mark.parametrize(
    ("records", "positives", "words"),
    [
        (1, 0, ["The hold-out has 1 record;", "only 0 records with “Leaves” and 1 record with “Stays”;"]),
        (99, 49, ["The hold-out has 99 records;"]),
        (100, 50, []),
        (1_000, 29, ["only 29 records with “Leaves”;"]),
        (1_000, 30, []),
        (1_000, 971, ["only 29 records with “Stays”;"]),
    ],
)
def test_too_few_records_are_said(records, positives, words):
    frame = mixed(2_000 + records)
    said = sentences(checked(frame[:2_000], frame[2_000:], positives))
    assert len(said) == len(words)
    assert all(part in sentence for part, sentence in zip(words, said, strict=True))


def test_of_independent_outcomes_both_sides_count_and_of_many_a_few_are_named():
    outcomes = Outcomes(tuple(Outcome(name, name.upper(), name) for name in "abcdefgh"), False, "a")
    truth = np.zeros((200, 8), dtype=bool)
    truth[:, 0] = True  # without: 0
    frame = mixed(2_200)
    schema = infer_schema(frame, optional=set(frame))
    held = Holdout(block_of_frame(schema, frame[2_000:]), truth)
    card = {"holdout_checks": check_holdout(schema, outcomes, frame[:2_000], held)}
    assert "0 records without “A”" in sentences(card)[0]
    assert "as few of 3 other outcomes" in sentences(card)[0]


def test_card_page_and_report_say_what_was_found(tmp_path):
    frame = people(3_000)
    truth = pd.Series(np.where(pushed(frame) > 0.5, "yes", "no"))
    from sklearn.linear_model import LogisticRegression

    columns = ["income", "debt", "shoe_size"]
    estimator = LogisticRegression().fit(frame[columns][:2_000], truth[:2_000])
    held = pd.concat([frame[2_000:], frame[:500]])
    key = build_bundle(
        Trained(
            name="leaky",
            title="Leaky",
            description="",
            estimator=estimator,
            schema=infer_schema(frame[columns][:2_000]),
            outcomes=outcomes_of(estimator),
            training=frame[columns][:2_000],
            holdout=held[columns],
            truth=truth[held.index],
        ),
        tmp_path,
    )
    service = open_service(tmp_path)
    bundle = service.model(key)
    said = "500 of the 1,500 hold-out records"
    assert said in dict(card_facts(bundle))["Hold-out"]
    for page in (str(performance.page(bundle, {}).to_plotly_json()), str(insights.page(bundle, {}).to_plotly_json())):
        assert "of which 33" in page
        assert SEEN not in page
    from ml.report.contents import report_contents
    from ml.report.summary import paragraphs

    words = " ".join(paragraphs(report_contents(service, key)))
    assert said in words
    assert SEEN not in words


def test_an_honest_version_keeps_the_words_on_its_pages(tmp_path):
    bundle = open_service(tmp_path).model(small_model("binary", tmp_path))
    assert records_words(bundle.card) == SEEN
    assert f"How good this model is, on {SEEN}." in str(performance.page(bundle, {}).to_plotly_json())


def test_a_large_file_is_compared_in_seconds():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(100_000, 10)), columns=[f"x{at}" for at in range(10)])
    for at in range(10):
        frame[f"c{at}"] = rng.choice(list("abcdefgh"), len(frame))
    schema = infer_schema(frame[:50_000])
    held = Holdout(block_of_frame(schema, frame[50_000:]), np.ones((50_000, 2), dtype=bool))
    started = time.process_time()
    check_holdout(schema, TWO, frame[:50_000], held)
    assert time.process_time() - started < 4.0  # of the processor: about 1 s, whatever else runs
