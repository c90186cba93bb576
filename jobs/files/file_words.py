"""Messages about an uploaded file: missing columns, unreadable values, lines that were left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from ml.data.schema import Schema
from ml.data.value_words import gap_sentences, quote
from ml.files.readers.json_table import RecordTable
from ml.files.table import Table

MOST_NAMED = 6  # features that one sentence names
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class MissingColumns:
    """Labels of features that no column provides.

    Attributes
    ----------
    needed : tuple of str
        Required: no record is scored without them.
    others : tuple of str
    always : tuple of str
        Those of the others that were never missing in training.
    """

    needed: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    always: tuple[str, ...] = ()

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
        records = "the one record" if count == 1 else "all records" if count is None else f"all {count:,} records"
        if self.needed:
            it = _it(self.needed)
            said.append(f"No column gives {listed(self.needed)}, and no record can be scored without {it}.")
        if self.others:
            scored = f"{'was' if count == 1 else 'were'} scored" if past else f"{'is' if count == 1 else 'are'} scored"
            said.append(f"No column gives {listed(self.others)}: {records} {scored} without {_it(self.others)}.")
        if self.always:
            said.append(f"In training every row had {listed(self.always)}.")
        return said


def missing_columns(schema: Schema, names: Iterable[str]) -> MissingColumns:
    """Group the features that no column provides by the consequence.

    Parameters
    ----------
    schema : Schema
    names : iterable of str
        Names of the features.
    """
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
    return [f"The column {quote(column)} is taken for {labels.get(name, name)}." for column, name in near.items()]


def unread_sentence(label: str, count: int, of: str, example: str) -> str:
    """Sentence with the number of unreadable values of a feature; `of` is such as "of the first 200"."""
    return f"{count:,} {of} values of {label} could not be read, such as {quote(example)}."


def about_file(schema: Schema, table: Table | RecordTable, near: Mapping[str, str]) -> dict[str, Any]:
    """Facts about a file for the options of its job, once all lines were read; input of :func:`job_notes`.

    Parameters
    ----------
    schema : Schema
    table : Table or RecordTable
    near : mapping of str to str
        Columns matched to features by similar spelling, not confirmed by the user.
    """
    matched, notes = table.matched, list(table.dialect.notes)
    about = {
        "dialect": table.dialect.to_json(),
        "missing": list(matched.missing),
        "missing_labels": list(astuple(missing_columns(schema, matched.missing))),
        "near": {**near, **matched.near},
        "labels": {name: label for name, label in labels_of(schema).items() if name != label},
    }
    if isinstance(table, Table):
        about |= {"left_out": table.left_out.to_json(), "reading": table.reading.to_json()}
        notes += table.left_out.notes
    return about | {"file_notes": notes}


def job_notes(about: Mapping[str, Any], gaps: Mapping[str, int], unread: Mapping[str, int], scored: int) -> list[str]:
    """Notes on a file that is being scored, or was.

    Parameters
    ----------
    about : mapping
        Result of :func:`about_file`; empty until the whole file was read.
    gaps, unread : mapping of str to int
        As in :class:`store.job.Job`.
    scored : int
        Records scored so far.
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
    """Sentence about refused values of a whole file; missing required values are among them."""
    values, are = ("value", "is") if count == 1 else ("values", "are")
    return f"{count:,} {values} of {label} {are} missing or could not be read."


def listed(names: Sequence[str]) -> str:
    """Names as an enumeration in a sentence, shortened where there are many."""
    some = list(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        some.append(f"{len(names) - MOST_NAMED:,} more")
    return some[0] if len(some) == 1 else f"{', '.join(some[:-1])} and {some[-1]}"


def _it(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"
