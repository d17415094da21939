"""Browsers that receive pushes: kept, moved, told gone, merged and erased."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from app.customers.details import details_of
from app.customers.family import hold_customers
from app.customers.models import Customer
from app.customers.queries import customer_to_change
from app.customers.services.changing import change_customer
from app.customers.services.erasing import Reason, confirmation, erase_customer
from app.customers.services.merging import hold_pair, merge_customers
from app.customers.services.unmerging import merge_to_undo, undo_merge
from app.db import business_id
from app.extensions import db
from app.messaging.gateways.base import Fate, Subscription
from app.messaging.gateways.models import PushSubscription
from app.messaging.services.subscriptions import MOST, personal_data, subscribe, subscriptions_of, unsubscribe
from tests.factories import add_customer
from tests.messaging.gateways.test_webpush import Browser, PushService, push, service
from tests.people import Town

__all__ = ["service"]


def browser(number: int = 1) -> Subscription:
    return Browser(f"https://push.example.com/{number}").subscription


def kept() -> int:
    return int(db.session.scalar(select(func.count()).select_from(PushSubscription)) or 0)


def test_a_browser_belongs_to_one_customer(town: Town) -> None:
    one, two = browser(1), browser(2)
    with town.kavalier.work():
        olena, petro = add_customer("Olena"), add_customer("Petro")
        for each in (one, two, one):
            subscribe(olena, each)
        assert subscriptions_of([olena, petro]) == {olena: (one, two)}
        anew = Subscription(one.endpoint, two.p256dh, two.auth)
        subscribe(petro, anew)
        assert subscriptions_of([olena, petro]) == {olena: (two,), petro: (anew,)}
        unsubscribe(olena, one.endpoint)
        unsubscribe(olena, two.endpoint)
        assert subscriptions_of([olena, petro]) == {petro: (anew,)}
        assert [each["address"] for each in personal_data(petro)] == [one.endpoint]
    with town.teremok.work():
        assert kept() == 0


def test_the_oldest_gives_way(town: Town) -> None:
    with town.kavalier.work():
        olena = add_customer("Olena")
        for number in range(MOST + 2):
            subscribe(olena, browser(number))
        addresses = [each.endpoint for each in subscriptions_of([olena])[olena]]
        assert addresses == [f"https://push.example.com/{number}" for number in range(2, MOST + 2)]


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "http://push.example.com/1"},
        {"endpoint": "https:///1"},
        {"endpoint": "https://push.example.com:99999/1"},
        {"endpoint": "https://[push/1"},
        {"endpoint": "https://user@push.example.com/1"},
        {"endpoint": "https://push.example.com/a b"},
        {"endpoint": "https://push.example.com/\r\nX: y"},
        {"endpoint": "https://push.example.com/" + "a" * 2000},
        {"p256dh": "short"},
        {"p256dh": "ї"},
        {"auth": ""},
        {"auth": "a"},
    ],
)
def test_what_no_browser_says_is_not_kept(town: Town, wrong: dict[str, str]) -> None:
    whole = browser()
    with town.kavalier.work():
        olena = add_customer("Olena")
        told = {"endpoint": whole.endpoint, "p256dh": whole.p256dh, "auth": whole.auth} | wrong
        with pytest.raises(ValueError, match=r"for pushes\.$"):
            subscribe(olena, Subscription(**told))
        assert kept() == 0


def test_a_browser_that_is_gone_is_forgotten(town: Town, service: PushService) -> None:
    """The push service says so by 404 or 410."""
    gone, here = service.browser("/gone"), service.browser("/here")
    service.answers = {"/gone": 410}
    with town.kavalier.work():
        olena = add_customer("Olena")
        for each in (gone, here):
            subscribe(olena, each.subscription)
        number = business_id()
    with town.app.app_context():
        (answer,) = service.gateway().send([push(gone, here, reference=f"{number}-1")])
    assert answer.fate is Fate.ACCEPTED
    with town.kavalier.work():
        assert subscriptions_of([olena]) == {olena: (here.subscription,)}
        service.answers = {"/here": 404}
    with town.app.app_context():
        (answer,) = service.gateway().send([push(here, reference=f"{number}-1")])
    assert answer.fate is Fate.REFUSED
    with town.kavalier.work():
        assert kept() == 0


def test_the_survivor_of_a_merge_receives_for_both_until_it_is_undone(town: Town) -> None:
    """CP-9."""
    mine, theirs, later = browser(1), browser(2), browser(3)
    with town.kavalier.work():
        olena, petro = add_customer("Olena"), add_customer("Petro")
        subscribe(olena, mine)
        subscribe(petro, theirs)
        merge = merge_customers(*hold_pair(olena, petro), set())
    with town.kavalier.work():
        assert subscriptions_of([olena, petro]) == {olena: (mine, theirs)}
        subscribe(olena, later)
    with town.kavalier.work():
        undo_merge(*merge_to_undo(olena, merge))
        assert subscriptions_of([olena, petro]) == {olena: (mine, later), petro: (theirs,)}


def test_an_erasure_forgets_the_browsers(town: Town) -> None:
    """CP-8."""
    with town.kavalier.work():
        olena = add_customer("Olena")
        subscribe(olena, browser())
    with town.kavalier.work():
        hold_customers([olena])
        customer = db.session.get_one(Customer, (business_id(), olena))
        erase_customer(customer, confirmation(customer), Reason.REQUEST)
        assert kept() == 0


def test_another_phone_forgets_the_browsers(town: Town) -> None:
    """MY-1: whoever has the old one is signed out, so it is pushed nothing of the customer's any more."""
    with town.kavalier.work():
        olena = add_customer("Olena", phone="+380671112233")
        subscribe(olena, browser())
    with town.kavalier.work():
        customer = customer_to_change(olena)
        change_customer(customer, replace(details_of(customer), last_name="Koval"))
        assert kept() == 1
        change_customer(customer, replace(details_of(customer), phone="+380671112244"))
        assert kept() == 0
        assert db.session.get_one(Customer, (business_id(), olena), populate_existing=True).app_installed is False
