"""What a customer sees on its own page: card, points with expiries, history, offers and coupons (MY-1)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text, update

from app.customers.models import Customer
from app.extensions import db
from app.ledger.models import EntryKind, Lot
from app.ledger.services import Credit, post
from app.lib import dates
from app.lib.images import drawn
from app.loyalty.models import Access, Program
from app.loyalty.rules import PointsPercent
from app.offers.services import issue_coupon
from app.offers.services.gift_cards import make_gift_card
from app.pictures import write as write_picture
from app.transactions.models import Transaction
from app.transactions.services import Adjustment, BasketLine, adjust, cancel_sale, sell
from tests.browsing import page_of, text_of
from tests.factories import (
    add_account,
    add_customer,
    add_message,
    add_offer,
    add_points,
    add_rule,
    add_sale,
    add_series,
    enrol,
    give_offer,
    hold,
)
from tests.my.arriving import arrive, my
from tests.my.conftest import speak
from tests.people import Shop, Town
from tests.pictures import two_colours
from tests.test_pages import faults, parse
from tests.transactions.bringing import basket

PAGES = ("", "/offers", "/messages", "/history", "/settings")


@pytest.fixture
def hers(shop: Shop, olena: int) -> FlaskClient:
    return arrive(shop, olena)


class TestEveryPage:
    def test_is_valid_and_in_the_businesss_name_alone(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        """WL-1: no word of the platform, on any page, with or without rows."""
        with shop.work():
            give_offer(olena, add_offer())
            coupon = issue_coupon(add_series(), olena, "test").done[olena]
            card = make_gift_card(5_000, None, olena).id
            message = add_message(olena)
            sale = add_sale(olena, shop.own_terminal, 9_500)
        things = (f"/coupons/{coupon}", f"/gift-cards/{card}", f"/messages/{message}", f"/history/{sale}")
        leaving = f"/programs/{shop.program}/leaving"
        for path in (*PAGES, *things, leaving):
            answer = hers.get(my(shop, path))
            assert answer.status_code == 200, path
            root = parse(answer)
            assert faults(root) == [], path
            assert len(list(root.iter("h1"))) == 1, path
            assert "Kavalier" in answer.text, path
            assert "regulars" not in answer.text.lower().replace("regulars_", ""), path
            for form in root.iter("form"):
                names = {each.get("name") for each in form.iter() if each.get("name")}
                assert "csrf_token" in names, path

    @pytest.mark.parametrize(("amount", "words"), [(100, "1 point"), (150, "1.50 points"), (200, "2 points")])
    def test_a_part_of_a_point_is_of_several(self, shop: Shop, amount: int, words: str) -> None:
        with shop.work():
            petro = add_customer("Petro", phone="+380671112244")
            db.session.get_one(Customer, (shop.id, petro)).language = "en"
            add_points(petro, amount)
        assert f"Kavalier Club {words} Show" in text_of(arrive(shop, petro).get(my(shop)))

    def test_without_any_rows(self, shop: Shop) -> None:
        with shop.work():
            nobody = add_customer("", "", "+380671112266")
        client = arrive(shop, nobody)
        for path in PAGES:
            answer = client.get(my(shop, path))
            assert answer.status_code == 200, path
            assert faults(parse(answer)) == [], path

    def test_speaks_the_customers_language(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        """I18-1, MY-1: and keeps the one that the customer chooses for its messages too."""
        for code, words in (("uk", "Картка"), ("ru", "Карта"), ("en", "My card")):
            answer = hers.post(my(shop, "/preferences"), data={"csrf_token": token(hers, shop), "language": code})
            assert answer.status_code == 303
            page = hers.get(my(shop))
            assert page_of(page).get("lang") == code
            assert words in page.text

    def test_of_nothing_that_is_there_says_so_in_words_for_customers(self, shop: Shop, hers: FlaskClient) -> None:
        for path in ("/none", "/messages/999999", "/history/999999", "/coupons/999999", "/programs/999999/leaving"):
            answer = hers.get(my(shop, path))
            assert answer.status_code == 404, path
            assert "Regulars" not in answer.text
            assert faults(parse(answer)) == []
        assert hers.get("/my/nobody").status_code == 404


class TestCard:
    def test_tells_points_and_when_they_expire(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        with shop.work():
            add_points(olena, 5_000, days=10)
            add_points(olena, 2_000, days=10)
            add_points(olena, 1_000, days=100)
        words = text_of(hers.get(my(shop)))
        assert "Kavalier Club 1,314.50 points 70 expire on" in words
        assert words.count("until") == 2
        assert "without a last day 1,234.50" in words

    def test_the_days_add_up_to_what_is_held_however_many_they_are(
        self, shop: Shop, olena: int, hers: FlaskClient
    ) -> None:
        """MY-1: a few are seen at once, the others unfolded."""
        with shop.work():
            for day in range(40):
                add_points(olena, 100 + day, days=10 + day)
        page = page_of(hers.get(my(shop)))
        told = [row[1].text or "" for row in page.iter() if row.get("class") == "my-row" and row.tag.endswith("li")]
        assert sum(round(float(each.replace(",", "")) * 100) for each in told) == 123_450 + sum(range(100, 140))
        (fold,) = (each for each in page.iter() if each.get("class") == "my-fold")
        assert (len(told), len(fold[1])) == (41, 28)

    def test_points_past_their_day_are_not_held_any_more(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        """They cannot be spent from then on, though a job takes them out a little later."""
        with shop.work():
            add_points(olena, 5_000, days=0)
        words = text_of(hers.get(my(shop)))
        assert "1,234.50 points" in words
        assert "1,284.50" not in words

    def test_what_has_expired_already_is_not_promised(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        with shop.work():
            add_points(olena, 5_000, days=1)
            db.session.execute(update(Lot).where(Lot.amount == 5_000).values(expires_at=dates.now()))
        assert "until" not in text_of(hers.get(my(shop)))

    def test_money_accounts(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        with shop.work():
            hold(olena, add_account("Deposit"), 12_345)
            hold(olena, add_account("Empty one"), 0)
        words = text_of(hers.get(my(shop)))
        assert "Deposit ₴123 .45" in words
        assert "Empty one" not in words

    def test_what_an_account_counts_in_is_said(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        """LP-1: coffees are no money."""
        with shop.work():
            added = Credit(add_account("Coffees", "cups"), EntryKind.ADDED, "test", amount=500)
            post(olena, [added])
        assert "Coffees 5 .00 cups" in text_of(hers.get(my(shop)))
        history = text_of(hers.get(my(shop, "/history")))
        assert "+ 5 .00 cups" in history.replace("+5", "+ 5")
        assert "₴" not in history

    def test_each_program_has_its_card_unless_they_share_points(
        self, shop: Shop, olena: int, hers: FlaskClient
    ) -> None:
        """LP-1."""
        with shop.work():
            add_program(shop, olena, "Tea Club", shop.wallet)
            hold(olena, shop.wallet, 123_450)
            wallet = new_wallet(shop)
            add_program(shop, olena, "Cake Club", wallet)
            hold(olena, wallet, 700)
        words = text_of(hers.get(my(shop)))
        assert "Kavalier Club · Tea Club 1,234.50 points" in words
        assert "Cake Club 7 points" in words

    @pytest.mark.parametrize(
        ("access", "hint"),
        [
            (Access.FULL, ""),
            (Access.LIMITED, "they cannot be spent at the moment"),
            (Access.NONE, "You do not collect points yet"),
            (Access.BLACKLISTED, "Your card is blocked"),
        ],
    )
    def test_says_what_one_may_not_do(self, shop: Shop, access: Access, hint: str) -> None:
        """AC-1."""
        with shop.work():
            customer = add_customer("Iryna", phone="+380671112277", access=access)
            speak(customer, "en")
        words = text_of(arrive(shop, customer).get(my(shop)))
        hints = ("cannot be spent", "You do not collect points yet", "Your card is blocked")
        assert [each in words for each in hints] == [bool(hint) and each in hint for each in hints]


class TestHistory:
    def test_tells_what_moved_and_nothing_of_who_works_here(self, town: Town, olena: int, hers: FlaskClient) -> None:
        """Neither who did it nor what colleagues said of it."""
        shop = town.kavalier
        with shop.work(town.anna):
            adjust(Adjustment(olena, shop.wallet, 500, shop.own_terminal, "Between us"))
            adjust(Adjustment(olena, shop.wallet, -700, shop.own_terminal, "Among us"))
        words = text_of(hers.get(my(shop, "/history")))
        assert "Pechersk" in words
        assert "Credited +5" in words
        assert "Taken off −7" in words
        assert not any(each in words for each in ("Anna", "Between us", "Among us"))

    def test_leads_to_the_purchase(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        with shop.work():
            add_rule(shop.program, PointsPercent(1000))
            sale = sell(basket(shop, olena, 9_500)).transaction_id
        page = my(shop, f"/history/{sale}")
        assert page in hers.get(my(shop, "/history")).text
        words = text_of(hers.get(page))
        assert "Good 1" in words
        assert "₴95 .00" in words
        assert "Points earned +9.50" in words
        with shop.work():
            cancel_sale(db.session.get_one(Transaction, (shop.id, sale)))
        assert "This purchase was cancelled." in text_of(hers.get(page))
        assert "Taken back −9.50" in text_of(hers.get(my(shop, "/history")))

    @pytest.mark.parametrize("name", ["Check", "Чек"])
    def test_of_a_check_without_goods_tells_the_sum_alone(
        self, shop: Shop, olena: int, hers: FlaskClient, name: str
    ) -> None:
        with shop.work():
            check = replace(basket(shop, olena), lines=(BasketLine(name, 9_500),))
            sale = sell(check).transaction_id
        assert name not in text_of(hers.get(my(shop, f"/history/{sale}")))

    def test_of_another_customer_is_not_found(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        with shop.work():
            sale = add_sale(add_customer("Iryna"), shop.own_terminal, 9_500)
        assert hers.get(my(shop, f"/history/{sale}")).status_code == 404

    def test_goes_on_page_by_page(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        with shop.work():
            for _each in range(60):
                add_points(olena, 100)
        first = hers.get(my(shop, "/history"))
        assert first.text.count("my-amount") == 50
        assert len({each.get("aria-label") for each in page_of(first).iter("nav")}) == 2
        older = next(link.get("href", "") for link in page_of(first).iter("a") if "after=" in link.get("href", ""))
        assert hers.get(older).text.count("my-amount") == 11
        assert hers.get(my(shop, "/history?after=999999999")).status_code == 404


class TestInHand:
    def test_offers_coupons_and_cards(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        """CP-5, LP-8: as customers read them, with the code that the Terminal reads."""
        with shop.work():
            give_offer(olena, add_offer("Internal", public_titles={"en": "Free croissant"}, price=5_000))
            coupon = issue_coupon(add_series(), olena, "test").done[olena]
            card = make_gift_card(5_000, None, olena)
            code = card.code
        words = text_of(hers.get(my(shop, "/offers")))
        assert "Free croissant" in words
        assert "Internal" not in words
        assert "50 points" in words
        assert "Ten percent off" in words
        assert "−10%" in words
        assert "₴50.00" in words
        page = hers.get(my(shop, f"/coupons/{coupon}"))
        assert page.text.count("<svg") >= 1
        assert code[:4] in text_of(hers.get(my(shop, f"/gift-cards/{card_id(shop)}")))

    def test_what_is_over_taken_or_somebody_elses_is_not_there(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        yesterday = dates.now() - timedelta(days=1)
        with shop.work():
            give_offer(olena, add_offer("Over", ends_at=yesterday))
            give_offer(olena, add_offer("Redeemed"), redeemed_at=yesterday)
            give_offer(olena, add_offer("Removed"), removed_at=yesterday)
            give_offer(olena, add_offer("Paused", active=False))
            other = add_customer("Iryna")
            theirs = issue_coupon(add_series("Hers not"), other, "test").done[other]
            foreign = make_gift_card(5_000, None, other).id
        words = text_of(hers.get(my(shop, "/offers")))
        assert not any(each in words for each in ("Over", "Redeemed", "Removed", "Paused", "Hers not"))
        assert "No offers yet" in words
        for path in (f"/coupons/{theirs}", f"/gift-cards/{foreign}"):
            assert hers.get(my(shop, path)).status_code == 404

    def test_the_picture_of_an_offer_is_its_holders(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        with shop.work():
            picture = write_picture(drawn(two_colours(40, 30)))
            given = give_offer(olena, add_offer(picture_id=picture))
            bare = give_offer(olena, add_offer("No picture"))
            other = add_customer("Iryna", phone="+380671112299")
        page = my(shop, f"/offers/{given}/picture")
        assert page in hers.get(my(shop, "/offers")).text
        answer = hers.get(page)
        assert answer.status_code == 200
        assert answer.mimetype.startswith("image/")
        assert hers.get(my(shop, f"/offers/{bare}/picture")).status_code == 404
        assert arrive(shop, other).get(page).status_code == 404
        assert shop.app.test_client().get(page).status_code == 303


class TestFinding:
    @pytest.mark.parametrize("name", ["Kavalier", "kavalier", "  KAVALIER "])
    def test_a_whole_name_leads_there(self, town: Town, client: FlaskClient, name: str) -> None:
        assert client.get("/my", query_string={"name": name}).location == "/my/kavalier"

    @pytest.mark.parametrize("name", ["Kav", "a", "%", "K_valier", "nobody", "Kavalier' OR 1=1"])
    def test_a_part_of_one_finds_nothing(self, town: Town, client: FlaskClient, name: str) -> None:
        """Nobody lists who is here."""
        answer = client.get("/my", query_string={"name": name})
        assert answer.status_code == 200
        assert "There is no shop of this name here." in text_of(answer)
        assert not any(each in answer.text for each in ("/my/kavalier", "Teremok"))

    def test_of_several_one_chooses(self, town: Town, client: FlaskClient) -> None:
        with town.teremok.work():
            town_of_two = "UPDATE business SET name = 'Kavalier' WHERE id = :id"
            db.session.execute(text(town_of_two), {"id": town.teremok.id})
        answer = client.get("/my?name=Kavalier")
        assert "/my/kavalier" in answer.text
        assert "/my/teremok" in answer.text


def token(client: FlaskClient, shop: Shop) -> str:
    page = page_of(client.get(my(shop, "/settings")))
    return next(each.get("value", "") for each in page.iter("input") if each.get("name") == "csrf_token")


def add_program(shop: Shop, customer: int, title: str, wallet: int) -> None:
    program = Program(business_id=shop.id, title=title, public_names={"en": title}, wallet_id=wallet)
    db.session.add(program)
    db.session.flush()
    enrol_by_default(customer, program)


def enrol_by_default(customer: int, program: Program) -> None:
    from_sql = "INSERT INTO category (business_id, program_id, name, is_default) VALUES (:b, :p, 'New', true)"
    db.session.execute(text(from_sql), {"b": program.business_id, "p": program.id})
    enrol(customer, program)


def new_wallet(shop: Shop) -> int:
    made = "INSERT INTO wallet (business_id, kind, name) VALUES (:b, 'points', 'Cake') RETURNING id"
    return int(db.session.execute(text(made), {"b": shop.id}).scalar_one())


def card_id(shop: Shop) -> int:
    with shop.work():
        return int(db.session.execute(text("SELECT max(id) FROM gift_card")).scalar_one())
