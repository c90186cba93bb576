"""A result's own columns never bear a name of the file, and a scored file is scored again with the same scores."""

import csv
import io
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.work.call_lists import list_header
from jobs.work.score_campaign import campaign_header
from ml.advice.score_known import ESTIMATOR
from ml.batch.result_columns import result_header, unique_names
from ml.batch.score_file import score_file
from ml.batch.score_lines import score_lines
from ml.data.feature import Feature
from ml.data.schema import Schema
from ml.files.cells.read_cells import CellRules
from ml.files.table import header_of
from ml.service import open_service
from tests.small import people, small_model

OURS = ["label", "probability_a", "problems"]


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ([], OURS),
        (["label"], ["label_2", "probability_a", "problems"]),
        (["Label", " problems "], ["label", "probability_a", "problems_2"]),
        (["label", "label_2"], ["label_3", "probability_a", "problems"]),
        (OURS, ["label_2", "probability_a_2", "problems_2"]),
        ([*OURS, "label_2", "probability_a_2", "problems_2"], ["label_3", "probability_a_3", "problems_3"]),
    ],
)
def test_a_name_that_the_file_has_gets_the_first_free_number(header, names):
    assert unique_names(OURS, header) == names


def test_outcomes_that_differ_in_case_only_are_two_columns_for_excel_too():
    assert unique_names(["label", "probability_Yes", "probability_yes"], []) == [
        "label", "probability_Yes", "probability_yes_2"
    ]  # fmt: skip


def test_no_column_of_ours_reads_like_a_feature():
    schema = Schema((Feature("Label", "Rank", "number", aliases=("pro_blems",)),), record_id="place")
    assert unique_names(["label", "rank", "problems", "place", "band"], [], schema) == [
        "label_2", "rank_2", "problems_2", "place_2", "band"
    ]  # fmt: skip


def test_nor_like_a_feature_with_a_typing_error():
    schema = Schema((Feature("problem", "Problem", "category"), Feature("labels", "Labels", "category")))
    assert unique_names(["label", "problems", "outcome"], [], schema) == ["label_2", "problems_2", "outcome"]


@given(st.lists(st.text("lab_2 ", min_size=1, max_size=7)), st.lists(st.sampled_from(["label", "Label", "a", "b_2"])))
def test_all_names_are_different_and_ours_in_any_case(header, wanted):
    found = unique_names(wanted, header)
    folded = [name.strip().casefold() for name in found]
    assert len(set(folded)) == len(wanted)
    assert not set(found) & {name.strip() for name in header}


@pytest.fixture(scope="module")
def asked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    small_model("binary", folder)
    service = open_service(folder)
    return service, service.model("binary")


def test_every_door_has_names_of_its_own(asked):
    _, bundle = asked
    file = ["income", "Label", "RANK", "place", "group", "reason_2", "problems"]
    for header in (result_header(bundle, file), campaign_header(bundle, file), list_header(bundle, file)):
        assert len(set(header)) == len(header)
        assert header_of(header) == tuple(header)  # which is how it is read again
        assert [name for name in header if name in file] == file


def test_scored_three_times_with_the_same_scores(asked, tmp_path):
    service, _ = asked
    frame = people(rows=20, seed=3).assign(**{"label": "old", "=note": "+1-2"})
    frame.to_csv(tmp_path / "0.csv", index=False)
    tables = []
    for at in range(3):
        done = score_file(service, "binary", tmp_path / f"{at}.csv", tmp_path / f"{at + 1}.csv")
        assert (done.scored, done.refused) == (20, 0)
        tables.append(list(csv.reader(io.StringIO((tmp_path / f"{at + 1}.csv").read_text(), newline=""))))
    width = len(frame.columns)
    first = [line[width:] for line in tables[0]]
    assert first[0][0] == "label_2"
    assert tables[0][0][width - 1] == "'=note"
    for before, after in pairwise(tables):
        assert [line[: len(before[0])] for line in after] == before
        assert [line[len(before[0]) :] for line in after[1:]] == first[1:]


def test_what_a_result_was_escaped_with_is_no_part_of_the_value(asked):
    service, bundle = asked
    lines = [["50", "'-1+1", "40", "south"], ["50", "'-1+1"]]
    made = score_lines(
        service,
        bundle,
        ["income", "debt", "shoe_size", "region"],
        lines,
        {},
        CellRules(schema=bundle.schema),
        ESTIMATOR,
    ).lines
    assert "“-1+1” is not a number" in made[0][-1]
    assert made[0][1] == "'-1+1"
