"""Guards over every operation of the API: a scope, the walls between businesses and places, what answers look like."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from pydantic import BaseModel
from werkzeug.routing import Rule

from app.accounts.key_words import SCOPES
from app.api.operations import Operation, operations
from app.permissions import KeyScope, Permission, Role, allows
from tests.api.calling import Program, problem, program
from tests.people import Town
from tests.routes import Ids, ids_of

SEGMENT = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*(\.json)?")


def address(each: Operation, ids: Ids) -> str:
    values = ids.values()
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), each.rule)


def call(caller: Program, each: Operation, ids: Ids) -> Any:
    """The operation with ids in its address, and an empty body where it takes one."""
    return caller.call(each.method, address(each, ids), {} if each.body is not None else None)


def with_ids() -> list[Operation]:
    return [each for each in operations if each.ids]


@pytest.fixture(scope="session")
def api_rules(shared_app: Flask) -> list[Rule]:
    return [rule for rule in shared_app.url_map.iter_rules() if rule.rule.startswith("/api/")]


class TestOperations:
    def test_whatever_stands_below_the_api_is_an_operation_or_the_document(
        self, shared_app: Flask, api_rules: list[Rule]
    ) -> None:
        named = {f"api.{each.name}" for each in operations}
        assert {rule.endpoint for rule in api_rules} == named | {"api.openapi"}
        for rule in api_rules:
            permission = getattr(shared_app.view_functions[rule.endpoint], "permission", None)
            assert permission is (Permission.PUBLIC if rule.endpoint == "api.openapi" else Permission.CALL)

    def test_no_person_has_the_permission_of_programs(self) -> None:
        assert not any(allows(role, Permission.CALL) for role in (*Role, None))

    def test_addresses_are_kebab_case(self) -> None:
        for each in operations:
            fixed = [part for part in each.rule.split("/") if part and not part.startswith("<")]
            assert all(SEGMENT.fullmatch(part) for part in fixed), each.rule

    def test_each_names_a_scope_that_fits(self) -> None:
        """AP-1: what writes needs a scope that writes; only what tells of the key itself needs none."""
        for each in operations:
            if each.needs is None:
                assert each.rule == "/about"
                continue
            assert each.needs.value.endswith(":write" if each.writes else (":read", ":write")), each.name
        assert set(SCOPES) == set(KeyScope)

    def test_bodies_take_what_they_name_and_no_more(self) -> None:
        """AP-1: field allowlists; each text has a largest length, each list a largest number."""
        bodies = [each.body for each in operations if each.body is not None]
        assert bodies
        for body in bodies:
            for where, schema in _schemas(body):
                if schema.get("type") == "object":
                    assert schema.get("additionalProperties") is False, where
                if schema.get("type") == "string":
                    assert {"maxLength", "enum", "const", "format"} & set(schema), where
                if schema.get("type") == "array":
                    assert schema.get("maxItems"), where
                if schema.get("type") == "integer":
                    assert "maximum" in schema or "exclusiveMaximum" in schema, where


def _schemas(body: type[BaseModel]) -> Iterator[tuple[str, dict[str, Any]]]:
    def inside(where: str, part: Any) -> Iterator[tuple[str, dict[str, Any]]]:
        if isinstance(part, dict):
            yield where, part
            for name, inner in part.items():
                yield from inside(f"{where}/{name}", inner)
        elif isinstance(part, list):
            for number, inner in enumerate(part):
                yield from inside(f"{where}/{number}", inner)

    yield from inside(body.__name__, body.model_json_schema())


class TestBusinesses:
    def test_ids_of_another_business_are_not_found(self, stocked: Town) -> None:
        """PR-1, AP-1: over all operations, with every scope."""
        own, foreign = program(stocked.teremok), ids_of(stocked.kavalier)
        assert with_ids()
        for each in with_ids():
            response = call(own, each, foreign)
            assert response.status_code in (404, 422), f"{each.name}: {response.status_code}"
            assert response.status_code == 404 or each.body is not None, each.name
            assert "Melnyk" not in response.text

    def test_its_own_are(self, stocked: Town) -> None:
        """What reads finds what the walls hide from others; so the guard above proves something."""
        own, ids = program(stocked.kavalier), ids_of(stocked.kavalier)
        for each in with_ids():
            if not each.writes and each.body is None:
                assert call(own, each, ids).status_code == 200, each.name

    def test_without_a_key_or_with_a_revoked_one_nothing_is_found(self, stocked: Town) -> None:
        for each in operations:
            problem(call(Program(stocked.app), each, ids_of(stocked.kavalier)), 401, "key-missing")

    def test_a_key_without_the_scope_is_refused(self, stocked: Town) -> None:
        """AP-1: over all operations; nothing else of the call is looked at."""
        for each in operations:
            if each.needs is None:
                continue
            others = [scope for scope in KeyScope if scope is not each.needs]
            problem(call(program(stocked.kavalier, others), each, ids_of(stocked.kavalier)), 403, "scope-missing")


class TestPlaces:
    def test_a_key_of_a_franchisee_finds_nothing_of_other_places(self, stocked: Town) -> None:
        """PR-3: over all operations, ids of the brand's own place and its customers are not found."""
        kavalier = stocked.kavalier
        for works in ({"franchisee_id": kavalier.franchisee}, {"terminal_id": kavalier.franchised_terminal}):
            partner, other = program(kavalier, **works), ids_of(kavalier, franchised=False)
            for each in with_ids():
                if each.at_counter and each.ids == ["customer_id"]:  # whoever comes is served
                    continue
                response = call(partner, each, other)
                assert response.status_code in (404, 422), f"{each.name}: {response.status_code}"
                assert "Savchuk" not in response.text
