"""What a model of the contract refuses is said in words: what came, what is accepted, what to do."""

from __future__ import annotations

from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ml.data.validation.validation_words import in_words


class Inner(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    size: Annotated[int, Field(ge=1)] = 1


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    share: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    count: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None
    by: Literal["rank", "file"] = "rank"
    quick: bool = False
    name: Annotated[str, Field(min_length=1, max_length=9)] = "x"
    limits: dict[str, Annotated[int, Field(ge=0)]] | None = None
    names: list[str] | None = None
    inner: Inner | None = None
    act: Annotated[float, Field(ge=0, le=1)] | Literal["chosen"] | None = None
    needed: str


def words(**given):
    with pytest.raises(ValidationError) as caught:
        Asked.model_validate({"needed": "y", **given})
    return in_words(caught.value, Asked, "The body")


@pytest.mark.parametrize(
    ("given", "message", "hint"),
    [
        ({"share": 0.9}, "share is 0.9.", "It is a number from 0 to 0.5."),
        ({"count": -3}, "count is -3.", "It is a whole number, 0 or more."),
        ({"count": 2.5}, "count is 2.5.", "It is a whole number, 0 or more."),
        ({"by": "luck"}, "by is 'luck'.", "It is one of rank, file."),
        ({"quick": "yes"}, "quick is 'yes'.", "It is true or false."),
        ({"name": "0123456789"}, "name is '0123456789'.", "It is a text of 1 to 9 characters."),
        ({"limits": {"north": -1}}, "limits.north is -1.", "It is a whole number, 0 or more."),
        ({"limits": 7}, "limits is 7.", "It is an object, each a whole number, 0 or more."),
        ({"names": ["a", 3]}, "names.1 is 3.", "It is a text."),
        ({"inner": {"size": 0}}, "inner.size is 0.", "It is a whole number, 1 or more."),
        ({"needed": None}, "needed is null.", "It is a text."),
        ({"act": 2}, "act is 2.", "It is a number from 0 to 1 or chosen."),
    ],
)
def test_a_fault_tells_what_came_and_what_is_accepted(given, message, hint):
    assert words(**given) == (message, hint)


def test_a_name_that_nobody_knows_is_told_with_those_that_are_known():
    message, hint = words(colour=1, share=3)
    assert message == "Unknown: colour. share is 3."
    assert hint.startswith("Known: share, count, by, quick, name, limits, names, inner, act, needed. ")


def test_what_is_missing_and_what_is_no_object_are_told():
    with pytest.raises(ValidationError) as caught:
        Asked.model_validate({})
    assert in_words(caught.value, Asked, "The body") == ("There is no needed.", "It is a text.")
    with pytest.raises(ValidationError) as caught:
        Asked.model_validate([1])
    assert in_words(caught.value, Asked, "The body")[0] == "The body is no JSON object."


def test_a_thousand_faults_make_a_short_message_and_long_values_are_cut():
    message, hint = words(limits={f"n{at}": "x" * 10_000 for at in range(1000)})
    assert len(message) < 1_000
    assert hint == "It is a whole number, 0 or more."
