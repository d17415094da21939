"""Customers, what is known of them, and segments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import cast, select, text
from sqlalchemy.dialects.postgresql import TSVECTOR

from app.customers.conditions.kept import written
from app.customers.conditions.nodes import Condition, Group, Node
from app.customers.models import (
    Answer,
    Card,
    Customer,
    CustomerSearch,
    Enrolment,
    LikelyDuplicate,
    Likeness,
    Segment,
    Tag,
)
from app.customers.search import document
from app.db import business_id
from app.extensions import db
from app.ledger.models import Balance
from app.lib import dates
from app.lib.collation import sort_key
from app.loyalty.models import Access, Category, Program
from app.offers.services import open_holding
from tests.factories.loyalty import default_program
from tests.factories.rows import add


def add_customer(
    first_name: str = "Olena",
    last_name: str = "Koval",
    phone: str = "",
    *,
    email: str = "",
    cards: Sequence[str] = (),
    tags: Sequence[tuple[str, str]] = (),
    point_of_sale: int | None = None,
    registered_at: datetime | None = None,
    access: Access = Access.FULL,
    category: int | None = None,
    confirmed: bool = False,
    app_installed: bool = False,
    birthday: date | None = None,
) -> int:
    """A customer enrolled in the default program, with no sale and no points; answers with its id."""
    customer = Customer(
        business_id=business_id(),
        first_name=first_name,
        last_name=last_name,
        first_name_key=sort_key(first_name),
        last_name_key=sort_key(last_name),
        name_key=sort_key(last_name, first_name),
        phone=phone,
        email=email,
        birthday=birthday,
        registered_at=registered_at or dates.now(),
        registered_point_of_sale_id=point_of_sale,
        confirmed=confirmed,
        app_installed=app_installed,
        card_count=len(cards),
        tag_count=len(tags),
    )
    add(customer)
    words = document(business_id(), first_name=first_name, last_name=last_name, phone=phone, email=email, cards=cards)
    add(
        CustomerSearch(business_id=business_id(), customer_id=customer.id, document=cast(words, TSVECTOR)),
        *(Card(business_id=business_id(), customer_id=customer.id, number=number) for number in cards),
        *(Tag(business_id=business_id(), customer_id=customer.id, key=key, value=value) for key, value in tags),
    )
    enrol(customer.id, default_program(), access, category)
    open_holding(customer.id)
    return customer.id


def enrol(customer_id: int, program: Program, access: Access = Access.FULL, category: int | None = None) -> None:
    """Takes a customer into a program, with the balance of its wallet; before what it buys in it."""
    first = select(Category.id).where(Category.program_id == program.id, Category.is_default)
    add(
        Enrolment(
            business_id=business_id(),
            program_id=program.id,
            customer_id=customer_id,
            category_id=category or db.session.scalars(first).one(),
            access=access,
        )
    )
    hold(customer_id, program.wallet_id)
    _list(customer_id, program.id)


def hold(
    customer_id: int, wallet_id: int, amount: int = 0, expiring: int = 0, expiring_at: datetime | None = None
) -> None:
    """What a customer holds in a wallet, without the movements that it comes from."""
    values = {"amount": amount, "expiring": expiring, "expiring_at": expiring_at or dates.NEVER}
    db.session.merge(Balance(business_id=business_id(), wallet_id=wallet_id, customer_id=customer_id, **values))
    db.session.flush()


def _list(customer_id: int, program_id: int) -> None:
    """The rows of figures that stand without a sale: business, program, and the franchisee of the registration."""
    values = {"business": business_id(), "customer": customer_id, "program": program_id, "never": dates.NEVER}
    db.session.execute(_LIST, values)


_LIST = text(
    """
    INSERT INTO customer_stats (business_id, scope_id, customer_id, first_at, last_at)
    SELECT s.business_id, s.id, :customer, :never, :never
    FROM stats_scope s
    WHERE s.business_id = :business AND s.point_of_sale_id IS NULL AND s.terminal_id IS NULL
        AND (s.program_id IS NULL OR s.program_id = :program)
        AND (s.franchisee_id IS NULL OR s.franchisee_id =
            (SELECT p.franchisee_id FROM customer c
             JOIN point_of_sale p ON p.business_id = c.business_id AND p.id = c.registered_point_of_sale_id
             WHERE c.business_id = :business AND c.id = :customer))
    ON CONFLICT DO NOTHING
    """
)


def add_duplicate(first: int, second: int) -> int:
    """A pair of records that may be one person."""
    first, second = sorted((first, second))
    pair = LikelyDuplicate(business_id=business_id(), first_id=first, second_id=second, reasons=Likeness.EMAIL)
    add(pair)
    return pair.id


def add_answer(customer_id: int, question_id: int, **value: object) -> None:
    """An answer in the column of its kind: words, number (ten-thousandths), day, yes, choice_id."""
    if "words" in value:
        value["words_key"] = sort_key(str(value["words"]))
    add(Answer(business_id=business_id(), customer_id=customer_id, field_id=question_id, **value))


def segment_row(business: int, name: str, franchisee: int | None = None, conditions: Group | None = None) -> Segment:
    return Segment(
        business_id=business,
        franchisee_id=franchisee,
        name=name,
        name_key=name.casefold(),
        conditions=written(conditions or Group(members=(Condition("sales_count", "more", ("1",)),))),
        changed_at=dates.now(),
    )


def add_segment(name: str, *conditions: Node, franchisee: int | None = None) -> int:
    """A segment whose conditions must all hold; without any, that of who bought more than once."""
    group = Group(members=conditions) if conditions else None
    segment = segment_row(business_id(), name, franchisee, group)
    add(segment)
    return segment.id
