"""A schema as JSON, as bundles keep it, and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from ml.data.feature import Choice, Feature, plain
from ml.data.one_hot import OneHot
from ml.data.schema import Constraint, Schema


def to_json(schema: Schema) -> dict[str, Any]:
    """The schema as plain JSON values; only what differs from the defaults is written."""
    defaults = {field.name: field.default for field in fields(Feature)}
    written = []
    for feature in schema.features:
        row = {
            key: value
            for key, value in asdict(feature).items()
            if value != defaults.get(key) or key in ("name", "label")
        }
        written.append({key: plain(value) for key, value in row.items()})
    whole = {"record_id": schema.record_id, "features": written}
    more: dict[str, Sequence[Any]] = {"constraints": schema.constraints, "one_hot": schema.one_hot}
    return whole | {name: [asdict(each) for each in given] for name, given in more.items() if given}


def from_json(data: dict[str, Any]) -> Schema:
    """The inverse of :func:`to_json`."""
    rules = tuple(Constraint(**rule) for rule in data.get("constraints", ()))
    groups = tuple(_one_hot(one) for one in data.get("one_hot", ()))
    return Schema(tuple(_feature(row) for row in data["features"]), data.get("record_id"), rules, groups)


def _one_hot(row: dict[str, Any]) -> OneHot:
    given: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()}
    return OneHot(**given)


def _feature(row: dict[str, Any]) -> Feature:
    given = dict(row)
    for key in ("choices", "codes"):
        given[key] = tuple(Choice(**choice) for choice in given.get(key, ()))
    for key in ("suggestions", "aliases", "missing"):
        given[key] = tuple(given.get(key, ()))
    given["levels"] = None if given.get("levels") is None else tuple(given["levels"])
    if given["kind"] == "date":
        read = dt.datetime.fromisoformat if given.get("timed") else dt.date.fromisoformat
        for key in ("low", "high", "default"):
            given[key] = None if given.get(key) is None else read(given[key])
        given["seen"] = tuple(read(end) for end in given["seen"]) if given.get("seen") else None
    elif given.get("seen"):
        given["seen"] = tuple(given["seen"])
    return Feature(**given)
