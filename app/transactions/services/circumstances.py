"""Where a basket is sold, in which program and to whom: all that a quote needs to know, in one statement."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, Executable, any_, bindparam, exists, func, select, text, true

from app.businesses.models import Business, PointOfSale, Terminal
from app.customers.models import Customer, Enrolment
from app.db import ask, business_id
from app.locale import LANGUAGES
from app.loyalty.models import Category, Notify, Program, ProgramAccount
from app.loyalty.queries import active_rules
from app.messaging.texts import Voice
from app.transactions.models import Kind, Transaction
from app.transactions.notices import Manner
from app.transactions.services.basket import Basket, Refusal, RefusedError

_HERE, _CUSTOMER, _PROGRAM = (bindparam(name, type_=BigInteger) for name in ("business", "customer", "program"))
_KEPT = (
    *(Program.active, Program.wallet_id, Program.default_access, Program.rounding, Program.notifications),
    *(Program.points_share, Program.pin_limit, Program.points_days),
    *(Program.public_names, Program.title, Program.signature, Program.terms_url),
)
"""What a sale goes by of its program."""
_ENROLMENT = text(
    "SELECT access, category_id, left_at FROM enrolment"
    " WHERE business_id = :business AND customer_id = :customer AND program_id = :program FOR NO KEY UPDATE"
)


def circumstances(basket: Basket, *, hold: bool = False) -> Any:
    """A row of the Terminal's place, business, Program, customer and enrolment. Raises RefusedError.

    With `hold` sales and cancels of this customer, its edits and its erasure wait for the end of this unit of work.
    """
    values = {"business": business_id(), "customer": basket.customer_id, "program": basket.program_id}
    rows = ask(_statement(hold), values | {"terminal": basket.terminal_id})
    row = rows[0] if rows else None
    if row is None or row.closed:
        raise RefusedError(Refusal.TERMINAL_CLOSED)
    if row.customer_id is None:
        raise RefusedError(Refusal.CUSTOMER_GONE)
    if not row.active:
        raise RefusedError(Refusal.PROGRAM_OFF)
    return _enrolled_meanwhile(row, values) if hold and row.access is None else row


def _enrolled_meanwhile(row: Any, values: dict[str, Any]) -> Any:
    """A merge that it waited for may have enrolled the customer, which the statement that waited does not see."""
    found = ask(_ENROLMENT, values)
    return SimpleNamespace(**{**row._asdict(), **found[0]._asdict()}) if found else row


def manner_of(row: Any) -> Manner:
    """How the program speaks to this customer."""
    # Who left the program by itself is told no more of it (LP-5).
    notify = Notify.NONE if row.left_at else Notify(row.notifications)
    spoken = row.program_id, notify, Voice(row.public_names, row.title, row.signature), row.terms_url
    # An import may have brought any.
    language = row.language if row.language in LANGUAGES else row.languages[0]
    return Manner(*spoken, language, row.currency, row.is_first)


@cache
def _statement(hold: bool) -> Executable:
    """Made once, as making it takes longer than asking it."""
    customer = _customer(hold)
    standing = _standing(customer, hold)
    return (
        select(
            Terminal.point_of_sale_id,
            (Terminal.archived_at.is_not(None) | ~_place_open()).label("closed"),
            *(Business.time_zone, Business.currency, Business.languages),
            Program.id.label("program_id"),
            *_KEPT,
            *(customer.c.id.label("customer_id"), customer.c.language, standing.c.access, standing.c.category_id),
            standing.c.left_at,
            *_of_program(),
            # A customer's own purchase is looked for first: most have one, and none was merged into most.
            (~(_bought_before(Transaction.customer_id == _CUSTOMER) | _bought_before(_of_family()))).label("is_first"),
        )
        .join(Business, Business.id == Terminal.business_id)
        .join(Program, (Program.business_id == _HERE) & (Program.id == _PROGRAM))
        .outerjoin(customer, true())
        .outerjoin(standing, true())
        .where(Terminal.business_id == _HERE, Terminal.id == bindparam("terminal"))
    )


def _place_open() -> ColumnElement[bool]:
    """Whether the Terminal's place is. Joined, it would be looked for among all places, as PostgreSQL asks no inner
    table of an outer join by a key that another one brings.
    """
    mine = PointOfSale.business_id == _HERE, PointOfSale.id == Terminal.point_of_sale_id
    return exists().where(*mine, PointOfSale.archived_at.is_(None)).correlate(Terminal)


def _customer(hold: bool) -> CTE:
    there = Customer.merged_into_id.is_(None), Customer.erased_at.is_(None)
    found = select(Customer.id, Customer.language).where(
        Customer.business_id == _HERE, Customer.id == _CUSTOMER, *there
    )
    # Held, it is read as it is once whoever had it before is done: one that was erased meanwhile is not there.
    return (found.with_for_update(key_share=True) if hold else found).cte("held")


def _standing(customer: CTE, hold: bool) -> CTE:
    mine = Enrolment.business_id == _HERE, Enrolment.program_id == _PROGRAM
    found = select(Enrolment.access, Enrolment.category_id, Enrolment.left_at).join(
        customer, customer.c.id == Enrolment.customer_id
    )
    found = found.where(*mine)
    # Held too, and once the customer is: else it would be read as it was before who blacklisted it was done.
    return (found.with_for_update(key_share=True, of=Enrolment) if hold else found).cte("standing")


def _of_program() -> list[ColumnElement[Any]]:
    """Its default category, whether rules give others (AC-3), the wallets of accounts that pay (LP-4), its rules."""
    own = Category.business_id == _HERE, Category.program_id == _PROGRAM
    first = select(Category.id).where(*own, Category.is_default)
    accounts = select(ProgramAccount.wallet_id).where(
        ProgramAccount.business_id == _HERE, ProgramAccount.program_id == _PROGRAM
    )
    return [
        first.scalar_subquery().label("default_category"),
        exists().where(*own, Category.has_rule).label("assigns"),
        func.array(accounts.scalar_subquery()).label("accounts"),
        active_rules(_HERE, _PROGRAM).label("rules"),
    ]


def _of_family() -> ColumnElement[bool]:
    return Transaction.customer_id == any_(func.family_of(_CUSTOMER))


def _bought_before(whose: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        Transaction.business_id == _HERE,
        whose,
        Transaction.program_id == _PROGRAM,
        # Points by hand are told to nobody, so they are no welcome.
        Transaction.kind == Kind.SALE,
    )
