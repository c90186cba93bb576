"""What is said of a file to whoever sent it: what no column gives, what could not be read, what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from ml.data.parsing import gap_sentences, quote
from ml.data.schema import Schema
from ml.files.readers.json_table import RecordTable
from ml.files.table import Table

MOST_NAMED = 6  # features of one sentence
NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True)
class MissingColumns:
    """Features that no column gives, by label.

    Attributes
    ----------
    needed : tuple of str
        No record is scored without them.
    others : tuple of str
    always : tuple of str
        Those of the others that every row of the training had.
    """

    needed: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    always: tuple[str, ...] = ()

    def sentences(self, count: int | None, *, past: bool = False) -> list[str]:
        """What to say of them.

        Parameters
        ----------
        count : int or None
            How many records are scored without them; None where that is not known.
        past : bool
            Whether that is done.
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
    """Features that no column gives, by what their lack means.

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
    """What people call the features, and the choices that stand for several, by name."""
    return {feature.name: feature.label for feature in (*schema.given, *schema.features)}


def near_sentences(near: Mapping[str, str], labels: Mapping[str, str]) -> list[str]:
    """Columns that were taken for features although they are spelled otherwise."""
    return [f"The column {quote(column)} is taken for {labels.get(name, name)}." for column, name in near.items()]


def unread_sentence(label: str, count: int, of: str, example: str) -> str:
    """How many values of a feature could not be read; `of` is such as "of the first 200"."""
    return f"{count:,} {of} values of {label} could not be read, such as {quote(example)}."


def about_file(schema: Schema, table: Table | RecordTable, near: Mapping[str, str]) -> dict[str, Any]:
    """What is kept of a file among the options of its job, once all lines were read: for :func:`job_notes`.

    Parameters
    ----------
    schema : Schema
    table : Table or RecordTable
    near : mapping of str to str
        Columns that were taken for features before somebody agreed to them.
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
    """What is worth saying of a file that is being scored, or was.

    Parameters
    ----------
    about : mapping
        As :func:`about_file` gives it; empty until all of it was read.
    gaps, unread : mapping of str to int
        As of :class:`store.job.Job`.
    scored : int
        Records that were scored so far.
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
    """Of a whole file; a value that is needed and missing is among them."""
    values, are = ("value", "is") if count == 1 else ("values", "are")
    return f"{count:,} {values} of {label} {are} missing or could not be read."


def listed(names: Sequence[str]) -> str:
    """Names as a list in a sentence; of many the first."""
    some = list(names[:MOST_NAMED])
    if len(names) > MOST_NAMED:
        some.append(f"{len(names) - MOST_NAMED:,} more")
    return some[0] if len(some) == 1 else f"{', '.join(some[:-1])} and {some[-1]}"


def _it(names: Sequence[str]) -> str:
    return "it" if len(names) == 1 else "them"
