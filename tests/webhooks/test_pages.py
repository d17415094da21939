"""The pages of webhooks: addresses, the secret shown once, the log, sending again, who may (AP-1, PR-4)."""

from __future__ import annotations

import re

import psycopg
import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.extensions import db
from app.webhooks.models import Delivery, Disabled, Endpoint, Event, State
from app.webhooks.queries import endpoint_named
from app.webhooks.services import signing
from app.webhooks.services.endpoints import MOST, disable, remove, send_test
from tests.browsing import form_to, page_of, send, submit, text_of
from tests.factories import add_customer
from tests.people import Town
from tests.webhooks.receiving import Receiver, add_endpoint, deliver, endpoint_row

LIST, NEW, LOG = "/settings/webhooks", "/settings/webhooks/new", "/settings/webhooks/deliveries"
SHOP = {"url": "https://shop.example.com/hooks", "label": "Shop", "events": ["6", "7"]}


def shown_secret(page: str) -> str:
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", page)
    assert found, page
    return found[0]


class TestAdding:
    def test_the_secret_is_shown_once_and_kept_encrypted(
        self, town: Town, anna: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """AP-1, PR-4: the audit log has the address, and neither it nor any page has the secret again."""
        done = submit(anna, NEW, SHOP)
        assert done.status_code == 200
        secret = shown_secret(done.text)
        with town.kavalier.work():
            (row,) = db.session.scalars(select(Endpoint)).all()
            assert (row.url, row.label, row.events) == (SHOP["url"], "Shop", [6, 7])
            assert signing.read(row.secret) == secret
            assert secret.encode() not in row.secret
            number = row.id
        for page in (f"{LIST}/{number}", LIST, LOG, "/audit-log"):
            assert secret not in anna.get(page).text
        assert "Webhook added" in text_of(anna.get("/audit-log"))
        assert superuser.execute("SELECT count(*) FROM audit_value WHERE new::text LIKE '%%whsec%%'").fetchone() == (0,)

    @pytest.mark.parametrize(
        ("url", "said"),
        [
            ("http://shop.example.com/", "must begin with https://"),
            ("ftp://shop.example.com/", "Enter a whole address"),
            ("shop.example.com", "Enter a whole address"),
            ("https://", "Enter a whole address"),
            ("https://anna:pass@shop.example.com/", "Enter a whole address"),
            ("https://shop.example.com/#part", "Enter a whole address"),
            ("https://shop.example.com:99999/", "Enter a whole address"),
            ("https://крамниця.example/", "Enter a whole address"),
            ("https://[::1", "Enter a whole address"),
            ("https://shop.example.com/our hooks", "Enter a whole address"),
            ("https://10.0.0.1/", "cannot be reached from the internet"),
            ("https://169.254.169.254/latest", "cannot be reached from the internet"),
            ("https://[::ffff:10.0.0.1]/", "cannot be reached from the internet"),
            ("https://[64:ff9b::a00:1]/", "cannot be reached from the internet"),
            ("https://panel/", "cannot be reached from the internet"),
            ("https://panel.internal/", "cannot be reached from the internet"),
            ("", "Enter an address"),
        ],
    )
    def test_an_address_inside_or_none_is_refused(self, town: Town, anna: FlaskClient, url: str, said: str) -> None:
        done = submit(anna, NEW, {**SHOP, "url": url})
        assert done.status_code == 422
        assert said in text_of(done)
        with town.kavalier.work():
            assert db.session.scalar(select(func.count()).select_from(Endpoint)) == 0

    def test_without_an_event_it_is_refused(self, town: Town, anna: FlaskClient) -> None:
        done = submit(anna, NEW, {**SHOP, "events": []})
        assert done.status_code == 422
        assert "Choose at least one event." in text_of(done)
        assert submit(anna, NEW, {**SHOP, "events": ["1"]}).status_code == 422

    def test_there_are_not_too_many(self, town: Town, anna: FlaskClient) -> None:
        with town.kavalier.work(town.anna):
            numbers = [add_endpoint(f"https://example.com/{number}").id for number in range(MOST)]
        assert submit(anna, NEW, SHOP).status_code == 409
        with town.kavalier.work(town.anna):
            remove(endpoint_named(numbers[0], held=True))
        assert submit(anna, NEW, SHOP).status_code == 200

    def test_the_person_proves_itself_first(
        self, town: Town, anna: FlaskClient, endpoint: int, superuser: psycopg.Connection
    ) -> None:
        """RELIABILITY: what sends elsewhere what happens here, or makes a secret, asks for the password again."""
        page, later = f"{LIST}/{endpoint}", "UPDATE user_session SET proved_at = now() - interval '11 minutes'"
        there = "SELECT array_agg((url, secret)::text ORDER BY id) FROM webhook_endpoint"
        for where, values, action, status in (
            (NEW, SHOP, NEW, 200),
            (page, {}, f"{page}/secret", 200),
            (page, {"url": "https://shop.example.com/other"}, page, 303),
        ):
            superuser.execute(later)
            kept = superuser.execute(there).fetchone()
            refused = submit(anna, where, {**values, "password": "wrong"}, action=action)
            assert refused.status_code == 422
            assert "This is not your password." in text_of(refused)
            now = superuser.execute(there).fetchone()
            assert now == kept
            done = submit(anna, where, {**values, "password": "correct horse battery"}, action=action)
            assert done.status_code == status
        superuser.execute(later)
        assert submit(anna, page, {"label": "Till"}).status_code == 303

    def test_sent_twice_it_adds_one_and_shows_its_secret(
        self, town: Town, anna: FlaskClient, superuser: psycopg.Connection
    ) -> None:
        """RELIABILITY: of a double click the browser shows the second answer alone."""
        form = form_to(anna.get(NEW), NEW)
        first, second = (shown_secret(send(anna, form, SHOP).text) for _click in range(2))
        assert first == second
        assert send(anna, form, {**SHOP, "label": "Till"}).status_code == 409
        superuser.execute("UPDATE webhook_endpoint SET created_at = now() - interval '2 minutes'")
        assert send(anna, form, SHOP).status_code == 409
        with town.kavalier.work():
            assert db.session.scalar(select(func.count()).select_from(Endpoint)) == 1

    def test_a_form_shown_to_another_adds_another(self, town: Town, anna: FlaskClient) -> None:
        """PR-1."""
        oleg = town.browser(town.oleg)
        mine, others = form_to(anna.get(NEW), NEW), form_to(oleg.get(NEW), NEW)
        secrets = [
            shown_secret(send(who, form, {**SHOP, "sealed": mine.values["sealed"]}).text)
            for who, form in ((anna, mine), (oleg, others))
        ]
        assert secrets[0] != secrets[1]

    def test_a_secret_that_is_renewed_twice_shows_the_one_that_holds(
        self, town: Town, anna: FlaskClient, endpoint: int
    ) -> None:
        page = f"{LIST}/{endpoint}"
        form = form_to(anna.get(page), f"{page}/secret")
        shown = [shown_secret(send(anna, form, {}).text) for _click in range(2)]
        with town.kavalier.work():
            assert signing.read(endpoint_named(endpoint).secret) == shown[1]


class TestOne:
    def test_it_is_changed_unless_someone_else_was_quicker(self, town: Town, anna: FlaskClient, endpoint: int) -> None:
        page = f"{LIST}/{endpoint}"
        form = form_to(anna.get(page), page)
        assert submit(anna, page, {"label": "Shop"}).status_code == 303
        late = send(anna, form, {"label": "Till"})
        assert late.status_code == 409
        assert "Someone else saved other values" in text_of(late)
        assert endpoint_row(town.kavalier, endpoint).label == "Shop"

    def test_disabled_and_enabled_what_waited_goes(
        self, town: Town, anna: FlaskClient, endpoint: int, receiver: Receiver
    ) -> None:
        page, shop = f"{LIST}/{endpoint}", town.kavalier
        with shop.work():
            add_customer()
        assert submit(anna, page, {}, action=f"{page}/disabling").status_code == 303
        assert endpoint_row(shop, endpoint).disabled_why is Disabled.BY_HAND
        with shop.work():
            add_customer()
        deliver(shop, endpoint)
        assert receiver.calls == []
        assert submit(anna, page, {}, action=f"{page}/enabling").status_code == 303
        deliver(shop, endpoint)
        assert receiver.types == ["customer.created"]

    def test_a_new_secret_is_shown_once(self, town: Town, anna: FlaskClient, endpoint: int) -> None:
        page = f"{LIST}/{endpoint}"
        secret = shown_secret(submit(anna, page, {}, action=f"{page}/secret").text)
        with town.kavalier.work():
            assert signing.read(endpoint_named(endpoint).secret) == secret
        assert "The one before signs until" in text_of(anna.get(page))

    def test_removed_it_is_gone_and_what_waited_is_not_sent(
        self, town: Town, anna: FlaskClient, endpoint: int, receiver: Receiver
    ) -> None:
        page, shop = f"{LIST}/{endpoint}", town.kavalier
        with shop.work():
            add_customer()
        assert submit(anna, page, {}, action=f"{page}/removal").status_code == 303
        deliver(shop, endpoint)
        assert receiver.calls == []
        assert anna.get(page).status_code == 404
        assert "customer.created" in text_of(anna.get(LOG))

    def test_what_is_done_stands_in_the_audit_log(self, town: Town, anna: FlaskClient, endpoint: int) -> None:
        """PR-4."""
        page = f"{LIST}/{endpoint}"
        for verb in ("test", "secret", "disabling", "enabling", "removal"):
            submit(anna, page, {}, action=f"{page}/{verb}")
        words = text_of(anna.get("/audit-log"))
        for line in ("Test sent", "Secret of a webhook renewed", "disabled", "enabled", "removed"):
            assert line in words


class TestLog:
    @pytest.fixture
    def failed(self, town: Town, endpoint: int) -> int:
        """A delivery of a test that was given up, beside one of a customer that waits."""
        with town.kavalier.work():
            add_customer()
            number = send_test(endpoint_named(endpoint, held=True))
            delivery = db.session.get_one(Delivery, (town.kavalier.id, number))
            delivery.state, delivery.due_at, delivery.ended_at = State.FAILED, None, delivery.at
        return number

    def test_a_test_is_sent_and_its_answer_shown(
        self, town: Town, anna: FlaskClient, endpoint: int, receiver: Receiver
    ) -> None:
        receiver.status, receiver.body = 503, b"<b>Later</b>"
        page = f"{LIST}/{endpoint}"
        sent = submit(anna, page, {}, action=f"{page}/test")
        assert re.fullmatch(rf"{LOG}/\d+\?address={endpoint}", sent.location)
        assert "Nothing yet." in text_of(anna.get(sent.location))
        deliver(town.kavalier, endpoint)
        shown = anna.get(sent.location)
        assert "503" in text_of(shown)
        assert "<b>Later</b>" in text_of(shown)  # as words, not as a tag
        assert "&lt;b&gt;Later" in shown.text

    @pytest.mark.parametrize(
        ("query", "number"),
        [
            *(("", 2), ("?state=failed", 1), ("?state=waiting", 1), ("?event=test", 1), ("?event=sale_created", 0)),
            *(("?state=failed&event=customer_created", 0), ("?to=2020-01-01", 0)),
        ],
    )
    def test_it_is_filtered(self, anna: FlaskClient, failed: int, query: str, number: int) -> None:
        lines = page_of(anna.get(LOG + query)).findall(".//tr[@data-id]")
        assert len(lines) == number
        assert f"Events {number} " in text_of(anna.get(f"{LOG}/sums{query}")) + " "

    def test_what_cannot_be_read_is_said(self, town: Town, anna: FlaskClient, endpoint: int) -> None:
        with town.teremok.work():
            foreign = add_endpoint().id
        for query, status in (
            *(("state=lost", 400), ("event=nothing", 400), ("address=x", 400), (f"address={foreign}", 404)),
            *(("from=2026-02-01&to=2026-01-01", 422), ("after=999999999", 404)),
        ):
            assert anna.get(f"{LOG}?{query}").status_code == status, query

    def test_of_one_that_was_removed_it_still_tells(
        self, town: Town, anna: FlaskClient, endpoint: int, failed: int
    ) -> None:
        with town.kavalier.work(town.anna):
            remove(endpoint_named(endpoint, held=True))
        shown = anna.get(f"{LOG}?address={endpoint}")
        assert len(page_of(shown).findall(".//tr[@data-id]")) == 2
        assert "(removed)" in text_of(shown)
        assert "(removed)" in text_of(anna.get(LOG))

    def test_one_is_sent_again_under_its_id(
        self, town: Town, anna: FlaskClient, endpoint: int, failed: int, receiver: Receiver
    ) -> None:
        page = f"{LOG}/{failed}"
        assert submit(anna, page, {}, action=f"{page}/replay").status_code == 303
        deliver(town.kavalier, endpoint)
        assert sorted(receiver.types) == ["customer.created", "test"]
        (again,) = [call for call in receiver.calls if call.said["type"] == "test"]
        assert again.headers["webhook-id"] in anna.get(page).text

    def test_all_that_failed_of_a_filter_are_sent_again(
        self, town: Town, anna: FlaskClient, endpoint: int, failed: int, receiver: Receiver
    ) -> None:
        asked = f"{LOG}?event=test&state=failed"
        done = submit(anna, asked, {}, action=f"{LOG}/replay?event=test&state=failed", follow_redirects=True)
        assert "1 delivery is sent again." in done.text
        deliver(town.kavalier, endpoint)
        assert "test" in receiver.types
        assert "Deliveries sent again" in text_of(anna.get("/audit-log"))

    def test_nothing_is_sent_again_to_one_that_is_disabled(
        self, town: Town, anna: FlaskClient, endpoint: int, failed: int
    ) -> None:
        page = f"{LOG}/{failed}"
        form = form_to(anna.get(page), f"{page}/replay")
        with town.kavalier.work(town.anna):
            disable(endpoint_named(endpoint, held=True))
        assert send(anna, form, {}).status_code == 409
        page = f"{LOG}?state=failed"
        done = submit(anna, page, {}, action=f"{LOG}/replay?state=failed", follow_redirects=True)
        assert "Nothing was there" in done.text
        with town.kavalier.work():
            assert db.session.get_one(Delivery, (town.kavalier.id, failed)).state is State.FAILED


@pytest.mark.parametrize("who", ["olha", "boris", "vera"])
def test_only_administrators_see_any_of_it(town: Town, endpoint: int, who: str) -> None:
    client = town.browser(town.people[who])
    for page in (LIST, NEW, LOG, f"{LIST}/{endpoint}"):
        assert client.get(page).status_code == 403


def test_events_of_another_business_stay_there(town: Town, anna: FlaskClient, receiver: Receiver) -> None:
    """PR-1: nothing of Teremok comes to Kavalier's address."""
    with town.kavalier.work():
        here = add_endpoint(receiver.url, Event.CUSTOMER_CREATED).id
    with town.teremok.work():
        add_customer()
    deliver(town.kavalier, here)
    assert receiver.calls == []
