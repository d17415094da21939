"""The OpenAPI document of the API, made of its operations and of the events that it tells (AP-1)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from app.api import told
from app.api.operations import Operation, operations
from app.api.schemas import ProblemShown, Query, Shown
from app.call_keys import HEADER, LONGEST
from app.problems import MEDIA_TYPE, RETRY_AFTER

Json = dict[str, Any]
Model = tuple[type[BaseModel], JsonSchemaMode]
References = Mapping[Any, Json]
"""Model → where it stands in the document."""
PROBLEM: Model = (ProblemShown, "serialization")

ABOUT = """\
Customers, sales, points, coupons, offers and messages of a business, for its tills, shops and other programs.

Send a key as `Authorization: Bearer rk_…`. A key works for one business, with the scopes that it was given, at the
places that it was made for; an id of another business, or of a place that the key does not work for, is 404.

Every call that writes brings an `Idempotency-Key` of your own, such as a UUID: sent again with the same body within
30 days, it does nothing and gets the first answer. So whatever becomes of a connection, send it again. A call that was
refused did nothing, and keeps no key.

Money is in the smallest unit of the currency, points are in hundredths of a point. Moments are ISO 8601 with their
offset. Lists are read page by page: what a page answers as `next` is the `cursor` of the one after it.

Refusals are `application/problem+json` (RFC 9457). Decide by `status` and `type`; `detail` is for people. After 429 and
503 wait for as long as `Retry-After` says.
"""
ALWAYS = {
    400: "The request cannot be read.",
    401: "There is no key, or it was revoked.",
    403: "The key has not the scope.",
    404: "There is no such thing here, or it belongs to another business or place.",
    422: "The address or the body cannot be taken: `errors` says why.",
    429: "Too many calls: wait for as long as `Retry-After` says.",
    500: "Something went wrong on our side. Nothing was done.",
    503: "Busy, or being updated. Nothing was done.",
}
WITH_BODY = {413: "The body is too large.", 415: "The body is no JSON."}
WITH_KEY = {
    400: "The request cannot be read, or brings no Idempotency-Key.",
    410: "Done before; its answer is gone with the data of a customer who was erased.",
    422: f"{ALWAYS[422]} Or the Idempotency-Key came before with another request.",
}
MOST_ID = 10**18 - 1
_ARGUMENT = re.compile(r"<(?:[a-z]+:)?(\w+)>")


@cache
def document() -> Json:
    """The whole of it, made once: operations are known once the application has started."""
    models = {model for each in operations for model in _models(each)} | {PROBLEM}
    models |= {(each, "serialization") for each in told.models()}
    references, defined = models_json_schema(
        sorted(models, key=lambda pair: pair[0].__name__), ref_template="#/components/schemas/{model}"
    )
    paths: dict[str, Json] = {}
    for each in operations:
        paths.setdefault(_path(each.rule), {})[each.method.lower()] = _described(each, references)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Regulars", "version": "1", "description": ABOUT},
        "servers": [{"url": "/api/v1"}],
        "security": [{"key": []}],
        "tags": [
            *({"name": name} for name in dict.fromkeys(each.section for each in operations)),
            {"name": told.SECTION, "description": told.ABOUT},
        ],
        "paths": paths,
        "webhooks": told.webhooks(references),
        "components": {
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "bearerFormat": "rk_…"}},
            "schemas": defined.get("$defs", {}),
        },
    }


def _models(each: Operation) -> list[Model]:
    found: list[Model] = [(each.answer, "serialization")]
    return [*found, (each.body, "validation")] if each.body is not None else found


def _described(each: Operation, references: References) -> Json:
    summary, more = each.words
    scope = f"Needs the scope `{each.needs.value}`." if each.needs else "Any key may."
    found: Json = {
        "operationId": each.name,
        "tags": [each.section],
        "summary": summary,
        "description": "\n\n".join(part for part in (more, scope) if part),
        "parameters": [*map(_id, each.ids), *_arguments(each.query), *([_KEY] if each.writes else [])],
        "responses": _answers(each, references),
    }
    if each.body is not None:
        found["requestBody"] = {"required": True, "content": _json(references[each.body, "validation"])}
    return found


def _answers(each: Operation, references: References) -> Json:
    schema = references[each.answer, "serialization"]
    done = {"description": HTTPStatus(each.status).phrase, "content": _json(schema), "headers": _headers(each)}
    refused = ALWAYS | (WITH_BODY if each.body is not None else {})
    refused |= (WITH_KEY if each.writes else {}) | dict(each.refuses)
    problem = {MEDIA_TYPE: {"schema": references[PROBLEM]}}
    refusals: Json = {str(status): {"description": why, "content": problem} for status, why in sorted(refused.items())}
    for status in RETRY_AFTER:
        refusals[str(status)]["headers"] = {"Retry-After": _WAIT}
    return {str(each.status): done} | refusals


def _headers(each: Operation) -> Json:
    """What stands beside an answer of what was done."""
    created = each.status == HTTPStatus.CREATED and each.answer.address is not Shown.address
    return ({"Location": _LOCATION} if created else {}) | ({"Idempotency-Replayed": _REPLAYED} if each.writes else {})


def _json(schema: Json) -> Json:
    return {"application/json": {"schema": schema}}


def _id(name: str) -> Json:
    return {
        "name": name,
        "in": "path",
        "required": True,
        "schema": {"type": "integer", "format": "int64", "minimum": 1, "maximum": MOST_ID},
    }


def _arguments(query: type[BaseModel]) -> list[Json]:
    if query is Query:
        return []
    schema = query.model_json_schema()
    needed = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in needed, "schema": _without_null(known)}
        for name, known in schema["properties"].items()
    ]


def _without_null(schema: Json) -> Json:
    """An argument that may be left out is never null."""
    kept = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    if len(kept) != 1:
        return schema
    return {name: value for name, value in schema.items() if name not in ("anyOf", "default")} | kept[0]


def _path(rule: str) -> str:
    return _ARGUMENT.sub(r"{\1}", rule)


_KEY: Json = {
    "name": HEADER,
    "in": "header",
    "required": True,
    "description": "A key of your own for this call, such as a UUID.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
}
_WAIT: Json = {"description": "Seconds.", "required": True, "schema": {"type": "integer", "minimum": 1}}
_LOCATION: Json = {"description": "Where it is read again.", "required": True, "schema": {"type": "string"}}
_REPLAYED: Json = {
    "description": "Of an answer that was given before: nothing was done this time.",
    "schema": {"type": "string", "enum": ["true"]},
}
