"""Tracing of fitted steps over several columns: projections, selection, vectorizers of text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.preprocessing import Normalizer, PolynomialFeatures

from ml.predict.compiled.columns.stages import Affine, Normalised, Products, Stage
from ml.predict.compiled.columns.words import Words
from ml.predict.compiled.trace.symbolic_columns import CannotCompile, Group, Made, Raw, SymbolicColumn, arithmetic
from ml.predict.compiled.trace.traced import Follow, Traced, note


def _through(given: Traced, stage: Stage, sparse: bool = False) -> Traced:
    for column in given.columns:
        if not column_is_number(column):
            raise CannotCompile(f"Feature {column.feature!r} holds text where a number is needed.")
    group = Group(stage.width(len(given.columns)), given=given.columns, stage=stage)
    return replace(given, columns=group.columns(), names=None, sparse=sparse)


def column_is_number(column: SymbolicColumn) -> bool:
    """True when a column holds numbers at this step of the pipeline."""
    return not isinstance(column, Raw) or column.is_number


def _principal(step: PCA, given: Traced, used: list[str]) -> Traced:
    note(used, "principal components")
    scale = np.ones(len(step.components_))
    if step.whiten:
        scale = np.maximum(np.sqrt(step.explained_variance_), np.finfo(np.float64).eps)
    weights = step.components_ / scale[:, np.newaxis]
    return _through(given, Affine(weights, -(step.mean_ @ step.components_.T) / scale))


def _singular(step: TruncatedSVD, given: Traced, used: list[str]) -> Traced:
    note(used, "singular vectors")
    weights = np.asarray(step.components_, dtype=np.float64)
    return _through(given, Affine(weights, np.zeros(len(weights))))


def _polynomial(step: PolynomialFeatures, given: Traced, used: list[str]) -> Traced:
    note(used, "products")
    powers = np.asarray(step.powers_, dtype=np.int64)
    factors = np.zeros((len(powers), int(powers.sum(axis=1).max(initial=1))), dtype=np.int64)
    for at, row in enumerate(powers):
        listed = np.repeat(np.arange(1, len(row) + 1), row)
        factors[at, : len(listed)] = listed
    return _through(given, Products(factors), given.sparse)


def _normal(step: Normalizer, given: Traced, used: list[str]) -> Traced:
    note(used, "normalize")
    return _through(given, Normalised(step.norm), given.sparse)


def select(step: Any, given: Traced, used: list[str]) -> Traced:
    """The columns that a selector of ``sklearn.feature_selection`` has chosen."""
    note(used, "select")
    support = step.get_support()
    columns = given.columns
    if not all(map(column_is_number, columns)):
        raise CannotCompile(f"{type(step).__name__} looks at a text; that cannot be compiled.")
    if not step.__sklearn_tags__().input_tags.allow_nan:
        columns = tuple(arithmetic(column, "needed", 0.0) for column in columns)
    chosen = tuple(column for column, keep in zip(columns, support, strict=True) if keep)
    left = tuple(
        column for column, keep in zip(columns, support, strict=True) if not keep and not isinstance(column, Made)
    )
    return replace(given, columns=chosen, names=None, guards=given.guards + left)


def _count(step: CountVectorizer, given: Traced, used: list[str]) -> Traced:
    note(used, "words")
    return _words(step, given)


def _tf_idf(step: TfidfVectorizer, given: Traced, used: list[str]) -> Traced:
    note(used, "TF-IDF")
    return _weighted(step._tfidf, _words(step, given))


def _tf_idf_of_counts(step: TfidfTransformer, given: Traced, used: list[str]) -> Traced:
    note(used, "TF-IDF")
    return _weighted(step, given)


def _words(step: Any, given: Traced) -> Traced:
    own = step.analyzer not in ("word", "char", "char_wb") or step.preprocessor is not None
    if own or step.tokenizer is not None or step.input != "content" or callable(step.strip_accents):
        raise CannotCompile(f"{type(step).__name__} calls a Python function or reads files: that cannot be compiled.")
    if np.dtype(step.dtype) not in (np.dtype(np.float64), np.dtype(np.int64)):
        raise CannotCompile(f"{type(step).__name__} with dtype={step.dtype!r} cannot be compiled.")
    (column,) = given.columns if given.series else (None,)
    if not isinstance(column, Raw) or column.is_number or column.steps:
        raise CannotCompile(f"{type(step).__name__} does not get one column of texts by itself.")
    terms = sorted(step.vocabulary_, key=step.vocabulary_.__getitem__)
    words = Words(
        column.source,
        step.analyzer,
        step.token_pattern or "",
        bool(step.lowercase),
        step.strip_accents or "",
        int(step.ngram_range[0]),
        int(step.ngram_range[1]),
        tuple(sorted(step.get_stop_words() or ())),
        tuple(map(str, terms)),
        binary=bool(step.binary),
    )
    return Traced(Group(words.width, words=words).columns(), sparse=True, guards=given.guards)


def _weighted(step: TfidfTransformer, given: Traced) -> Traced:
    group = _all_terms(given)
    if group is None or group.words is None:
        raise CannotCompile("TfidfTransformer gets something other than the counts of a vectorizer.")
    inverse = np.asarray(step.idf_, dtype=np.float64) if step.use_idf else None
    words = replace(group.words, sublinear=bool(step.sublinear_tf), inverse=inverse, norm=step.norm or "")
    return replace(given, columns=Group(words.width, words=words).columns())


def _all_terms(given: Traced) -> Group | None:
    """The group of which these are all columns, as they were made."""
    first = given.columns[0]
    if not isinstance(first, Made) or len(given.columns) != first.group.width:
        return None
    same = all(isinstance(c, Made) and c.group is first.group and not c.steps for c in given.columns)
    return first.group if same else None


GROUP_STEPS: dict[type[Any], Follow] = {
    PCA: _principal,
    TruncatedSVD: _singular,
    PolynomialFeatures: _polynomial,
    Normalizer: _normal,
    TfidfTransformer: _tf_idf_of_counts,
}
TEXT_STEPS: dict[type[Any], Follow] = {
    CountVectorizer: _count,
    TfidfVectorizer: _tf_idf,
}
