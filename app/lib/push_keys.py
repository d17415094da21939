"""The pair of keys by which push services know who pushes (RFC 8292), and base64 as addresses have it."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def make_keys() -> tuple[str, str]:
    """A new private key for the environment, and the public one that browsers are told."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    private = written(number.to_bytes(32, "big"))
    return private, public_key(private)


def public_key(private: str) -> str:
    """What browsers are told when they subscribe, so that nobody else can push to them."""
    key = ec.derive_private_key(int.from_bytes(decoded(private), "big"), ec.SECP256R1()).public_key()
    return written(key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


def decoded(text: str) -> bytes:
    """Out of base64 for addresses, unpadded or not. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def written(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
