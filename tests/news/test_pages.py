"""The pages of news: the list, writing, publishing, archiving, and whose they are (LP-9)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.businesses.models import PointOfSale
from app.extensions import db
from app.lib import dates
from app.news.models import News
from app.news.services import NewsValues
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.customers.editing import audit_lines
from tests.factories import add_point_of_sale
from tests.news.writing import DAY, add_news
from tests.people import Town

LIST, NEW = "/news", "/news/new"


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


@pytest.fixture
def boris(town: Town) -> FlaskClient:
    return town.browser(town.boris)


def page(news: int) -> str:
    return f"/news/{news}"


def kept(town: Town, news: int | None = None) -> NewsValues:
    """What is kept of a news item, or of the only one."""
    with town.kavalier.work():
        only = select(News) if news is None else select(News).where(News.id == news)
        return NewsValues.of(db.session.scalars(only).one())


def titles(response: Any) -> list[str]:
    found: list[Element] = page_of(response).findall(".//table//a[@class='row-link strong']")
    return [each.text or "" for each in found]


class TestWriting:
    def typed(self, town: Town, **others: Any) -> dict[str, Any]:
        shop = town.kavalier
        typed = {
            "titles": ["New  menu ", "Нове меню", ""],
            "texts": ["Syrniki.\r\n\r\nUntil noon.", "", ""],
            "first_day": "2026-03-05",
            "last_day": "2026-03-08",
            "points_of_sale": [str(shop.franchised_place), str(shop.own_place)],
            "published": "y",
        }
        return {**typed, **others}

    def test_keeps_all_that_is_said(self, town: Town, anna: FlaskClient) -> None:
        """LP-9: title, text, date, the points of sale where it is published."""
        response = submit(anna, NEW, self.typed(town), action=LIST)
        assert (response.status_code, response.location) == (303, LIST)
        said = NewsValues(
            titles={"en": "New menu", "uk": "Нове меню"},
            texts={"en": "Syrniki.\n\nUntil noon."},
            picture_id=None,
            first_day=DAY,
            last_day=date(2026, 3, 8),
            points_of_sale=sorted([town.kavalier.own_place, town.kavalier.franchised_place]),
            published=True,
        )
        assert kept(town) == said

    def test_stands_in_the_audit_log(self, town: Town, anna: FlaskClient) -> None:
        """PR-4"""
        submit(anna, NEW, self.typed(town), action=LIST)
        with town.kavalier.work():
            number = db.session.scalars(select(News.id)).one()
        action, changes = audit_lines(town.kavalier, "news", number)[0]
        assert (action, changes["titles"][1]) == ("news.add", {"en": "New menu", "uk": "Нове меню"})
        log = text_of(anna.get("/audit-log"))
        assert "News item added" in log

    def test_begins_today_as_a_draft(self, town: Town, anna: FlaskClient) -> None:
        submit(anna, NEW, {"titles": ["Soon", "", ""]}, action=LIST)
        values = kept(town)
        assert (values.published, values.points_of_sale, values.last_day) == (False, [], None)
        assert abs(values.first_day - dates.now().date()) <= timedelta(days=1)

    @pytest.mark.parametrize(
        ("others", "words"),
        [
            ({"titles": ["", "", ""], "texts": ["", "", ""]}, "Enter it in at least one language."),
            ({"texts": ["", "", "Меню"]}, "Enter a title too in each language that has a text."),
            ({"titles": ["x" * 101, "", ""]}, "At most 100 characters."),
            ({"texts": ["x" * 2001, "", ""]}, "At most 2000 characters."),
            ({"titles": ["a\u0007b", "", ""]}, "Remove the characters that cannot be seen."),
            ({"first_day": ""}, "Enter a day."),
            ({"first_day": "yesterday"}, "There is no such day."),
            ({"last_day": "2026-03-04"}, "The last day is not before the date of publication."),
            ({"last_day": "2026-02-30"}, "There is no such day."),
            ({"points_of_sale": []}, "Choose at least one point of sale first."),
        ],
    )
    def test_what_is_wrong_stands_beside_its_field(
        self, town: Town, anna: FlaskClient, others: dict[str, Any], words: str
    ) -> None:
        response = submit(anna, NEW, self.typed(town, **others), action=LIST)
        assert response.status_code == 422
        assert words in text_of(response)

    def test_only_places_that_customers_are_shown_can_be_chosen(self, town: Town, anna: FlaskClient) -> None:
        """LP-9: neither the online shop nor what is archived, nor another business's."""
        with town.kavalier.work():
            hidden, gone = add_point_of_sale("Online"), add_point_of_sale("Closed")
            for number, name, value in ((hidden, "published", False), (gone, "archived_at", dates.now())):
                setattr(db.session.get_one(PointOfSale, (town.kavalier.id, number)), name, value)
        assert "Online" not in text_of(anna.get(NEW))
        assert "Closed" not in text_of(anna.get(NEW))
        for place in (hidden, gone, town.teremok.own_place):
            response = submit(anna, NEW, self.typed(town, points_of_sale=[str(place)]), action=LIST)
            assert response.status_code == 422

    def test_one_that_was_chosen_stays_so_and_says_that_customers_are_not_shown_it(
        self, town: Town, anna: FlaskClient
    ) -> None:
        place = town.kavalier.own_place
        with town.kavalier.work():
            news = add_news("New menu", place)
            db.session.get_one(PointOfSale, (town.kavalier.id, place)).published = False
        shown = text_of(anna.get(page(news)))
        assert "Pechersk (not shown to customers)" in shown
        assert "None of its points of sale is shown to customers, so nobody reads it." in shown
        assert "Shown nowhere" in text_of(anna.get(LIST))
        assert submit(anna, page(news), {"titles": ["Menu", "", ""]}).status_code == 303
        assert kept(town, news).points_of_sale == [place]


