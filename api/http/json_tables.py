"""JSON to raw records, for all the shapes in which programs write tables.

pandas writes six (``DataFrame.to_json(orient=…)``). They are recognized by structure alone, which works because no
feature takes a list or an object: values that are such are columns or rows. Only for an object of objects the model's
feature names decide between the two.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from api.http.errors import check_count
from ml.data.schema import Schema
from ml.errors import Unreadable
from ml.files.readers.json_text import SEND, repeated

RECORDS = 'pandas writes records with orient="records".'
SPLIT = {"columns", "index", "data", "index_names", "column_names"}
TABLE = {"schema", "data"}

Known = Callable[[], Collection[str]]


def names_of(schema: Schema) -> frozenset[str]:
    """All names that a record may use for its values."""
    own = [schema.record_id] if schema.record_id else []
    return frozenset([*schema.position, *own, *(one.name for one in schema.one_hot)])


def records_in(data: Any, most: int, known: Known) -> list[object]:
    """Extract the records from JSON of any shape; too many are refused before they are made.

    Parameters
    ----------
    data : object
        The parsed JSON.
    most : int
        Maximum number of records in one request.
    known : callable
        Returns the model's names.

    Raises
    ------
    Unreadable, TooManyRecords
    """
    if isinstance(data, list):
        return data
    if not isinstance(data, dict):
        raise Unreadable("The body is JSON, but holds no record.", SEND)
    if "records" not in data and not isinstance(next(iter(data.values()), None), (list, dict)):
        return [data]  # a record: by far the most frequent case
    if isinstance(data.get("records"), (list, dict)):
        return _from_envelope(data)
    if isinstance(data.get("data"), list):
        if is_split(data):
            return from_split(data, most)
        if data.keys() == TABLE:
            return _from_table(data, most, known)
    return in_columns(data, most, known)


def in_columns(data: dict[str, Any], most: int, known: Known = frozenset) -> list[object]:
    """Records of an object: columns as lists or objects, rows by label, or a single record."""
    if data and all(isinstance(column, list) for column in data.values()):
        return from_lists(data, most)
    if data and all(isinstance(column, dict) for column in data.values()):
        return _from_objects(data, most, known)
    return [data]


def _from_envelope(data: dict[str, Any]) -> list[object]:
    others = [name for name in data if name != "records"]
    if others:
        raise Unreadable(f'Beside "records" came {", ".join(map(repr, others))[:200]}.', 'Send "records" alone.')
    records: list[object] | dict[str, Any] = data["records"]
    if isinstance(records, dict):
        raise Unreadable('"records" holds an object.', "It holds a list of objects; one record may be sent without it.")
    return records


def is_split(data: Mapping[str, Any]) -> bool:
    """True for ``orient="split"`` and ``"tight"``."""
    return data.keys() <= SPLIT and isinstance(data.get("columns"), list) and isinstance(data.get("data"), list)


def from_split(data: Mapping[str, Any], most: int, names: Sequence[str] = ()) -> list[object]:
    """Records of ``orient="split"``; without columns the rows are in the order of `names`."""
    columns, rows = data.get("columns", list(names)), data.get("data")
    if not isinstance(rows, list) or not isinstance(columns, list):
        raise Unreadable('"data" holds no rows.', 'It is {"columns": […], "data": [[…], …]}.')
    if any(isinstance(column, (list, dict)) for column in columns):
        raise Unreadable("Columns have names of several parts.", "Give each column one name.")
    columns = [str(column) for column in columns]
    twice = sorted(repeated(columns))
    if twice:
        raise Unreadable(f"Columns came more than once: {', '.join(twice)[:200]}.", "Send each column once.")
    check_count(len(rows), most)
    return [named(row, columns) for row in rows]


def named(row: Any, names: Sequence[str]) -> object:
    """A row of values as a record, by position."""
    if not isinstance(row, list) or len(row) != len(names):
        cells = f"{len(row)} values" if isinstance(row, list) else "no list"
        raise Unreadable(f"A row is {cells}; there are {len(names)} columns.", f"They are {', '.join(names)[:400]}.")
    return dict(zip(names, row, strict=True))


def rows_or_records(data: Any, names: Sequence[str], most: int) -> list[object]:
    """Records of a list of records, or of rows of values by position.

    A flat list of values is one record; where a record has one value, as many records as there are values.
    """
    if not isinstance(data, list):
        raise Unreadable("There is no list of records.", SEND)
    flat = bool(data) and not any(isinstance(row, (list, dict)) for row in data)
    if flat and len(names) != 1:
        return [named(data, names)]
    check_count(len(data), most)
    if flat:
        return [named([value], names) for value in data]
    return [named(row, names) for row in data] if any(isinstance(row, list) for row in data) else data


def from_lists(columns: Mapping[str, list[Any]], most: int) -> list[object]:
    """Records of columns of equal length; cells may be lists of one, as in tensors of shape (n, 1)."""
    check_count(max(map(len, columns.values())), most)
    made = {name: [_cell(cell) for cell in column] for name, column in columns.items()}
    if len({len(column) for column in made.values()}) != 1:
        sizes = ", ".join(f"{name!r}: {len(column)}" for name, column in made.items())
        raise Unreadable(f"The columns have different lengths: {sizes[:200]}.", "Give each one value a record.")
    return [dict(zip(made, row, strict=True)) for row in zip(*made.values(), strict=True)]


def _cell(cell: Any) -> Any:
    return cell[0] if isinstance(cell, list) and len(cell) == 1 else cell


def _from_table(data: dict[str, Any], most: int, known: Known) -> list[object]:
    """Records of ``orient="table"``, which include row labels."""
    schema = data["schema"] if isinstance(data["schema"], dict) else {}
    labels = schema.get("primaryKey", [])
    check_count(len(data["data"]), most)
    names = known()
    dropped = {label for label in labels if isinstance(label, str) and label not in names} if labels else set()
    return [
        {name: value for name, value in row.items() if name not in dropped} if isinstance(row, dict) else row
        for row in data["data"]
    ]


def _from_objects(data: dict[str, dict[str, Any]], most: int, known: Known) -> list[object]:
    """Records of ``orient="columns"``, the default of ``to_json()``, or ``orient="index"``."""
    first = next(iter(data.values()))
    uneven = [name for name, column in data.items() if column.keys() != first.keys()]
    outer, inner = _fit(data, known()), _fit(first, known())
    if outer == inner and outer[1]:
        raise Unreadable("Columns and rows have the same names: which are which cannot be told.", RECORDS)
    if inner > outer:
        check_count(len(data), most)
        return list(data.values())
    if uneven:
        listed = ", ".join(map(repr, uneven))[:200]
        raise Unreadable(f"Columns of different rows: {listed}.", RECORDS)
    check_count(len(first), most)
    return [{name: column[row] for name, column in data.items()} for row in first]


def _fit(keys: Collection[str], known: Collection[str]) -> tuple[bool, int]:
    """Match of keys with feature names: True when all are, and the number that are."""
    matches = sum(key in known for key in keys)
    return matches == len(keys), matches


def drop_unknown_fields(raws: Sequence[object], known: Collection[str]) -> tuple[list[object], list[str]]:
    """Drop fields that the model does not know from records; also returns their names.

    Raises
    ------
    Unreadable
        A record has no known name at all.
    """
    unknown: dict[str, None] = {}
    kept: list[object] = []
    for at, raw in enumerate(raws):
        if not isinstance(raw, Mapping):
            kept.append(raw)
            continue
        left = {name: value for name, value in raw.items() if name in known}
        if raw and not left:
            raise Unreadable(
                f"The model knows none of the names of record {at}.", f"It knows {', '.join(known)[:400]}."
            )
        unknown.update(dict.fromkeys(name for name in raw if name not in known))
        kept.append(left)
    return kept, list(unknown)
