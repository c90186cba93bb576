"""In a notebook an error names arguments, and no options of a command."""

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from ml.add import add_model
from ml.errors import InvalidData
from ml.training.estimator.python_words import in_python


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("say which: --map Q=alarm --map A=0.", 'say which: truth={"Q": "alarm", "A": 0}.'),
        ("Say it: --map 'so so=class A', or", 'Say it: truth={"so so": "class A"}, or'),
        ("if you trust it: --trust a.B --trust c.D", 'if you trust it: trust=["a.B", "c.D"]'),
        ("add it with --code shop_features.py.", 'add it with code="shop_features.py".'),
        ("give it with --code. Else look", "give it with code=. Else look"),
        ('kind = "date" in the description (--describe), or', 'kind = "date" in the description (describe=), or'),
        ("or name the record's id with --record-id.", "or name the record's id with record_id=."),
        (
            "gives 3 labels a record, and --truth names 1.",
            "gives 3 labels a record, and the columns of the truth are 1.",
        ),
        ("a text -- as it is", "a text -- as it is"),
    ],
)
def test_options_are_arguments(said, meant):
    assert in_python(said) == meant


def test_what_add_model_refuses_is_said_in_python(tmp_path):
    X = pd.DataFrame({"a": np.arange(40.0)})
    model = LogisticRegression().fit(X, X["a"] > 20)
    with pytest.raises(InvalidData) as refused:
        add_model("m", model, X, X, np.where(X["a"] > 20, "left", "stays"), models=tmp_path)
    assert str(refused.value).endswith('say which: truth={"stays": "false", "left": "true"}, or another way round.')
    assert "--" not in str(refused.value)
