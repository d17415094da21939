"""The demonstration accounts; their passwords follow DEMO_PASSWORD from start to start."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import text

from app.accounts.models import User
from app.accounts.services import create_user
from app.db import unit_of_work
from app.extensions import db
from app.scope import Scope

ADMIN = "anna@example.com"
OPERATOR = "olha@example.com"
LOCATION_OPERATOR = "boris@example.com"
ACCOUNTANT = "vera@example.com"
SALESPERSON = "sasha@example.com"
OTHER_ADMIN = "oleg@example.com"
_NAMES = {
    ADMIN: "Anna Kovalenko",
    OPERATOR: "Olha Tkachenko",
    LOCATION_OPERATOR: "Boris Melnyk",
    ACCOUNTANT: "Vera Sydorenko",
    SALESPERSON: "Sasha Bilyk",
    OTHER_ADMIN: "Oleg Bondar",
}


def ensure_users(password: str) -> dict[str, int]:
    """Makes the accounts that are missing; e-mail → id of all."""
    return {email: _id_of(email) or create_user(email, name, password) for email, name in _NAMES.items()}


def follow_password(password: str) -> None:
    """Gives the accounts that are there this password, if it is another one than theirs."""
    for email in _NAMES:
        user_id = _id_of(email)
        if user_id is not None and not _keep_password(user_id, password):
            return


def demonstration_admin() -> int | None:
    return _id_of(ADMIN)


def _id_of(email: str) -> int | None:
    with unit_of_work(Scope(None)):
        user_id: int | None = db.session.scalar(text("SELECT sign_in_user(:email)"), {"email": email})
    return user_id


def _keep_password(user_id: int, password: str) -> bool:
    """Whether the password had to be changed."""
    with unit_of_work(Scope(None, user_id)):
        user = db.session.get_one(User, user_id)
        try:
            PasswordHasher().verify(user.password_hash, password)
        except VerificationError:
            user.password_hash = PasswordHasher().hash(password)
            return True
    return False
