"""Trees of XGBoost, LightGBM and CatBoost, read from the JSON that each library writes.

None of the three is imported here: their estimators have imported them.
"""

from __future__ import annotations

import json
import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from ml.predict.compiled.build.builder import Builder
from ml.predict.compiled.models import models, tree_models
from ml.predict.compiled.models.combined import Posterior
from ml.predict.compiled.models.single import SinglePrecision
from ml.predict.compiled.onnx.onnx_graph import Grown, of_constant
from ml.predict.compiled.trace.look_up import numbered
from ml.predict.compiled.trace.symbolic_columns import CannotCompile, Raw, SymbolicColumn, arithmetic
from ml.predict.compiled.trace.traced import Traced, alike

Node = dict[str, Any]


def of_xgboost(estimator: Any, given: Traced, builder: Builder) -> models.Model:
    """An XGBClassifier: everything in single precision, from the base score on."""
    learner = json.loads(bytes(estimator.get_booster().save_raw("json")))["learner"]
    booster, objective = learner["gradient_booster"], learner["objective"]["name"]
    if booster["name"] != "gbtree" or objective not in ("binary:logistic", "multi:softprob"):
        raise CannotCompile(f"XGBoost with {booster['name']} and {objective} cannot be compiled.")
    given = _blanked(given, estimator.missing)
    given = replace(given, columns=tuple(numbered(c, c.levels) if _is_category(c) else c for c in given.columns))
    model = booster["model"]
    count = len(model["trees"])
    if getattr(estimator, "best_iteration", None) is not None and estimator.early_stopping_rounds is not None:
        count = int(model["iteration_indptr"][estimator.best_iteration + 1])
    trees = [_xgboost_tree(t, at) for t, at in zip(model["trees"][:count], model["tree_info"][:count], strict=True)]
    base = np.array(json.loads(learner["learner_model_param"]["base_score"]), dtype=np.float32).ravel()
    if objective == "binary:logistic":
        odds = np.float32(1.0) / base - np.float32(1.0)
        base = -np.log(odds.astype(np.float64)).astype(np.float32)
    targets = max(1, int(learner["learner_model_param"]["num_class"]))
    start = [of_constant(float(value), at) for at, value in enumerate(np.resize(base, targets))]
    builder.note(f"{count} trees of XGBoost")
    matrix = builder.matrix(given, single=True, missing=True)
    return SinglePrecision(builder.ensemble(matrix, targets, [*start, *trees], single=True))


def _blanked(given: Traced, missing: Any) -> Traced:
    """Columns with NaN for XGBoost's missing values: one chosen value, and zeros of a sparse matrix."""
    if missing is not None and not math.isnan(missing):
        given = alike(given, "blank", float(missing))
    return alike(given, "blank", 0.0) if given.sparse else given


def _is_category(column: SymbolicColumn) -> TypeGuard[Raw]:
    return isinstance(column, Raw) and bool(column.levels) and not column.is_number and not column.steps


def _xgboost_tree(tree: Node, target: int) -> Grown:
    if int(tree["tree_param"]["size_leaf_vector"]) > 1:
        raise CannotCompile("XGBoost with several outputs a tree cannot be compiled.")
    left, right = (np.array(tree[side], dtype=np.int64) for side in ("left_children", "right_children"))
    gap_left = np.array(tree["default_left"], dtype=bool)
    members = {}
    for node, start, size in zip(
        tree["categories_nodes"], tree["categories_segments"], tree["categories_sizes"], strict=True
    ):
        # Here the listed categories go right.
        members[int(node)] = tuple(map(int, tree["categories"][start : start + size]))
        left[node], right[node], gap_left[node] = right[node], left[node], not gap_left[node]
    value = np.array(tree["split_conditions"], dtype=np.float32).astype(np.float64)
    feature = np.array(tree["split_indices"], dtype=np.int64)
    return Grown(left, right, feature, value, gap_left, value, target, members, strict=True)


def of_lightgbm(estimator: Any, given: Traced, builder: Builder) -> models.Model:
    """An LGBMClassifier."""
    model = estimator.booster_.dump_model()
    objective = str(model.get("objective", ""))
    name, _, settings = objective.partition(" ")
    if name not in ("binary", "multiclass") or model.get("average_output"):
        raise CannotCompile(f"LightGBM with {objective or 'an objective of its own'} or averages cannot be compiled.")
    targets = int(model["num_tree_per_iteration"])
    slope = float(settings.partition("sigmoid:")[2].split()[0]) if "sigmoid:" in settings else 1.0
    trees = [_lightgbm_tree(tree, at % targets) for at, tree in enumerate(model["tree_info"])]
    builder.note(f"{len(trees)} trees of LightGBM")
    matrix = builder.matrix(_lightgbm_categories(given, model, trees), missing=True)
    start = [of_constant(0.0, at) for at in range(targets)]
    boosted = tree_models.Boosted(builder.ensemble(matrix, targets, [*start, *trees]), slope)
    return boosted if hasattr(estimator, "decision_function") else Posterior(boosted)


