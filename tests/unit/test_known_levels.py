"""Levels that a fitted pipeline knows of the columns of its file, and what becomes of gaps in them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from ml.training.columns.known_levels import known_levels

COLUMNS = ["age", "town", "plan"]
FRAME = pd.DataFrame({"age": [1.0, 2.0, 3.0, 4.0], "town": ["Graz", "Linz", np.nan, "Graz"], "plan": list("abba")})
END = [0, 1, 0, 1]


class Own(TransformerMixin, BaseEstimator):
    """Gives texts in small letters, whatever it is called."""

    def fit(self, X, y=None):
        return self

    def transform(self, X):
        return X.apply(lambda column: column.str.lower() if column.dtype == "str" else column)


def of(*steps, frame=FRAME):
    return known_levels(make_pipeline(*steps, LogisticRegression()).fit(frame, END), COLUMNS)


@pytest.mark.parametrize("chosen", [["town", "plan"], [1, 2], [-2, -1], slice(1, 3), slice("town", "plan"),
                                    [False, True, True], lambda frame: ["town", "plan"]])  # fmt: skip
def test_columns_are_found_however_they_were_chosen(chosen):
    known = of(make_column_transformer((OneHotEncoder(), chosen), remainder=StandardScaler()))
    assert known.levels == {"town": ["Graz", "Linz"], "plan": ["a", "b"]}
    assert known.gaps == {"town": "nan"}


def test_what_becomes_of_a_gap():
    filled = make_pipeline(SimpleImputer(strategy="most_frequent"), OrdinalEncoder())
    known = of(make_column_transformer((filled, ["town", "plan"]), ("passthrough", ["age"])))
    assert known.gaps == {"town": "filled", "plan": "filled"}
    constant = make_pipeline(SimpleImputer(strategy="constant", fill_value="nowhere"), OneHotEncoder())
    known = of(make_column_transformer((constant, ["town"])))
    assert known.levels == {"town": ["Graz", "Linz", "nowhere"]}
    assert known.seen_in(FRAME).levels == {"town": ["Graz", "Linz"]}
    none = FRAME.assign(town=pd.Series(["Graz", "Linz", None, "Graz"], dtype=object))
    assert of(make_column_transformer((OneHotEncoder(), ["town"])), frame=none).gaps == {"town": "none"}


@pytest.mark.parametrize("step", [Own(), FunctionTransformer(np.array)])
def test_levels_behind_a_step_that_may_change_values_are_not_those_of_the_file(step):
    columns = make_column_transformer((OneHotEncoder(), ["town"] if isinstance(step, Own) else [1]))
    assert of(step, columns).levels == {}


def test_strangers_are_cells_that_no_encoder_learned():
    known = of(make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["town", "plan"])))
    assert known.strangers(FRAME) == 0
    assert known.strangers(FRAME.assign(plan=[" a", "b", "c", np.nan])) == 3
    assert known.strangers(FRAME.assign(town=pd.Series(["Graz", None, np.nan, "x"], dtype=object))) == 2


def test_the_word_for_gaps_is_the_only_level_that_no_row_shows():
    filled = FRAME.assign(town=FRAME["town"].fillna("nowhere"))
    known = of(make_column_transformer((OneHotEncoder(), ["town", "plan"])), frame=filled)
    assert known.filling("town", ["Graz", "Linz"]) == "nowhere"
    assert known.filling("town", ["Graz"]) is None
    assert known.filling("plan", ["a", "b"]) is None


def test_ten_thousand_levels_take_no_time():
    codes = [f"c{at}" for at in range(20_000)]
    frame = pd.DataFrame({"code": codes})
    model = make_pipeline(OrdinalEncoder(), LogisticRegression(max_iter=1)).fit(frame, np.arange(20_000) % 2)
    known = known_levels(model, ["code"])
    assert known.strangers(frame) == 0
    assert known.filling("code", codes[1:]) == "c0"
