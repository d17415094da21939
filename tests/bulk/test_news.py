"""News told in bulk: by push, to who has the app, once (BA-4)."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from app.businesses.models import PointOfSale
from app.customers.models import Consent, ConsentKind, Customer, Enrolment
from app.extensions import db
from app.lib import dates
from app.loyalty.models import Access
from app.messaging.models import Channel, Message, MessageKind
from app.news.models import News
from tests.bulk.batches import became, confirm, do, foreseen, preview, run, tallied
from tests.factories import add_customer
from tests.news.writing import add_news
from tests.people import Shop, Town


@pytest.fixture
def customers(shop: Shop) -> list[int]:
    """Three have the app, one of whom reads Ukrainian; two have not."""
    with shop.work():
        people = [add_customer(f"C{number}", app_installed=number < 3) for number in range(5)]
        for customer, spoken in zip(people, ("uk", "en"), strict=False):
            db.session.execute(update(Customer).where(Customer.id == customer).values(language=spoken))
        return people


@pytest.fixture
def news(shop: Shop) -> int:
    with shop.work():
        return add_news("", shop.own_place, titles={"en": "New menu", "uk": "Нове меню"})


def written(shop: Shop) -> dict[int | None, tuple[str, str]]:
    """Customer → title and text, of what goes to customers; all of them pushes of news."""
    with shop.work():
        rows = db.session.scalars(select(Message).where(Message.customer_id.is_not(None))).all()
        assert {(each.kind, each.channel) for each in rows} <= {(MessageKind.NEWS, Channel.PUSH)}
        return {each.customer_id: (each.title, each.text) for each in rows}


def test_who_has_the_app_is_told_in_its_language(town: Town, shop: Shop, customers: list[int], news: int) -> None:
    """BA-4, BA-11: those without it are passed over, and counted."""
    number = preview(shop, town.anna, "news", {"news": news}, customers)
    assert foreseen(shop, number) == {"done": 3, "no_address": 2}
    confirm(shop, town.anna, number)
    run(shop, number)
    assert became(shop, number) == tallied(shop, number) == {"done": 3, "no_address": 2}
    found = written(shop)
    assert found.keys() == set(customers[:3])
    assert found[customers[0]] == ("Нове меню", "Нове меню")
    assert found[customers[1]] == ("New menu", "Syrniki until noon.")


def test_nobody_is_told_of_the_same_twice(town: Town, shop: Shop, customers: list[int], news: int) -> None:
    """BA-4, BA-13: by another action neither, whichever was previewed first."""
    first, second = (preview(shop, town.anna, "news", {"news": news}, customers) for _each in range(2))
    confirm(shop, town.anna, second)
    run(shop, second)
    confirm(shop, town.anna, first)
    run(shop, first)
    assert became(shop, first) == tallied(shop, first) == {"news_told": 3, "no_address": 2}
    third = preview(shop, town.anna, "news", {"news": news}, customers)
    assert foreseen(shop, third) == {"news_told": 3, "no_address": 2}
    assert len(written(shop)) == 3


@pytest.mark.parametrize("change", ["draft", "over", "place"])
def test_what_customers_do_not_read_by_then_is_told_to_nobody(
    town: Town, shop: Shop, customers: list[int], news: int, change: str
) -> None:
    """BA-4: it needs a published point of sale."""
    number = preview(shop, town.anna, "news", {"news": news}, customers)
    confirm(shop, town.anna, number)
    with shop.work():
        item = db.session.get_one(News, (shop.id, news))
        if change == "draft":
            item.published = False
        elif change == "over":
            item.last_day = date(2026, 3, 6)
        else:
            db.session.get_one(PointOfSale, (shop.id, shop.own_place)).published = False
    run(shop, number)
    assert became(shop, number) == tallied(shop, number) == {"not_published": 3, "no_address": 2}
    assert written(shop) == {}


def test_a_location_operator_tells_its_own(town: Town, shop: Shop, news: int) -> None:
    """PR-3: news published elsewhere is not its to tell."""
    with shop.work():
        own = add_customer("Own", point_of_sale=shop.franchised_place, app_installed=True)
        other = add_customer("Other", point_of_sale=shop.own_place, app_installed=True)
        theirs = add_news("Theirs", shop.franchised_place, franchisee=shop.franchisee)
    assert became(shop, do(shop, town.boris, "news", {"news": theirs}, [own, other])) == {"done": 1}
    elsewhere = preview(shop, town.boris, "news", {"news": news}, [own])
    assert foreseen(shop, elsewhere) == {"not_published": 1}
    assert written(shop).keys() == {own}


def test_who_is_not_written_to_is_told_of_nothing(town: Town, shop: Shop, customers: list[int], news: int) -> None:
    """BA-4: an opt-out of pushes, a blacklist and a customer who left the program hold for news too."""
    with shop.work():
        said = {"customer_id": customers[0], "kind": ConsentKind.PUSH, "granted": False, "at": dates.now()}
        db.session.add(Consent(business_id=shop.id, **said))
        for customer, values in zip(
            customers[1:], ({"access": Access.BLACKLISTED}, {"left_at": dates.now()}), strict=False
        ):
            db.session.execute(update(Enrolment).where(Enrolment.customer_id == customer).values(**values))
    number = preview(shop, town.anna, "news", {"news": news}, customers)
    assert foreseen(shop, number) == {"opted_out": 1, "blacklisted": 1, "left": 1, "no_address": 2}
