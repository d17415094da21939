"""Records that chance draws, merged and undone: all is as before, and always adds up (CP-9)."""

from __future__ import annotations

import random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.customers.registry import CannotUndoError
from app.extensions import db
from app.ledger.services import expire_lots
from app.lib import dates
from app.loyalty.models import Access
from app.loyalty.services.programs import create_program
from app.transactions.models import Transaction
from app.transactions.services import (
    AlreadyCancelledError,
    MissingError,
    RefusedError,
)
from tests.customers.records import cancel, lots, merge, nothing_differs, sold, state, ten_percent, undo
from tests.factories import add_customer, add_points
from tests.people import Shop, Town


@given(seed=st.integers(0, 2**32))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_merged_and_undone_all_is_as_before_and_always_adds_up(town: Town, seed: int) -> None:
    """CP-9: random records, sales and points; merged, undone, merged again with sales, cancels and expiry between."""
    shop, chance = town.kavalier, random.Random(seed)
    with shop.work(town.anna):
        other = create_program(f"Bakery {seed} {dates.now()}", {"en": "Bakery"})
        ten_percent(other)
        people = [random_customer(shop, other, chance) for _each in range(3)]
        before = state(*people)
        taken = chance.sample(["name", "phone", "email", "birthday", "tag_a", "tag_b"], 3)
        number = merge(people[0], people[1], *taken)
        nothing_differs()
        undo(people[0], number)
        assert state(*people) == before
        for _round in range(2):
            made = [(people[0], merge(people[0], people[1], *taken))]
            if chance.random() < 0.5:
                made.append((people[2], merge(people[2], people[0])))
            for _act in range(chance.randrange(8)):
                act(shop, other, made[-1][0], people, chance)
                nothing_differs()
            total = sum(amount for each in people for amount, _days in lots(each))
            for survivor, each in reversed(made):
                try:
                    undo(survivor, each)
                except CannotUndoError:
                    return
                nothing_differs()
            assert sum(amount for each in people for amount, _days in lots(each)) == total


def random_customer(shop: Shop, other: int, chance: random.Random) -> int:
    tags = [(key, chance.choice("xyz")) for key in "abc" if chance.random() < 0.6]
    digits = chance.randrange(10**8)
    phone = f"+3806{digits:08d}" if chance.random() < 0.8 else ""
    cards = [f"{chance.randrange(10**12)}" for _each in range(chance.randrange(3))]
    email = chance.choice(("", f"{digits}@k.ua"))
    customer = add_customer(f"N{digits}", "K", phone, email=email, cards=cards, tags=tags, access=Access.FULL)
    for _each in range(chance.randrange(4)):
        add_points(customer, chance.randrange(1, 3_000), days=chance.choice((None, 1, 5, 30)))
    for _each in range(chance.randrange(4)):
        sold(shop, customer, chance.randrange(100, 9_999), program_id=chance.choice((shop.program, other)))
    return customer


def act(shop: Shop, other: int, survivor: int, people: list[int], chance: random.Random) -> None:
    kind = chance.choice(("sell", "redeem", "cancel", "cancel", "expire"))
    if kind == "expire":
        expire_lots()
    elif kind == "cancel":
        mine = select(Transaction.id).where(Transaction.customer_id.in_(people)).order_by(Transaction.id)
        sales = db.session.scalars(mine).all()
        try:
            if sales:
                with db.session.begin_nested():
                    cancel(shop, chance.choice(sales))
        except (AlreadyCancelledError, MissingError):
            pass
    else:
        points = chance.randrange(1, 20) * 100 if kind == "redeem" else 0
        try:
            with db.session.begin_nested():
                sold(shop, survivor, 5_000, points, program_id=chance.choice((shop.program, other)))
        except RefusedError:
            pass