class TestChanging:
    @pytest.fixture
    def news(self, town: Town) -> int:
        with town.kavalier.work():
            return add_news("New menu", town.kavalier.own_place)

    def test_changes_what_is_changed(self, town: Town, anna: FlaskClient, news: int) -> None:
        other = town.kavalier.franchised_place
        changed = {"titles": ["Menu", "", ""], "points_of_sale": [str(other)], "published": []}
        assert submit(anna, page(news), changed).status_code == 303
        values = kept(town, news)
        assert (values.titles, values.points_of_sale, values.published) == ({"en": "Menu"}, [other], False)
        action, changes = audit_lines(town.kavalier, "news", news)[0]
        assert (action, set(changes)) == ("news.change", {"titles", "points_of_sale", "published"})

    def test_saving_without_a_change_writes_nothing(self, town: Town, anna: FlaskClient, news: int) -> None:
        assert submit(anna, page(news), {}).status_code == 303
        assert audit_lines(town.kavalier, "news", news) == []

    def test_a_stale_form_is_refused_with_both_versions(self, town: Town, anna: FlaskClient, news: int) -> None:
        form = form_to(anna.get(page(news)), page(news))
        submit(town.browser(town.olha), page(news), {"titles": ["Theirs", "", ""]})
        response = send(anna, form, {"titles": ["Mine", "", ""]})
        assert response.status_code == 409
        assert "Title English: Theirs" in text_of(response)
        assert kept(town, news).titles == {"en": "Theirs"}
        assert send(anna, form_to(response, page(news)), {}).status_code == 303
        assert kept(town, news).titles == {"en": "Mine"}

    def test_is_archived_and_taken_back(self, town: Town, anna: FlaskClient, news: int) -> None:
        assert submit(anna, page(news), {}, action=f"{page(news)}/archiving").location == LIST
        assert titles(anna.get(LIST)) == []
        assert titles(anna.get(f"{LIST}?archived=1")) == ["New menu"]
        assert "This is archived: customers do not read it." in text_of(anna.get(page(news)))
        assert submit(anna, page(news), {}, action=f"{page(news)}/restoration").location == page(news)
        assert titles(anna.get(LIST)) == ["New menu"]
        actions = [action for action, _changes in audit_lines(town.kavalier, "news", news)]
        assert actions == ["news.restore", "news.archive"]


