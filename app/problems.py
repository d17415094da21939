"""What went wrong, told to a program: problem+json (RFC 9457), in English, with a type to decide by (AP-1)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from flask import Response, json
from werkzeug.exceptions import HTTPException

from app.errors import Problem, problem_of

MEDIA_TYPE = "application/problem+json"
TYPES = "urn:regulars:problem:"
RETRY_AFTER = {429: "1", 503: "1"}
"""Seconds after which it is worth to try again, where nothing says better."""
DETAILS = {
    400: "The request cannot be read.",
    403: "The key has not the scope for this.",
    404: "There is nothing here, or it belongs to another business.",
    405: "This cannot be done at this address.",
    409: "Something changed meanwhile.",
    413: "The body is too large.",
    415: "Send the body as application/json.",
    429: "Too many calls. Wait a little.",
    500: "Something went wrong on our side. Nothing was done; try again with the same Idempotency-Key.",
    503: "The service is busy or being updated. Nothing was done; try again with the same Idempotency-Key.",
}
"""Of errors that say nothing by themselves."""


class CallProblem(Problem):
    """A refusal for a program: `type` names the sort of it for good, the detail is for the person who reads logs.

    `more` are further members that the sort has, such as `most`; `headers` go beside the body.
    """

    def __init__(
        self, status: int, type_: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(status, HTTPStatus(status).phrase, detail)
        self.type = TYPES + type_
        self.more = more
        self.headers = headers or {}


def problem_answer(error: Exception) -> Response:
    """Any error as an answer of the API; one that nobody foresaw is a 500 that tells nothing of itself."""
    shown = problem_of(error)
    said: dict[str, Any] = {"type": "about:blank", "title": _phrase(shown.status), "status": shown.status}
    headers = {"Retry-After": RETRY_AFTER[shown.status]} if shown.status in RETRY_AFTER else {}
    if isinstance(error, CallProblem):
        said |= {"type": error.type, "detail": error.advice, **error.more}
        headers |= error.headers
    elif isinstance(error, Problem):
        said["detail"] = f"{error.title} {error.advice}".strip()
    else:
        said["detail"] = DETAILS.get(shown.status, DETAILS[500 if shown.status >= 500 else 400])
        headers |= _allowed(error)
    return Response(json.dumps(said), shown.status, headers, content_type=MEDIA_TYPE)


def _phrase(status: int) -> str:
    return HTTPStatus(status).phrase


def _allowed(error: Exception) -> dict[str, str]:
    """What a wrong method is told of the right ones."""
    own = dict(error.get_headers()) if isinstance(error, HTTPException) else {}
    return {"Allow": own["Allow"]} if "Allow" in own else {}
