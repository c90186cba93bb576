"""Requests that schemathesis draws from the OpenAPI document, of what it allows or of what it forbids."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi import checks as openapi_checks

from tests.lanes import fewer

WANTED = (
    checks.not_a_server_error,
    openapi_checks.status_code_conformance,
    openapi_checks.content_type_conformance,
    openapi_checks.response_headers_conformance,
    openapi_checks.response_schema_conformance,
)
MODES = pytest.mark.parametrize(
    "mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["allowed", "forbidden"]
)
EXAMPLES = settings(
    max_examples=fewer(8, 2), deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def each_operation(
    contract: Any, mode: GenerationMode, known: dict[str, list[str]], send: Callable[..., Any]
) -> set[str]:
    """Draw requests of every operation and send them; the ids of the operations.

    Parameters
    ----------
    contract : schema of schemathesis
    mode : GenerationMode
    known : dict
        Values that are there, by parameter of a path: most requests have one of them.
    send : callable
        Given the id of the operation and the case; sends it and checks the answer.
    """
    found = [each.ok() for each in contract.get_all_operations()]
    for operation in found:
        _examples_of(operation, mode, known, send)
    return {each.definition.raw["operationId"] for each in found}


def _examples_of(operation: Any, mode: GenerationMode, known: dict[str, list[str]], send: Callable[..., Any]) -> None:
    @EXAMPLES
    @given(case=operation.as_strategy(generation_mode=mode), data=st.data())
    def holds(case: Any, data: Any) -> None:
        for name in case.path_parameters or {}:
            if name in known and data.draw(st.integers(0, 3)):
                case.path_parameters[name] = data.draw(st.sampled_from(known[name]))
        send(operation.definition.raw["operationId"], case)

    try:
        holds()
    except Unsatisfiable:  # where nothing is asked, nothing can be asked wrongly
        assert mode is GenerationMode.NEGATIVE