class TestList:
    @pytest.fixture
    def today(self) -> date:
        return dates.now().date()

    @pytest.fixture(autouse=True)
    def _news(self, town: Town, today: date) -> None:
        shop, week = town.kavalier, timedelta(days=7)
        with shop.work():
            add_news("Draft", shop.own_place, published=False, day=today)
            add_news("Planned", shop.own_place, shop.franchised_place, day=today + week)
            add_news("Published", shop.franchised_place, day=today - week, last=today + week)
            add_news("Over", shop.own_place, day=today - 2 * week, last=today - week)
        with town.teremok.work():
            add_news("Theirs", town.teremok.own_place)

    def test_shows_the_latest_first(self, anna: FlaskClient) -> None:
        assert titles(anna.get(LIST)) == ["Planned", "Draft", "Published", "Over"]

    @pytest.mark.parametrize("stage", ["draft", "planned", "published", "over"])
    def test_is_narrowed_to_a_state(self, anna: FlaskClient, stage: str) -> None:
        response = anna.get(f"{LIST}?stage={stage}")
        assert titles(response) == [stage.capitalize()]
        state = page_of(response).find(".//tbody/tr/td")
        assert state is not None
        assert "".join(state.itertext()) == stage.capitalize()

    def test_is_narrowed_to_a_place(self, town: Town, anna: FlaskClient) -> None:
        assert titles(anna.get(f"{LIST}?place={town.kavalier.franchised_place}")) == ["Planned", "Published"]
        nothing = anna.get(f"{LIST}?place={town.kavalier.franchised_place}&stage=over")
        assert "There are none in this state at this point of sale." in text_of(nothing)

    @pytest.mark.parametrize(
        ("query", "status"),
        [("stage=new", 400), ("place=x", 400), ("archived=2", 400), ("place=987654321", 404), ("after=987654321", 404)],
    )
    def test_refuses_an_address_that_says_nothing(self, anna: FlaskClient, query: str, status: int) -> None:
        assert anna.get(f"{LIST}?{query}").status_code == status

    def test_is_read_page_by_page(self, town: Town, anna: FlaskClient) -> None:
        with town.kavalier.work():
            for number in range(60):
                add_news(f"No. {number}", town.kavalier.own_place, day=DAY + timedelta(days=number // 2))
        first = anna.get(f"{LIST}?place={town.kavalier.own_place}")
        link = page_of(first).find(".//a[@id='page-chevron-right']")
        assert link is not None
        second = anna.get(link.get("href", ""))
        assert len(titles(first)) == 50
        assert len({*titles(first), *titles(second)}) == 63

    def test_asks_no_more_for_more_news(self, town: Town, anna: FlaskClient, count_statements: Any) -> None:
        anna.get(LIST)
        with count_statements() as few:
            anna.get(LIST)
        with town.kavalier.work():
            for number in range(20):
                add_news(f"No. {number}", town.kavalier.own_place)
        with count_statements() as many:
            anna.get(LIST)
        assert len(many) == len(few)


class TestOfALocation:
    """PR-3: a location operator makes news for its own points of sale alone, and reads the brand's."""

    @pytest.fixture
    def of_brand(self, town: Town) -> int:
        with town.kavalier.work():
            return add_news("Of the brand", town.kavalier.own_place, town.kavalier.franchised_place)

    def test_writes_for_its_own_places(self, town: Town, boris: FlaskClient) -> None:
        own, other = town.kavalier.franchised_place, town.kavalier.own_place
        assert "Pechersk" not in text_of(boris.get(NEW))
        typed = {"titles": ["Ours", "", ""], "points_of_sale": [str(own)], "published": "y"}
        refused = submit(boris, NEW, {**typed, "points_of_sale": [str(other)]}, action=LIST)
        assert refused.status_code == 422
        assert submit(boris, NEW, typed, action=LIST).status_code == 303
        with town.kavalier.work():
            assert db.session.scalars(select(News.franchisee_id)).one() == town.kavalier.franchisee

    def test_reads_the_brands_and_changes_nothing_of_it(self, town: Town, boris: FlaskClient, of_brand: int) -> None:
        assert titles(boris.get(LIST)) == ["Of the brand"]
        shown = boris.get(page(of_brand))
        assert "This is the brand's: you can read it." in text_of(shown)
        assert "Podil" in text_of(shown)
        assert "Pechersk" not in text_of(shown)
        for path in (page(of_brand), f"{page(of_brand)}/archiving", f"{page(of_brand)}/restoration"):
            form = form_to(boris.get(NEW), LIST)
            response = boris.post(path, data={**form.values, "titles": ["Mine", "", ""]})
            assert response.status_code == 403
            assert "is the brand's" in text_of(response)
        assert kept(town, of_brand).titles == {"en": "Of the brand"}

    def test_the_database_keeps_it_from_the_brands(self, town: Town, of_brand: int) -> None:
        with town.kavalier.work(town.boris):
            changed = db.session.execute(News.__table__.update().values(published=False))  # type: ignore[attr-defined]
            assert changed.rowcount == 0

    def test_the_brand_changes_a_franchisees_at_the_franchisees_places(self, town: Town, anna: FlaskClient) -> None:
        with town.kavalier.work():
            news = add_news("Theirs", town.kavalier.franchised_place, franchisee=town.kavalier.franchisee)
        assert "Pechersk" not in text_of(anna.get(page(news)))
        assert submit(anna, page(news), {"titles": ["Changed", "", ""]}).status_code == 303
        assert kept(town, news).titles == {"en": "Changed"}


@pytest.mark.parametrize(("who", "status"), [("anna", 200), ("olha", 200), ("boris", 200), ("vera", 403)])
def test_is_for_who_works_with_customers(town: Town, who: str, status: int) -> None:
    browser = town.browser(town.people[who])
    assert browser.get(LIST).status_code == browser.get(NEW).status_code == status
