"""Example records, made from a schema."""

from __future__ import annotations

from typing import Any

from ml.data.feature import Feature, plain
from ml.data.schema import Schema

UNHEARD_OF = "\N{EM DASH} unheard of \N{EM DASH}"  # a text that is in no data set, to stand for an unknown value


def example(schema: Schema) -> dict[str, Any]:
    """A record that the model accepts."""
    return {feature.name: example_of(feature) for feature in schema.features}


def example_of(feature: Feature) -> Any:
    """A value that the model accepts: the default, or the first that is valid."""
    if feature.default is not None or not feature.required:
        return plain(feature.default)
    if feature.choices:
        return feature.choices[0].value
    ends = [*(feature.seen or ()), feature.low, feature.high]
    known = next((end for end in ends if end is not None), None)
    if known is not None:
        return plain(known)
    return {"boolean": False, "date": "2000-01-01", "text": "text"}.get(feature.kind, 0)
