"""The API under cases that are made of its own document: no 5xx, and answers as the document says (AP-1)."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.api.operations import operations
from tests import memory
from tests.api.calling import Program, program
from tests.people import Town
from tests.routes import ids_of

MODES = list(schemathesis.GenerationMode)
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


@pytest.mark.parametrize("cases", [15 * len(operations), pytest.param(10_000, marks=pytest.mark.faults)])
def test_whatever_is_sent_is_answered(stocked: Town, cases: int) -> None:
    """AP-1: bodies and addresses, right and wrong, with ids that are there and that are not."""
    before = memory.resident()
    shop = program(stocked.kavalier)
    known = {name: value for name, value in ids_of(stocked.kavalier).values().items() if isinstance(value, int)}
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", stocked.app)
    each = -(-cases // len(operations))
    for found in schema.get_all_operations():
        _try(found.ok(), shop, known, each)
    assert memory.resident() - before < memory.MOST - memory.AT_REST


def _try(operation: Any, shop: Program, known: dict[str, int], cases: int) -> None:
    @settings(
        max_examples=cases,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def sent(data: st.DataObject) -> None:
        case = data.draw(operation.as_strategy(generation_mode=data.draw(st.sampled_from(MODES))))
        if data.draw(st.booleans()):
            case.path_parameters = {**case.path_parameters, **{n: known[n] for n in case.path_parameters if n in known}}
        case.call_and_validate(checks=CHECKS, headers={"Authorization": f"Bearer {shop.secret}"})

    sent()
