"""Every plot of the catalogue for every family of classifiers, compared with its result.

In the push lane every second family answers one sort of question, in turns, and draws every seventh plot, in turns too.
With ALL_CASES=1 each family answers every sort and draws all.
"""

from __future__ import annotations

import warnings

import pytest
from sklearn.base import clone
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.multioutput import MultiOutputClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

from ml.errors import NoProbabilities
from ml.plots.catalogue import CATALOGUE
from ml.runtime import budget as effort
from ml.service import open_service
from ml.training.build import build_bundle
from ml.training.infer_schema import infer_schema
from ml.training.trained import Trained, outcomes_of
from tests.contract.families import BINARY, data, everyone, for_independent, independent
from tests.contract.figures import is_drawn_or_says_why, needs_probabilities
from tests.lanes import ALL

TRAINING, ROWS = 60, 120
EVERY = 1 if ALL else 7  # not divisible by the number of sorts, so that all pairs of plot and sort come
OF_VERSIONS = "challenger"  # the plot that compares two
QUICK = {
    "n_estimators": 5,
    "cv": 2,
    "Cs": 2,
    "thresholds": 5,
    "random_state": 0,
    "final_estimator": LogisticRegression(),  # MultiOutputClassifier takes no classifier that leaves it open
}
SORTS = {"binary": 2, "multiclass": 3, "independent": 2}


def cases():
    """Name, estimator and sort of question, of those that the family can be asked."""
    for at, (name, estimator) in enumerate(list(everyone())[:: 1 if ALL else 2]):
        sorts = [sort for sort in SORTS if can_be_asked(name, sort)]
        for sort in sorts if ALL else [sorts[at % len(sorts)]]:
            yield pytest.param(name, estimator, sort, plots_of(at), id=f"{name}-{sort}")


def plots_of(family):
    """Place and plot of those that the family at that place draws."""
    return list(enumerate(CATALOGUE))[family % EVERY :: EVERY]


def can_be_asked(name, sort):
    """Whether the family answers that sort of question."""
    return sort == "independent" or not (for_independent(name) or (sort == "multiclass" and name in BINARY))


def quick(name, estimator, sort):
    """The family with little to fit, behind a step that fills gaps; where it takes one outcome only, one for each."""
    made = clone(estimator)
    made.set_params(**{key: value for key, value in QUICK.items() if key in made.get_params()})
    if name == "HistGradientBoostingClassifier":
        made.set_params(max_iter=5)
    if sort == "independent" and not for_independent(name) and not get_tags(made).classifier_tags.multi_label:
        made = MultiOutputClassifier(made)
    return make_pipeline(SimpleImputer(strategy="most_frequent"), made)


def questions(name, sort):
    """Features with missing values, and a truth: of two independent outcomes, or of two or three classes."""
    suited = f"{name}, independent" if sort == "independent" else name
    x, y = data(suited, SORTS[sort], ROWS, class_sep=0.8, weights=(0.4, 0.3))
    if sort == "independent":
        x, y = x.clip(upper=11) if name == "CategoricalNB" else x / 10, y[["x", "y"]]
    return x.assign(b=x["b"].mask(x.index % 6 == 0)), y


def versions(name, estimator, sort, folder, count):
    """One version of a model of that family, or two; gives the fitted estimator."""
    x, y = questions(name, sort)
    for rows in (TRAINING - 15, TRAINING)[-count:]:
        made = quick(name, estimator, sort)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # how a classifier likes its data is not the matter here
            made.fit(x[:rows], y[:rows])
            outcomes = independent(y) if sort == "independent" else outcomes_of(made)
            schema = infer_schema(x[:TRAINING], optional=True)
            held = slice(TRAINING, None)
            build_bundle(Trained("m", "M", "", made, schema, outcomes, x[:rows], x[held], y[held]), folder)
    return made


@pytest.mark.parametrize(("name", "estimator", "sort", "plots"), list(cases()))
@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::sklearn.exceptions.ConvergenceWarning")
def test_every_plot_is_drawn_from_its_result(name, estimator, sort, plots, tmp_path, monkeypatch):
    monkeypatch.setattr(effort, "COMPILED", 500)
    monkeypatch.setattr(effort, "SCIKIT_LEARN", 500)
    two = any(plot.key == OF_VERSIONS for _, plot in plots)
    made = versions(name, estimator, sort, tmp_path, 2 if two else 1)
    service = open_service(tmp_path)
    names = service.model("m").outcomes.names
    for place, plot in plots:
        lacking = needs_probabilities(plot) and not hasattr(made, "predict_proba")
        outcome = names[(place + len(name)) % len(names)]  # of each family another one
        is_drawn_or_says_why(service, "m", plot.key, outcome, NoProbabilities if lacking else None)
