"""What a program does: calls the API with a key."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.accounts.api_keys import Works, make_key
from app.permissions import KeyScope
from tests.people import Shop

ALL = tuple(KeyScope)


@dataclass
class Program:
    """A program with a key, or without one."""

    app: Flask
    secret: str = ""
    client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self.client = self.app.test_client()

    def call(self, method: str, path: str, body: object = None, key: str | None = None, **headers: str) -> TestResponse:
        """A call below /api/v1. A write has a key of its own unless one is given; "" sends none."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.secret:
            sent.setdefault("Authorization", f"Bearer {self.secret}")
        if key is None and method != "GET":
            key = str(uuid.uuid4())
        if key:
            sent["Idempotency-Key"] = key
        content: dict[str, Any] = {} if body is None else {"json": body}
        return self.client.open(f"/api/v1{path}", method=method, headers=sent, **content)

    def get(self, path: str, **headers: str) -> TestResponse:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: object, key: str | None = None, **headers: str) -> TestResponse:
        return self.call("POST", path, body, key, **headers)

    def patch(self, path: str, body: object, key: str | None = None, **headers: str) -> TestResponse:
        return self.call("PATCH", path, body, key, **headers)


def program(shop: Shop, scopes: Sequence[KeyScope] = ALL, **works: int) -> Program:
    """A program with a new key of a business; `works` says where, such as terminal_id."""
    with shop.work():
        return Program(shop.app, make_key("Web shop", scopes, Works(**works)))


def problem(response: TestResponse, status: int, type_: str = "") -> dict[str, Any]:
    """The problem that a call was answered with; checks its status and sort."""
    assert response.status_code == status, (response.status_code, response.text)
    assert response.content_type == "application/problem+json"
    told: dict[str, Any] = response.get_json()
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert told["type"] == (f"urn:regulars:problem:{type_}" if type_ else "about:blank")
    return told