def _lightgbm_categories(given: Traced, model: Node, trees: list[Grown]) -> Traced:
    """Columns of categories as numbers of their levels; what was declared a category is cut to a whole number."""
    levels = list(model.get("pandas_categorical") or [])
    if len(levels) != sum(map(_is_category, given.columns)):
        raise CannotCompile("LightGBM was fitted with other columns of categories than the schema has.")
    features = {int(tree.feature[node]) for tree in trees for node in tree.members}
    made: list[SymbolicColumn] = []
    for at, column in enumerate(given.columns):
        if _is_category(column):
            made.append(numbered(column, levels.pop(0)))
        else:
            made.append(arithmetic(column, "function", "trunc") if at in features else column)
    return replace(given, columns=tuple(made))


def _lightgbm_tree(tree: Node, target: int) -> Grown:
    rows: list[tuple[int, int, int, float, bool, float]] = []
    members: dict[int, tuple[int, ...]] = {}

    def grow(node: Node) -> int:
        at = len(rows)
        if "split_feature" not in node:
            if "leaf_coeff" in node:
                raise CannotCompile("LightGBM with linear leaves cannot be compiled.")
            rows.append((-1, -1, 0, 0.0, False, float(node["leaf_value"])))
            return at
        rows.append((0, 0, 0, 0.0, False, 0.0))
        threshold, gap_left = 0.0, False
        if node["decision_type"] == "==":
            members[at] = tuple(map(int, str(node["threshold"]).split("||")))
        elif node["decision_type"] != "<=" or node["missing_type"] == "Zero":
            raise CannotCompile("LightGBM with zeros for missing values cannot be compiled.")
        else:
            threshold = float(node["threshold"])
            gap_left = bool(node["default_left"]) if node["missing_type"] == "NaN" else threshold >= 0.0
        left, right = grow(node["left_child"]), grow(node["right_child"])
        rows[at] = (left, right, int(node["split_feature"]), threshold, gap_left, 0.0)
        return at

    grow(tree["tree_structure"])
    left, right, feature, threshold, gap_left, weight = map(np.array, zip(*rows, strict=True))
    return Grown(left, right, feature, threshold, gap_left.astype(bool), weight, target, members)


def of_catboost(estimator: Any, given: Traced, builder: Builder) -> models.Model:
    """A CatBoostClassifier of numbers: oblivious trees, with one split for all nodes of a level."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        estimator.save_model(str(path), format="json")
        model = json.loads(path.read_text(encoding="utf-8"))
    features = model["features_info"]
    loss = estimator.get_all_params().get("loss_function")
    if set(features) != {"float_features"} or "oblivious_trees" not in model:
        raise CannotCompile("CatBoost with categories or texts of its own, or with uneven trees, cannot be compiled.")
    if loss not in ("Logloss", "CrossEntropy", "MultiClass"):
        raise CannotCompile(f"CatBoost with the loss {loss} cannot be compiled.")
    floats = features["float_features"]
    columns = {f["feature_index"]: f["flat_feature_index"] for f in floats}
    right = {f["feature_index"] for f in floats if f.get("nan_value_treatment") == "AsTrue"}
    scale, bias = model["scale_and_bias"]
    bias = np.ravel(bias).astype(np.float64)
    trees = [of_constant(float(value), at) for at, value in enumerate(bias)]
    for tree in model["oblivious_trees"]:
        trees += _catboost_trees(tree, len(bias), float(scale), columns, right)
    builder.note(f"{len(model['oblivious_trees'])} trees of CatBoost")
    matrix = builder.matrix(given, single=True, missing=True)
    return Posterior(tree_models.Boosted(builder.ensemble(matrix, len(bias), trees)))


def _catboost_trees(
    tree: Node, targets: int, scale: float, columns: dict[int, int], gaps_right: set[int]
) -> list[Grown]:
    splits = tree.get("splits") or []
    if any(split["split_type"] != "FloatFeature" for split in splits):
        raise CannotCompile("CatBoost with splits on categories cannot be compiled.")
    depth = len(splits)
    inner = 2**depth - 1
    level = np.repeat(np.arange(depth), 2 ** np.arange(depth))
    prefix = np.arange(inner) - (2**level - 1)
    leaf = np.full(2**depth, -1)
    left = np.concatenate([2 ** (level + 1) - 1 + prefix, leaf]).astype(np.int64)
    right = np.concatenate([2 ** (level + 1) - 1 + prefix + 2**level, leaf]).astype(np.int64)
    features = [split["float_feature_index"] for split in splits]
    pad = np.zeros(2**depth)
    feature = np.concatenate([np.array([columns[f] for f in features], dtype=np.int64)[level], pad]).astype(np.int64)
    border = np.concatenate([np.array([split["border"] for split in splits], dtype=np.float64)[level], pad])
    gap_left = np.concatenate([np.array([f not in gaps_right for f in features], dtype=bool)[level], pad.astype(bool)])
    values = np.array(tree["leaf_values"], dtype=np.float64).reshape(-1, targets) * scale
    whole = Grown(left, right, feature, border, gap_left, pad, 0)
    none = np.zeros(inner)
    return [replace(whole, weight=np.concatenate([none, values[:, at]]), target=at) for at in range(targets)]


BOOSTERS = {
    ("xgboost", "XGBClassifier"): of_xgboost,
    ("lightgbm", "LGBMClassifier"): of_lightgbm,
    ("catboost", "CatBoostClassifier"): of_catboost,
}
