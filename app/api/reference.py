"""The API's document as a page to read, for who builds on it: the same operations and types (AP-1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from flask import Blueprint, url_for
from werkzeug.wrappers import Response as BaseResponse

from app.api import told
from app.api.document import ABOUT, document
from app.permissions import Permission, requires
from app.web import render

blueprint = Blueprint("reference", __name__, url_prefix="/help")
EXAMPLE = 'curl {} -H "Authorization: Bearer rk_…"'
_REF = "#/components/schemas/"
Json = dict[str, Any]


@dataclass(frozen=True)
class Member:
    """What a body, an address or an answer has by a name."""

    name: str
    type: str
    of: str | None
    """The type below whose members are listed at that type's own place."""
    required: bool
    about: str


@dataclass(frozen=True)
class Told:
    """An operation as the page tells it."""

    id: str
    method: str
    path: str
    summary: str
    about: list[str]
    arguments: list[Member]
    body: str | None
    answer: str | None
    status: str
    refusals: list[tuple[str, str]]


@blueprint.get("/api")
@requires(Permission.MEMBER)
def index() -> BaseResponse:
    return render(
        "api/reference.html",
        about=ABOUT.strip().split("\n\n"),
        example=EXAMPLE.format(url_for("api.about_key", _external=True)),
        sections=sections(),
        called=told.SECTION,
        intros={each["name"]: each["description"] for each in document()["tags"] if "description" in each},
        types=types(),
        document_href=url_for("api.openapi"),
    )


@cache
def sections() -> dict[str, list[Told]]:
    """The operations by what they are about, and the events that are told, by their types."""
    found: dict[str, list[Told]] = {}
    server = document()["servers"][0]["url"]
    addresses = {server + path: methods for path, methods in document()["paths"].items()} | document()["webhooks"]
    for path, methods in addresses.items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(_told(path, method, operation))
    return found


@cache
def types() -> dict[str, tuple[str, list[Member]]]:
    """What objects consist of, by their names: what they are, and their members or values."""
    schemas = sorted(document()["components"]["schemas"].items())
    return {name: (_meaning(each), list(_members(each))) for name, each in schemas}


def _meaning(schema: Json) -> str:
    values = _words(schema) if "enum" in schema else ""
    return " ".join(filter(None, (schema.get("description", ""), values)))


def _told(path: str, method: str, operation: Json) -> Told:
    answers: dict[str, Json] = operation["responses"]
    done = next(status for status in answers if status < "3")
    return Told(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        about=operation["description"].split("\n\n") if "description" in operation else [],
        arguments=[
            _field(each["name"], each["schema"] | {"description": _about(each)}, each["required"])
            for each in operation["parameters"]
        ],
        body=_named(operation.get("requestBody", {})),
        answer=_named(answers[done]),
        status=done,
        refusals=[(status, answer["description"]) for status, answer in answers.items() if status != done],
    )


def _about(parameter: Json) -> str:
    return str(parameter.get("description") or parameter["schema"].get("description", ""))


def _named(content: Json) -> str | None:
    """The type of a body."""
    reference = content.get("content", {}).get("application/json", {}).get("schema", {}).get("$ref")
    return reference.removeprefix(_REF) if reference else None


def _members(schema: Json) -> Iterator[Member]:
    for name, member in schema.get("properties", {}).items():
        yield _field(name, member, name in schema.get("required", []))


def _field(name: str, schema: Json, required: bool) -> Member:
    return Member(name, _words(schema), _reference(schema), required, schema.get("description", ""))


def _reference(schema: Json) -> str | None:
    """The type that a member is, or is a list of."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REF)
    inner = [*schema.get("anyOf", []), *schema.get("allOf", []), *([schema["items"]] if "items" in schema else [])]
    return next((found for each in inner if (found := _reference(each))), None)


def _words(schema: Json) -> str:
    """What a member is, in a few words."""
    if "$ref" in schema:
        return str(schema["$ref"]).removeprefix(_REF)
    if "enum" in schema or "const" in schema:
        return " | ".join(f'"{each}"' for each in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return f"list of {_words(schema['items'])}"
    if inner := schema.get("anyOf") or schema.get("allOf"):
        return " | ".join(_words(each) for each in inner)
    plain = str(schema.get("format") or schema.get("type", "any"))
    limit = f", up to {schema['maxLength']} characters" if "maxLength" in schema else ""
    return plain + limit
