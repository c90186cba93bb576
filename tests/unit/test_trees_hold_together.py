"""Trees whose numbers point outside of themselves end a process when they are asked: they are refused when loaded."""

import subprocess
import sys
import time
import warnings

import numpy as np
import pytest
from sklearn.ensemble import (
    AdaBoostClassifier,
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    StackingClassifier,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from ml.trust.trees import fault_of_trees

DRAW = np.random.default_rng(5)
X = DRAW.normal(size=(400, 5))
X[:, 4] = DRAW.integers(0, 6, 400)
Y = (X[:, 0] + (X[:, 4] == 2) + DRAW.normal(0, 0.5, 400) > 0).astype(int)


@pytest.mark.parametrize(
    "estimator",
    [
        DecisionTreeClassifier(ccp_alpha=0.005),
        DecisionTreeClassifier(max_leaf_nodes=7),
        RandomForestClassifier(5),
        ExtraTreesClassifier(5),
        GradientBoostingClassifier(n_estimators=5),
        AdaBoostClassifier(n_estimators=5),
        HistGradientBoostingClassifier(max_iter=5),
        HistGradientBoostingClassifier(max_iter=5, categorical_features=[4]),
        HistGradientBoostingClassifier(max_iter=3, max_leaf_nodes=4, max_bins=8),
        KNeighborsClassifier(algorithm="kd_tree"),
        KNeighborsClassifier(algorithm="ball_tree", leaf_size=2),
        make_pipeline(StandardScaler(), HistGradientBoostingClassifier(max_iter=3)),
        StackingClassifier([("f", RandomForestClassifier(3)), ("k", KNeighborsClassifier())]),
    ],
    ids=repr,
)
def test_what_scikit_learn_fits_holds_together(estimator):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        estimator.fit(X, Y)
    assert fault_of_trees(estimator) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [("left_child", 10**6), ("right_child", -5), ("left_child", 0), ("feature", 99), ("feature", -3)],
)
def test_a_tree_that_points_elsewhere_is_refused(field, value):
    forest = RandomForestClassifier(2, random_state=0).fit(X, Y)
    tree = forest.estimators_[1].tree_
    state = tree.__getstate__()
    state["nodes"] = state["nodes"].copy()
    state["nodes"][field][0] = value
    tree.__setstate__(state)
    assert fault_of_trees(make_pipeline(StandardScaler().fit(X), forest)) == "a tree (Tree) points outside of itself"


@pytest.mark.parametrize(("field", "value"), [("left", 10**6), ("right", 0), ("feature_idx", 99), ("bitset_idx", 250)])
def test_a_boosted_tree_that_points_elsewhere_is_refused(field, value):
    model = HistGradientBoostingClassifier(max_iter=3, categorical_features=[4], random_state=0).fit(X, Y)
    for (tree,) in model._predictors:
        tree.nodes = tree.nodes.copy()
        inner = tree.nodes["is_leaf"] == 0
        chosen = inner & (tree.nodes["is_categorical"] != 0) if field == "bitset_idx" else inner
        tree.nodes[field][chosen] = value
    assert fault_of_trees(model) is not None


def test_a_tree_of_neighbours_that_points_elsewhere_is_refused():
    model = KNeighborsClassifier(algorithm="kd_tree").fit(X, Y)
    state = list(model._tree.__getstate__())
    state[1] = state[1].copy()
    state[1][3] = 10**7
    model._tree.__setstate__(tuple(state))
    assert fault_of_trees(model) is not None


def test_it_costs_little():
    forest = RandomForestClassifier(300, random_state=0).fit(X, Y)
    started = time.perf_counter()
    assert fault_of_trees(forest) is None
    assert time.perf_counter() - started < 3


def test_such_a_tree_would_have_ended_the_process():
    """Why it is looked at: asked in a process of its own, it crashes or reads what is not its own."""
    words = (
        "import numpy as np; from sklearn.tree import DecisionTreeClassifier\n"
        "m = DecisionTreeClassifier().fit(np.arange(20.).reshape(-1, 1), np.arange(20) % 2)\n"
        "s = m.tree_.__getstate__(); s['nodes'] = s['nodes'].copy(); s['nodes']['left_child'][0] = 10**12\n"
        "m.tree_.__setstate__(s); m.predict(np.array([[0.]]))"
    )
    done = subprocess.run([sys.executable, "-c", words], capture_output=True, check=False)
    assert done.returncode != 0
