"""The document's part on webhooks: what the house calls, not what it is asked (AP-1)."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import getdoc
from typing import Any

from pydantic import BaseModel

from app.webhooks.models import Event
from app.webhooks.services.bodies import BODIES
from app.webhooks.services.delivering import READ
from app.webhooks.services.settling import GIVEN_UP, GONE
from app.webhooks.services.signing import SIGNED

SECTION = "Webhooks"
ABOUT = f"""\
An administrator gives an address of yours and chooses events; each is a POST to it with JSON, of which `type` tells the
event and `data.items` what changed. Items have numbers and amounts, never who a customer is.

They are signed as Standard Webhooks (standardwebhooks.com) has it, whose libraries check them. The same event may come
twice, or after a later one: know it by `webhook-id`. Answer with 2XX within {READ:.0f} seconds; anything else, and it
comes again, each time later, for {GIVEN_UP.days} days.
"""
_ANSWERS: dict[str, Any] = {
    "2XX": {"description": "It is yours now, and does not come again."},
    str(GONE): {"description": "Never again: the address is disabled at once."},
    "default": {"description": "It comes again later. Redirects are not followed."},
}
Json = dict[str, Any]


def webhooks(references: Mapping[Any, Json]) -> dict[str, Json]:
    """By the type of the event; `references` tell where in the document a model stands."""
    return {event.type: {"post": _described(event, references)} for event in BODIES}


def models() -> list[type[BaseModel]]:
    return list(BODIES.values())


def _described(event: Event, references: Mapping[Any, Json]) -> Json:
    body = BODIES[event]
    return {
        "operationId": event.name.lower(),
        "tags": [SECTION],
        "summary": (getdoc(body) or "").rstrip("."),
        "parameters": [
            {"name": name, "in": "header", "required": True, "description": about, "schema": {"type": "string"}}
            for name, about in SIGNED.items()
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": references[body, "serialization"]}},
        },
        "responses": _ANSWERS,
        "security": [],
    }
