"""What a customer says on its own page: language, channels, leaving a program (MY-1, LP-5, CP-7)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit import AuditEntry
from app.customers.models import CHANNELS, Consent, Customer, Enrolment
from app.extensions import db
from app.locale import LANGUAGES
from app.loyalty.models import Access
from tests.browsing import forms_of, page_of, send, submit, text_of
from tests.customers.editing import audit_lines, column
from tests.factories import add_customer
from tests.my.arriving import arrive, my, press
from tests.people import Shop, Town


@pytest.fixture
def hers(shop: Shop, olena: int) -> FlaskClient:
    return arrive(shop, olena)


def opted_out(shop: Shop, customer: int) -> set[str]:
    with shop.work():
        gone = select(Consent).where(Consent.customer_id == customer, Consent.granted.is_(False))
        return {each.kind.name.lower() for each in db.session.scalars(gone)}


class TestChannels:
    def test_are_chosen_one_by_one(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        page = my(shop, "/settings")
        answer = submit(hers, page, {"channel": ["email", "push"], "act": "choose"}, follow_redirects=True)
        assert "Saved." in text_of(answer)
        assert opted_out(shop, olena) == {"sms"}
        assert [action for action, _changes in audit_lines(shop, "customer", olena)] == ["customer.choose_channels"]
        with shop.work():
            # An erasure takes no line, so the customer's address is in none (CP-8).
            about = AuditEntry.subject_kind == "customer"
            assert db.session.scalars(select(AuditEntry.address).where(about)).all() == [""]

    def test_none_of_them_is_none(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        submit(hers, my(shop, "/settings"), {"channel": [], "act": "choose"})
        assert opted_out(shop, olena) == {kind.name.lower() for kind in CHANNELS} - {"viber"}

    def test_so_often_in_ten_minutes(self, shop: Shop, hers: FlaskClient) -> None:
        answers = [press(hers, my(shop, "/settings"), act="stop").status_code for _ in range(21)]
        assert answers == [303] * 20 + [429]


class TestLanguage:
    def test_is_the_customers_from_then_on(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        press(hers, my(shop, "/preferences"), language="ru")
        assert column(shop, olena, "language") == "ru"
        assert audit_lines(shop, "customer", olena) == [("customer.choose_language", {"language": ("en", "ru")})]
        press(hers, my(shop, "/preferences"), language="ru")
        assert len(audit_lines(shop, "customer", olena)) == 1

    def test_of_the_door_is_kept_in_the_browser(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        press(client, my(shop, "/preferences"), language="uk")
        assert 'lang="uk"' in client.get(my(shop, "/sign-in")).text
        assert column(shop, olena, "language") == "en"

    @pytest.mark.parametrize("values", [{"language": "xx"}, {"theme": "pink"}, {}])
    def test_others_are_left_alone(self, shop: Shop, olena: int, hers: FlaskClient, values: dict[str, str]) -> None:
        assert press(hers, my(shop, "/preferences"), **values).status_code == 303
        assert column(shop, olena, "language") == "en"

    def test_a_theme_is_the_browsers(self, shop: Shop, hers: FlaskClient) -> None:
        press(hers, my(shop, "/preferences"), theme="dark")
        assert 'data-theme="dark"' in hers.get(my(shop)).text
        press(hers, my(shop, "/preferences"), theme="system")
        assert "data-theme" not in hers.get(my(shop)).text


class TestLeaving:
    @pytest.mark.parametrize("language", LANGUAGES)
    def test_its_link_is_named_as_it_reads(self, shop: Shop, hers: FlaskClient, language: str) -> None:
        press(hers, my(shop, "/preferences"), language=language)
        links = page_of(hers.get(my(shop, "/settings"))).findall(".//li/a[@aria-label]")
        assert [each.get("aria-label", "").startswith(each.text or "-") for each in links] == [True]

    def test_asks_first_and_says_what_becomes_of_points(self, town: Town, olena: int, hers: FlaskClient) -> None:
        """LP-5."""
        shop = town.kavalier
        page = my(shop, f"/programs/{shop.program}/leaving")
        words = text_of(hers.get(page))
        assert "Leave Kavalier Club?" in words
        assert "1,234.50" in words
        answer = submit(hers, page, {})
        assert answer.status_code == 422
        assert "Tick that you want to leave." in text_of(answer)
        with shop.work():
            assert db.session.get_one(Enrolment, (shop.id, shop.program, olena)).left_at is None

    def test_takes_access_and_keeps_points(self, shop: Shop, olena: int, hers: FlaskClient) -> None:
        """AC-1."""
        submit(hers, my(shop, f"/programs/{shop.program}/leaving"), {"sure": "yes"})
        with shop.work():
            left = db.session.get_one(Enrolment, (shop.id, shop.program, olena))
            assert (left.access, left.left_at is not None) == (Access.NONE, True)
        ((action, changes),) = audit_lines(shop, "customer", olena)
        assert (action, changes) == ("customer.leave", {f"access_{shop.program}": ("full", "none")})

    def test_of_the_last_program_is_told_where_one_signs_in(self, shop: Shop, hers: FlaskClient) -> None:
        """LP-5: the session ends with it, and the word that it worked does not."""
        answer = submit(hers, my(shop, f"/programs/{shop.program}/leaving"), {"sure": "yes"})
        assert answer.location == my(shop, "/sign-in?left=1")
        assert hers.get_cookie(f"regulars_my_{shop.id}") is None
        assert "Ви вийшли з програми" in text_of(hers.get(answer.location))

    def test_a_program_of_others_is_not_found(self, town: Town, hers: FlaskClient) -> None:
        """PR-1."""
        page = my(town.kavalier, f"/programs/{town.teremok.program}/leaving")
        assert hers.get(page).status_code == press(hers, page, sure="yes").status_code == 404


def test_another_site_cannot_press(shop: Shop, olena: int, hers: FlaskClient) -> None:
    for path in ("/settings", "/preferences", "/sign-out", f"/programs/{shop.program}/leaving"):
        form = {"act": "stop", "language": "ru", "sure": "yes"}
        assert hers.post(my(shop, path), data=form).status_code == 400
        evil = {"Origin": "https://evil.example"}
        assert hers.post(my(shop, path), data=form, headers=evil).status_code == 400
    assert column(shop, olena, "language") == "en"
    assert audit_lines(shop, "customer", olena) == []


def test_a_page_of_who_was_signed_in_before_does_nothing_to_another(shop: Shop, olena: int, hers: FlaskClient) -> None:
    """MY-1: left open in another tab of a browser that two people use."""
    pages = (my(shop, "/settings"), my(shop, f"/programs/{shop.program}/leaving"))
    forms = [form for page in pages for form in forms_of(hers.get(page)) if form.action.startswith(my(shop))]
    with shop.work():
        petro = add_customer("Petro", phone="+380671112244")
        db.session.get_one(Customer, (shop.id, petro)).language = "uk"
    arrive(shop, petro, hers)
    said = {"act": "stop", "language": "ru", "sure": "yes", "where": "everywhere"}
    answers = {form.action: send(hers, form, said) for form in forms}
    assert {my(shop, path) for path in ("/settings", "/preferences", "/sign-out")} < set(answers)
    assert {each.status_code for each in answers.values()} == {409}
    assert all("Тим часом щось змінилося." in each.text for each in answers.values())
    assert audit_lines(shop, "customer", petro) == audit_lines(shop, "customer", olena) == []
    assert hers.get(my(shop)).status_code == 200


def test_leaving_twice_at_once_is_once(shop: Shop, olena: int) -> None:
    """LP-5: a double click, or two tabs; who came second is led to sign in, or saw the same."""
    page, start = my(shop, f"/programs/{shop.program}/leaving"), Barrier(2)

    def leave(browser: FlaskClient) -> int:
        start.wait()
        return press(browser, page, sure="yes").status_code

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(leave, [arrive(shop, olena) for _each in range(2)])) == [303, 303]
    assert [action for action, _changes in audit_lines(shop, "customer", olena)] == ["customer.leave"]
