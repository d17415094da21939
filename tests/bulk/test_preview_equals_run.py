"""The run does exactly what the preview said, whatever the action and whoever is selected (BA-11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update

from app.bulk import check as bulk
from app.bulk.models import Batch, BatchItem, ItemState
from app.customers.models import Customer, Enrolment, Tag
from app.extensions import db
from app.ledger.check import faults
from app.ledger.models import Balance, EntryKind
from app.ledger.services import Credit, Spend, post
from app.lib import dates
from app.loyalty.models import Access
from app.offers import check as offers
from app.offers.services import give_offer, issue_coupons
from app.transactions.models import Kind, Status, Transaction
from tests.bulk.batches import became, confirm, do, foreseen, preview, run, tallied, undo
from tests.factories import add_account, add_category, add_customer, add_offer, add_series, default_program
from tests.people import Shop, Town


@dataclass
class Crowd:
    """A few customers of each kind that an action can meet."""

    shop: Shop
    customers: list[int]
    account: int
    category: int
    series: int
    offer: int

    def values_of(self, action: str, amount: int, way: str, access: Access) -> dict[str, Any]:
        place = {"program": self.shop.program, "terminal": self.shop.own_terminal, "note": "Spring"}
        return {
            "credit": {**place, "amount": amount, "special": amount % 2 == 0, "valid_days": 5},
            "removal": {**place, "amount": amount},
            "account": {"account": self.account, "amount": amount, "terminal": self.shop.own_terminal, "note": ""},
            "category": {"program": self.shop.program, "given": self.category},
            "access": {"program": self.shop.program, "given": int(access)},
            "tags": {"way": way, "key": "city", "value": "Kyiv"},
            "coupons": {"program": self.shop.program, "series": self.series, "texts": {}},
            "offers": {"way": "take" if way == "remove" else "give", "offer_id": self.offer},
        }[action]


@pytest.fixture
def crowd(town: Town) -> Crowd:
    shop = town.kavalier
    with shop.work():
        account, category = add_account("Gift account"), add_category("Gold")
        series, offer = add_series(customer_limit=1), add_offer()
        people = [add_customer(f"Full {number}") for number in range(4)]
        people += [add_customer(str(access), access=access) for access in Access]
        people += [add_customer("Kyiv", tags=[("city", "Kyiv")]), add_customer("Lviv", tags=[("city", "Lviv")])]
        left = add_customer("Left")
        db.session.execute(update(Enrolment).where(Enrolment.customer_id == left).values(left_at=dates.now()))
        people.append(left)
        wallet = default_program().wallet_id
        for place, each in enumerate(people):
            for until in (None, dates.now() + timedelta(days=1 + place)):
                key = f"fill:{each}:{until}"
                post(each, [Credit(wallet, EntryKind.ADDED, key, amount=100 * place + 1, expires_at=until)])
        issue_coupons(series, people[::3], "before")
        give_offer(offer, people[::2], "before")
    return Crowd(shop, people, account, category, series, offer)


def holdings(shop: Shop) -> dict[int, tuple[object, ...]]:
    """What actions change: balances, standing, tags, what is in hand."""
    with shop.work():
        rows = db.session.execute(
            text(
                "SELECT c.id, e.access, e.category_id, e.category_by_hand, h.coupons, h.offers,"
                " (SELECT array_agg(ROW(wallet_id, amount, expiring) ORDER BY wallet_id)::text FROM balance b"
                "  WHERE b.customer_id = c.id AND amount > 0),"
                " (SELECT array_agg(key || '=' || value ORDER BY key)::text FROM tag t WHERE t.customer_id = c.id)"
                " FROM customer c JOIN enrolment e ON e.customer_id = c.id"
                " JOIN customer_holding h ON h.customer_id = c.id"
            )
        )
        return {row[0]: tuple(row[1:]) for row in rows}


ACTIONS = ("credit", "removal", "account", "category", "access", "tags", "coupons", "offers")
drawn = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
asked = given(
    action=st.sampled_from(ACTIONS),
    amount=st.integers(1, 900),
    way=st.sampled_from(["add", "change", "remove"]),
    access=st.sampled_from(list(Access)),
    choices=st.lists(st.integers(0, 4), min_size=11, max_size=11),
)


@drawn
@asked
def test_nobody_changed(
    crowd: Crowd, town: Town, action: str, amount: int, way: str, access: Access, choices: list[int]
) -> None:
    """BA-5, BA-6, BA-7, BA-8, BA-10, BA-11, BA-12, BA-14: figures agree, the ledger adds up, undoing leaves nothing."""
    shop, before = crowd.shop, holdings(crowd.shop)
    chosen = [each for each, choice in zip(crowd.customers, choices, strict=True) if choice] or crowd.customers
    number = preview(shop, town.anna, action, crowd.values_of(action, amount, way, access), chosen)
    said = foreseen(shop, number)
    assert sum(said.values()) == len(chosen)
    if not said.get("done"):
        return
    confirm(shop, town.anna, number)
    run(shop, number)
    assert became(shop, number) == tallied(shop, number) == said
    after = holdings(shop)
    assert {each for each in after if after[each] != before[each]} == done_to(shop, number)
    undo(shop, town.anna, number)
    nothing_is_wrong(shop)
    assert holdings(shop) == before


def nothing_is_wrong(shop: Shop) -> None:
    with shop.work():
        assert [*faults(), *offers.faults(), *bulk.faults()] == []


def done_to(shop: Shop, number: int) -> set[int]:
    with shop.work():
        done = select(BatchItem.customer_id).where(BatchItem.batch_id == number, BatchItem.state == ItemState.DONE)
        return set(db.session.scalars(done))


@drawn
@asked
def test_some_changed_meanwhile(
    crowd: Crowd, town: Town, action: str, amount: int, way: str, access: Access, choices: list[int]
) -> None:
    """BA-11: who changed is skipped with that reason; nobody whom the preview skipped is reached."""
    shop, values = crowd.shop, crowd.values_of(action, amount, way, access)
    number = preview(shop, town.anna, action, values, crowd.customers)
    said = foreseen(shop, number)
    if not said.get("done"):
        return
    with shop.work():
        for customer, choice in zip(crowd.customers, choices, strict=True):
            change(crowd, customer, ("", "blacklist", "tag", "spend", "hand")[choice])
    confirm(shop, town.anna, number)
    run(shop, number)
    told = became(shop, number)
    assert told == tallied(shop, number)
    assert sum(told.values()) == len(crowd.customers)
    assert told.get("done", 0) <= said["done"]
    assert all(told.get(reason, 0) >= count for reason, count in said.items() if reason != "done")
    nothing_is_wrong(shop)


def change(crowd: Crowd, customer: int, how: str) -> None:
    shop = crowd.shop
    if how == "hand":
        issue_coupons(crowd.series, [customer], f"by hand:{dates.now()}")
        give_offer(crowd.offer, [customer], f"by hand:{dates.now()}")
    if how == "blacklist":
        mine = update(Enrolment).where(Enrolment.customer_id == customer)
        db.session.execute(mine.values(access=Access.BLACKLISTED))
    if how == "tag" and db.session.get(Tag, (shop.id, customer, "city")) is None:
        db.session.add(Tag(business_id=shop.id, customer_id=customer, key="city", value="Odesa"))
        db.session.execute(update(Customer).where(Customer.id == customer).values(tag_count=1))
    balance = db.session.get_one(Balance, (shop.id, shop.wallet, customer))
    if how == "spend" and balance.amount:
        post(customer, [Spend(shop.wallet, EntryKind.SPENT, f"s:{dates.now()}:{customer}", amount=balance.amount)])


def test_spent_points_stay_spent_and_are_told(crowd: Crowd, town: Town) -> None:
    """BA-5, BA-14: of what was credited only what is left is taken back."""
    shop, customers = crowd.shop, crowd.customers[:3]
    with shop.work():
        for each in customers:
            balance = db.session.get_one(Balance, (shop.id, shop.wallet, each)).amount
            if balance:
                post(each, [Spend(shop.wallet, EntryKind.SPENT, f"all:{each}", amount=balance)])
    number = do(shop, town.anna, "credit", crowd.values_of("credit", 500, "add", Access.FULL), customers)
    with shop.work():
        lines = db.session.scalars(select(Transaction).where(Transaction.kind == Kind.CREDIT)).all()
        assert [(each.customer_id, each.points_earned, each.terminal_id) for each in lines] == [
            (each, 500, shop.own_terminal) for each in customers
        ]
        post(customers[0], [Spend(shop.wallet, EntryKind.SPENT, "half", amount=200)])
        post(customers[1], [Spend(shop.wallet, EntryKind.SPENT, "whole", amount=500)])
    undoing = undo(shop, town.anna, number)
    with shop.work():
        said = db.session.get_one(Batch, (shop.id, undoing)).foreseen
        assert said == {"done": 2, "amount": 800, "reasons": {"spent": 1}}
        assert faults() == []
        statuses = select(Transaction.status).where(Transaction.kind == Kind.CREDIT).order_by(Transaction.customer_id)
        assert list(db.session.scalars(statuses)) == [Status.COMPLETED, Status.COMPLETED, Status.CANCELLED]
        assert [db.session.get_one(Balance, (shop.id, shop.wallet, each)).amount for each in customers] == [0, 0, 0]
