"""Matches columns of a file with features: as chosen, else by name, else by a similar name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ml.data.schema import Schema
from ml.errors import LikelyError
from ml.files.header.units import scale_in, without_unit
from ml.files.text.plain_name import plain_name
from ml.translation import in_row, text

NOT_THIS = "column left out: {name}"  # stands for a column that is no feature
SHORTEST = 5  # letters of a name from which a typing error may be one
LONG = 10  # letters from which there may be two
MOST_NAMED = 10


class BadColumns(LikelyError):
    """A chosen mapping of columns to features that is impossible."""

    code = "bad_columns"


@dataclass(frozen=True)
class Matched:
    """Result of matching: the feature of each column, what is missing, and near misses."""

    columns: Mapping[str, str | None] = field(default_factory=dict)
    """Column to the feature that it gives, None where it gives none."""
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Columns that the model knows by another name, and those that it must not know by theirs."""
    missing: tuple[str, ...] = ()
    """Features that no column gives, by itself or as a part of one choice."""
    near: Mapping[str, str] = field(default_factory=dict)
    """Columns that were taken for a feature although they are spelled otherwise."""
    alike: Mapping[str, str] = field(default_factory=dict)
    """Columns that read like a feature which another column gives."""
    tied: Mapping[str, str] = field(default_factory=dict)
    """Columns that read like one feature, as well as each other: none of them was taken."""

    @property
    def alike_notes(self) -> list[str]:
        """Sentences about columns that were left out for another one of the same feature."""
        taken = {feature: name for name, feature in self.columns.items() if feature}
        return [
            text("Column {column} was left out: {feature} comes from {other}.", column=repr(name), feature=feature,
                 other=repr(taken[feature]))
            for name, feature in self.alike.items()
        ]  # fmt: skip

    @property
    def notes(self) -> list[str]:
        """Sentences about near misses, columns that are alike, and features without a column."""
        said = [
            text("Column {column} was taken for {feature}.", column=repr(name), feature=feature)
            for name, feature in self.near.items()
        ]
        said += self.alike_notes
        if self.missing:
            more = len(self.missing) - MOST_NAMED
            named = in_row(self.missing[:MOST_NAMED])
            named = text("{names} and {n} more", names=named, n=f"{more:,}") if more > 0 else named
            said.append(text("No column gives {features}.", features=named))
        return said


def match_columns(schema: Schema, header: Sequence[str], given: Mapping[str, str] | None = None) -> Matched:
    """Match the columns of a file with the features of a model.

    Parameters
    ----------
    header : sequence of str
        Names of the columns, each once.
    given : mapping of str to str, optional
        Column to feature, as somebody chose; to "" where the column is to be left out.

    Raises
    ------
    BadColumns
        Where what was given names no column or no feature, or gives a feature two columns.
    """
    given = given or {}
    _check(schema, header, given)
    by_name: dict[str, str | None] = {name: given[name] or None for name in header if name in given}
    free = [name for name in header if name not in given]
    alike, tied = _by_name(schema, free, by_name)
    near = _near(schema, [name for name in free if not by_name.get(name)], set(filter(None, by_name.values())))
    by_name |= near
    columns = {name: by_name.get(name) for name in header}
    renamed = {name: known for name in header if (known := known_as(schema, name, columns[name])) != name}
    renamed |= _record_id(schema, header, columns, renamed)
    missing = missing_of(schema, set(filter(None, columns.values())))
    return Matched(columns, renamed, missing, near, alike, tied)


def _by_name(
    schema: Schema, header: Sequence[str], columns: dict[str, str | None]
) -> tuple[dict[str, str], dict[str, str]]:
    """Add to `columns` the columns with a feature's name, best first: as it is, without spaces, as plain words.

    Returns columns that read like a feature which another column gives, and columns that read like it equally.
    """
    alike: dict[str, str] = {}
    tied: dict[str, str] = {}
    plain = _plain(schema)
    for words, read in (
        (_names(schema, str), str),
        (_names(schema, str.strip), str.strip),
        (plain, plain_name),
        (plain, _without_table(header)),
    ):
        fits = {name: words[read(name)] for name in header if not columns.get(name) and read(name) in words}
        counts, taken = Counter(fits.values()), set(columns.values())
        for name, feature in fits.items():
            if feature in taken:
                alike[name] = feature
            elif counts[feature] > 1:
                tied[name] = feature
            else:
                columns[name] = feature
    return alike, {name: feature for name, feature in tied.items() if feature not in columns.values()}


def _without_table(header: Sequence[str]) -> Callable[[str], str]:
    """Reads names without the table before them, where it is that of all: t.income, [dbo].[customers].[income]."""
    tables = {name.rpartition(".")[0] for name in header if not name.startswith("Unnamed: ")}
    table = tables.pop() if len(tables) == 1 and len(header) > 1 else ""
    return lambda name: plain_name(name.removeprefix(f"{table}.") if table else name)


