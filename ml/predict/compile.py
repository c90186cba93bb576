"""Compile a fitted scikit-learn estimator into a program without scikit-learn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from sklearn.base import is_classifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier

from ml.data.feature import Feature
from ml.data.labels import known_as
from ml.data.outcomes import Outcome, Outcomes
from ml.data.schema import Schema
from ml.errors import LikelyError
from ml.predict.compiled.build.builder import Builder, edges_of, unwrap
from ml.predict.compiled.build.catalogue import model_of
from ml.predict.compiled.build.classifiers import forests_of
from ml.predict.compiled.models.models import Exclusive, Independent, IndependentOutcome
from ml.predict.compiled.models.ties import Ties
from ml.predict.compiled.onnx.onnx_graph import graph_of
from ml.predict.compiled.trace.symbolic_columns import CannotCompile
from ml.predict.compiled.trace.traced import Traced, features_of
from ml.predict.estimator_output import means_yes
from ml.predict.program import Program
from ml.runtime import memory

__all__ = ["CannotCompile", "compile_estimator"]


def compile_estimator(estimator: Any, schema: Schema, outcomes: Outcomes, container: str) -> Program:
    """Compile a fitted estimator.

    Serve the program only after :func:`ml.predict.equivalence.prove` has compared it with the estimator.

    Parameters
    ----------
    estimator : scikit-learn classifier
        Fitted on frames with the schema's columns in that order.
    schema : Schema
        The features.
    outcomes : Outcomes
        Exclusive ones in the order of ``classes_``, independent ones in the order of the columns.
    container : {"frame", "array", "series"}
        Container of the estimator's input; a series is one column of texts.

    Raises
    ------
    CannotCompile
        When a step, a classifier or one of their settings is not supported: scikit-learn serves then.
    """
    _refuse(estimator, schema)
    memory.give_back()
    builder = Builder(model_of)
    given = features_of(schema, container)
    whole = _exclusive if outcomes.exclusive else _independent
    try:
        model = whole(estimator, given, outcomes, builder)
    except LikelyError:
        raise
    except Exception as error:
        raise CannotCompile(f"Reading the estimator failed: {type(error).__name__}: {error}") from error
    for at in sorted(builder.sources):
        if schema.features[at].kind == "date":
            raise CannotCompile(_of_type(schema.features[at]))
    graph = graph_of(builder.ensembles)
    memory.give_back()
    return Program(
        matrices=tuple(builder.matrices),
        model=model,
        graph=graph,
        description=_description(builder),
        edges=edges_of(builder, len(schema.features)),
        ties=Ties(builder.ties) if builder.ties else None,
    )


def _refuse(estimator: Any, schema: Schema) -> None:
    for feature in schema.features:
        if feature.dtype.lower() in ("float32", "float16"):
            raise CannotCompile(_of_type(feature))
    names = getattr(estimator, "feature_names_in_", None)
    if names is not None and list(map(known_as, names)) != list(map(known_as, schema.names)):
        raise CannotCompile("The estimator was fitted on other columns, or in another order, than the schema's.")


def _of_type(feature: Feature) -> str:
    return f"Feature {feature.name!r} has the type {feature.dtype}, which cannot be compiled."


def _exclusive(estimator: Any, given: Traced, outcomes: Outcomes, builder: Builder) -> Exclusive:
    classes = getattr(estimator, "classes_", None)
    if isinstance(classes, list) or [item.value for item in outcomes.items] != np.asarray(classes).tolist():
        raise CannotCompile("The outcomes are not the estimator's classes in its order.")
    return Exclusive(model_of(estimator, given, builder), len(outcomes))


def _independent(estimator: Any, given: Traced, outcomes: Outcomes, builder: Builder) -> Independent:
    inner, given = unwrap(estimator, given, builder)
    if type(inner) is MultiOutputClassifier:
        pairs = _paired(inner.estimators_, outcomes)
        members = [
            IndependentOutcome(model_of(one, given, builder), _yes(one.classes_, item.yes)) for one, item in pairs
        ]
    elif type(inner) is OneVsRestClassifier:
        members = [_one_against_rest(inner, member, given, builder) for member in inner.estimators_]
    elif isinstance(getattr(inner, "classes_", None), list) and hasattr(inner, "n_classes_"):
        forests = forests_of(inner, given, builder)
        paired = _paired(list(zip(forests, inner.classes_, strict=True)), outcomes)
        members = [IndependentOutcome(forest, _yes(classes, item.yes)) for (forest, classes), item in paired]
    else:
        raise CannotCompile(f"{type(inner).__name__} gives independent outcomes in a way that cannot be compiled.")
    return Independent(tuple(member for member, _ in _paired(members, outcomes)))


def _paired(members: Sequence[Any], outcomes: Outcomes) -> list[tuple[Any, Outcome]]:
    if len(members) != len(outcomes):
        raise CannotCompile(f"The estimator answers {len(members)} questions; there are {len(outcomes)} outcomes.")
    return list(zip(members, outcomes.items, strict=True))


def _one_against_rest(parent: Any, member: Any, given: Traced, builder: Builder) -> IndependentOutcome:
    if not is_classifier(member):
        raise CannotCompile("One outcome was constant in training; OneVsRestClassifier then cannot be compiled.")
    at = 0.0 if hasattr(parent.estimators_[0], "decision_function") else 0.5
    return IndependentOutcome(model_of(member, given, builder), 1, at)


def _yes(classes: Any, yes: Any) -> int:
    """Position of the class that means yes; -1 when training saw none."""
    where = np.flatnonzero(means_yes(np.asarray(classes), yes))
    return int(where[0]) if len(where) else -1


def _description(builder: Builder) -> str:
    steps = ", ".join(builder.steps)
    kinds = ", ".join(builder.kinds)
    return f"compiled: {steps} → {kinds}" if steps else f"compiled: {kinds}"
