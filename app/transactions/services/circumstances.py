"""Where a basket is sold, in which program and to whom: all that a quote needs to know, in one statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, and_, exists, func, select, true

from app.businesses.models import Business, PointOfSale, Terminal
from app.customers.family import family
from app.customers.models import Customer, Enrolment
from app.db import business_id
from app.extensions import db
from app.loyalty.models import Category, Notify, Program, ProgramAccount
from app.transactions.models import Transaction
from app.transactions.notices import Manner
from app.transactions.services.basket import Basket, Refusal, RefusedError

DEFAULT_LANGUAGE = "uk"
"""Of customers who chose none."""


def circumstances(basket: Basket, *, hold: bool = False) -> Any:
    """A row of the Terminal's place, business, Program, customer and enrolment. Raises RefusedError.

    With `hold` sales and cancels of this customer, its edits and its erasure wait for the end of this unit of work.
    """
    row = db.session.execute(_statement(basket, hold)).first()
    if row is None or row.closed:
        raise RefusedError(Refusal.TERMINAL_CLOSED)
    if row.customer_id is None:
        raise RefusedError(Refusal.CUSTOMER_GONE)
    if not row.Program.active:
        raise RefusedError(Refusal.PROGRAM_OFF)
    return row


def manner_of(row: Any) -> Manner:
    """How the program speaks to this customer."""
    program, language = row.Program, row.language or DEFAULT_LANGUAGE
    names = {**program.public_names, "": program.title}
    return Manner(Notify(program.notifications), names, program.terms_url, language, row.currency, row.is_first)


def _statement(basket: Basket, hold: bool) -> Select[Any]:
    here = business_id()
    mine = Enrolment.customer_id == basket.customer_id, Enrolment.program_id == basket.program_id
    customer = _customer(basket, hold)
    statement = select(
        Terminal.point_of_sale_id,
        (Terminal.archived_at.is_not(None) | PointOfSale.archived_at.is_not(None)).label("closed"),
        *(Business.time_zone, Business.currency, Program),
        *(customer.c.id.label("customer_id"), customer.c.language, Enrolment.access, Enrolment.category_id),
        *_of_program(basket),
        (~_bought_before(basket)).label("is_first"),
    )
    return (
        statement.join(PointOfSale, (PointOfSale.business_id == here) & (PointOfSale.id == Terminal.point_of_sale_id))
        .join(Business, Business.id == Terminal.business_id)
        .join(Program, (Program.business_id == here) & (Program.id == basket.program_id))
        .outerjoin(customer, true())
        .outerjoin(Enrolment, and_(Enrolment.business_id == here, *mine))
        .where(Terminal.business_id == here, Terminal.id == basket.terminal_id)
    )


def _customer(basket: Basket, hold: bool) -> CTE:
    there = Customer.merged_into_id.is_(None), Customer.erased_at.is_(None)
    found = select(Customer.id, Customer.language).where(
        Customer.business_id == business_id(), Customer.id == basket.customer_id, *there
    )
    # Held, it is read as it is once whoever had it before is done: one that was erased meanwhile is not there.
    return (found.with_for_update(key_share=True) if hold else found).cte("held")


def _of_program(basket: Basket) -> list[ColumnElement[Any]]:
    """Its default category, and the wallets of money accounts that pay in it (LP-4)."""
    here = business_id()
    first = select(Category.id).where(
        Category.business_id == here, Category.program_id == basket.program_id, Category.is_default
    )
    accounts = select(ProgramAccount.wallet_id).where(
        ProgramAccount.business_id == here, ProgramAccount.program_id == basket.program_id
    )
    return [
        first.scalar_subquery().label("default_category"),
        func.array(accounts.scalar_subquery()).label("accounts"),
    ]


def _bought_before(basket: Basket) -> ColumnElement[bool]:
    return exists().where(
        Transaction.business_id == business_id(),
        Transaction.customer_id.in_(family(basket.customer_id)),
        Transaction.program_id == basket.program_id,
    )
