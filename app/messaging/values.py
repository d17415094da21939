"""What variables stand for, of one customer or of thousands: one statement whatever their number (BA-1)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Row, Text, any_, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.businesses.queries import own_business
from app.customers.models import Card, Customer, Enrolment
from app.db import business_id
from app.extensions import db
from app.ledger.models import Balance
from app.ledger.queries import past_date
from app.lib import dates, formats
from app.lib.arrays import as_array
from app.lib.sms import GSM7, alphabet_of
from app.links import stop_link
from app.locale import read_by
from app.loyalty.models import Category, Program, ProgramAccount, Wallet, WalletKind
from app.loyalty.queries import program_named
from app.messaging.texts import Voice

Column = ColumnElement[Any]


class Receiver(NamedTuple):
    """A customer as a text is filled for it."""

    id: int
    name: str
    language: str
    values: Mapping[str, str]
    """Variable → value in the customer's language, '' for nothing."""


@dataclass(frozen=True)
class Holding:
    """What an action moves of each customer: `coming` is foreseen, and not on the balance of the wallet yet."""

    wallet: Wallet
    coming: int = 0


@dataclass(frozen=True)
class Setting:
    """What all customers of a text have in common."""

    program: Program
    holding: Holding | None
    voice: Voice
    currency: str
    zone: ZoneInfo


@dataclass(frozen=True)
class _Variable:
    """Where a variable is read, and how it is written in a language."""

    columns: Callable[[Setting], Sequence[Column]]
    written: Callable[[Row[Any], str, Setting], str]


def values_of(
    customer_ids: Collection[int], program_id: int, names: Collection[str], holding: Holding | None = None
) -> dict[int, Receiver]:
    """Customer → the values of these variables in a program, of those who are there. Raises NotFound."""
    setting = setting_of(program_id, holding)
    asked = {name: _VARIABLES[name] for name in _VARIABLES if name in names}
    columns = [column for variable in asked.values() for column in variable.columns(setting)]
    mine = (
        Customer.business_id == business_id(),
        Customer.id == any_(cast(literal(as_array(customer_ids), Text), ARRAY(BigInteger))),
    )
    own: list[Any] = [Customer.id, Customer.language, Customer.first_name, Customer.last_name]
    return {row.id: _receiver(row, asked, setting) for row in db.session.execute(select(*own, *columns).where(*mine))}


def setting_of(program_id: int, holding: Holding | None = None) -> Setting:
    """Raises NotFound."""
    program, business = program_named(program_id), own_business()
    return Setting(program, holding, Voice.of(program), business.currency, ZoneInfo(business.time_zone))


def columns_of(name: str, setting: Setting) -> Sequence[Column]:
    """Where a variable is read, of table `customer`."""
    return _VARIABLES[name].columns(setting)


def money_words(amount: int, language: str, currency: str) -> str:
    """An amount in the smallest unit. In a language of Latin letters with its code where the sign would make an SMS
    UCS-2, as ₴ does: that holds less than half.
    """
    number = "".join(formats.minor(amount, language, formats.precision(currency)))
    sign = formats.currency_symbol(currency, language)
    return f"{number} {sign if language != 'en' or alphabet_of(sign) is GSM7 else currency}"


def _receiver(row: Row[Any], asked: Mapping[str, _Variable], setting: Setting) -> Receiver:
    language = read_by(row.language)
    values = {name: variable.written(row, language, setting) for name, variable in asked.items()}
    return Receiver(row.id, f"{row.first_name} {row.last_name}".strip(), language, values)


def _of_customer(column: Any, *where: ColumnElement[bool], of: Any) -> Any:
    return select(column).select_from(of).where(of.business_id == business_id(), of.customer_id == Customer.id, *where)


def _card(_setting: Setting) -> list[Column]:
    first = _of_customer(Card.number, of=Card).order_by(Card.id).limit(1)
    return [first.correlate(Customer).scalar_subquery().label("card")]


def _category(setting: Setting) -> list[Column]:
    named = _of_customer(Category.name, Enrolment.program_id == setting.program.id, of=Enrolment).join(
        Category, (Category.business_id == Enrolment.business_id) & (Category.id == Enrolment.category_id)
    )
    return [named.correlate(Customer).scalar_subquery().label("category")]


def _held(wallet_id: int, label: str, column: Any) -> Any:
    found = _of_customer(column, Balance.wallet_id == wallet_id, of=Balance)
    return found.correlate(Customer).scalar_subquery().label(label)


def _coming(setting: Setting, wallet_id: int) -> int:
    moved = setting.holding
    return moved.coming if moved and moved.wallet.id == wallet_id else 0


def _points(setting: Setting) -> list[Column]:
    """What is past its date can be spent no more, also before the job has taken it out."""
    wallet = setting.program.wallet_id
    held = func.coalesce(_held(wallet, "held", Balance.amount - past_date()), 0)
    return [(held + _coming(setting, wallet)).label("points")]


def _expiring(setting: Setting) -> list[Column]:
    ahead = Balance.expiring_at > dates.now()
    return [_held(setting.program.wallet_id, "expiring", case((ahead, Balance.expiring), else_=0))]


def _expires_at(setting: Setting) -> list[Column]:
    wallet = setting.program.wallet_id
    return [_held(wallet, "expires_at", case((Balance.expiring_at > dates.now(), Balance.expiring_at)))]


def _balance(setting: Setting) -> list[Column]:
    """Of the program's accounts that are in the business's currency; coffees or hours are no sum of money."""
    here = (ProgramAccount.business_id == Balance.business_id) & (ProgramAccount.wallet_id == Balance.wallet_id)
    money = (Wallet.business_id == Balance.business_id) & (Wallet.id == Balance.wallet_id)
    summed = (
        _of_customer(
            func.sum(Balance.amount), ProgramAccount.program_id == setting.program.id, Wallet.unit == "", of=Balance
        )
        .join(ProgramAccount, here)
        .join(Wallet, money)
    )
    counted = setting.holding and setting.holding.wallet.kind == WalletKind.MONEY and not setting.holding.wallet.unit
    coming = setting.holding.coming if setting.holding and counted else 0
    return [(func.coalesce(summed.correlate(Customer).scalar_subquery(), 0) + coming).label("balance")]


def _account(setting: Setting) -> list[Column]:
    """Only where an action moves one."""
    if setting.holding is None:
        return []
    wallet = setting.holding.wallet.id
    held = func.coalesce(_held(wallet, "on_account", Balance.amount), 0)
    return [(held + _coming(setting, wallet)).label("account")]


def account_words(amount: int, language: str, wallet: Wallet, currency: str) -> str:
    """An amount on an account, in its unit or the business's currency."""
    if not wallet.unit:
        return money_words(amount, language, currency)
    return f"{''.join(formats.minor(amount, language, formats.precision(currency)))} {wallet.unit}"


def _account_written(row: Row[Any], language: str, setting: Setting) -> str:
    moved = setting.holding
    return account_words(int(row.account), language, moved.wallet, setting.currency) if moved else ""


def _nothing(_setting: Setting) -> list[Column]:
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
    "account": _Variable(_account, _account_written),
    "card": _Variable(_card, lambda row, _language, _setting: row.card or ""),
    "category": _Variable(_category, lambda row, _language, _setting: row.category or ""),
    "program": _Variable(_nothing, lambda _row, language, setting: setting.voice.name(language)),
    "unsubscribe": _Variable(_nothing, lambda row, _language, _setting: stop_link(row.id)),
}
