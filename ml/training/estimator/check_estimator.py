"""Checks that an object is a fitted classifier that can be saved and loaded; refusals say what to do."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Any

from ml.errors import InvalidData
from ml.runtime.foreign_code import reason
from ml.trust.walk import parts_of, reads_files

OWN_FILE = (
    "Put it into a file of its own, such as shop_features.py, import it from there, fit and save the estimator "
    "again, and add it with --code shop_features.py."
)
NETWORKS = {"torch", "tensorflow", "keras", "tf_keras", "skorch", "scikeras", "pytorch_tabnet"}
OWN_NETWORK = (
    "Write a classifier of your own that keeps the weights as NumPy arrays, or the network as the bytes of an ONNX "
    "file, and calculates with these (fit, predict, predict_proba, classes_), and add that with its --code."
)
CLASSIFIER = "Likely serves fitted scikit-learn classifiers and pipelines that end in one."


def check_estimator(estimator: Any, outcomes: int = 1, source: str = "The estimator") -> None:
    """Raise InvalidData unless an object in memory is a fitted classifier that can be saved.

    One that holds a class or function of ``__main__`` is refused: it would not be found again under that name. With
    several truth columns an estimator of one's own may lack ``classes_``. `source` names it in errors: a file's name,
    or "The estimator".
    """
    _refuse_other_objects(estimator, source)
    _refuse_networks(estimator, source)
    _refuse_other_tasks(estimator, source)
    _refuse_unfitted(estimator, outcomes, source)
    best = getattr(estimator, "best_estimator_", None)  # of a search only this is kept, not how it scored
    refuse_nameless(estimator if best is None else best, source)
    reader = reads_files(estimator)
    if reader:
        message = f"{source} takes its texts for names of files ({reader} with input other than 'content')."
        raise InvalidData(message, "Fit it with input='content', on the texts themselves: records bring texts.")


def _refuse_other_objects(given: Any, source: str) -> None:
    if isinstance(given, type):
        hint = f"Fit one and save that: {given.__name__}(...).fit(X, y)."
        raise InvalidData(f"{source} is the class {given.__name__}, not a fitted estimator.", hint)
    if isinstance(given, Mapping):
        raise InvalidData(_words_of_mapping(given, source), _one_of(given.items(), lambda key: f"[{key!r}]"))
    if isinstance(given, list | tuple):
        hint = _one_of(enumerate(given), lambda key: f"[{key}]")
        raise InvalidData(f"{source} is a {type(given).__name__} of {len(given)} things, not an estimator.", hint)
    top, kind = type(given).__module__.partition(".")[0], type(given).__name__
    if top in NETWORKS and not _is_step(given):
        raise InvalidData(f"{source} is a {top} object ({kind}). {CLASSIFIER}", OWN_NETWORK)
    if kind == "Booster" and top in ("xgboost", "lightgbm"):
        named = {"xgboost": "XGBClassifier", "lightgbm": "LGBMClassifier"}[top]
        raise InvalidData(f"{source} is a bare {top} Booster, which knows no classes.", f"Fit and save {named}.")
    if not callable(getattr(given, "predict", None)):
        _refuse_without_predict(given, kind, source)


def _refuse_networks(estimator: Any, source: str) -> None:
    """Refuse wrappers of neural networks, alone or in a pipeline: no skops file keeps what is in them."""
    network = next(_networks(estimator), None)
    if network is not None:
        library, kind = network
        message = f"{source} holds a neural network ({kind} of {library}), which no version keeps."
        raise InvalidData(message, OWN_NETWORK)


def _networks(estimator: Any) -> Iterator[tuple[str, str]]:
    """Library and class of each step that wraps a neural network."""
    with contextlib.suppress(Exception):  # foreign objects fail in any way; it is looked through once more
        for part in parts_of(estimator):
            library = type(part).__module__.partition(".")[0]
            if library in NETWORKS and _is_step(part):
                yield library, type(part).__name__


def _is_step(given: Any) -> bool:
    """True when an object has the methods of a pipeline step."""
    return callable(getattr(type(given), "fit", None)) and hasattr(given, "get_params")


def _refuse_without_predict(given: Any, kind: str, source: str) -> None:
    if hasattr(given, "cv_results_") or getattr(given, "refit", True) is False:
        hint = "Search with refit=True, which is the default, or save the estimator that you fitted afterwards."
        raise InvalidData(f"{source} is a {kind} without a fitted estimator: refit=False.", hint)
    if hasattr(given, "transform") and hasattr(given, "fit"):
        hint = "Save the whole pipeline: make_pipeline(preparation, classifier).fit(X, y)."
        raise InvalidData(f"{source} is a transformer ({kind}): it has no predict.", hint)
    raise InvalidData(f"{source} is a {kind}, not an estimator: it has no predict. {CLASSIFIER}", "Save that alone.")


def _words_of_mapping(given: Mapping[Any, Any], source: str) -> str:
    keys = ", ".join(repr(key) for key in list(given)[:8]) + (", …" if len(given) > 8 else "")
    return f"{source} is a {type(given).__name__} with {keys or 'nothing in it'}, not an estimator."


def _one_of(items: Any, said: Callable[[Any], str]) -> str:
    keys = [key for key, value in items if callable(getattr(value, "predict", None)) and not isinstance(value, type)]
    if not keys:
        return CLASSIFIER
    at = said(keys[0])
    return f"The estimator is at {at}: save that alone, for instance joblib.dump(loaded{at}, FILE)."


def _refuse_other_tasks(estimator: Any, source: str) -> None:
    kind = type(estimator).__name__
    for task, words in _tasks(estimator):
        hint = "Fit a classifier on outcomes, such as the regressor's target above a limit, and add that."
        raise InvalidData(
            f"{source} is {_a(task)} ({kind}): {words}. {CLASSIFIER}", hint if task == "regressor" else ""
        )


def _a(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _tasks(estimator: Any) -> list[tuple[str, str]]:
    """The estimator's task by scikit-learn's tags where it is not classification, and why it will not do."""
    from sklearn import base

    tests = (
        ("regressor", base.is_regressor, "it gives numbers, no outcomes"),
        ("clusterer", base.is_clusterer, "its groups are no outcomes that anybody knows the truth of"),
        ("outlier detector", base.is_outlier_detector, "it learned from no outcomes"),
    )
    tasks = []
    for task, test, words in tests:
        try:
            if test(estimator):
                tasks.append((task, words))
        except Exception:  # noqa: BLE001 - an estimator of one's own may tell nothing of itself, and fail at it
            return []
    return tasks[:1]


def _refuse_unfitted(estimator: Any, outcomes: int, source: str) -> None:
    kind = type(estimator).__name__
    if _has_classes(estimator):
        return
    if getattr(estimator, "refit", True) is False:
        _refuse_without_predict(estimator, kind, source)
    if not _is_fitted(estimator):
        raise InvalidData(f"{source} is not fitted ({kind}).", "Call fit(X, y) before you save it.")
    if outcomes == 1:
        hint = "A classifier of your own sets it in fit: self.classes_ = numpy.unique(y)."
        raise InvalidData(f"{source} ({kind}) has no classes_, so nobody knows which outcomes it gives.", hint)


def _has_classes(estimator: Any) -> bool:
    try:
        return estimator.classes_ is not None and len(estimator.classes_) > 0
    except Exception:  # noqa: BLE001 - classes_ may be a property, of whoever's making
        return False


def _is_fitted(estimator: Any) -> bool:
    from sklearn.exceptions import NotFittedError
    from sklearn.utils.validation import check_is_fitted

    try:
        check_is_fitted(estimator)
    except NotFittedError:
        return False
    except Exception:  # noqa: BLE001 - it does not say, so it is taken for fitted and will be asked
        return True
    return True


def refuse_nameless(estimator: Any, source: str = "The estimator") -> None:
    """Raise InvalidData where an estimator holds a function or class that cannot be found by name when it is loaded."""
    try:
        parts = list(parts_of(estimator))
    except Exception as error:
        raise InvalidData(f"{source} cannot be looked through: {reason(error)}.", CLASSIFIER) from error
    for part in parts:
        named = isinstance(part, type | FunctionType | BuiltinFunctionType)
        named_part: Any = part if named else part.__func__ if isinstance(part, MethodType) else type(part)
        module, name = str(getattr(named_part, "__module__", "")), str(getattr(named_part, "__qualname__", ""))
        if isinstance(part, ModuleType):
            raise InvalidData(f"{source} holds the module {part.__name__}.", "Import it where it is used instead.")
        if name.endswith("<lambda>"):
            raise InvalidData(f"{source} holds a lambda, which has no name to be found by.", OWN_FILE)
        if module in ("__main__", "__mp_main__"):
            raise InvalidData(f"{source} holds {name}, which a notebook or script defined itself (__main__).", OWN_FILE)
        if "<locals>" in name:
            raise InvalidData(f"{source} holds {name}, which was defined inside a function.", OWN_FILE)
