"""What variables stand for, of one customer or of thousands: one statement whatever their number (BA-1)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, case, func, select

from app.businesses.queries import own_business
from app.customers.models import Card, Customer, Enrolment
from app.db import business_id
from app.extensions import db
from app.ledger.models import Balance
from app.lib import dates, formats
from app.lib.sms import GSM7, alphabet_of
from app.links import stop_link
from app.locale import main_language
from app.loyalty.models import Category, Program, ProgramAccount, Wallet
from app.loyalty.queries import program_named
from app.messaging.texts import Voice

Column = ColumnElement[Any]


@dataclass(frozen=True)
class Receiver:
    """A customer as a text is filled for it."""

    id: int
    name: str
    language: str
    values: Mapping[str, str]
    """Variable → value in the customer's language, '' for nothing."""


@dataclass(frozen=True)
class _Setting:
    """What all customers of a text have in common."""

    program: Program
    voice: Voice
    currency: str
    zone: ZoneInfo


@dataclass(frozen=True)
class _Variable:
    """Where a variable is read, and how it is written in a language."""

    columns: Callable[[Program], Sequence[Column]]
    written: Callable[[Row[Any], str, _Setting], str]


def values_of(customer_ids: Collection[int], program_id: int, names: Collection[str]) -> dict[int, Receiver]:
    """Customer → the values of these variables in a program, of those who are there. Raises NotFound."""
    program, business = program_named(program_id), own_business()
    setting = _Setting(program, Voice.of(program), business.currency, ZoneInfo(business.time_zone))
    asked = {name: _VARIABLES[name] for name in _VARIABLES if name in names}
    columns = [column for variable in asked.values() for column in variable.columns(program)]
    mine = Customer.business_id == business_id(), Customer.id.in_(customer_ids)
    own: list[Any] = [Customer.id, Customer.language, Customer.first_name, Customer.last_name]
    return {row.id: _receiver(row, asked, setting) for row in db.session.execute(select(*own, *columns).where(*mine))}


def money_words(amount: int, language: str, currency: str) -> str:
    """An amount in the smallest unit. In a language of Latin letters with its code where the sign would make an SMS
    UCS-2, as ₴ does: that holds less than half.
    """
    number = "".join(formats.minor(amount, language, formats.precision(currency)))
    sign = formats.currency_symbol(currency, language)
    return f"{number} {sign if language != 'en' or alphabet_of(sign) is GSM7 else currency}"


def _receiver(row: Row[Any], asked: Mapping[str, _Variable], setting: _Setting) -> Receiver:
    language = row.language or main_language()
    values = {name: variable.written(row, language, setting) for name, variable in asked.items()}
    return Receiver(row.id, f"{row.first_name} {row.last_name}".strip(), language, values)


def _of_customer(column: Any, *where: ColumnElement[bool], of: Any) -> Any:
    return select(column).select_from(of).where(of.business_id == business_id(), of.customer_id == Customer.id, *where)


def _card(_program: Program) -> list[Column]:
    first = _of_customer(Card.number, of=Card).order_by(Card.id).limit(1)
    return [first.correlate(Customer).scalar_subquery().label("card")]


def _category(program: Program) -> list[Column]:
    named = _of_customer(Category.name, Enrolment.program_id == program.id, of=Enrolment).join(
        Category, (Category.business_id == Enrolment.business_id) & (Category.id == Enrolment.category_id)
    )
    return [named.correlate(Customer).scalar_subquery().label("category")]


def _held(program: Program, label: str, column: Any) -> Any:
    found = _of_customer(column, Balance.wallet_id == program.wallet_id, of=Balance)
    return found.correlate(Customer).scalar_subquery().label(label)


def _points(program: Program) -> list[Column]:
    """What is past its date can be spent no more, also before the job has taken it out."""
    gone = case((Balance.expiring_at.between(dates.NEVER, dates.now()), Balance.expiring), else_=0)
    return [_held(program, "points", Balance.amount - gone)]


def _expiring(program: Program) -> list[Column]:
    ahead = Balance.expiring_at > dates.now()
    return [_held(program, "expiring", case((ahead, Balance.expiring), else_=0))]


def _expires_at(program: Program) -> list[Column]:
    return [_held(program, "expires_at", case((Balance.expiring_at > dates.now(), Balance.expiring_at)))]


def _balance(program: Program) -> list[Column]:
    """Of the program's accounts that are in the business's currency; coffees or hours are no sum of money."""
    here = (ProgramAccount.business_id == Balance.business_id) & (ProgramAccount.wallet_id == Balance.wallet_id)
    money = (Wallet.business_id == Balance.business_id) & (Wallet.id == Balance.wallet_id)
    summed = (
        _of_customer(func.sum(Balance.amount), ProgramAccount.program_id == program.id, Wallet.unit == "", of=Balance)
        .join(ProgramAccount, here)
        .join(Wallet, money)
    )
    return [summed.correlate(Customer).scalar_subquery().label("balance")]


def _nothing(_program: Program) -> list[Column]:
    return []


_VARIABLES: Mapping[str, _Variable] = {
    "first_name": _Variable(_nothing, lambda row, _language, _setting: row.first_name),
    "last_name": _Variable(_nothing, lambda row, _language, _setting: row.last_name),
    "points": _Variable(_points, lambda row, language, _setting: formats.points(int(row.points or 0), language)),
    "expiring_points": _Variable(
        _expiring,
        lambda row, language, _setting: formats.points(int(row.expiring), language) if row.expiring else "",
    ),
    "expires_on": _Variable(
        _expires_at,
        lambda row, language, setting: (
            formats.long_date(row.expires_at.astimezone(setting.zone).date(), language) if row.expires_at else ""
        ),
    ),
    "balance": _Variable(
        _balance, lambda row, language, setting: money_words(int(row.balance or 0), language, setting.currency)
    ),
    "card": _Variable(_card, lambda row, _language, _setting: row.card or ""),
    "category": _Variable(_category, lambda row, _language, _setting: row.category or ""),
    "program": _Variable(_nothing, lambda _row, language, setting: setting.voice.name(language)),
    "unsubscribe": _Variable(_nothing, lambda row, _language, _setting: stop_link(row.id)),
}
