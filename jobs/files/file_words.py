"""Messages about an uploaded file: missing columns, unreadable values, lines that were left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any

from ml.data.schema import Schema
from ml.data.value_words import gap_sentences, quote
from ml.files.readers.json_table import RecordTable
from ml.files.table import Table
from ml.translation import listed as enumeration
from ml.translation import plural, text

MOST_NAMED = 6  # features that one sentence names
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class MissingColumns:
    """Labels of features that no column provides."""

    needed: tuple[str, ...] = ()
    """Required: no record is scored without them."""
    others: tuple[str, ...] = ()
    always: tuple[str, ...] = ()
    """Other features that were never missing in training."""

    def sentences(self, count: int | None, *, past: bool = False) -> list[str]:
        """Sentences about the features that no column gives.

        Parameters
        ----------
        count : int or None
            Number of records scored without them; None where unknown.
        past : bool
            True for the past tense, after scoring.
        """
        said = []
        if self.needed:
            said.append(
                plural(
                    "No column gives {features}, and no record can be scored without it.",
                    "No column gives {features}, and no record can be scored without them.",
                    len(self.needed),
                    features=listed(self.needed),
                )
            )
        if self.others:
            said.append(self._scored(count, past=past))
        if self.always:
            said.append(text("In training every row had {features}.", features=listed(self.always)))
        return said

    def _scored(self, count: int | None, *, past: bool) -> str:
        many, one, slots = len(self.others), count == 1, {"features": listed(self.others)}
        if one and past:
            return plural(
                "No column gives {features}: the one record was scored without it.",
                "No column gives {features}: the one record was scored without them.",
                many,
                **slots,
            )
        if one:
            return plural(
                "No column gives {features}: the one record is scored without it.",
                "No column gives {features}: the one record is scored without them.",
                many,
                **slots,
            )
        if count is None:
            return plural(
                "No column gives {features}: all records are scored without it.",
                "No column gives {features}: all records are scored without them.",
                many,
                **slots,
            )
        slots["n"] = f"{count:,}"
        if past:
            return plural(
                "No column gives {features}: all {n} records were scored without it.",
                "No column gives {features}: all {n} records were scored without them.",
                many,
                **slots,
            )
        return plural(
            "No column gives {features}: all {n} records are scored without it.",
            "No column gives {features}: all {n} records are scored without them.",
            many,
            **slots,
        )


def missing_columns(schema: Schema, names: Iterable[str]) -> MissingColumns:
    """Group the features of these names, which no column provides, by the consequence."""
    features = [schema.features[schema.position[name]] for name in names]
    others = [feature for feature in features if not feature.required]
    return MissingColumns(
        tuple(feature.label for feature in features if feature.required),
        tuple(feature.label for feature in others),
        tuple(feature.label for feature in others if feature.complete),
    )


def labels_of(schema: Schema) -> dict[str, str]:
    """Labels of features and one-hot groups, by name."""
    return {feature.name: feature.label for feature in (*schema.given, *schema.features)}


def near_sentences(near: Mapping[str, str], labels: Mapping[str, str]) -> list[str]:
    """Sentences about columns that were matched to features by similar spelling."""
    return [
        text("The column {column} is taken for {feature}.", column=quote(column), feature=labels.get(name, name))
        for column, name in near.items()
    ]


def unread_sentence(label: str, count: int, checked: int, example: str, *, whole: bool) -> str:
    """Sentence with the number of unreadable values of a feature among the values checked: the first ones, or all."""
    slots = {"n": f"{count:,}", "checked": f"{checked:,}", "feature": label, "example": quote(example)}
    if whole:
        return text("{n} of the {checked} values of {feature} could not be read, such as {example}.", **slots)
    return text("{n} of the first {checked} values of {feature} could not be read, such as {example}.", **slots)


def about_file(schema: Schema, table: Table | RecordTable, options: Mapping[str, Any]) -> dict[str, Any]:
    """Facts about a file for the options of its job, once all lines were read; input of :func:`job_notes`.

    The job's options have ``near`` and ``alike``, as in :class:`ml.files.header.match_columns.Matched`, from when its
    columns were settled.
    """
    matching = table.matched
    near, alike = {**options.get("near", NOTHING), **matching.near}, {**options.get("alike", NOTHING), **matching.alike}
    matched = replace(matching, near=near, alike=alike)
    notes = [*matched.alike_notes, *table.dialect.notes]
    about = {
        "dialect": table.dialect.to_json(),
        "missing": list(matched.missing),
        "missing_labels": list(astuple(missing_columns(schema, matched.missing))),
        "near": matched.near,
        "labels": {name: label for name, label in labels_of(schema).items() if name != label},
    }
    if isinstance(table, Table):
        about |= {"left_out": table.left_out.to_json(), "reading": table.reading.to_json()}
        notes += table.left_out.notes
    return about | {"file_notes": notes}


def job_notes(about: Mapping[str, Any], gaps: Mapping[str, int], unread: Mapping[str, int], scored: int) -> list[str]:
    """Notes on a file that is being scored, or was.

    `about` comes of :func:`about_file` and is empty until the whole file was read; `gaps` and `unread` are those of
    :class:`store.job.Job`; `scored` records are done so far.
    """
    labels, absent = about.get("labels", NOTHING), set(about.get("missing", ()))
    lacking = {labels.get(name, name): count for name, count in gaps.items() if name not in absent}
    wrong = sorted(unread.items(), key=lambda each: -each[1])
    return [
        *near_sentences(about.get("near", NOTHING), labels),
        *MissingColumns(*map(tuple, about.get("missing_labels", ()))).sentences(scored, past=True),
        *gap_sentences(lacking),
        *(_refused(labels.get(name, name), count) for name, count in wrong if name and name not in absent),
        *about.get("file_notes", ()),
    ]


def _refused(label: str, count: int) -> str:
    """Sentence about refused values of a whole file, missing required ones included."""
    return plural(
        "{n} value of {feature} is missing or could not be read.",
        "{n} values of {feature} are missing or could not be read.",
        count,
        n=f"{count:,}",
        feature=label,
    )


def listed(names: Sequence[str]) -> str:
    """Names as an enumeration in a sentence, shortened where there are many."""
    some, more = list(names[:MOST_NAMED]), len(names) - MOST_NAMED
    return enumeration([*some, plural("{n} more", "{n} more", more, n=f"{more:,}")] if more > 0 else some)
