"""Links that customers get in messages: to stop messages, and to leave a program (LP-5); and those of letters to users.

Each names business and customer, signed, and works as long as the customer is there; no phone or name stands in it.
They are short, as an SMS pays for each character: about 20 behind the address of the panel.
"""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app
from sqlalchemy import text

from app.db import business_id
from app.extensions import db
from app.lib import tokens

_STOP, _LEAVE, _INVITE, _LOGO = "stop messages", "leave program", "invitation", "logo"
_RESET, _ICON, _PUSH, _SHOWN = "new password", "icon", "push", "shown code"


@dataclass(frozen=True)
class Linked:
    """Whom a link is about."""

    business_id: int
    customer_id: int
    program_id: int = 0
    """0 where it is about no program."""


def stop_link(customer_id: int) -> str:
    """Where a customer says which messages it wants no more."""
    return own_address(f"/u/{tokens.sign(_key(), _STOP, business_id(), customer_id)}")


def leave_link(customer_id: int, program_id: int) -> str:
    """Where a customer leaves a program."""
    return own_address(f"/l/{tokens.sign(_key(), _LEAVE, business_id(), customer_id, program_id)}")


def invitation_link(invitation_id: int, serial: int) -> str:
    """Where a person who is invited joins the business; of an invitation sent anew only the newest serial works."""
    return public_address(f"/invitations/{tokens.sign(_key(), _INVITE, business_id(), invitation_id, serial)}")


def reset_link(user_id: int, asked: int, mark: int) -> str:
    """Where who forgot its password chooses a new one; the account asks of the rest whether it holds still."""
    return public_address(f"/forgotten-password/{tokens.sign(_key(), _RESET, user_id, asked, mark)}")


def asking_link() -> str:
    """Where such a link is asked for."""
    return public_address("/forgotten-password")


def logo_address(picture_id: int) -> str:
    """Where anyone sees the business's logo, as a path; another picture has another address."""
    return f"/logos/{tokens.sign(_key(), _LOGO, business_id(), picture_id)}"


def icon_address(picture_id: int, colour: int, letter: int) -> str:
    """Where anyone finds the business's icons, as a path: of its logo, or of a letter on its colour where `picture_id`
    is 0. Another look has another address.
    """
    return f"/icons/{tokens.sign(_key(), _ICON, business_id(), picture_id, colour, letter)}"


def push_receipt(message_id: int) -> str:
    """Where a customer's browser tells that it showed a push, as a path: it stands in that push alone."""
    return f"/pushes/{tokens.sign(_key(), _PUSH, business_id(), message_id)}/receipts"


def shown_number(customer_id: int, minute: int) -> str:
    """What a customer's page shows as a QR code in that minute since 1970, as digits; of this session's business."""
    return tokens.in_digits(tokens.sign(_key(), _SHOWN, business_id(), customer_id, minute))


def my_address(slug: str) -> str:
    """Where customers of a business have their page."""
    return own_address(f"/my/{slug}")


def shown_by(number: str) -> tuple[int, int, int]:
    """Business, customer and minute. Raises ForgedError."""
    business, customer, minute = _numbers(tokens.read(_key(), _SHOWN, tokens.out_of_digits(number)), 3)
    return business, customer, minute


def stopping(token: str) -> Linked:
    """Raises ForgedError."""
    return _linked(tokens.read(_key(), _STOP, token), 2)


def leaving(token: str) -> Linked:
    """Raises ForgedError."""
    return _linked(tokens.read(_key(), _LEAVE, token), 3)


def invited(token: str) -> tuple[int, int, int]:
    """Business, invitation and serial. Raises ForgedError."""
    business, invitation, serial = _numbers(tokens.read(_key(), _INVITE, token), 3)
    return business, invitation, serial


def resetting(token: str) -> tuple[int, int, int]:
    """User, moment of asking, and mark of the password. Raises ForgedError."""
    user, asked, mark = _numbers(tokens.read(_key(), _RESET, token), 3)
    return user, asked, mark


def logo_of(token: str) -> tuple[int, int]:
    """Business and picture. Raises ForgedError."""
    business, picture = _numbers(tokens.read(_key(), _LOGO, token), 2)
    return business, picture


def icon_of(token: str) -> tuple[int, int, int, int]:
    """Business, picture, colour and letter. Raises ForgedError."""
    business, picture, colour, letter = _numbers(tokens.read(_key(), _ICON, token), 4)
    return business, picture, colour, letter


def pushed(token: str) -> tuple[int, int]:
    """Business and message. Raises ForgedError."""
    business, message = _numbers(tokens.read(_key(), _PUSH, token), 2)
    return business, message


def own_address(path: str) -> str:
    """A path as customers of this session's business reach it: at its own address where it has one (WL-1)."""
    return f"{_web_address() or current_app.config['REGULARS'].public_url}{path}"


def public_address(path: str) -> str:
    """A path as people outside reach it."""
    return f"{current_app.config['REGULARS'].public_url}{path}"


def _web_address() -> str:
    """Asked once a session, as a link stands in each of a million messages."""
    known: dict[int, str] = db.session().info.setdefault("web_addresses", {})
    here = business_id()
    if here not in known:
        kept = text("SELECT web_address FROM business WHERE id = :business")
        known[here] = str(db.session.execute(kept, {"business": here}).scalar_one())
    return known[here]


def _linked(numbers: tuple[int, ...], wanted: int) -> Linked:
    return Linked(*_numbers(numbers, wanted))


def _numbers(numbers: tuple[int, ...], wanted: int) -> tuple[int, ...]:
    if len(numbers) != wanted:
        raise tokens.ForgedError
    return numbers


def _key() -> bytes:
    secret: str = current_app.config["REGULARS"].secret_key
    return secret.encode()
