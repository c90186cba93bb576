"""Tracing of fitted steps on single columns: imputation, scaling, power transforms, binning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import (
    Binarizer,
    FunctionTransformer,
    KBinsDiscretizer,
    MaxAbsScaler,
    MinMaxScaler,
    PowerTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)

from ml.predict.compiled.columns.steps import FUNCTIONS
from ml.predict.compiled.trace.symbolic_columns import (
    CannotCompile,
    SymbolicColumn,
    arithmetic,
    filled,
    indicator,
    is_missing,
)
from ml.predict.compiled.trace.traced import Follow, Traced, alike, each, floats, needed, note


def _impute(step: SimpleImputer, given: Traced, used: list[str]) -> Traced:
    note(used, "impute")
    if not is_missing(step.missing_values) or step.missing_values is None:
        raise CannotCompile(f"SimpleImputer with missing_values={step.missing_values!r} cannot be compiled.")
    if any(is_missing(value) for value in step.statistics_):
        raise CannotCompile("SimpleImputer met a column without any value in training; it cannot be compiled.")
    columns = tuple(filled(column, value) for column, value in zip(given.columns, step.statistics_, strict=True))
    if not step.add_indicator:
        return replace(given, columns=columns)
    marks = tuple(indicator(given.columns[at]) for at in step.indicator_.features_)
    return replace(given, columns=columns + marks, names=None)


def _standard(step: StandardScaler, given: Traced, used: list[str]) -> Traced:
    note(used, "scale")
    given = each(given, "subtract", floats(step.mean_) if step.with_mean else None)
    return each(given, "divide", floats(step.scale_) if step.with_std else None)


def _robust(step: RobustScaler, given: Traced, used: list[str]) -> Traced:
    note(used, "scale")
    given = each(given, "subtract", floats(step.center_) if step.with_centering else None)
    return each(given, "divide", floats(step.scale_) if step.with_scaling else None)


def _max_abs(step: MaxAbsScaler, given: Traced, used: list[str]) -> Traced:
    note(used, "scale")
    given = each(given, "divide", floats(step.scale_))
    return alike(alike(given, "at_least", -1.0), "at_most", 1.0) if step.clip else given


def _min_max(step: MinMaxScaler, given: Traced, used: list[str]) -> Traced:
    note(used, "scale")
    given = each(each(given, "multiply", floats(step.scale_)), "add", floats(step.min_))
    if not step.clip:
        return given
    low, high = step.feature_range
    return alike(alike(given, "at_least", float(low)), "at_most", float(high))


def _power(step: PowerTransformer, given: Traced, used: list[str]) -> Traced:
    note(used, "power transform")
    given = each(given, step.method.replace("-", "_"), floats(step.lambdas_))
    return _standard(step._scaler, given, used) if step.standardize else given


def _quantile(step: QuantileTransformer, given: Traced, used: list[str]) -> Traced:
    note(used, "quantiles")
    normal, shares = step.output_distribution == "normal", tuple(floats(step.references_))
    return each(given, "quantiles", [(normal, tuple(floats(column)), shares) for column in step.quantiles_.T])


def _binarize(step: Binarizer, given: Traced, used: list[str]) -> Traced:
    note(used, "binarize")
    return alike(needed(given, step), "above", float(step.threshold))


def _bins(step: KBinsDiscretizer, given: Traced, used: list[str]) -> Traced:
    note(used, "bins")
    coded = each(needed(given, step), "bin", [tuple(floats(edges[1:-1])) for edges in step.bin_edges_])
    if step.encode == "ordinal":
        return replace(coded, sparse=False)
    columns: list[SymbolicColumn] = []
    for column, count in zip(coded.columns, step.n_bins_, strict=True):
        columns += [arithmetic(column, "equals", float(at)) for at in range(int(count))]
    return replace(coded, columns=tuple(columns), names=None, sparse=step.encode == "onehot")


def _function(step: FunctionTransformer, given: Traced, used: list[str]) -> Traced:
    if step.func is None:
        return needed(given, step) if step.validate else given
    if not isinstance(step.func, np.ufunc) or step.func.__name__ not in FUNCTIONS or step.kw_args:
        raise CannotCompile("FunctionTransformer calls a Python function, which cannot be compiled.")
    note(used, step.func.__name__)
    return alike(alike(given, "needed") if step.validate else given, "function", step.func.__name__)


COLUMN_STEPS: dict[type[Any], Follow] = {
    SimpleImputer: _impute,
    StandardScaler: _standard,
    MinMaxScaler: _min_max,
    MaxAbsScaler: _max_abs,
    RobustScaler: _robust,
    PowerTransformer: _power,
    QuantileTransformer: _quantile,
    Binarizer: _binarize,
    KBinsDiscretizer: _bins,
    FunctionTransformer: _function,
}
