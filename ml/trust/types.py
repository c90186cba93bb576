"""Allow-list of names in an estimator's file: a rule of ours, whatever the file itself declares.

skops builds objects by looking names up and calling them with arguments from the file. So a name is allowed where
whatever it is called with does no harm: classes of estimators and of the data that they hold, and functions that
compute. What reads files, imports, runs code or calls a name is not allowed, whichever package it stands in.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Collection, Iterable
from functools import cache
from typing import Any

from ml.runtime.foreign_code import is_here
from ml.trust.code import Code

ESTIMATORS = ("sklearn", "imblearn", "xgboost", "lightgbm", "catboost")  # packages of classifiers
NOT_FOR_SERVING = {"tests", "testing", "conftest", "externals", "dask", "spark", "f2py", "estimator_checks"}
NOT_FOR_SERVING |= {"_testing", "_mocking", "datasets", "distutils", "__main__"}
# Modules of parts of fitted estimators: trees, losses, kernels, distances, splitters
INNER = (
    "sklearn._loss.",
    "sklearn.calibration.",
    "sklearn.cluster._birch.",
    "sklearn.cluster._bisect_k_means.",
    "sklearn.compose._column_transformer.",
    "sklearn.ensemble._hist_gradient_boosting.",
    "sklearn.gaussian_process.kernels.",
    "sklearn.impute._iterative.",
    "sklearn.linear_model._sgd_fast.",
    "sklearn.metrics._dist_metrics.",
    "sklearn.metrics._scorer.",
    "sklearn.model_selection._split.",
    "sklearn.neighbors._ball_tree.",
    "sklearn.neighbors._kd_tree.",
    "sklearn.neural_network._stochastic_optimizers.",
    "sklearn.tree._tree.",
    "sklearn.utils._bunch.",
    "sklearn.utils._encode.",
    "sklearn.utils._metadata_requests.",
    "sklearn.utils._tags.",
)
ALLOWED = {
    "builtins.complex", "builtins.frozenset", "builtins.range", "builtins.ellipsis", "builtins.NoneType",
    "builtins.int", "builtins.float", "builtins.str", "builtins.bool", "builtins.bytes", "builtins.bytearray",
    "builtins.list", "builtins.tuple", "builtins.dict", "builtins.set", "builtins.slice", "builtins.object",
    "collections.Counter", "collections.OrderedDict", "collections.defaultdict", "collections.deque",
    "datetime.date", "datetime.datetime", "datetime.time", "datetime.timedelta", "datetime.timezone",
    "decimal.Decimal", "fractions.Fraction", "functools.partial", "operator.itemgetter", "uuid.UUID",
    "zoneinfo.ZoneInfo", "pathlib.PurePosixPath",
    "catboost.core.CatBoostClassifier", "catboost.core.CatBoost", "lightgbm.basic.Booster", "xgboost.core.Booster",
    "scipy.interpolate._bsplines.BSpline", "scipy._lib.array_api_compat.numpy._aliases.asarray",
    "sklearn.utils.validation.check_array",
    "sklearn.cluster._kmeans._kmeans_single_lloyd", "sklearn.cluster._kmeans._kmeans_single_elkan",
}  # fmt: skip
# Functions of numpy and pandas that compute from arrays without side effects
NUMPY_FUNCTIONS = """
    abs absolute amax amin any all argmax argmin argsort around array asarray ascontiguousarray atleast_1d atleast_2d
    clip column_stack concatenate cumsum diff digitize expand_dims fix flip hstack interp isfinite isinf isnan
    max mean median min nan_to_num nanmax nanmean nanmedian nanmin nanpercentile nanquantile nanstd nansum nanvar
    ones_like percentile prod ptp quantile ravel real_if_close repeat reshape round searchsorted sort split squeeze
    stack std sum swapaxes tile transpose unique var vstack where zeros_like
