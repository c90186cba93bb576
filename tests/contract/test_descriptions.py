"""Every description of the OpenAPI document stands alone: there, a field is read without the ones around it."""

import re

import pytest
from pydantic import Field

from api.contract.base import Shape
from api.contract.document import document

OPENERS = "What|Where|Who|Whom|Which|Whose|How|When|Why|Whether|Of|As|By the same|Its|The same|That|Those|These"
RIDDLE = re.compile(rf"({OPENERS})\b")


def faults(node, place="", described=True):
    """Places of a document with a description that is missing, opens like a part of a sentence, or is one word.

    A property that is a ``$ref`` and nothing else is described by its schema.
    """
    if isinstance(node, list):
        for at, each in enumerate(node):
            yield from faults(each, f"{place}[{at}]", False)
    elif isinstance(node, dict):
        yield from fault_of(node.get("description"), place, described and node.keys() != {"$ref"})
        for name, field in node.get("properties", {}).items():
            yield from faults(field, f"{place}.{name}")
        for key in node.keys() - {"properties", "example", "examples"}:
            yield from faults(node[key], f"{place}/{key}", False)


def fault_of(said, place, described):
    """The fault of one description, if any; a missing one is none where nothing has to be described."""
    if not isinstance(said, str):
        yield from [f"{place} has no description"] if described else []
    elif RIDDLE.match(said):
        yield f"{place} opens with “{said.split()[0]}”: {said}"
    elif len(said.split()) < 2:
        yield f"{place} says one word: {said!r}"


def faults_of(made):
    """Faults of a document: of its components, each of which has to be described, and of its operations."""
    for kind in ("schemas", "parameters", "headers"):
        for name, each in made["components"][kind].items():
            yield from faults(each, name)
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            place = f"{method.upper()} {path}"
            if RIDDLE.match(operation["summary"]):
                yield f"{place} has the summary {operation['summary']!r}"
            for parameter in operation.get("parameters", []):
                yield from faults(parameter, f"{place} {parameter.get('name')}")
            yield from faults({key: each for key, each in operation.items() if key != "parameters"}, place)


def test_every_description_of_the_document_stands_alone():
    assert list(faults_of(document())) == []


class _Cases(Shape):
    """Cases of fields, good ones and bad ones."""

    good: int = Field(description="Number of cases.")
    silent: int
    part: int = Field(description="Of the cases.")
    single: int = Field(description="Cases.")


@pytest.mark.parametrize(("field", "bad"), [("good", False), ("silent", True), ("part", True), ("single", True)])
def test_a_description_that_does_not_stand_alone_is_found(field, bad):
    found = list(faults(_Cases.model_json_schema(), "Cases"))
    assert any(each.startswith(f"Cases.{field} ") for each in found) is bad
