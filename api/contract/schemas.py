"""JSON schemas of one model's records and predictions."""

from __future__ import annotations

import copy
from typing import Any

from ml.data.example_record import example, example_of
from ml.data.feature import MOST_LISTED, Feature, plain
from ml.service import Bundle

_TYPES = {"number": "number", "integer": "integer", "boolean": "boolean"}


def record(bundle: Bundle) -> dict[str, Any]:
    """One record of a model: types, limits, choices, units and an example."""
    schema = bundle.schema
    properties = {feature.name: _feature(feature) for feature in schema.features}
    for name in dict.fromkeys(schema.shown.values()):  # a one-hot group may be sent as one choice
        properties[name] = _feature(schema.displayed.feature(name))
    if schema.record_id:
        properties[schema.record_id] = {"type": ["string", "null"], "maxLength": 200, "title": "The record's own name"}
    return {
        "type": "object",
        "title": f"A record of {bundle.title}",
        "properties": properties,
        "required": [
            feature.name for feature in schema.features if feature.required and feature.name not in schema.shown
        ],
        "additionalProperties": False,
        "examples": [example(schema)],
    }


def _feature(feature: Feature) -> dict[str, Any]:
    said = feature.help
    kind = _TYPES.get(feature.kind, "string")
    kinds: dict[str, Any] = {"type": kind if feature.required else [kind, "null"]}
    if feature.codes and feature.yes_no:
        kinds = {"type": [kind, "boolean", *([] if feature.required else ["null"])]}
    if len(feature.choices) > MOST_LISTED:
        # Ten thousand values would be 300 kB in each document.
        types = sorted({_type_of(choice.value) for choice in feature.choices})
        types += [] if feature.required else ["null"]
        kinds = {"type": types if len(types) > 1 else types[0]}
        said = f"{said} One of {len(feature.choices):,} values: the model's own address lists them.".strip()
    elif feature.choices:
        kinds = {"enum": [*[choice.value for choice in feature.choices], *([] if feature.required else [None])]}
        said = f"{said} {', '.join(f'{choice.value}: {choice.label}' for choice in feature.choices)}".strip()
    if feature.kind == "date":
        kinds["format"] = "date"
    schema = {"title": feature.label, **kinds, "examples": [example_of(feature)]}
    if feature.is_number:
        limits = {"minimum": plain(feature.low), "maximum": plain(feature.high)}
        schema |= {name: value for name, value in limits.items() if value is not None}
    schema |= {"description": said} if said else {}
    return schema | ({"x-unit": feature.unit} if feature.unit else {})


def _type_of(value: object) -> str:
    """JSON schema type of a choice."""
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, (int, float)) else "string"


def of_model(bundle: Bundle, generic: dict[str, Any]) -> dict[str, Any]:
    """Replace the generic schemas of record and prediction by those of this model."""
    names = list(bundle.outcomes.names)
    prediction = copy.deepcopy(generic["Prediction"])
    label: dict[str, Any] = {"type": "string", "enum": names}
    if not bundle.outcomes.exclusive:
        label = {"type": "array", "items": label, "uniqueItems": True}
    chances = _by_outcome(names, {"type": "number", "minimum": 0, "maximum": 1})
    gives = bundle.offers == "probabilities"
    properties = {
        "label": {"anyOf": [label, {"type": "null"}]},
        "probabilities": chances if gives else {"type": "null"},
        **dict.fromkeys(("low", "high", "base"), chances),
        "decisions": _by_outcome(names, {"type": "boolean"}),
    }
    for name, schema in properties.items():
        description = prediction["properties"][name].get("description")
        prediction["properties"][name] = schema | ({"description": description} if description else {})
    return {"Record": record(bundle), "Prediction": prediction}


def _by_outcome(names: list[str], inner: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict.fromkeys(names, inner), "required": names}
