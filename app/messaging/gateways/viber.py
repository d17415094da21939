"""Viber Business Messages through BSG's HTTP interface, which is public: https://bsg.world/documentations/rest-api/.

Our reference goes along as BSG's “reference”, of which it takes each but once: so an unknown message can be asked
about by it. Receipts are asked for; BSG's calls back are not signed, so there is no address for them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from app.gateway_config import GatewayConfig, ViberSettings
from app.lib import dates
from app.lib.outgoing import Caller, NoAnswerError, NotReachedError, Reply
from app.messaging.gateways.base import CONNECT, READ, Answer, Fate, Incoming, Outgoing, Receipt
from app.messaging.models import Channel, MessageStatus

SHORTEST, LONGEST = 15, 86_400
"""Seconds for which BSG keeps trying."""
AGAIN = {8, 11}
"""Not enough funds; too many at once."""
TAKEN_BEFORE = 43
NOT_OURS_TO_JUDGE = {5}
"""An error that BSG does not know itself."""
STATES = {
    **dict.fromkeys(("scheduled", "sent"), MessageStatus.SENT),
    **dict.fromkeys(("delivered", "read"), MessageStatus.DELIVERED),
    **dict.fromkeys(("expired", "undeliverable", "rejected"), MessageStatus.FAILED),
}


class ViberGateway:
    name = "viber"
    channels = frozenset({Channel.VIBER})
    window = 1
    rate: float | None = None
    one_server = True

    def __init__(self, settings: ViberSettings, caller: Caller | None = None) -> None:
        self._settings = settings
        self._caller = caller or Caller(CONNECT, READ)
        self._headers = {"X-API-KEY": settings.key, "Accept": "application/json"}

    @classmethod
    def made(cls, config: GatewayConfig) -> ViberGateway:
        assert config.viber is not None  # noqa: S101 - asked before
        return cls(config.viber)

    def send(self, batch: Sequence[Outgoing]) -> Sequence[Answer]:
        return [self._sent(each) for each in batch]

    def listen(self) -> Iterator[Receipt | Incoming]:
        return iter(())

    def query(self, reference: str) -> Receipt | None:
        """What BSG knows of a message by our reference; None when it cannot be asked or does not tell."""
        try:
            reply = self._caller.call(
                "GET", f"{self._settings.url}/viber/reference/{_their(reference)}", headers=self._headers
            )
            told = _told(reply)
        except (NotReachedError, NoAnswerError, ValueError):
            return None
        if _code(told) == 40:  # It never took it.
            return Receipt(status=MessageStatus.FAILED, reference=reference)
        status = STATES.get(str(told.get("status", "")).lower())
        return Receipt(status=status, reference=reference) if status and _code(told) == 0 else None

    def close(self) -> None:
        """No connection is kept."""

    def _sent(self, message: Outgoing) -> Answer:
        seconds = _validity(message)
        if seconds <= 0:
            return Answer(Fate.REFUSED, reason="Its time is over.")
        body = json.dumps(_body(message, self._settings.sender, seconds)).encode()
        headers = {**self._headers, "Content-Type": "application/json"}
        try:
            return _answer(self._caller.call("POST", f"{self._settings.url}/viber/create", body, headers))
        except NotReachedError as error:
            return Answer(Fate.FAILED_BEFORE, reason=str(error))
        except (NoAnswerError, ValueError) as error:
            return Answer(Fate.UNKNOWN, reason=str(error))


def _body(message: Outgoing, sender: str, seconds: int) -> dict[str, object]:
    return {
        "validity": str(max(min(seconds, LONGEST), SHORTEST)),
        "messages": [
            {
                "to": [{"msisdn": message.to.removeprefix("+"), "reference": _their(message.reference)}],
                "text": message.text,
                "alpha_name": message.sender or sender,
                "is_promotional": bool(message.unsubscribe_url),
            }
        ],
    }


def _their(reference: str) -> str:
    """Ours, in the letters and digits that BSG takes."""
    return reference.replace("-", "m")


def _validity(message: Outgoing) -> int:
    return LONGEST if message.valid_until is None else int((message.valid_until - dates.now()).total_seconds())


def _answer(reply: Reply) -> Answer:
    """Raises ValueError for an answer that says nothing."""
    if reply.status in {429, 503}:
        return Answer(Fate.THROTTLED, reason=f"BSG answered {reply.status}.", retry_after=reply.retry_after)
    told = _told(reply)
    result = told.get("result")
    first = result[0] if isinstance(result, list) and result else result if isinstance(result, dict) else told
    code = _code(first)
    if code == 0 and 200 <= reply.status < 300:
        return Answer(Fate.ACCEPTED, (str(first["id"]),) if first.get("id") else ())
    reason = f"BSG: {code} {str(first.get('errorDescription', ''))[:150]}"
    if code in AGAIN:
        return Answer(Fate.THROTTLED, reason=reason)
    unknown = code in {0, TAKEN_BEFORE, *NOT_OURS_TO_JUDGE} or reply.status >= 500
    return Answer(Fate.UNKNOWN if unknown else Fate.REFUSED, reason=reason)


def _told(reply: Reply) -> dict[str, Any]:
    told = json.loads(reply.body)
    if not isinstance(told, dict):
        raise ValueError("What BSG answered is no object.")
    return told


def _code(told: Any) -> int:
    """Raises ValueError where there is none."""
    try:
        return int(told["error"])
    except (KeyError, TypeError):
        raise ValueError("What BSG answered says nothing of an error.") from None
