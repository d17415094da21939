"""The messages of a preview by groups: told to the SMS as if each were composed, whatever people are called (BA-1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.bulk.models import Batch, BatchItem, ItemState
from app.bulk.services.composing import Composed, compose
from app.bulk.services.grouping import examples, groups_of
from app.bulk.telling import Wording
from app.customers.models import Card, Customer
from app.extensions import db
from app.ledger.models import Balance
from app.lib import dates
from app.lib.sms import alphabet_of, units
from app.loyalty.models import Wallet
from app.messaging.models import Way
from app.messaging.values import Holding
from tests.factories import add_account, add_customer, default_program
from tests.people import Shop, Town

CUSTOMERS = 6
# Letters of both alphabets, such as take two units, and such as are taken out or put together in a text.
LETTERS = "aKkVßé€[^|~😀ЯїҐʼ’\u0301\u200f\u00a0\u00ad\t  №ŉİĳſ1−-{}"
WORDS = st.one_of(
    st.text(LETTERS, max_size=9), st.text(max_size=5), st.sampled_from(["Kavalier Club", "avalier", "Я" * 40, "b" * 70])
).filter(lambda each: "\0" not in each and not any("\ud800" <= letter <= "\udfff" for letter in each))
PIECES = st.sampled_from(
    [
        *("{first_name}", "{last_name}", "{points}", "{expiring_points}", "{expires_on}", "{balance}", "{account}"),
        *("{card}", "{category}", "{program}", "{coupon}", "{unsubscribe}", "{what}"),
        *(" ", "K", "Kavalier", "€", "x" * 60, "Я", "[", "😀", "Hi, "),
    ]
)
TEXTS = st.lists(PIECES, min_size=1, max_size=6).map("".join)
PEOPLE = st.lists(
    st.tuples(WORDS, WORDS, WORDS, st.sampled_from(["", "en", "uk", "ru", "pl", "ua"]), st.integers(-2_000, 3_000_000)),
    min_size=CUSTOMERS,
    max_size=CUSTOMERS,
)


@pytest.fixture
def crowd(town: Town) -> list[int]:
    with town.kavalier.work():
        people = [add_customer(str(each), phone=f"+38067000001{each}", confirmed=True) for each in range(CUSTOMERS)]
        add_account("Gift account")
        cards = [{"business_id": town.kavalier.id, "customer_id": each, "number": f"c{each}"} for each in people[1:]]
        db.session.execute(insert(Card), cards)
        return people


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(people=PEOPLE, texts=st.tuples(TEXTS, TEXTS), name=st.sampled_from(["", "Kavalier Club", "ß2", "20 coins"]))
@example(
    people=[(name, "Club", "1", "en", 2_000) for name in ("Kavalier", "Kavaliar", "", "kAVALIER", "Avalier", "K")],
    texts=("{first_name} {last_name}", "{points} Я"),
    name="Kavalier Club",
)
def test_groups_are_quoted_as_each_would_be(
    town: Town, crowd: list[int], people: list[tuple[str, str, str, str, int]], texts: tuple[str, str], name: str
) -> None:
    """BA-1, BA-11: units, way and empty variables of each are those of the text that a chunk composes."""
    shop = town.kavalier
    with shop.work():
        batch, wording = made(shop, town, crowd), worded(texts, name)
        for customer, each in zip(crowd, people, strict=True):
            called(shop, customer, *each)
        told = {}
        for group in [group for groups in groups_of(batch, wording) for group in groups]:
            ids = [int(each) for each in group.customers.strip("{}").split(",")]
            assert len(ids) == group.number
            told |= dict.fromkeys(ids, measured(group.said))
        composed = compose(wording, crowd, late=examples(crowd), ahead=True)
        assert told == {each.customer_id: measured(each) for each in composed}
        db.session.rollback()


def measured(said: Composed) -> tuple[object, ...]:
    """Finer than what is quoted: to the unit."""
    return said.route, said.language, said.units, list(said.lacks), alphabet_of(said.text).name, units(said.text)


def made(shop: Shop, town: Town, customers: Sequence[int]) -> Batch:
    batch: Any = Batch(business_id=shop.id, user_id=town.anna.id)
    db.session.add(batch)
    db.session.flush()
    same = {"business_id": shop.id, "batch_id": batch.id, "state": ItemState.PENDING}
    db.session.execute(insert(BatchItem), [same | {"customer_id": each} for each in customers])
    return batch


def worded(texts: tuple[str, str], name: str) -> Wording:
    program = default_program()
    program.public_names = {"en": name, "uk": "Kavalier"}
    db.session.flush()
    wallet = db.session.scalars(select(Wallet).where(Wallet.id != program.wallet_id)).first()
    assert wallet is not None
    return Wording(Way.SMS, program, {}, {"en": texts[0], "uk": texts[1]}, holding=Holding(wallet, 500))


def called(shop: Shop, customer: int, first: str, last: str, card: str, language: str, points: int) -> None:
    names = {"first_name": first, "last_name": last, "language": language}
    db.session.execute(update(Customer).where(Customer.id == customer).values(names))
    if card:
        db.session.execute(update(Card).where(Card.customer_id == customer).values(number=f"{card}{customer}"))
    until = dates.now() + timedelta(days=points % 400) if points % 3 else dates.NEVER
    held = {"amount": max(points, 0), "expiring": max(points, 0) // 2 if points % 3 else 0, "expiring_at": until}
    key = {"business_id": shop.id, "wallet_id": shop.wallet, "customer_id": customer}
    written = upsert(Balance).values(key | held)
    db.session.execute(written.on_conflict_do_update(index_elements=list(key), set_=held))
