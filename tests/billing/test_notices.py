"""Who is told that the balance runs low: once each time it falls past an amount, however often one looks (BI-2)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, delete, select

from app.accounts.models import Membership, User
from app.billing.models import BalanceThreshold
from app.billing.queries import balance
from app.billing.services import Channels, correct, fallen, keep_notice, top_up
from app.db import unit_of_work
from app.extensions import db
from app.messaging.models import Channel, MessageStatus, UserLetter
from app.messaging.services import tell_of_balance
from app.permissions import Role
from app.scope import Scope
from jobs import housekeeping
from tests.browsing import page_of, submit, text_of
from tests.people import Person, Shop, Town

PAGE = "/profile/notifications"
EMAIL = Channels(email=True, sms=False, push=False)


class Till:
    """What is paid in and taken out, each under a reference of its own."""

    def __init__(self, shop: Shop) -> None:
        self.shop, self.number = shop, 0

    def move(self, amount: int) -> None:
        self.number += 1
        with self.shop.work():
            (top_up if amount > 0 else correct)(amount, f"{self.number}")

    def told(self) -> list[tuple[int, int]]:
        """Person and amount of everyone who is to be told now."""
        with self.shop.work():
            return [(each.user.id, each.amount) for each in fallen()]


@pytest.fixture
def till(town: Town) -> Till:
    """Kavalier has 1,000.00; nobody is told anything."""
    till = Till(town.kavalier)
    till.move(100_000)
    return till


def watch(town: Town, person: Person, *amounts: int, channels: Channels = EMAIL) -> None:
    with town.kavalier.work(person):
        keep_notice(amounts, channels)


def letters(shop: Shop) -> list[Row[Any]]:
    with shop.work():
        return list(db.session.execute(select(*UserLetter.__table__.c).order_by(UserLetter.id)))


class TestCrossing:
    def test_is_told_once_each_time(self, town: Town, till: Till) -> None:
        """BI-2: not again while it stays below, and anew when it falls again."""
        watch(town, town.vera, 50_000)
        assert till.told() == []
        till.move(-50_000)
        assert till.told() == []
        till.move(-1)
        assert [till.told(), till.told()] == [[(town.vera.id, 50_000)], []]
        till.move(-10_000)
        assert till.told() == []
        till.move(10_001)
        assert till.told() == []
        till.move(-1)
        assert till.told() == [(town.vera.id, 50_000)]

    def test_past_several_amounts_at_once_is_told_by_the_lowest(self, town: Town, till: Till) -> None:
        watch(town, town.vera, 90_000, 50_000, 10_000)
        watch(town, town.anna, 60_000)
        till.move(-60_000)
        assert till.told() == [(town.anna.id, 60_000), (town.vera.id, 50_000)]
        till.move(-35_000)
        assert till.told() == [(town.vera.id, 10_000)]

    def test_who_chooses_an_amount_that_it_is_below_is_not_told_of_that(self, town: Town, till: Till) -> None:
        watch(town, town.vera, 200_000)
        assert till.told() == []
        till.move(150_000)
        till.move(-100_000)
        assert till.told() == []
        till.told()
        till.move(200_000)
        assert till.told() == []
        till.move(-200_000)
        assert till.told() == [(town.vera.id, 200_000)]

    def test_an_amount_that_was_told_is_not_told_again_when_it_is_kept_again(self, town: Town, till: Till) -> None:
        watch(town, town.vera, 50_000)
        till.move(-60_000)
        assert till.told() == [(town.vera.id, 50_000)]
        watch(town, town.vera, 50_000, 20_000)
        assert till.told() == []

    def test_who_may_know_it_no_longer_is_not_told(self, town: Town, till: Till) -> None:
        """PR-5: by the role of that moment."""
        for person in (town.vera, town.anna):
            watch(town, person, 50_000)
        with town.kavalier.work():
            db.session.get_one(Membership, (town.kavalier.id, town.vera.id)).role = Role.BRAND_OPERATOR
            db.session.get_one(Membership, (town.kavalier.id, town.anna.id)).disabled_at = db.func.now()
        till.move(-60_000)
        assert till.told() == []

    def test_two_who_look_at_once_tell_once(self, town: Town, till: Till) -> None:
        watch(town, town.vera, 50_000)
        till.move(-60_000)
        with ThreadPoolExecutor(4) as pool:
            found = list(pool.map(lambda _number: till.told(), range(4)))
        assert sorted(found) == [[], [], [], [(town.vera.id, 50_000)]]

    def test_one_that_was_given_up_is_told_by_the_next(self, town: Town, till: Till) -> None:
        """RELIABILITY: killed in the middle, nothing of it was written down."""
        watch(town, town.vera, 50_000)
        till.move(-60_000)
        with pytest.raises(InterruptedError), town.kavalier.work():  # noqa: PT012
            assert tell_of_balance() == 1
            raise InterruptedError
        assert letters(town.kavalier) == []
        with town.kavalier.work():
            assert tell_of_balance() == 1

    def test_of_another_business_nobody_hears(self, town: Town, till: Till) -> None:
        with town.teremok.work(town.oleg):
            keep_notice([100], EMAIL)
        watch(town, town.vera, 50_000)
        till.move(-60_000)
        with town.teremok.work():
            assert tell_of_balance() == 0
            assert db.session.scalars(select(BalanceThreshold.amount)).all() == [100]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=st.lists(st.integers(-60_000, 60_000).filter(bool), max_size=10))
def test_any_way_of_the_balance_tells_each_fall_once(town: Town, till: Till, moves: list[int]) -> None:
    """BI-2: as a plain walk over the balances says that were seen."""
    with town.kavalier.work():
        db.session.execute(delete(BalanceThreshold))
    watch(town, town.vera, 40_000, 20_000)
    with town.kavalier.work():
        seen = {row.amount: row.below for row in db.session.scalars(select(BalanceThreshold))}
        before = balance()
    for amount in moves:
        till.move(amount)
        before += amount
        fell = [each for each, below in seen.items() if not below and before < each]
        assert till.told() == ([(town.vera.id, min(fell))] if fell else [])
        seen = {each: before < each for each in seen}


class TestLetters:
    def test_are_in_the_words_of_who_gets_them(self, town: Town, till: Till) -> None:
        """BI-2: by each way that was chosen, with what is left."""
        with town.app.app_context():
            change(town.vera, language="uk", phone="+380671112233")
        watch(town, town.vera, 50_000, channels=Channels(email=True, sms=True, push=False))
        till.move(-60_050)
        with town.kavalier.work():
            tell_of_balance()
        found = letters(town.kavalier)
        assert [(each.channel, each.address) for each in found] == [
            (Channel.EMAIL, "vera@example.com"),
            (Channel.SMS, "+380671112233"),
        ]
        assert "399,50" in found[0].text
        assert "/billing" in found[0].text
        assert found[0].language == "uk"
        assert "500,00" in found[0].title

    def test_the_job_tells_and_sends(self, town: Town, till: Till) -> None:
        watch(town, town.vera, 50_000)
        till.move(-60_000)
        with town.app.app_context():
            housekeeping.tell_of_balances()
            housekeeping.tell_of_balances()
        (letter,) = letters(town.kavalier)
        assert (letter.status, letter.simulated, letter.due_at) == (MessageStatus.SENT, True, None)
        assert "Kept by the simulator" in text_of(town.browser(town.vera).get(PAGE))
        assert "Kept by the simulator" not in text_of(town.browser(town.anna).get(PAGE))


def change(person: Person, **values: object) -> None:
    """What the person keeps of itself."""
    with unit_of_work(Scope(None, person.id)):
        user = db.session.scalars(select(User).where(User.id == person.id)).one()
        for name, value in values.items():
            setattr(user, name, value)


class TestPage:
    @pytest.fixture
    def vera(self, town: Town) -> FlaskClient:
        return town.browser(town.vera)

    def test_keeps_what_is_chosen_and_writes_it_down(self, town: Town, till: Till, vera: FlaskClient) -> None:
        """BI-2, PR-4."""
        done = submit(vera, PAGE, {"first": "500", "second": "100.50", "third": ""}, follow_redirects=True)
        assert "You are told when the balance falls." in done.text
        form = page_of(vera.get(PAGE))
        assert [form.find(f".//input[@id='{name}']").get("value") for name in ("first", "second")] == [  # type: ignore[union-attr]
            *("500.00", "100.50"),
        ]
        log = text_of(town.browser(town.anna).get("/audit-log"))
        assert "Notices of the balance chosen" in log
        till.move(-60_000)
        assert till.told() == [(town.vera.id, 50_000)]

    def test_no_amount_turns_it_off(self, town: Town, till: Till, vera: FlaskClient) -> None:
        watch(town, town.vera, 50_000)
        submit(vera, PAGE, {"first": "", "second": "", "third": ""})
        till.move(-60_000)
        assert till.told() == []

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            ({"first": "much"}, "Enter an amount such as"),
            ({"first": "-5"}, "An amount cannot be below 0."),
            ({"first": "1.234"}, "Enter an amount such as"),
            ({"first": "5", "by_email": []}, "Choose at least one way to be told."),
            ({"first": "5", "by_sms": "y"}, "Your profile has no phone."),
        ],
    )
    def test_what_cannot_be_is_said(self, vera: FlaskClient, values: dict[str, str], words: str) -> None:
        response = submit(vera, PAGE, values)
        assert response.status_code == 422
        assert words in text_of(response)

    def test_each_person_has_its_own(self, town: Town, till: Till, vera: FlaskClient) -> None:
        submit(vera, PAGE, {"first": "500"})
        other = page_of(town.browser(town.anna).get(PAGE)).find(".//input[@id='first']")
        assert other is not None
        assert not other.get("value")

    @pytest.mark.parametrize("who", ["olha", "boris"])
    def test_is_for_who_may_know_the_balance(self, town: Town, who: str) -> None:
        browser = town.browser(town.people[who])
        assert browser.get(PAGE).status_code == 403
        assert "Notifications" not in text_of(browser.get("/profile"))
