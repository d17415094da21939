"""What customers read, where and when; what a notification says (LP-9, BA-4)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from werkzeug.exceptions import NotFound

from app.businesses.models import PointOfSale
from app.extensions import db
from app.lib import dates
from app.messaging.models import Channel, MessageKind
from app.messaging.services import Letter, write_letters
from app.news.models import News, Wording
from app.news.queries import published_news
from app.news.services import NotPublishedError, news_letters
from app.pictures import remove_unused
from tests.factories import add_customer, add_franchisee
from tests.news.writing import DAY, add_news
from tests.people import Shop, Town

NOON = datetime(2026, 3, 5, 10, tzinfo=UTC)


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


def titles(at: datetime = NOON, *places: int) -> list[str]:
    return [each.titles["en"] for each in published_news(places or None, at)]


def place(shop: Shop, number: int) -> PointOfSale:
    return db.session.get_one(PointOfSale, (shop.id, number))


class TestPublished:
    def test_at_its_places_the_latest_first(self, shop: Shop) -> None:
        with shop.work():
            add_news("Own", shop.own_place)
            add_news("Both", shop.own_place, shop.franchised_place)
            add_news("Earlier", shop.franchised_place, day=date(2026, 3, 1))
            assert titles() == ["Both", "Own", "Earlier"]
            assert titles(NOON, shop.franchised_place) == ["Both", "Earlier"]

    def test_on_whole_days_by_the_clock_of_the_business(self, shop: Shop) -> None:
        """In Kyiv the day begins two hours before it does in UTC."""
        with shop.work():
            add_news("Menu", shop.own_place, last=DAY)
            for hour, day, shown in ((21, 4, False), (22, 4, True), (21, 5, True), (22, 5, False)):
                assert bool(titles(datetime(2026, 3, day, hour, 30, tzinfo=UTC))) is shown, (day, hour)

    def test_no_draft_and_nothing_archived(self, shop: Shop) -> None:
        with shop.work():
            add_news("Draft", shop.own_place, published=False)
            add_news("Nowhere")
            gone = add_news("Gone", shop.own_place)
            db.session.get_one(News, (shop.id, gone)).archived_at = dates.now()
            assert titles() == []

    def test_at_no_place_that_customers_are_not_shown(self, shop: Shop) -> None:
        with shop.work():
            add_news("Menu", shop.own_place, shop.franchised_place)
            place(shop, shop.own_place).published = False
            db.session.flush()
            assert titles() == ["Menu"]
            place(shop, shop.franchised_place).archived_at = dates.now()
            db.session.flush()
            assert titles() == []

    def test_a_franchisees_only_where_it_still_is(self, shop: Shop) -> None:
        with shop.work():
            add_news("Theirs", shop.franchised_place, franchisee=shop.franchisee)
            assert titles() == ["Theirs"]
            place(shop, shop.franchised_place).franchisee_id = add_franchisee("Another")
            db.session.flush()
            assert titles() == []


class TestWording:
    @pytest.mark.parametrize(
        ("titles", "asked", "spoken"),
        [
            ({"en": "Menu", "uk": "Меню"}, "uk", "uk"),
            ({"en": "Menu", "uk": "Меню"}, "ru", "en"),
            ({"ru": "Меню"}, "uk", "ru"),
            ({}, "uk", "uk"),
        ],
    )
    def test_in_the_own_language_or_the_first_there_is(self, titles: dict[str, str], asked: str, spoken: str) -> None:
        assert Wording.of(titles, {}, asked) == Wording(spoken, titles.get(spoken, ""), "")

    def test_title_and_text_are_of_one_language(self) -> None:
        assert Wording.of({"en": "Menu", "uk": "Меню"}, {"en": "Syrniki"}, "uk").text == ""


class TestLetters:
    def test_is_a_push_in_each_ones_language_once(self, shop: Shop) -> None:
        """BA-4"""
        with shop.work():
            news = add_news("Menu", shop.own_place, titles={"en": "Menu", "uk": "Меню"}, text="Syrniki")
            customer = add_customer()
            letters = news_letters(news, {customer: "uk", 7: "ru"})
            key = f"news:{news}:{customer}"
            assert letters[customer] == Letter(MessageKind.NEWS, Channel.PUSH, "Меню", "uk", key, title="Меню")
            assert (letters[7].title, letters[7].text, letters[7].language) == ("Menu", "Syrniki", "en")
            for _time in range(2):
                write_letters(customer, [letters[customer]])

    def test_a_long_text_is_cut_short(self, shop: Shop) -> None:
        with shop.work():
            news = add_news("Menu", shop.own_place, text="Syrniki. " * 100)
            text = news_letters(news, {1: "en"})[1].text
            assert (len(text), text[-1]) == (200, "…")

    def test_nothing_is_sent_of_what_customers_cannot_read(self, town: Town, shop: Shop) -> None:
        with town.teremok.work():
            foreign = add_news("Theirs", town.teremok.own_place)
        with shop.work():
            hidden = shop.franchised_place
            for news in (
                add_news("Draft", shop.own_place, published=False),
                add_news("Planned", shop.own_place, day=date(2126, 1, 1)),
                add_news("Over", shop.own_place, last=DAY),
                add_news("Nowhere"),
                add_news("At a place that is not shown", hidden),
            ):
                place(shop, hidden).published = False
                db.session.flush()
                with pytest.raises(NotPublishedError):
                    news_letters(news, {1: "en"})
            with pytest.raises(NotFound):
                news_letters(foreign, {1: "en"})


def test_the_picture_of_a_news_item_is_not_removed(stocked: Town) -> None:
    with stocked.kavalier.work():
        assert remove_unused(datetime(2126, 1, 1, tzinfo=UTC)) == 0
