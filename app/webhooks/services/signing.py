"""Signatures as Standard Webhooks has them (https://www.standardwebhooks.com), and the secrets that make them."""

from __future__ import annotations

import hmac
import secrets
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256

from app.ciphers import decrypted, encrypted
from app.webhooks.models import Endpoint

SIGNED: Mapping[str, str] = {
    "webhook-id": "Of the event: the same each time that it is sent.",
    "webhook-timestamp": "When it was sent, in seconds since 1970. Take none that is more than five minutes off.",
    "webhook-signature": "Parted by blanks, one for each secret in use: `v1,` and in Base64 the HMAC-SHA256 of"
    " `webhook-id`, `webhook-timestamp` and the body as it came, joined by dots. The key is what stands behind `whsec_`"
    " of the secret, in Base64.",
}
"""The headers of a call, in the words of the API's document."""
_PREFIX = "whsec_"
_PURPOSE = "webhook"


def new_secret() -> str:
    """As a receiver is given it, once."""
    return _PREFIX + b64encode(secrets.token_bytes(32)).decode()


def kept(secret: str) -> bytes:
    return encrypted(secret, _PURPOSE)


def read(kept_secret: bytes) -> str | None:
    """None under another SECRET_KEY than it was kept with."""
    return decrypted(kept_secret, _PURPOSE)


def secrets_of(endpoint: Endpoint, at: datetime) -> list[str]:
    """What it is signed with at that moment, the newest first; none where they cannot be read."""
    kept_ones = [endpoint.secret]
    if endpoint.old_secret is not None and endpoint.old_until is not None and endpoint.old_until > at:
        kept_ones.append(endpoint.old_secret)
    return [secret for each in kept_ones for secret in (read(each) or "").split()]


def signed(message: str, at: datetime, body: bytes, with_secrets: Sequence[str]) -> dict[str, str]:
    """The headers by which a receiver knows that a body is ours, whole and new."""
    moment = str(int(at.timestamp()))
    content = b".".join((message.encode(), moment.encode(), body))
    signatures = [f"v1,{_signature(each, content)}" for each in with_secrets]
    return dict(zip(SIGNED, (message, moment, " ".join(signatures)), strict=True))


def _signature(secret: str, content: bytes) -> str:
    return b64encode(hmac.digest(b64decode(secret.removeprefix(_PREFIX)), content, sha256)).decode()
