"""All messages: lines, filters, walls, what is unread, PINs and unknown ones (MS-1, MS-2)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from flask.testing import FlaskClient

from app.extensions import db
from app.messaging.models import Channel, Direction, MessageKind, MessageStatus, Reason
from app.messaging.words import Words
from tests.browsing import form_to, page_of, send, text_of
from tests.factories import add_customer, add_message
from tests.people import Town

NOON = datetime(2026, 3, 5, 10, tzinfo=UTC)
INCOMING = {"direction": Direction.IN, "kind": MessageKind.NOTICE, "segments": 0}


@pytest.fixture
def box(town: Town) -> dict[str, int]:
    """Of Olena, seen at Podil: a notice there, one at Pechersk, an unpaid message to many and a question of hers.

    Of Petro, unknown at Podil: a welcome that failed. And a note of the platform.
    """
    shop = town.kavalier
    with shop.work():
        olena = add_customer("Олена", "Коваль", "+380671234567", point_of_sale=shop.franchised_place)
        petro = add_customer("Petro", "Savchuk", "+380509998877")
        unpaid = {"status": MessageStatus.UNPAID, "reason": Reason.NO_MONEY, "distributed_at": None}
        failed = {"status": MessageStatus.FAILED, "reason": "Absent subscriber", "channel": Channel.EMAIL}
        made = {
            "podil": add_message(olena, "At Podil", point_of_sale_id=shop.franchised_place, created_at=NOON),
            "pechersk": add_message(olena, "At Pechersk", point_of_sale_id=shop.own_place, created_at=day(1)),
            "many": add_message(olena, "To many", kind=MessageKind.BULK, created_at=day(2), **unpaid),
            "failed": add_message(petro, "Hello", kind=MessageKind.WELCOME, created_at=day(3), **failed),
            "asked": add_message(olena, "Where are my points?", created_at=day(4), **INCOMING),
            "platform": add_message(
                None, "Sunday night", title="Planned work", channel=Channel.PANEL, created_at=day(5), **INCOMING
            ),
        }
    with town.teremok.work():
        made["foreign"] = add_message(add_customer("Foreign"), "Elsewhere")
    return {**made, "olena": olena}


def day(number: int) -> datetime:
    return NOON + timedelta(days=number)


def lines(browser: FlaskClient, address: str = "/messages") -> list[list[str]]:
    found = page_of(browser.get(address)).findall(".//table/tbody/tr[@data-id]")
    return [[" ".join("".join(cell.itertext()).split()) for cell in line] for line in found]


def names_of(made: dict[str, int], browser: FlaskClient, address: str = "/messages") -> list[str]:
    known = {number: name for name, number in made.items() if name != "olena"}
    found = page_of(browser.get(address)).findall(".//tr[@data-id]")
    return [known[int(line.get("data-id", ""))] for line in found]


def unread(browser: FlaskClient) -> str:
    """What the top bar says."""
    link = page_of(browser.get("/customers")).find(".//a[@id='unread']")
    assert link is not None
    return link.get("aria-label", "")


class TestLines:
    def test_are_all_messages_newest_first_with_their_status_and_reason(self, town: Town, box: dict[str, int]) -> None:
        """MS-1: those that come in, of customers and of the platform, stand among them."""
        olena, petro = "Олена Коваль +380 67 123 4567", "Petro Savchuk +380 50 999 8877"
        assert lines(town.browser(town.anna)) == [
            ["10 Mar 12:00", "From Regulars", "Planned workSunday night", "Panel", "Unread"],
            ["9 Mar 12:00", f"From {olena}", "MessageWhere are my points?", "SMS", "Unread"],
            ["8 Mar 12:00", petro, "WelcomeHello", "E-mail", "FailedAbsent subscriber"],
            ["7 Mar 12:00", olena, "MessageTo many", "SMS", "UnpaidThe prepaid balance does not cover it"],
            ["6 Mar 12:00", olena, "Notice of a saleAt Pechersk", "SMS", "Delivered"],
            ["5 Mar 12:00", olena, "Notice of a saleAt Podil", "SMS", "Delivered"],
        ]

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?from=2026-03-06&to=2026-03-07", ["many", "pechersk"]),
            ("?unread=yes", ["platform", "asked"]),
            ("?direction=in", ["platform", "asked"]),
            ("?direction=out", ["failed", "many", "pechersk", "podil"]),
            ("?channel=email", ["failed"]),
            ("?status=unpaid", ["many"]),
            ("?status=delivered&direction=out", ["pechersk", "podil"]),
            ("?kind=bulk", ["many"]),
            ("?customer={olena}", ["asked", "many", "pechersk", "podil"]),
            ("?customer={olena}&status=delivered&to=2026-03-05", ["podil"]),
            ("?unread=yes&channel=sms", ["asked"]),
            ("?unread=yes&customer={olena}", ["asked"]),
            ("?kind=pin", []),
            ("?unread=&kind=&from=", ["platform", "asked", "failed", "many", "pechersk", "podil"]),
        ],
    )
    def test_are_narrowed_by_each_filter_and_by_several(
        self, town: Town, box: dict[str, int], query: str, found: list[str]
    ) -> None:
        """MS-1: period, unread, direction, channel, status, customer."""
        assert names_of(box, town.browser(town.anna), "/messages" + query.format(**box)) == found

    @pytest.mark.parametrize("query", ["?status=lost", "?unread=no", "?kind=x", "?customer=olena", "?to=never", "?q=a"])
    def test_an_address_that_cannot_be_read_is_400(self, town: Town, query: str) -> None:
        assert town.browser(town.anna).get(f"/messages{query}").status_code == 400

    def test_days_in_the_wrong_order_are_said(self, town: Town) -> None:
        response = town.browser(town.anna).get("/messages?from=2026-03-07&to=2026-03-01")
        assert response.status_code == 422
        assert "The first day lies after the last one" in text_of(response)

    def test_every_reason_of_ours_has_words(self, town: Town) -> None:
        with town.app.test_request_context():
            assert [each for each in Reason if Words().reason_words(each) == each] == []

    def test_an_erased_customer_is_called_so(self, town: Town, box: dict[str, int]) -> None:
        with town.kavalier.work():
            db.session.execute(db.text("UPDATE customer SET first_name = '', phone = '', erased_at = now()"))
        assert {line[1] for line in lines(town.browser(town.anna))} == {
            "From Regulars",
            "Erased customer",
            "From Erased customer",
        }

    @pytest.mark.parametrize("query", ["?", "?status=sent", "?direction=out", "?customer={customer}", "?unread=yes"])
    @pytest.mark.parametrize("who", ["anna", "boris"])
    def test_pages_never_repeat_or_skip(self, town: Town, query: str, who: str) -> None:
        """MS-1: by key, also where many have the same moment."""
        shop = town.kavalier
        with shop.work():
            customer = add_customer("Iryna", point_of_sale=shop.franchised_place)
            sorts = INCOMING if "unread" in query else {"status": MessageStatus.SENT}
            made = [add_message(customer, created_at=day(number // 7), **sorts) for number in range(120)]
        browser, address, met = town.browser(town.people[who]), f"/messages{query.format(customer=customer)}", []
        while address:
            page = page_of(browser.get(address))
            met += [int(line.get("data-id", "")) for line in page.findall(".//tr[@data-id]")]
            following = page.find(".//a[@aria-label='Next page']")
            address = following.get("href", "") if following is not None else ""
        assert met == sorted(made, reverse=True)

    def test_statements_do_not_grow_with_lines(
        self, town: Town, count_statements: Callable[[], AbstractContextManager[list[str]]]
    ) -> None:
        browser, shop = town.browser(town.anna), town.kavalier
        with shop.work():
            number = add_message(add_customer("Iryna"))
        with count_statements() as few:
            browser.get(f"/messages/{number}")
        with shop.work():
            for each in range(60):
                add_message(add_customer(f"Iryna {each}"), point_of_sale_id=shop.own_place)
        with count_statements() as many:
            assert "Next page" in browser.get(f"/messages/{number}").text
        assert len(many) <= len(few)


class TestSums:
    def test_tell_how_many_there_are_of_each_status(self, town: Town, box: dict[str, int]) -> None:
        """MS-1."""
        browser = town.browser(town.anna)
        assert counts(browser) == {"Messages": "6", "Unpaid": "1", "Delivered": "4", "Failed": "1"}
        assert counts(browser, f"?customer={box['olena']}") == {"Messages": "4", "Unpaid": "1", "Delivered": "3"}
        assert counts(browser, "?status=failed") == {"Messages": "1", "Failed": "1"}
        assert counts(town.browser(town.boris)) == {"Messages": "3", "Unpaid": "1", "Delivered": "2"}

    def test_that_take_too_long_are_given_up_and_say_so(
        self, town: Town, box: dict[str, int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.patience.PATIENCE", 0)
        assert "Counting takes longer than two seconds" in text_of(town.browser(town.anna).get("/messages/sums"))


def counts(browser: FlaskClient, query: str = "") -> dict[str, str]:
    found = page_of(browser.get(f"/messages/sums{query}")).findall(".//dl/div")
    return dict(["".join(part.itertext()).strip() for part in figure] for figure in found)


class TestWhoLooks:
    @pytest.mark.parametrize("few", [3_000, -1], ids=["by customer", "in the order of time"])
    def test_a_location_operator_sees_its_places_and_the_brands_to_its_customers(
        self, town: Town, box: dict[str, int], monkeypatch: pytest.MonkeyPatch, few: int
    ) -> None:
        """MS-1, PR-3: nothing of other places, of customers it does not know, or between platform and brand."""
        monkeypatch.setattr("app.messaging.seen.FEW", few)
        browser = town.browser(town.boris)
        assert names_of(box, browser) == ["asked", "many", "podil"]
        assert names_of(box, browser, "/messages?status=unpaid") == ["many"]
        assert names_of(box, browser, "/messages?unread=yes") == ["asked"]
        for hidden in ("pechersk", "failed", "platform"):
            assert browser.get(f"/messages/{box[hidden]}").status_code == 404
            assert browser.get(f"/messages?after={box[hidden]}").status_code == 404

    def test_nothing_of_another_business_is_there(self, town: Town, box: dict[str, int]) -> None:
        """PR-1: nor can it be read, opened or told what became of."""
        oleg = town.browser(town.oleg)
        assert names_of(box, oleg) == ["foreign"]
        assert oleg.get(f"/messages/{box['asked']}").status_code == 404
        assert oleg.get(f"/messages?customer={box['olena']}").status_code == 404
        own = form_to(oleg.get("/messages/customer"), "/messages/customer").values
        for act in ("reading", "pin", "fate"):
            answer = oleg.post(f"/messages/{box['asked']}/{act}", data={**own, "arrived": "yes"})
            assert answer.status_code == 404, act

    @pytest.mark.parametrize(
        ("who", "status"), [("anna", 200), ("olha", 200), ("boris", 200), ("vera", 403), ("sasha", 303)]
    )
    def test_is_for_who_reads_messages(self, town: Town, who: str, status: int) -> None:
        """PR-1: an accountant sees no customers, so neither what is written to them."""
        browser = town.browser(town.people[who])
        assert browser.get("/messages").status_code == status
        assert ('id="unread"' in browser.get("/help", follow_redirects=True).text) is (status == 200)


class TestOneOpened:
    def test_tells_its_text_its_way_and_its_cause(self, town: Town, box: dict[str, int]) -> None:
        """MS-1: below its line, or by itself where the list does not have it."""
        browser = town.browser(town.anna)
        words = text_of(browser.get(f"/messages/{box['podil']}"))
        assert "Written 5 March 2026, 12:00 +02:00" in words
        assert "Location Podil" in words
        elsewhere = page_of(browser.get(f"/messages/{box['podil']}?status=failed"))
        assert elsewhere.find(".//section[@aria-labelledby='opened-title']") is not None

    def test_says_what_an_unpaid_one_lacks_to_who_keeps_the_books(self, town: Town, box: dict[str, int]) -> None:
        """MS-1, BI-1."""
        with town.kavalier.work():
            db.session.execute(
                db.text(
                    "INSERT INTO tariff (business_id, valid_from, monthly_fee, transaction_price, sms_price,"
                    " viber_price) VALUES (:business, '2020-01-01', 0, 0, 89, 50)"
                ),
                {"business": town.kavalier.id},
            )
        waits = "It goes out by itself as soon as the prepaid balance covers it."
        told = "It costs ₴0.89, the balance has ₴0.00: ₴0.89 is missing."
        page = text_of(town.browser(town.anna).get(f"/messages/{box['many']}"))
        assert f"{waits} {told}".replace(" ", "") in page.replace(" ", "")
        operators = text_of(town.browser(town.olha).get(f"/messages/{box['many']}"))
        assert waits in operators
        assert "is missing" not in operators

    def test_a_customer_is_found_by_words_that_stand_in_no_address(self, town: Town, box: dict[str, int]) -> None:
        """MS-1, CT-6."""
        browser = town.browser(town.anna)
        form = form_to(browser.get("/messages/customer"), "/messages/customer")
        found = send(browser, form, {"text": "коваль"})
        assert [link.get("href") for link in page_of(found).findall(".//ul[@class='candidates']//a")] == [
            f"/messages?customer={box['olena']}"
        ]
        assert "Nobody is found by this." in text_of(send(browser, form, {"text": "nobody"}))
        assert send(browser, form, {"text": ""}).status_code == 422

    def test_messages_of_a_merged_record_are_found_by_either(self, town: Town, box: dict[str, int]) -> None:
        """CP-9: the address of the record that was merged still works."""
        with town.kavalier.work():
            double = add_customer("Olena")
            number = add_message(double, "To the double")
            db.session.execute(
                db.text("UPDATE customer SET merged_into_id = :into WHERE id = :id"),
                {"into": box["olena"], "id": double},
            )
        browser = town.browser(town.anna)
        for customer in (double, box["olena"]):
            page = page_of(browser.get(f"/messages?customer={customer}"))
            assert page.find(f".//tr[@data-id='{number}']") is not None


class TestReading:
    def test_the_number_goes_down_as_messages_are_opened(self, town: Town, box: dict[str, int]) -> None:
        """MS-1: opening shows and sends; who opened it first is kept."""
        anna, olha = town.browser(town.anna), town.browser(town.olha)
        assert unread(anna) == "Unread messages: 2"
        page = anna.get(f"/messages/{box['asked']}")
        assert unread(anna) == "Unread messages: 2", "a page that is only looked at writes nothing"
        answer = send(anna, form_to(page, f"/messages/{box['asked']}/reading"), {}, headers={"HX-Request": "true"})
        assert 'aria-label="Unread messages: 1"' in answer.text
        assert unread(olha) == "Unread messages: 1"
        assert "Opened by Anna Kovalenko" in text_of(olha.get(f"/messages/{box['asked']}"))

    def test_is_once_and_by_the_first(self, town: Town, box: dict[str, int]) -> None:
        for person in (town.anna, town.olha):
            browser = town.browser(person)
            values = form_to(browser.get("/messages/customer"), "/messages/customer").values
            assert browser.post(f"/messages/{box['asked']}/reading", data=values).status_code == 303
        assert "Opened by Anna Kovalenko" in text_of(town.browser(town.olha).get(f"/messages/{box['asked']}"))

    def test_what_went_out_is_not_read_here(self, town: Town, box: dict[str, int]) -> None:
        """CP-4: only the customer reads that."""
        browser = town.browser(town.anna)
        values = form_to(browser.get("/messages/customer"), "/messages/customer").values
        assert browser.post(f"/messages/{box['podil']}/reading", data=values).status_code == 404
        assert not [
            form
            for form in page_of(browser.get(f"/messages/{box['podil']}")).iter("form")
            if form.get("action", "").endswith("/reading") and str(box["podil"]) in form.get("action", "")
        ]

    def test_all_are_read_but_what_came_in_after_the_page(self, town: Town, box: dict[str, int]) -> None:
        browser = town.browser(town.anna)
        form = form_to(browser.get("/messages"), "/messages/reading")
        with town.kavalier.work():
            add_message(box["olena"], "One more", created_at=datetime.now(UTC) + timedelta(seconds=1), **INCOMING)
        assert send(browser, form, {}).status_code == 303
        assert unread(browser) == "Unread messages: 1"
        assert send(browser, form, {"until": "yesterday"}).status_code == 400

    def test_an_operator_reads_what_it_sees(self, town: Town, box: dict[str, int]) -> None:
        """PR-3."""
        boris = town.browser(town.boris)
        assert unread(boris) == "Unread messages: 1"
        send(boris, form_to(boris.get("/messages"), "/messages/reading"), {})
        assert unread(boris) == "Unread messages: 0"
        assert unread(town.browser(town.anna)) == "Unread messages: 1"

    def test_more_than_99_are_not_counted(self, town: Town, box: dict[str, int]) -> None:
        with town.kavalier.work():
            for number in range(120):
                add_message(box["olena"], f"Question {number}", **INCOMING)
        assert unread(town.browser(town.anna)) == "Unread messages: 99+"

    def test_the_number_alone_is_a_piece_or_leads_to_the_list(self, town: Town, box: dict[str, int]) -> None:
        browser = town.browser(town.anna)
        assert browser.get("/messages/unread").location == "/messages?unread=yes"
        piece = browser.get("/messages/unread", headers={"HX-Request": "true"}).text
        assert "<html" not in piece
        assert 'id="unread"' in piece


class TestSupport:
    def test_writes_to_a_business(self, town: Town) -> None:
        """MS-1: the platform's messages come in here, unread."""
        run = town.app.test_cli_runner()
        arguments = ["support", "write", "kavalier", "On Sunday from 2:00.\nThank you.", "--title", "Planned work"]
        assert run.invoke(args=arguments).exit_code == 0
        browser = town.browser(town.anna)
        assert lines(browser)[0][1:] == [
            "From Regulars",
            "Planned workOn Sunday from 2:00. Thank you.",
            "Panel",
            "Unread",
        ]
        assert unread(town.browser(town.oleg)) == "Unread messages: 0"

    @pytest.mark.parametrize("arguments", [["nobody", "Hello"], ["kavalier", " "], ["kavalier", "a" * 4001]])
    def test_mistakes_are_said(self, town: Town, arguments: list[str]) -> None:
        done = town.app.test_cli_runner().invoke(args=["support", "write", *arguments])
        assert done.exit_code == 1
        assert "Error:" in done.output
