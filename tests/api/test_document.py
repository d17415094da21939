"""The document that describes the API, and the page of it (AP-1)."""

from __future__ import annotations

from typing import Any

from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.api.operations import operations
from tests.api.calling import program
from tests.browsing import page_of, text_of
from tests.people import Town


def document(client: FlaskClient) -> dict[str, Any]:
    response = client.get("/api/v1/openapi.json")
    assert (response.status_code, response.mimetype) == (200, "application/json")
    told: dict[str, Any] = response.get_json()
    return told


def test_it_is_what_it_says(client: FlaskClient) -> None:
    """AP-1: OpenAPI 3.1, without a fault, for who has no key yet."""
    assert list(OpenAPIV31SpecValidator(document(client)).iter_errors()) == []


def test_it_tells_of_every_operation(client: FlaskClient) -> None:
    """AP-1: made of the code, so that it is never behind it."""
    told = document(client)
    found = {each["operationId"]: each for methods in told["paths"].values() for each in methods.values()}
    assert set(found) == {each.name for each in operations}
    for each in operations:
        parameters = {parameter["name"] for parameter in found[each.name]["parameters"]}
        assert ("Idempotency-Key" in parameters) is each.writes
        assert each.needs is None or f"`{each.needs}`" in found[each.name]["description"]
        assert {str(each.status), "401", "403", "429", "500"} <= set(found[each.name]["responses"])


def test_it_tells_of_the_headers_that_answers_have(town: Town, client: FlaskClient) -> None:
    """AP-1: where a thing is read again, that it was done before, how long to wait."""
    paths, shop = document(client)["paths"], program(town.kavalier)
    for methods in paths.values():
        for each in methods.values():
            assert all("Retry-After" in each["responses"][status]["headers"] for status in ("429", "503"))
    told = paths["/customers"]["post"]["responses"]["201"]["headers"]
    first, again = (shop.post("/customers", {"first_name": "Olha"}, "key-1") for _ in range(2))
    assert told["Location"]["required"] is ("Location" in first.headers) is True
    assert "Idempotency-Replayed" in again.headers
    assert set(told) == {"Location", "Idempotency-Replayed"}
    assert paths["/about"]["get"]["responses"]["200"]["headers"] == {}


def test_every_operation_has_words(client: FlaskClient) -> None:
    for methods in document(client)["paths"].values():
        for each in methods.values():
            assert each["summary"], each["operationId"]
            assert not each["summary"].endswith("."), each["operationId"]


def test_the_page_tells_the_same(town: Town) -> None:
    """AP-1: whoever works in the panel reads it, without a script."""
    for person in (town.anna, town.vera):
        response = town.browser(person).get("/help/api")
        page = page_of(response)
        assert {each.name for each in operations} <= {article.get("id") for article in page.iter("article")}
        anchors = {element.get("id") for element in page.iter() if element.get("id")}
        links = {link.get("href", "")[1:] for link in page.iter("a") if link.get("href", "").startswith("#")}
        assert links - anchors <= {""}
        assert "Idempotency-Key" in text_of(response)
    assert town.browser(town.sasha).get("/help/api").status_code == 303
