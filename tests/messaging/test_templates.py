"""Templates of messages: kept, previewed for real customers, tried on oneself (BA-1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text

from app.accounts import throttle
from app.billing.services import Prices, set_tariff
from app.businesses.models import Feature
from app.extensions import db
from app.lib import dates
from app.messaging.models import Channel, Message, MessageKind, MessageTemplate, Outbox, Tester
from tests.browsing import form_to, send, submit, text_of
from tests.customers.editing import audit_lines
from tests.factories import add_customer, add_sale, add_template
from tests.people import Shop, Town

LIST, NEW, PREVIEW = "/messages/templates", "/messages/templates/new", "/messages/templates/preview"
PRICES = Prices(monthly_fee=0, transaction_price=0, sms_price=79, viber_price=45)


@pytest.fixture
def shop(town: Town) -> Shop:
    return town.kavalier


@pytest.fixture
def anna(town: Town) -> FlaskClient:
    return town.browser(town.anna)


@pytest.fixture
def template(shop: Shop) -> int:
    with shop.work():
        return add_template().id


def said(*texts: str, **more: Any) -> dict[str, Any]:
    """A form filled in: texts in English, Ukrainian and Russian."""
    return {"name": "We miss you", "channel": "sms", "texts": [*texts, *[""] * (3 - len(texts))], **more}


def kept(shop: Shop) -> list[MessageTemplate]:
    with shop.work():
        found = list(db.session.scalars(select(MessageTemplate).order_by(MessageTemplate.id)))
        db.session.expunge_all()
        return found


class TestKeeping:
    def test_one_is_written_and_listed(self, town: Town, shop: Shop, anna: FlaskClient) -> None:
        values = said("Hi {first_name}, you have {points} points.", "Вітаємо, {first_name}!")
        answer = submit(anna, NEW, values, action=LIST, follow_redirects=True)
        assert "“We miss you” was added." in answer.text
        (template,) = kept(shop)
        assert template.texts == {"en": values["texts"][0], "uk": "Вітаємо, {first_name}!"}
        assert "Hi {first_name}, you have {points} points." in text_of(anna.get(LIST))
        assert audit_lines(shop, "template", template.id)[0][0] == "template.add"
        assert "Template added" in text_of(anna.get("/audit-log"))

    def test_it_is_changed_and_deleted_with_a_line_of_the_log_each(
        self, shop: Shop, anna: FlaskClient, template: int
    ) -> None:
        page = f"{LIST}/{template}"
        submit(anna, page, {"name": "Come back", "channel": "push", "titles": ["Coffee", "", ""]})
        assert (kept(shop)[0].name, kept(shop)[0].channel, kept(shop)[0].titles) == (
            *("Come back", "push"),
            {"en": "Coffee"},
        )
        assert "Delete “Come back”?" in text_of(anna.get(f"{page}/removal"))
        submit(anna, f"{page}/removal", {})
        assert kept(shop) == []
        actions = [action for action, _changes in audit_lines(shop, "template", template)]
        assert actions == ["template.delete", "template.change"]

    def test_an_sms_keeps_no_title(self, shop: Shop, anna: FlaskClient) -> None:
        submit(anna, NEW, said("Hi", titles=["Coffee", "", ""]), action=LIST)
        assert kept(shop)[0].titles == {}

    @pytest.mark.parametrize(
        ("values", "words"),
        [
            (said("Hi {nickname} {0}"), "English: There is no such variable: {nickname}, {0}."),
            (said("ok", "Привіт {name}"), "Українська: There is no such variable: {name}."),
            (said("a" * 1531), "English: This takes 11 SMS; at most 10 are sent."),
            (said("я" * 671, channel="smart"), "English: This takes 11 SMS; at most 10 are sent."),
            (said("a" * 1001, channel="push"), "English: This is 1001 characters; at most 1000 are sent."),
            (said(""), "Enter it in at least one language."),
            (said("Hi", channel="email"), "An e-mail needs a title; it is missing in: English."),
            (said("Hi", channel="push", titles=["{x}", "", ""]), "English: There is no such variable: {x}."),
            (said("Hi", name=""), "Enter a name."),
            (said("Hi", channel="pigeon"), "Not a valid choice."),
            (said("Hi", channel="viber"), "Not a valid choice."),
            (said("Hi\x07"), "Remove the characters that cannot be seen."),
        ],
    )
    def test_what_cannot_be_sent_is_not_kept(
        self, shop: Shop, anna: FlaskClient, values: dict[str, Any], words: str
    ) -> None:
        """The bad input of the issue: unknown variables are named, too long a text with its count."""
        answer = submit(anna, NEW, values, action=LIST)
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert kept(shop) == []

    def test_viber_is_offered_once_support_enabled_it(self, shop: Shop, anna: FlaskClient) -> None:
        """BA-1."""
        assert 'value="viber"' not in anna.get(NEW).text
        with shop.work():
            db.session.execute(
                text("INSERT INTO business_feature (business_id, feature) VALUES (:b, :f)"),
                {"b": shop.id, "f": Feature.VIBER.value},
            )
        assert 'value="viber"' in anna.get(NEW).text

    def test_two_have_no_name_in_common(self, anna: FlaskClient, template: int) -> None:
        answer = submit(anna, NEW, said("Hi", name="we MISS you"), action=LIST)
        assert "Another template has this name already." in text_of(answer)
        assert submit(anna, f"{LIST}/{template}", {"name": "We Miss You"}).status_code == 303

    def test_what_someone_else_saved_is_shown_first(self, town: Town, shop: Shop, template: int) -> None:
        anna, olha = town.browser(town.anna), town.browser(town.olha)
        page = f"{LIST}/{template}"
        late = form_to(anna.get(page), page)
        submit(olha, page, {"texts": ["Olha's text", "", ""]})
        answer = send(anna, late, {"name": "Anna's"})
        assert answer.status_code == 409
        assert "Olha's text" in text_of(answer)
        assert kept(shop)[0].name == "We miss you"
        removal = f"{page}/removal"
        gone = form_to(anna.get(removal), removal)
        submit(olha, page, {"texts": ["Another", "", ""]})
        assert send(anna, gone, {}).status_code == 409
        assert len(kept(shop)) == 1

    def test_who_works_for_a_franchisee_reads_the_brands(self, town: Town, template: int) -> None:
        """PR-3: what all locations use is written by the brand."""
        boris = town.browser(town.boris)
        assert "{first_name}, your coffee waits." in text_of(boris.get(f"{LIST}/{template}"))
        assert boris.get(NEW).status_code == 403
        assert town.browser(town.vera).get(LIST).status_code == 403

    def test_there_are_so_many_and_no_more(
        self, shop: Shop, anna: FlaskClient, template: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.messaging.services.templates.MOST_TEMPLATES", 1)
        answer = submit(anna, NEW, said("Hi", name="Second"), action=LIST)
        assert "There are 1 templates already. Delete one first." in text_of(answer)


class TestPreview:
    @pytest.fixture
    def customers(self, shop: Shop) -> list[int]:
        """Who bought last comes first: Olena in English, Taras, and one without a name."""
        with shop.work():
            ids = [add_customer("Olena"), add_customer("Taras"), add_customer("", "", "+380671112233")]
            for days, number in enumerate(ids):
                add_sale(number, shop.own_terminal, 1_000, at=dates.now() - timedelta(days=days))
            db.session.execute(text("UPDATE customer SET language = 'en' WHERE id = :id"), {"id": ids[0]})
            return ids

    def previewed(self, client: FlaskClient, values: dict[str, Any], **more: Any) -> str:
        """As HTMX asks for it."""
        token = form_to(client.get(NEW), LIST).values
        answer = client.post(PREVIEW, data={**token, **values, **more}, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert answer.text.startswith("<section")
        return " ".join(answer.text.split())

    def test_is_what_a_customer_reads(self, anna: FlaskClient, customers: list[int]) -> None:
        """BA-1, LP-1: filled, with the program's name, in the customer's language."""
        values = said("Hi {first_name}!", "Вітаємо, {first_name}!")
        assert "Kavalier Club: Hi Olena!" in self.previewed(anna, values)
        assert "Kavalier Club: Вітаємо, Taras!" in self.previewed(anna, values, look="1")
        assert "Kavalier Club: Вітаємо, !" in self.previewed(anna, values, look="2")
        assert "Kavalier Club: Вітаємо, !" in self.previewed(anna, values, look="99")

    def test_counts_and_prices_it(self, shop: Shop, anna: FlaskClient, customers: list[int]) -> None:
        """BA-1: segments, alphabet, and the price at today's tariff."""
        with shop.work():
            set_tariff(PRICES)
        latin = self.previewed(anna, said("Hi {first_name}!"))
        assert "GSM-7" in latin
        assert "24 of 160" in latin
        assert '0<span class="minor">.79' in latin
        long = self.previewed(anna, said("я" * 80))
        assert "UCS-2" in long
        assert "95 of 134" in long
        assert '1<span class="minor">.58' in long

    def test_an_operator_is_told_the_price_and_no_tariff(self, town: Town, customers: list[int]) -> None:
        with town.kavalier.work():
            set_tariff(PRICES)
        assert ".79" in self.previewed(town.browser(town.olha), said("Hi"))

    def test_lists_who_has_nothing_for_a_variable(self, anna: FlaskClient, customers: list[int]) -> None:
        """BA-1: of all customers, as they are few; nobody where no variable is empty."""
        found = self.previewed(anna, said("Hi {first_name}, card {card}"))
        assert "3 customers have an empty variable in their text" in found
        assert f'href="/customers/{customers[2]}"' in found
        assert "Every customer has a value for each variable." in self.previewed(anna, said("{points} {program}"))

    def test_of_many_it_says_how_many_were_looked_at(
        self, anna: FlaskClient, customers: list[int], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("app.messaging.preview.LOOKED_AT", 2)
        assert "2 of the 2 customers who bought last have an empty" in self.previewed(anna, said("{card}"))
        assert "Each of the 2 customers who bought last has a value" in self.previewed(anna, said("{points}"))

    def test_what_is_wrong_is_shown_as_far_as_it_goes(self, anna: FlaskClient, customers: list[int]) -> None:
        assert "Hi {nickname}" in self.previewed(anna, said("Hi {nickname}"))
        assert "At most ten SMS are sent" in self.previewed(anna, said("a" * 3000))
        assert "Write a text to see it here." in self.previewed(anna, said(""))
        assert "&lt;b&gt;" in self.previewed(anna, said("<b>"))

    def test_no_more_is_looked_at_than_can_be_kept(self, anna: FlaskClient, customers: list[int]) -> None:
        """Each draft is tried on a thousand customers."""
        assert "the end" not in self.previewed(anna, said("{card}" * 1000 + "the end"))

    def test_coupons_are_examples(self, anna: FlaskClient, customers: list[int]) -> None:
        found = self.previewed(anna, said("{series}: {coupon}"))
        assert "Free cake: 7KQX-2M9P-4T5" in found
        assert "Code and title of the coupon are examples." in found

    def test_keeps_nothing_and_does_not_use_the_form_up(self, shop: Shop, anna: FlaskClient, customers: Any) -> None:
        form = form_to(anna.get(NEW), LIST)
        for _again in range(2):
            assert anna.post(PREVIEW, data={**form.values, **said("Hi")}).status_code == 200
        assert kept(shop) == []
        assert send(anna, form, said("Hi")).status_code == 303
        assert len(kept(shop)) == 1

    def test_without_scripts_the_page_comes_back_as_it_was_filled_in(
        self, anna: FlaskClient, customers: list[int]
    ) -> None:
        form = form_to(anna.get(NEW), LIST)
        answer = anna.post(PREVIEW, data={**form.values, **said("Hi {first_name}!", name="Half written")})
        assert "Kavalier Club: Hi Olena!" in text_of(answer)
        assert form_to(answer, LIST).values["name"] == ["Half written"]

    def test_a_location_operator_sees_its_own_customers(self, town: Town, customers: list[int]) -> None:
        """PR-3."""
        shop = town.kavalier
        with shop.work():
            own = add_customer("Danylo", point_of_sale=shop.franchised_place)
            add_sale(own, shop.franchised_terminal, 500)
            number = add_template(text="Hi {first_name}, {card}").id
        words = text_of(town.browser(town.boris).get(f"{LIST}/{number}"))
        assert "Hi Danylo" in words
        assert "1 customer has an empty variable" in words
        assert "Olena" not in words

    def test_of_an_empty_business_says_so(self, town: Town) -> None:
        oleg = town.browser(town.oleg)
        assert "There are no customers yet to show it for." in text_of(oleg.get(NEW))

    @pytest.mark.parametrize("number", ["x", "9" * 40, "-1", "0", "99999"])
    def test_a_damaged_form_is_no_error_of_ours(self, anna: FlaskClient, number: str) -> None:
        form = form_to(anna.get(NEW), LIST)
        values = {**form.values, "template": number, "look": number, "program": number, "channel": number}
        assert anna.post(PREVIEW, data=values).status_code in (200, 404)


class TestTrying:
    def test_it_goes_to_the_customer_that_one_is(self, town: Town, shop: Shop, template: int) -> None:
        """A notice as others, written through the outbox, by the user; the phone is known next time."""
        olha = town.browser(town.olha)
        with shop.work():
            own = add_customer("Olha", phone="+380671112233")
        page = f"{LIST}/{template}"
        answer = submit(olha, page, {"phone": "067 111 22 33"}, action=f"{page}/tests", follow_redirects=True)
        assert "The test is on its way." in answer.text
        assert 'value="+380671112233"' in answer.text
        with shop.work():
            (message,) = db.session.scalars(select(Message))
            assert message.text == "Kavalier Club: Olha, your coffee waits."
            assert (message.kind, message.channel) == (MessageKind.NOTICE, Channel.SMS)
            assert (message.customer_id, message.user_id, message.segments) == (own, town.olha.id, 1)
            assert db.session.scalars(select(Outbox.message_id)).all() == [message.id]
            assert db.session.scalars(select(Tester.customer_id)).all() == [own]
        assert audit_lines(shop, "template", template)[0] == ("template.test", {"customer_id": (None, own)})

    def test_the_same_press_is_one_test_and_another_one_more(
        self, shop: Shop, anna: FlaskClient, template: int
    ) -> None:
        with shop.work():
            add_customer(phone="+380671112233")
        page = f"{LIST}/{template}"
        form = form_to(anna.get(page), f"{page}/tests")
        for _again in range(2):
            send(anna, form, {"phone": "+380671112233"})
        submit(anna, page, {}, action=f"{page}/tests")
        with shop.work():
            assert len(db.session.scalars(select(Message)).all()) == 2

    def test_there_are_not_many_in_a_row(
        self, shop: Shop, anna: FlaskClient, template: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """BA-3: whoever a test goes to need not have confirmed anything, so nobody writes to many by tests."""
        monkeypatch.setitem(throttle.TESTS, "test", (2, timedelta(minutes=10)))
        with shop.work():
            add_customer(phone="+380671112233")
        page = f"{LIST}/{template}"
        tried = [submit(anna, page, {"phone": "+380671112233"}, action=f"{page}/tests") for _each in range(3)]
        assert [each.status_code for each in tried] == [303, 303, 429]
        with shop.work():
            assert len(db.session.scalars(select(Message)).all()) == 2

    @pytest.mark.parametrize(("phone", "words"), [("", "Enter the phone."), ("0501234567", "No customer has this")])
    def test_nobody_is_told_so(self, shop: Shop, anna: FlaskClient, template: int, phone: str, words: str) -> None:
        page = f"{LIST}/{template}"
        answer = submit(anna, page, {"phone": phone}, action=f"{page}/tests")
        assert answer.status_code == 422
        assert words in text_of(answer)
        assert "{first_name}, your coffee waits." in answer.text
        with shop.work():
            assert db.session.scalars(select(Message)).all() == []

    def test_who_reads_templates_may_try_them(self, town: Town, template: int) -> None:
        shop = town.kavalier
        with shop.work():
            own = add_customer("Boris", phone="+380671112233", point_of_sale=shop.franchised_place)
            add_sale(own, shop.franchised_terminal, 100)
        page = f"{LIST}/{template}"
        answer = submit(town.browser(town.boris), page, {"phone": "+380671112233"}, action=f"{page}/tests")
        assert answer.status_code == 303
