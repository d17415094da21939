"""What a call says, checked: its address and its body."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any, TypeVar

from flask import Request
from pydantic import BaseModel, ValidationError

from app.problems import CallProblem

LARGEST_BODY = 256 * 2**10
LONGEST_POINTER = 200
Model = TypeVar("Model", bound=BaseModel)


def read_body(sent: Request, model: type[Model]) -> Model:
    """Raises CallProblem 415, 422, and 400 for what is no JSON; 413 by Flask."""
    if sent.mimetype != "application/json":
        raise CallProblem(415, "not-json", "Send the body as application/json.")
    sent.max_content_length = LARGEST_BODY
    try:
        return model.model_validate_json(sent.get_data())
    except ValidationError as error:
        if any(each["type"] == "json_invalid" for each in error.errors(include_input=False)):
            raise CallProblem(400, "json-broken", "The body is no JSON in UTF-8.") from None
        raise _faulty("body-wrong", "The body cannot be taken.", error) from None


def read_query(sent: Request, model: type[Model]) -> Model:
    """Raises CallProblem 422, also for an argument that nobody reads or that stands twice."""
    twice = [name for name, values in sent.args.lists() if len(values) > 1]
    if twice:
        raise CallProblem(
            422, "address-wrong", "An argument stands more than once in the address.", errors=_once(twice)
        )
    try:
        return model.model_validate(sent.args.to_dict())
    except ValidationError as error:
        raise _faulty("address-wrong", "The address cannot be taken.", error) from None


def faulty(pointer: str, detail: str) -> CallProblem:
    """For a body whose part at a JSON pointer says what cannot be."""
    errors = [{"pointer": pointer, "detail": detail}]
    return CallProblem(422, "body-wrong", "The body cannot be taken.", errors=errors)


def content_hash(sent: Request) -> bytes:
    """What makes two calls the same one: method, address and body."""
    head = repr((sent.method, sent.full_path)).encode()
    return hashlib.sha256(head + b"\0" + sent.get_data()).digest()


def _faulty(type_: str, detail: str, error: ValidationError) -> CallProblem:
    faults = [_fault(each) for each in error.errors(include_input=False, include_url=False, include_context=False)]
    return CallProblem(422, type_, detail, errors=faults)


def _fault(error: Mapping[str, Any]) -> dict[str, str]:
    steps = [str(step).replace("~", "~0").replace("/", "~1") for step in error["loc"]]
    return {"pointer": "".join(f"/{step}" for step in steps)[:LONGEST_POINTER], "detail": error["msg"]}


def _once(names: list[str]) -> list[dict[str, str]]:
    return [{"pointer": f"/{name}"[:LONGEST_POINTER], "detail": "Stands more than once."} for name in names]
