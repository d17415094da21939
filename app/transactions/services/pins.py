"""PINs: six digits, five minutes, five tries, one use, for one basket of one customer at one Terminal (TE-3)."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta

from flask import current_app
from sqlalchemy import func, select, text, update
from sqlalchemy.orm import InstrumentedAttribute

from app.db import business_id, one_row
from app.extensions import db
from app.lib import dates
from app.messaging.services import wipe_pins, write_pin
from app.transactions.models import Pin
from app.transactions.notices import pin_text
from app.transactions.services.basket import Basket
from app.transactions.services.quoting import Quote

LASTS = timedelta(minutes=5)
MOST_TRIES = 5
OF_CUSTOMER, OF_TERMINAL = 20, 50
"""Failures in a day, of a customer and at a Terminal, after which no PIN helps."""
UNUSED_OF_CUSTOMER = 10
"""PINs in a day that were sent to a customer and not used, after which none is sent: each is an SMS on its phone."""
DAY = timedelta(days=1)


class PinLimitError(Exception):
    """Too many PINs were wrong today, of this customer or at this Terminal, or were sent to it and not used."""


class PinOverError(Exception):
    """The PIN is used, old, tried too often, or for another basket."""


class WrongPinError(Exception):
    """Another code was sent."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(f"{tries_left} tries left")
        self.tries_left = tries_left


@dataclass(frozen=True)
class SentPin:
    """A PIN on its way. The code is nowhere kept; who is not a demonstration leaves it alone."""

    id: int
    code: str


def send_pin(asked: Quote) -> SentPin:
    """Writes a PIN for a quote, and the row of its message; those sent before for this customer here are over.

    Raises PinLimitError.
    """
    basket = asked.basket
    if _failures(Pin.customer_id, basket.customer_id) >= OF_CUSTOMER:
        raise PinLimitError
    if _failures(Pin.terminal_id, basket.terminal_id) >= OF_TERMINAL:
        raise PinLimitError
    if _unused(basket.customer_id) >= UNUSED_OF_CUSTOMER:
        raise PinLimitError
    _end_others(basket)
    code = f"{secrets.randbelow(10**6):06d}"
    number = int(db.session.execute(text("SELECT nextval('pin_id_seq')")).scalar_one())
    db.session.add(
        Pin(
            business_id=business_id(),
            id=number,
            customer_id=basket.customer_id,
            terminal_id=basket.terminal_id,
            basket_hash=basket_hash(basket, asked.points_spent),
            code_hash=_code_hash(number, code),
            expires_at=dates.now() + LASTS,
        )
    )
    db.session.flush()
    write_pin(
        basket.customer_id,
        pin_text(code, asked.manner),
        dates.now() + LASTS,
        language=asked.manner.language,
        dedupe_key=_message_key(number),
        program_id=basket.program_id,
        point_of_sale_id=asked.place_id,
        terminal_id=basket.terminal_id,
    )
    return SentPin(number, code)


def check_pin(pin_id: int, code: str, basket: Basket, spent: int | None = None) -> None:
    """Takes the PIN for this basket, in this unit of work: what fails afterwards gives it back, not the try.

    `spent` are the points that it and its offers cost, as they were agreed to; without offers its own are known.
    Raises PinOverError, WrongPinError.
    """
    found = one_row(
        "SELECT * FROM take_pin_try(:business, :pin, :basket)",
        business=business_id(),
        pin=pin_id,
        basket=basket_hash(basket, basket.points if spent is None else spent),
    )
    if found is None:
        raise PinOverError
    if not hmac.compare_digest(bytes(found.code_hash), _code_hash(pin_id, code)):
        raise WrongPinError(MOST_TRIES - found.tries)
    mine = update(Pin).where(Pin.business_id == business_id(), Pin.id == pin_id, Pin.used_at.is_(None))
    if not db.session.execute(mine.values(used_at=dates.now()).returning(Pin.id)).first():
        raise PinOverError
    wipe_pins([_message_key(pin_id)])


def basket_hash(basket: Basket, spent: int) -> bytes:
    """What a PIN is bound to: whose it is, where, what is sold, how many points pay and what offers cost."""
    bound = asdict(basket) | {"spent": spent}
    return hashlib.sha256(json.dumps(bound, sort_keys=True, default=str).encode()).digest()


def _end_others(basket: Basket) -> None:
    open_ones = update(Pin).where(
        Pin.business_id == business_id(),
        Pin.customer_id == basket.customer_id,
        Pin.terminal_id == basket.terminal_id,
        Pin.used_at.is_(None),
        Pin.expires_at > dates.now(),
    )
    over = db.session.scalars(open_ones.values(expires_at=dates.now()).returning(Pin.id))
    wipe_pins([_message_key(number) for number in over])


def _message_key(number: int) -> str:
    return f"pin:{number}"


def _failures(column: InstrumentedAttribute[int], number: int) -> int:
    counted = select(func.coalesce(func.sum(Pin.tries) - func.count(Pin.used_at), 0)).where(
        Pin.business_id == business_id(), column == number, Pin.created_at > dates.now() - DAY
    )
    return int(db.session.execute(counted).scalar_one())


def _unused(customer_id: int) -> int:
    counted = select(func.count()).where(
        Pin.business_id == business_id(),
        Pin.customer_id == customer_id,
        Pin.created_at > dates.now() - DAY,
        Pin.used_at.is_(None),
    )
    return int(db.session.execute(counted).scalar_one())


def _code_hash(number: int, code: str) -> bytes:
    """Keyed, as six digits alone are guessed from any hash."""
    secret = current_app.config["REGULARS"].secret_key.encode()
    return hmac.digest(secret, f"pin:{business_id()}:{number}:{code}".encode(), hashlib.sha256)
