"""Money that runs out in the middle of the messages of a bulk action: they wait, and go on when there is more."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select, update

from app.billing.check import faults as faults_of_charges
from app.billing.queries import balance
from app.billing.services import Prices, set_tariff, top_up
from app.customers.models import Customer
from app.extensions import db
from app.messaging.check import faults
from app.messaging.models import Message, MessageStatus
from tests.bulk.batches import became, do
from tests.factories import add_customer
from tests.messaging.pipeline import arrived, listen, send
from tests.people import Shop, Town

PRICE, CUSTOMERS, PAID = 80, 10, 4
TEXT = {"en": "Your gift is here."}

TO_CUSTOMERS = Message.customer_id.is_not(None)


@pytest.fixture
def shop(town: Town) -> Shop:
    """Whose balance pays for four messages and a bit."""
    shop = town.kavalier
    with shop.work():
        set_tariff(Prices(0, 0, PRICE, 50))
        top_up(PRICE * PAID + PRICE // 2, "first")
        for number in range(CUSTOMERS):
            add_customer(f"C{number}", phone=f"+38067000000{number}", confirmed=True)
        db.session.execute(update(Customer).values(language="en"))
    return shop


def statuses(shop: Shop) -> Counter[MessageStatus]:
    with shop.work():
        return Counter(db.session.scalars(select(Message.status).where(TO_CUSTOMERS)))


def send_all(shop: Shop) -> None:
    while send(shop):
        pass
    listen(shop)


def test_what_the_balance_does_not_pay_waits_and_goes_on(town: Town, shop: Shop) -> None:
    """BA-1, BA-13, BI-1: everyone is credited all the same; later each gets one message, at the price quoted."""
    with shop.work():
        people = list(db.session.scalars(select(Customer.id).order_by(Customer.id)))
    place = {"program": shop.program, "terminal": shop.own_terminal, "note": ""}
    values = {**place, "amount": 500, "special": False, "valid_days": None, "texts": TEXT, "titles": {}, "ends": None}
    number = do(shop, town.anna, "credit", values, people)
    assert became(shop, number) == {"done": CUSTOMERS}
    send_all(shop)
    assert statuses(shop) == {MessageStatus.DELIVERED: PAID, MessageStatus.UNPAID: CUSTOMERS - PAID}
    with shop.work():
        assert balance() == PRICE // 2
        top_up(PRICE * CUSTOMERS, "second")
    send_all(shop)
    assert statuses(shop) == {MessageStatus.DELIVERED: CUSTOMERS}
    with shop.work():
        assert sorted(each.message_id for each in arrived()) == sorted(
            db.session.scalars(select(Message.id).where(TO_CUSTOMERS))
        )
        assert balance() == PRICE * PAID + PRICE // 2
        assert faults() == faults_of_charges() == []
