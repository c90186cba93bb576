"""Example records: values that a model takes, made from its schema."""

from __future__ import annotations

from typing import Any

from ml.data.schema import Feature, Schema, plain


def example(schema: Schema) -> dict[str, Any]:
    """A record that the model takes."""
    return {feature.name: example_of(feature) for feature in schema.features}


def example_of(feature: Feature) -> Any:
    """A value that the model takes: where the form starts, or the first that fits."""
    if feature.default is not None or not feature.required:
        return plain(feature.default)
    if feature.choices:
        return feature.choices[0].value
    ends = [*(feature.seen or ()), feature.low, feature.high]
    known = next((end for end in ends if end is not None), None)
    if known is not None:
        return plain(known)
    return {"boolean": False, "date": "2000-01-01", "text": "text"}.get(feature.kind, 0)