def known_as(schema: Schema, name: str, feature: str | None) -> str:
    """Name under which the model gets a column; a column that gives no feature must not have a feature's name."""
    return feature or (NOT_THIS.format(name=name) if name in schema.position else name)


def missing_of(schema: Schema, given: Collection[str]) -> tuple[str, ...]:
    """Features without a column of their own or a one-hot group; hidden features do not count."""
    return tuple(
        feature.name
        for feature in schema.features
        if not feature.hidden and not {feature.name, schema.shown.get(feature.name)} & set(given)
    )


def _record_id(
    schema: Schema, header: Sequence[str], columns: Mapping[str, str | None], renamed: Mapping[str, str]
) -> dict[str, str]:
    """The column that names a record, where it is spelled otherwise."""
    wanted = schema.record_id
    if wanted is None or wanted in header or wanted in renamed.values():
        return {}
    read = _without_table(header)
    alike = [name for name in header if columns[name] is None and plain_name(wanted) in (plain_name(name), read(name))]
    return {alike[0]: wanted} if len(alike) == 1 else {}


def _check(schema: Schema, header: Sequence[str], given: Mapping[str, str]) -> None:
    strangers = sorted(set(given) - set(header))
    if strangers:
        none = text("The file has no column {column}.", column=repr(strangers[0][:80]))
        raise BadColumns(none, text("It has {columns}.", columns=", ".join(header)[:500]))
    unknown = sorted(set(filter(None, given.values())) - {feature.name for feature in schema.given})
    if unknown:
        none = text("There is no feature {feature}.", feature=repr(unknown[0][:80]))
        raise BadColumns(none, text("Features: {names}.", names=", ".join(schema.names)[:500]))
    named = Counter(feature for feature in given.values() if feature)
    twice = sorted(feature for feature, count in named.items() if count > 1)
    if twice:
        both = text("Two columns are to give {feature}.", feature=twice[0])
        raise BadColumns(both, text("Choose one column for each feature."))


def _names(schema: Schema, read: Callable[[str], str]) -> dict[str, str]:
    """Names of features as they are read, to features; names shared by two features are left out."""
    return _told_apart(
        (read(word), feature.name) for feature in schema.given for word in (feature.name, *feature.aliases)
    )


def _plain(schema: Schema) -> dict[str, str]:
    """Features by normalized name and label; a name that two features share is left out."""
    words = (
        (word, feature.name) for feature in schema.given for word in (feature.name, *feature.aliases, feature.label)
    )
    return _told_apart((plain_name(word), feature) for word, feature in words)


def _told_apart(words: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for word, feature in words:
        found.setdefault(word, set()).add(feature)
    return {word: next(iter(features)) for word, features in found.items() if len(features) == 1}


def _near(schema: Schema, header: Sequence[str], given: Collection[str]) -> dict[str, str]:
    """Columns whose name is a unit or a typing error away from the name of one feature that no other column gives."""
    names = _plain(schema)
    wanted = set(missing_of(schema, given))
    fits: list[tuple[str, str]] = []
    for name in header:
        told = names.get(plain_name(without_unit(name)))
        close = {told} if told else {feature for word, feature in names.items() if _is_misspelling(name, word)}
        if len(close) == 1 and close <= wanted:
            fits.append((name, next(iter(close))))
    counts = Counter(feature for _, feature in fits)
    return {name: feature for name, feature in fits if counts[feature] == 1}


def reads_like_a_feature(schema: Schema, name: str) -> bool:
    """True when a column of that name could be matched with a feature or the record id, also as a misspelling."""
    words = {word for feature in schema.given for word in (feature.name, feature.label, *feature.aliases)}
    plain = plain_name(without_unit(name))
    known = set(map(plain_name, words | {schema.record_id or ""}))
    return plain in known or any(_one_typing_error(plain, word) for word in known)


def _is_misspelling(name: str, word: str) -> bool:
    """True when a name is a typing error away from a plain one and counts in the same size: "income_k" is no income."""
    return word.endswith(scale_in(name)) and _one_typing_error(plain_name(name), word)


def _one_typing_error(a: str, b: str) -> bool:
    """True when two names differ by one letter, in long names two."""
    if min(len(a), len(b)) < SHORTEST or re.findall(r"\d+", a) != re.findall(r"\d+", b):
        return False
    most = 2 if min(len(a), len(b)) >= LONG else 1
    return abs(len(a) - len(b)) <= most and _distance(a, b) <= most


def _distance(a: str, b: str) -> int:
    """Edit distance with transpositions (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        last, before_last, row = row, before, [i]
        before = last
        for j, y in enumerate(b, start=1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, before_last[j - 2] + 1)
            row.append(best)
    return row[-1]
