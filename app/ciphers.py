"""What is kept encrypted, under keys made of SECRET_KEY: a copy of the database alone tells nothing of it."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from functools import cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def encrypted(text: str, purpose: str) -> bytes:
    """Each purpose has a key of its own."""
    return _cipher_for(purpose).encrypt(text.encode())


def decrypted(secret: bytes, purpose: str) -> str | None:
    """None under another SECRET_KEY than it was written with: then nobody can read it."""
    try:
        return _cipher_for(purpose).decrypt(secret).decode()
    except InvalidToken:
        return None


def _cipher_for(purpose: str) -> Fernet:
    return _cipher_of(current_app.config["REGULARS"].secret_key, purpose)


@cache
def _cipher_of(secret_key: str, purpose: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose.encode()).derive(secret_key.encode())
    return Fernet(urlsafe_b64encode(derived))
