"""Pages of coupons, offers and news in bulk: what can be chosen, what is short, what goes back (BA-4, BA-9, BA-10)."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from app.extensions import db
from app.offers.models import CouponSeries
from tests.bulk.test_pages import Desk, work_all
from tests.factories import add_customer, add_offer, add_series
from tests.news.writing import add_news
from tests.people import Town


@pytest.fixture
def customers(town: Town) -> list[int]:
    with town.kavalier.work():
        return [
            add_customer(f"C{number}", app_installed=number == 0, point_of_sale=town.kavalier.franchised_place)
            for number in range(3)
        ]


def reserved(town: Town) -> list[int]:
    with town.kavalier.work():
        return list(db.session.scalars(select(CouponSeries.reserved).order_by(CouponSeries.id)))


def test_coupons_from_the_form_to_the_report_and_back(town: Town, customers: list[int]) -> None:
    """BA-9, BA-14"""
    program = str(town.kavalier.program)
    with town.kavalier.work():
        series = add_series(number_limit=10)
    desk = Desk(town, town.anna)
    page = desk.draft(customers)
    assert "Ten percent off (10 left)" in desk.see(f"{page}/action?action=coupons")
    assert desk.send(f"{page}/action", action="coupons", program=program, series=str(series)) == (303, page)
    shown = desk.see(page)
    assert "Issue a coupon “Ten percent off”" in shown
    assert "Series of coupons Ten percent off" in shown
    assert "Set aside 3" in desk.see(f"/coupons/{series}")
    desk.send(f"{page}/confirmation")
    work_all(town)
    assert "Issued" in desk.see(page)
    assert "Set aside" not in desk.see(f"/coupons/{series}")
    with town.kavalier.work():
        db.session.execute(update(CouponSeries).values(active=False))
    _status, undoing = desk.send(f"{page}/undoing")
    desk.send(f"{undoing}/confirmation")
    work_all(town)
    assert "Undone" in desk.see(page)


def test_what_is_short_is_told_and_cannot_be_confirmed(town: Town, customers: list[int]) -> None:
    """BA-9: by the page, and to who sends the form all the same; once another draft is removed it can."""
    program = str(town.kavalier.program)
    with town.kavalier.work():
        series = add_series(number_limit=4)
    anna, olha = Desk(town, town.anna), Desk(town, town.olha)
    first, second = anna.draft(customers), olha.draft(customers)
    anna.send(f"{first}/action", action="coupons", program=program, series=str(series))
    olha.send(f"{second}/action", action="coupons", program=program, series=str(series))
    shown = olha.see(second)
    assert "1 coupon of this series is left for 3 customers." in shown
    assert "Confirm for" not in shown
    status, told = olha.send(f"{second}/confirmation")
    assert (status, "1 coupon of this series is left for 3 customers." in told) == (409, True)
    assert reserved(town) == [3]
    assert anna.send(f"{first}/removal") == (303, "/bulk-actions")
    assert anna.client.get(first).status_code == 404
    assert reserved(town) == [0]
    olha.send(f"{second}/action", action="coupons", program=program, series=str(series))
    assert olha.send(f"{second}/confirmation") == (303, second)
    assert olha.send(f"{second}/removal")[0] == 409


def test_a_location_operator_is_told_no_numbers_of_the_brand(town: Town, customers: list[int]) -> None:
    """PR-3"""
    program = str(town.kavalier.program)
    with town.kavalier.work():
        series = add_series(number_limit=2)
    desk = Desk(town, town.boris)
    page = desk.draft(customers)
    assert "left)" not in desk.see(f"{page}/action?action=coupons")
    desk.send(f"{page}/action", action="coupons", program=program, series=str(series))
    assert "Fewer coupons of this series are left than there are customers." in desk.see(page)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("coupons", "There is no series of which coupons are issued now."),
        ("offers", "There is no offer yet."),
        ("news", "No news is published at a point of sale that customers are shown."),
    ],
)
def test_with_nothing_to_choose_from_it_says_so(town: Town, customers: list[int], action: str, words: str) -> None:
    desk = Desk(town, town.anna)
    page = desk.draft(customers)
    assert words in desk.see(f"{page}/action?action={action}")
    assert desk.send(f"{page}/action", action=action)[0] == 422


def test_what_is_another_business_s_cannot_be_chosen(town: Town, customers: list[int]) -> None:
    """PR-1"""
    with town.teremok.work():
        theirs = {"coupons": ("series", add_series()), "offers": ("offer_id", add_offer())}
        theirs["news"] = ("news", add_news("Theirs", town.teremok.own_place))
    with town.kavalier.work():
        add_series()
        add_offer()
        add_news("Ours", town.kavalier.own_place)
    desk = Desk(town, town.anna)
    page, ours = desk.draft(customers), {"program": str(town.kavalier.program)}
    for action, (field, number) in theirs.items():
        assert desk.send(f"{page}/action", action=action, **ours, **{field: str(number)})[0] == 422


def test_news_and_offers_are_chosen_and_confirmed(town: Town, customers: list[int]) -> None:
    """BA-4, BA-10, CP-10: of one customer too."""
    with town.kavalier.work():
        offer, news = add_offer(), add_news("New menu", town.kavalier.own_place)
    desk = Desk(town, town.anna)
    page = desk.draft(customers)
    desk.send(f"{page}/action", action="news", news=str(news))
    shown = desk.see(page)
    assert "Tell of the news “New menu”" in shown
    assert "New menu: Syrniki until noon." in shown
    assert "Does not have the app 2" in shown
    desk.send(f"{page}/confirmation")
    one = desk.draft(customers[:1])
    desk.send(f"{one}/action", action="offers", way="give", offer_id=str(offer))
    assert "Give the offer “Second croissant free”" in desk.see(one)
    desk.send(f"{one}/confirmation")
    work_all(town)
    assert "Told" in desk.see(page)
    assert "Second croissant free" in desk.see(f"/customers/{customers[0]}/offers")
    assert "New menu" in desk.see(f"/customers/{customers[0]}/messages")
