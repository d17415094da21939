"""What callers can do. An operation is a view whose types say what it takes and answers with: by them it is checked,
and described in the document (AP-1).

    @operation("POST", "/customers", KeyScope.WRITE_CUSTOMERS, status=201)
    def create_customer(body: NewCustomer) -> CustomerShown:
        \"\"\"Create a customer.

        What else there is to say stands in the document below the first line.
        \"\"\"

`body` is what it says in JSON, `query` what stands behind the address's ?, other arguments are ids of the address. What
is not a GET writes, and brings an Idempotency-Key, unless it `reads`. Views raise CallProblem for what they refuse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import getdoc, signature
from typing import Any, TypeVar, get_type_hints

from flask import Response, request
from pydantic import BaseModel

from app import call_keys
from app.api.blueprint import blueprint
from app.api.entering import enter
from app.api.reading import content_hash, read_body, read_query
from app.api.schemas import Query, Shown
from app.permissions import KeyScope, Permission, requires

View = TypeVar("View", bound=Callable[..., Shown])


@dataclass(frozen=True)
class Operation:
    method: str
    rule: str
    """As Flask writes addresses, below /api/v1."""
    view: Callable[..., Shown]
    needs: KeyScope | None
    """None is any key."""
    status: int
    writes: bool
    looks_up: bool
    """Whether it shows who a customer is, so that it is answered less often (CT-11)."""
    at_counter: bool
    """Whether it is done as at a Terminal, where whoever of the brand comes is served: the session then sees the whole
    brand for a franchisee's key too, and the view sees to it by itself that the place is the key's, and that it tells
    no more of the customer than a salesperson sees. Else the walls do it (PR-3).
    """
    refuses: Mapping[int, str]
    """Status → when, beside what any operation may be refused for."""
    types: Mapping[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.view.__name__

    @property
    def section(self) -> str:
        """What of the document it belongs to."""
        return self.view.__module__.rpartition(".")[2].replace("_", " ").capitalize()

    @property
    def words(self) -> tuple[str, str]:
        """What it does, and what else there is to say."""
        first, _blank, rest = (getdoc(self.view) or "").partition("\n\n")
        return first.rstrip("."), rest

    @property
    def body(self) -> type[BaseModel] | None:
        return self.types.get("body")

    @property
    def query(self) -> type[BaseModel]:
        return self.types.get("query", Query)

    @property
    def answer(self) -> type[Shown]:
        found: type[Shown] = self.types["return"]
        return found

    @property
    def ids(self) -> list[str]:
        """The names of the ids in its address."""
        return [name for name in signature(self.view).parameters if name not in ("body", "query")]


operations: list[Operation] = []


def operation(
    method: str,
    rule: str,
    needs: KeyScope | None,
    *,
    status: int = 200,
    reads: bool = False,
    looks_up: bool = False,
    at_counter: bool = False,
    refuses: Mapping[int, str] | None = None,
) -> Callable[[View], View]:
    """Makes a view an operation of the API. It stays a plain function."""

    def add(view: View) -> View:
        writes = method != "GET" and not reads
        kind = (needs, status, writes, looks_up, at_counter)
        made = Operation(method, rule, view, *kind, refuses or {}, get_type_hints(view))
        if any(each.name == made.name for each in operations):
            raise RuntimeError(f"There are two operations {made.name}.")
        operations.append(made)
        blueprint.add_url_rule(rule, made.name, _answering(made), methods=[method])
        return view

    return add


def _answering(made: Operation) -> Callable[..., Response]:
    @requires(Permission.CALL)
    def answer(**ids: int) -> Response:
        enter(made.needs, looks_up=made.looks_up, at_counter=made.at_counter)
        key = call_keys.key_of(request.headers.get(call_keys.HEADER)) if made.writes else ""
        given = {**ids, **_said(made)}
        taken = call_keys.take(key, content_hash(request)) if made.writes else None
        if isinstance(taken, Response):
            return taken
        shown = made.view(**given)
        response = _response(shown, made.status)
        if taken is not None:
            taken.remember(response, shown.tells_of)
        return response

    return answer


def _said(made: Operation) -> dict[str, Any]:
    """What the call says, by the names of the view's arguments."""
    query = read_query(request, made.query)
    said: dict[str, Any] = {"query": query} if "query" in made.types else {}
    return said | ({"body": read_body(request, made.body)} if made.body is not None else {})


def _response(shown: Shown, status: int) -> Response:
    headers = {"Location": shown.address} if status == 201 and shown.address else {}
    return Response(shown.model_dump_json(), status, headers, content_type="application/json")
