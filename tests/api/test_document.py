"""The document that describes the API, and the page of it (AP-1)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask.testing import FlaskClient
from openapi_spec_validator import OpenAPIV31SpecValidator

from app.api.operations import operations
from app.webhooks.models import Event
from app.webhooks.services.signing import new_secret, signed
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


def test_it_tells_what_webhooks_are_sent(client: FlaskClient) -> None:
    """AP-1: every event with its body, and the headers that it is signed by; tests of events hold the bodies to it."""
    told = document(client)
    assert set(told["webhooks"]) == {event.type for event in Event}
    signed_by = set(signed("evt_1", datetime.now(UTC), b"{}", [new_secret()]))
    for name, methods in told["webhooks"].items():
        (method, each), *others = methods.items()
        assert (method, others) == ("post", [])
        assert each["security"] == []
        assert {header["name"] for header in each["parameters"]} == signed_by
        reference = each["requestBody"]["content"]["application/json"]["schema"]["$ref"]
        body = told["components"]["schemas"][reference.rpartition("/")[2]]
        assert body["properties"]["type"]["const"] == name


def test_the_page_tells_the_same(town: Town) -> None:
    """AP-1: whoever works in the panel reads it, without a script."""
    for person in (town.anna, town.vera):
        response = town.browser(person).get("/help/api")
        page = page_of(response)
        names = {each.name for each in operations} | {event.name.lower() for event in Event}
        assert names <= {article.get("id") for article in page.iter("article")}
        anchors = {element.get("id") for element in page.iter() if element.get("id")}
        links = {link.get("href", "")[1:] for link in page.iter("a") if link.get("href", "").startswith("#")}
        assert links - anchors <= {""}
        assert "Idempotency-Key" in text_of(response)
        assert '"full" | "limited"' in text_of(response)
    assert town.browser(town.sasha).get("/help/api").status_code == 303
