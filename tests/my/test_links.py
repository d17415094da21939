"""What customers do by the links of messages, without signing in: stop them, leave a program (LP-5, CP-7, MY-1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from werkzeug.test import TestResponse

from app.audit import AuditEntry
from app.customers.models import CHANNELS, Consent, ConsentKind, Customer, Enrolment
from app.customers.services.merging import hold_pair, merge_customers
from app.extensions import db
from app.links import leave_link, stop_link
from app.loyalty.models import Access, Program
from tests.browsing import form_to, send, submit, text_of
from tests.customers.editing import audit_lines, column, kept
from tests.factories import add_customer, default_program, enrol
from tests.my.conftest import speak
from tests.people import Shop, Town

CHANNEL_NAMES = {kind.name.lower() for kind in CHANNELS} - {"viber"}


def stop(shop: Shop, customer: int) -> str:
    with shop.work():
        return urlsplit(stop_link(customer)).path


def leave(shop: Shop, customer: int, program: int = 0) -> str:
    with shop.work():
        return urlsplit(leave_link(customer, program or shop.program)).path


def opted_out(shop: Shop, customer: int) -> set[str]:
    with shop.work():
        gone = select(Consent).where(Consent.customer_id == customer, Consent.granted.is_(False))
        assert all(each.user_id is None for each in db.session.scalars(gone))
        return {each.kind.name.lower() for each in db.session.scalars(gone)}


def standing(shop: Shop, customer: int) -> Enrolment:
    with shop.work():
        enrolment = db.session.get_one(Enrolment, (shop.id, shop.program, customer))
        db.session.expunge(enrolment)
        return enrolment


class TestStopping:
    def test_one_press_stops_everything(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        """CP-7, LP-5: said by the customer itself, in the audit log as nobody's of the business."""
        page = stop(shop, olena)
        answer = send(client, form_to(client.get(page), page), {"act": "stop"}, follow_redirects=True)
        assert "Saved. We do not write to you any more." in text_of(answer)
        assert opted_out(shop, olena) == {kind.name.lower() for kind in CHANNELS}
        ((action, changes),) = audit_lines(shop, "customer", olena)
        assert action == "customer.choose_channels"
        assert changes["consent_sms"] == (True, False)
        with shop.work():
            about = AuditEntry.subject_kind == "customer"
            said = db.session.execute(select(AuditEntry.user_id, AuditEntry.address).where(about)).all()
            assert said == [(None, "")]  # An erasure takes no line, so the customer's address is in none (CP-8).

    def test_once_more_changes_nothing(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        page = stop(shop, olena)
        for _again in range(3):
            assert client.post(page, data={"act": "stop"}).status_code == 303
        assert len(audit_lines(shop, "customer", olena)) == 1

    def test_channels_are_chosen_one_by_one_and_taken_back(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        page = stop(shop, olena)
        client.post(page, data={"act": "choose", "channel": ["email", "nonsense"]})
        assert opted_out(shop, olena) == CHANNEL_NAMES - {"email"}
        client.post(page, data={"act": "choose", "channel": list(CHANNEL_NAMES)})
        assert opted_out(shop, olena) == set()

    def test_a_press_that_says_nothing_changes_nothing(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        client.post(stop(shop, olena), data={})
        assert opted_out(shop, olena) == set()

    def test_a_mail_program_stops_e_mail_by_itself(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        """RFC 8058: by a POST without cookie, token or form of ours."""
        answer = client.post(stop(shop, olena), data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
        assert opted_out(shop, olena) == {"email"}

    def test_the_panel_shows_what_the_customer_said(self, town: Town, olena: int, client: FlaskClient) -> None:
        client.post(stop(town.kavalier, olena), data={"act": "stop"})
        assert kept(town.kavalier, olena).granted(ConsentKind.SMS) is False
        log = text_of(town.browser(town.anna).get("/audit-log"))
        assert "Customer said what it wants to get" in log
        assert town.browser(town.anna).get(f"/customers/{olena}").status_code == 200

    def test_a_form_that_was_open_meanwhile_is_stale(self, town: Town, olena: int, client: FlaskClient) -> None:
        """CP-7: the customer's own word is not overwritten without being seen."""
        version = column(town.kavalier, olena, "version")
        client.post(stop(town.kavalier, olena), data={"act": "stop"})
        assert column(town.kavalier, olena, "version") == version + 1


class TestLeaving:
    def test_says_what_becomes_of_points_and_asks_twice(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        """LP-5: the link alone does nothing; neither does a press without the tick."""
        page = leave(shop, olena)
        words = text_of(client.get(page))
        assert "Leave Kavalier Club?" in words
        assert "1,234.50" in words
        assert "Your points stay" in words
        answer = submit(client, page, {})
        assert answer.status_code == 422
        assert "Tick that you want to leave." in text_of(answer)
        assert standing(shop, olena).left_at is None

    def test_takes_access_and_keeps_points(self, town: Town, shop: Shop, olena: int, client: FlaskClient) -> None:
        """AC-1: neither earns nor redeems, until it is changed; who said so was the customer."""
        page = leave(shop, olena)
        answer = submit(client, page, {"sure": "yes"}, follow_redirects=True)
        assert "You have left Kavalier Club" in text_of(answer)
        assert "1,234.50" in text_of(answer)
        assert (standing(shop, olena).access, standing(shop, olena).left_at is not None) == (Access.NONE, True)
        ((action, changes),) = audit_lines(shop, "customer", olena)
        assert (action, changes) == ("customer.leave", {f"access_{shop.program}": ("full", "none")})
        client.post(page, data={"sure": "yes"})
        assert len(audit_lines(shop, "customer", olena)) == 1
        assert "left by itself on" in text_of(town.browser(town.anna).get(f"/customers/{olena}"))

    def test_who_comes_back_at_the_counter_is_in_again(self, town: Town, olena: int, client: FlaskClient) -> None:
        shop = town.kavalier
        client.post(leave(shop, olena), data={"sure": "yes"})
        submit(town.browser(town.anna), f"/customers/{olena}/edit", {f"access_{shop.program}": "full"})
        assert (standing(shop, olena).access, standing(shop, olena).left_at) == (Access.FULL, None)
        assert "Leave Kavalier Club?" in text_of(client.get(leave(shop, olena)))

    def test_who_is_blacklisted_stays_so(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        with shop.work():
            enrolment = db.session.get_one(Enrolment, (shop.id, shop.program, olena))
            enrolment.access = Access.BLACKLISTED
        client.post(leave(shop, olena), data={"sure": "yes"})
        assert standing(shop, olena).access is Access.BLACKLISTED
        assert standing(shop, olena).left_at is not None

    def test_one_program_is_left_and_others_stay(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        with shop.work():
            first = default_program()
            db.session.execute(text("UPDATE program SET is_default = false"))
            other = Program(business_id=shop.id, title="Other", public_names={}, wallet_id=first.wallet_id)
            db.session.add(other)
            db.session.flush()
            db.session.execute(
                text("INSERT INTO category (business_id, program_id, name, is_default) VALUES (:b, :p, 'New', true)"),
                {"b": shop.id, "p": other.id},
            )
            number = other.id
        with shop.work():
            enrol_in(olena, number)
        client.post(leave(shop, olena, number), data={"sure": "yes"})
        assert standing(shop, olena).access is Access.FULL


def enrol_in(customer: int, program: int) -> None:
    enrol(customer, db.session.scalars(select(Program).where(Program.id == program)).one())


class TestLinks:
    def test_speak_the_customers_language(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        """MY-1: its own where it chose one."""
        with shop.work():
            speak(olena, "")
        answer = client.get(stop(shop, olena))
        assert '<html lang="uk">' in answer.text
        assert "Зупинити всі" in text_of(answer)

    def test_show_the_business_and_nothing_of_the_customer_or_the_platform(
        self, shop: Shop, olena: int, client: FlaskClient
    ) -> None:
        for page in (stop(shop, olena), leave(shop, olena)):
            answer = client.get(page)
            assert "Kavalier" in answer.text
            assert not any(word in answer.text for word in ("Regulars", "Olena", "671112233", "olena@"))
            assert "Set-Cookie" not in answer.headers

    @pytest.mark.parametrize("path", ["/u/{}", "/l/{}"])
    @pytest.mark.parametrize("token", ["x", "A" * 24, "%00", "..", "-" * 900, "ключ"])
    def test_forged_ones_lead_nowhere(self, client: FlaskClient, path: str, token: str) -> None:
        for answer in (client.get(path.format(token)), client.post(path.format(token), data={"act": "stop"})):
            assert answer.status_code == 404
            assert "This link leads nowhere." in text_of(answer)

    def test_one_is_not_good_for_the_other(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        token = stop(shop, olena).rpartition("/")[2]
        assert client.get(f"/l/{token}").status_code == 404

    def test_nobody_is_found_by_trying(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        statuses = [client.get(f"/u/{number:024d}").status_code for number in range(25)]
        assert statuses == [404] * 20 + [429] * 5
        assert client.get(stop(shop, olena)).status_code == 200

    def test_a_customer_changes_its_mind_so_often_in_ten_minutes(
        self, shop: Shop, olena: int, client: FlaskClient
    ) -> None:
        page = stop(shop, olena)
        answers = [client.post(page, data={"act": "stop"}).status_code for _ in range(21)]
        assert answers == [303] * 20 + [429]

    def test_of_an_erased_customer_lead_nowhere(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        pages = [stop(shop, olena), leave(shop, olena), leave(shop, olena, 999)]
        with shop.work():
            db.session.execute(text("UPDATE customer SET erased_at = now() WHERE id = :id"), {"id": olena})
        assert [client.get(page).status_code for page in pages] == [404] * 3

    def test_of_a_program_that_one_is_not_in_lead_nowhere(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        page = leave(shop, olena, 999)
        assert client.get(page).status_code == client.post(page, data={"sure": "yes"}).status_code == 404

    def test_of_a_merged_record_are_the_survivors(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        """CP-9."""
        with shop.work():
            record = add_customer("Olena", email="o@example.com")
            merge_customers(*hold_pair(olena, record), set())
        client.post(stop(shop, record), data={"act": "stop"})
        assert "sms" in opted_out(shop, olena)

    def test_another_site_cannot_press(self, shop: Shop, olena: int, client: FlaskClient) -> None:
        answer = client.post(stop(shop, olena), data={"act": "stop"}, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 400
        assert opted_out(shop, olena) == set()

    def test_work_for_whoever_is_signed_in_to_another_business(self, town: Town, olena: int) -> None:
        """PR-1: the link says whose it is, not the session of the panel; and the panel's person signs nothing."""
        client = town.browser(town.oleg)
        page = stop(town.kavalier, olena)
        assert "Kavalier" in text_of_public(client.get(page))
        client.post(page, data={"act": "stop"})
        assert opted_out(town.kavalier, olena)

    def test_ten_presses_at_once_are_one(self, shop: Shop, olena: int) -> None:
        page = leave(shop, olena)
        with ThreadPoolExecutor(8) as pool:
            statuses = set(
                pool.map(lambda _each: shop.app.test_client().post(page, data={"sure": "yes"}).status_code, range(10))
            )
        assert statuses == {303}
        assert len(audit_lines(shop, "customer", olena)) == 1


def text_of_public(answer: TestResponse) -> str:
    return answer.get_data(as_text=True)


def test_the_log_of_a_business_stays_whole(shop: Shop, olena: int, client: FlaskClient) -> None:
    client.post(stop(shop, olena), data={"act": "stop"})
    client.post(leave(shop, olena), data={"sure": "yes"})
    with shop.work():
        assert db.session.scalar(select(func.count()).select_from(Customer)) == 1
    assert shop.app.test_cli_runner().invoke(args=["audit", "check"]).exit_code == 0
