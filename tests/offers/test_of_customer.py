"""The offers of a profile: what each line tells, what is gone, whoever looks (CP-5, PR-3)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from psycopg.errors import UniqueViolation

from app.lib import dates
from tests.browsing import page_of, text_of
from tests.factories import add_customer, add_offer, give_offer
from tests.people import Town

NOON = datetime(2026, 3, 5, 10, tzinfo=UTC)
LONG = "Two hours behind the bar: how beans are chosen, how milk is foamed, and why water matters most of all."


@pytest.fixture
def olena(town: Town) -> int:
    with town.kavalier.work():
        return add_customer("Олена", "Коваль", point_of_sale=town.kavalier.franchised_place)


def rows(town: Town, customer: int, who: str = "anna") -> list[list[str]]:
    """The cells of the lines, as words."""
    page = page_of(town.browser(town.people[who]).get(f"/customers/{customer}/offers"))
    return [
        [" ".join(" ".join(cell.itertext()).split()) for cell in line if cell.get("class") != "c-more"]
        for line in page.findall(".//table/tbody/tr")
    ]


def test_a_line_tells_what_is_offered_when_and_what_became_of_it(town: Town, olena: int) -> None:
    """CP-5: title, preview with the whole text behind it, days of giving and redeeming, status; newest first."""
    shop, ahead = town.kavalier, dates.now() + timedelta(days=9)
    with shop.work():
        give_offer(
            *(olena, add_offer("Croissant", "The second is on us.")),
            given_at=NOON,
            redeemed_at=NOON + timedelta(days=1),
            redeemed_point_of_sale_id=shop.franchised_place,
        )
        give_offer(olena, add_offer("Barista", LONG, price=20_000, ends_at=ahead), given_at=NOON + timedelta(days=2))
    evening, croissant = rows(town, olena)
    assert evening[0] == f"Barista {LONG[:79].rstrip()}… {LONG}"
    assert [*evening[1:3], *evening[4:]] == ["7 Mar 12:00", "–", "200 points", "Available"]
    assert croissant == [
        *("Croissant The second is on us.", "5 Mar 12:00", "6 Mar 12:00 Podil", "–", "Free", "Redeemed"),
    ]


@pytest.mark.parametrize(
    ("offer", "given", "status"),
    [
        ({}, {}, "Available"),
        ({"ends_at": 1}, {}, "Available"),
        ({"ends_at": -1}, {}, None),
        ({"ends_at": -1}, {"redeemed_at": -2}, "Redeemed"),
        ({}, {"removed_at": -1}, None),
        ({"starts_at": 3}, {}, "Not begun yet"),
        ({"active": False}, {}, "Paused"),
    ],
)
def test_what_is_over_or_taken_away_is_gone(
    town: Town, olena: int, offer: dict[str, int], given: dict[str, int], status: str | None
) -> None:
    """CP-5: an offer that expired is not shown as expired but not at all, unless it was redeemed in time."""

    def moments(days: dict[str, int]) -> dict[str, object]:
        return {
            name: value if isinstance(value, bool) else dates.now() + timedelta(days=value)
            for name, value in days.items()
        }

    with town.kavalier.work():
        give_offer(olena, add_offer(**moments(offer)), **moments(given))
    assert [row[-1] for row in rows(town, olena)] == ([status] if status else [])


def test_a_location_operator_sees_what_was_not_redeemed_elsewhere(town: Town, olena: int) -> None:
    """CP-5, PR-3: what its customer holds, and what it redeemed at its places."""
    shop = town.kavalier
    with shop.work():
        for title, place in (("Open", None), ("At Podil", shop.franchised_place), ("At Pechersk", shop.own_place)):
            redeemed = {"redeemed_at": dates.now(), "redeemed_point_of_sale_id": place} if place else {}
            give_offer(olena, add_offer(title, ""), **redeemed)
    assert {row[0] for row in rows(town, olena, "boris")} == {"Open", "At Podil"}
    assert len(rows(town, olena)) == 3


def test_a_customer_holds_an_offer_once(town: Town, olena: int, superuser: psycopg.Connection) -> None:
    """CP-5: until it redeems it; then it can be given again."""
    again = "INSERT INTO customer_offer (business_id, customer_id, holder_id, offer_id, given_at) TABLE held"
    with town.kavalier.work():
        give_offer(olena, add_offer())
    superuser.execute(
        "CREATE TEMPORARY TABLE held AS"
        " SELECT business_id, customer_id, holder_id, offer_id, given_at FROM customer_offer"
    )
    with pytest.raises(UniqueViolation, match="customer_offer_open_key"):
        superuser.execute(again)
    superuser.execute("UPDATE customer_offer SET redeemed_at = now()")
    superuser.execute(again)
    assert [row[-1] for row in rows(town, olena)] == ["Available", "Redeemed"]


def test_none_is_said(town: Town, olena: int) -> None:
    response = town.browser(town.anna).get(f"/customers/{olena}/offers")
    assert "No offers" in text_of(response)
    assert town.browser(town.anna).get(f"/customers/{olena}/offers?status=open").status_code == 400


def test_statements_do_not_grow_with_lines(
    town: Town, olena: int, count_statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    browser, address = town.browser(town.anna), f"/customers/{olena}/offers"
    with count_statements() as few:
        browser.get(address)
    with town.kavalier.work():
        for _ in range(60):
            give_offer(olena, add_offer())
    with count_statements() as many:
        assert "Next page" in browser.get(address).text
    assert len(many) <= len(few)