"""
PANDAS_FUNCTIONS = "cut factorize get_dummies isna isnull notna notnull qcut to_datetime to_numeric to_timedelta"


def untrusted_names(names: Iterable[str], trusted: Collection[str], code: Code | None) -> list[str]:
    """Names from ``skops.io.get_untrusted_types`` that are not allowed, sorted.

    The operator allowed those `trusted`; what the estimator's code defines is allowed: it is imported for this.
    """
    return sorted(name for name in set(names) if not (name in trusted or is_harmless(name) or defines(code, name)))


def defines(code: Code | None, name: str) -> bool:
    """True when the code defines a class or function of that name, other than by an import.

    Raises what the code raises at its import.
    """
    module, _, attribute = name.rpartition(".")
    if code is None or module not in code.modules.names:
        return False
    with code.modules.installed():
        member = getattr(importlib.import_module(module), attribute, None)
    return member is not None and code.modules.holds(str(getattr(member, "__module__", "") or ""))


@cache
def is_harmless(name: str) -> bool:
    """True when every bundle may use the dotted name."""
    parts = name.split(".")
    if name in ALLOWED:
        return True
    if not NOT_FOR_SERVING.isdisjoint(parts):
        return False
    rule = _RULES.get(parts[0])
    if rule is None or not is_here(parts[0]):
        return False
    named = _looked_up(name)
    return named is not None and rule(named, name)


def _looked_up(name: str) -> Any:
    """The object of a name ``module.attribute``, as skops looks it up; None where there is none."""
    module, _, attribute = name.rpartition(".")
    try:
        return getattr(importlib.import_module(module), attribute)
    except Exception:  # noqa: BLE001 - a module may fail in any way at import; then the name is not allowed
        return None


def _of_estimators(named: Any, name: str) -> bool:
    """An estimator or a class of its parts under its own name, or a function that computes."""
    if not isinstance(named, type):
        return _among(named, _computing_functions())
    from sklearn.base import BaseEstimator

    own = str(named.__module__).partition(".")[0] in ESTIMATORS
    inner = f"{named.__module__}.".startswith(INNER) and name.startswith(INNER)
    return own and (issubclass(named, BaseEstimator) or inner)


def _of_numpy(named: Any, _: str) -> bool:
    import numpy as np

    if not isinstance(named, type):
        return isinstance(named, np.ufunc) or _among(named, [getattr(np, each) for each in NUMPY_FUNCTIONS.split()])
    kinds = (np.generic, np.dtype, np.random.BitGenerator)
    plain = {np.ndarray, np.ma.MaskedArray, np.matrix, np.random.RandomState, np.random.Generator}
    return issubclass(named, kinds) or named in {*plain, np.random.SeedSequence}


def _of_scipy(named: Any, _: str) -> bool:
    import numpy as np
    from scipy import sparse

    if not isinstance(named, type):
        return isinstance(named, np.ufunc)
    return issubclass(named, (sparse.spmatrix, sparse.sparray))


def _of_pandas(named: Any, _: str) -> bool:
    import pandas as pd

    if isinstance(named, type):
        return issubclass(named, pd.api.extensions.ExtensionDtype)
    return _among(named, [getattr(pd, each) for each in PANDAS_FUNCTIONS.split()])


def _of_ours(named: Any, _: str) -> bool:
    """Stand-ins for objects that skops cannot keep: see `ml.predict.stored`."""
    from ml.predict.stored import STORED

    return _among(named, STORED)


_RULES: dict[str, Callable[[Any, str], bool]] = {
    **dict.fromkeys(ESTIMATORS, _of_estimators),
    "numpy": _of_numpy,
    "scipy": _of_scipy,
    "pandas": _of_pandas,
    "ml": _of_ours,
}


def _among(named: Any, allowed: Iterable[Any]) -> bool:
    return any(named is each for each in allowed)


@cache
def _computing_functions() -> tuple[Any, ...]:
    """Metrics, distances, kernels and score functions of scikit-learn, without side effects."""
    from sklearn.metrics import pairwise

    functions = [*pairwise.PAIRWISE_KERNEL_FUNCTIONS.values(), *pairwise.PAIRWISE_DISTANCE_FUNCTIONS.values()]
    for name in ("sklearn.metrics", "sklearn.feature_selection", "sklearn.preprocessing"):
        module = importlib.import_module(name)
        public = [getattr(module, each) for each in module.__all__]
        functions += [each for each in public if callable(each) and not isinstance(each, type)]
    return tuple(functions)
