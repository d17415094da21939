"""Pushes to browsers by Web Push: encrypted for the browser (RFC 8291), signed for its push service (RFC 8292).

http-ece and py-vapid are what pywebpush is made of. It would call whatever address a browser names; we call only
public ones.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from time import monotonic, time
from urllib.parse import urlsplit

import http_ece
import structlog
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02, VapidException
from sqlalchemy import delete, select
from sqlalchemy.exc import SQLAlchemyError

from app.customers.family import hold_customers
from app.db import unit_of_work
from app.extensions import db
from app.gateway_config import GatewayConfig, PushSettings
from app.lib import dates
from app.lib.outgoing import Caller, NoAnswerError, NotPublicError, NotReachedError, Reply
from app.lib.push_keys import decoded
from app.messaging.gateways.base import CONNECT, READ, Answer, Fate, Incoming, Outgoing, Receipt, Subscription
from app.messaging.gateways.models import PushSubscription, UserBrowser, note_apps
from app.messaging.models import Channel
from app.scope import Scope

LONGEST_PAYLOAD = 3000
"""Octets; push services take 4096 of what is encrypted."""
LONGEST_TTL = 28 * 24 * 3600
SIGNED_FOR = 12 * 3600
BEGINS = 20.0
"""Seconds after which no further browser is called for a message."""
GONE = {404, 410}
BEST_FIRST = (Fate.ACCEPTED, Fate.UNKNOWN, Fate.THROTTLED, Fate.FAILED_BEFORE, Fate.REFUSED)
"""What a message to several browsers comes to: one that accepted it is enough, and one unknown is not tried again."""
_log = structlog.get_logger(__name__)


class WebPushGateway:
    name = "webpush"
    channels = frozenset({Channel.PUSH})
    window = 1
    rate: float | None = None
    one_server = False

    def __init__(self, settings: PushSettings, caller: Caller | None = None) -> None:
        self._settings = settings
        self._caller = caller or Caller(CONNECT, READ)
        self._vapid = Vapid02.from_raw(settings.private_key.encode())

    @classmethod
    def made(cls, config: GatewayConfig) -> WebPushGateway:
        assert config.webpush is not None  # noqa: S101 - asked before
        return cls(config.webpush)

    def send(self, batch: Sequence[Outgoing]) -> Sequence[Answer]:
        return [self._sent(each) for each in batch]

    def listen(self) -> Iterator[Receipt | Incoming]:
        return iter(())

    def query(self, reference: str) -> Receipt | None:
        return None

    def close(self) -> None:
        """No connection is kept."""

    def _sent(self, message: Outgoing) -> Answer:
        """To all browsers of the customer; those that are gone are forgotten."""
        seconds = _ttl(message)
        if seconds <= 0:
            return Answer(Fate.REFUSED, reason="Its time is over.")
        begins_until, answers = monotonic() + BEGINS, dict[str, Answer | None]()
        for each in message.subscriptions:
            if monotonic() < begins_until:
                answers[each.endpoint] = self._pushed(each, message, seconds)
        gone = [endpoint for endpoint, answer in answers.items() if answer is None]
        if gone:
            _forget(int(message.reference.partition("-")[0]), gone)
        told = [answer for answer in answers.values() if answer]
        nobody = Answer(Fate.REFUSED, reason="No browser of the customer takes pushes.")
        return min(told, key=lambda answer: BEST_FIRST.index(answer.fate), default=nobody)

    def _pushed(self, browser: Subscription, message: Outgoing, seconds: int) -> Answer | None:
        """None where the push service says that the browser takes none any more."""
        try:
            body = encrypted(payload_of(message), browser)
            headers = {"Content-Encoding": "aes128gcm", "TTL": str(seconds), **self._signed(browser.endpoint)}
        except (ValueError, VapidException):
            return Answer(Fate.REFUSED, reason="The browser's address or keys are none.")
        try:
            reply = self._caller.call("POST", browser.endpoint, body, headers)
        except NotPublicError as error:
            return Answer(Fate.REFUSED, reason=str(error))
        except NotReachedError as error:
            return Answer(Fate.FAILED_BEFORE, reason=str(error))
        except NoAnswerError as error:
            return Answer(Fate.UNKNOWN, reason=str(error))
        return None if reply.status in GONE else _answer(reply)

    def _signed(self, endpoint: str) -> dict[str, str]:
        parts = urlsplit(endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(time()) + SIGNED_FOR}
        return dict(self._vapid.sign({**claims, "sub": self._settings.subject}))


def payload_of(message: Outgoing) -> bytes:
    """What the browser's script shows; a long text is cut, as the customer's page has it whole."""
    shown, text = _shown(message), message.text
    while True:
        payload = json.dumps({**shown, "text": text}, ensure_ascii=False).encode()
        if len(payload) <= LONGEST_PAYLOAD or not text:
            return payload[:LONGEST_PAYLOAD]
        text = text[: len(text) * 3 // 4].rstrip(" …") + "…" if len(text) > 1 else ""


def _shown(message: Outgoing) -> dict[str, str]:
    """All but the text; addresses as paths, as the browser knows this house by the one that it subscribed at."""
    link = re.search(r"https://\S+", message.text)
    shown = {"url": message.page_url or (link[0] if link else ""), "tag": message.reference}
    shown["title"] = (message.title or (message.look.name if message.look else ""))[:200]
    if message.shown_url:
        shown["shown"] = message.shown_url
    if message.look:
        icon = urlsplit(message.look.icon).path
        shown |= {"icon": f"{icon}/192.png", "badge": f"{icon}/badge.png"}
    return shown


def encrypted(payload: bytes, browser: Subscription) -> bytes:
    """Raises ValueError for keys that are none."""
    dh, auth = decoded(browser.p256dh), decoded(browser.auth)
    if len(auth) != 16:
        raise ValueError("The secret has 16 octets.")
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), dh)
    ours = ec.generate_private_key(ec.SECP256R1())
    body = http_ece.encrypt(
        payload, salt=os.urandom(16), private_key=ours, dh=dh, auth_secret=auth, version="aes128gcm"
    )
    return bytes(body)


def _ttl(message: Outgoing) -> int:
    """Seconds for which the push service keeps it for a browser that is away."""
    if message.valid_until is None:
        return LONGEST_TTL
    return min(int((message.valid_until - dates.now()).total_seconds()), LONGEST_TTL)


def _answer(reply: Reply) -> Answer:
    if 200 <= reply.status < 300:
        return Answer(Fate.ACCEPTED)
    reason = f"The push service answered {reply.status}."
    if reply.status in {429, 503}:
        return Answer(Fate.THROTTLED, reason=reason, retry_after=reply.retry_after)
    return Answer(Fate.REFUSED if 400 <= reply.status < 500 else Fate.UNKNOWN, reason=reason)


def _forget(business_id: int, endpoints: Sequence[str]) -> None:
    """The message was told to others or to nobody: that a browser is gone can be told again by the next one."""
    try:
        with unit_of_work(Scope(business_id)):
            mine = PushSubscription.business_id == business_id, PushSubscription.endpoint.in_(endpoints)
            whose = sorted(set(db.session.scalars(select(PushSubscription.customer_id).where(*mine))))
            hold_customers(whose)
            db.session.execute(delete(PushSubscription).where(*mine))
            note_apps(whose)
            of_people = UserBrowser.business_id == business_id, UserBrowser.endpoint.in_(endpoints)
            db.session.execute(delete(UserBrowser).where(*of_people))
    except SQLAlchemyError as error:
        _log.warning("browsers not forgotten", business_id=business_id, error=type(error).__name__)
