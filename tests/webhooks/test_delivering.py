"""Deliveries: signed, at least once, tried again, given up; what becomes of an address that takes nothing (AP-1)."""

from __future__ import annotations

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select

from app.db import unit_of_work
from app.extensions import db
from app.lib import dates
from app.messaging.models import Message, UserLetter
from app.scope import Scope
from app.webhooks.models import Attempt, Disabled, Endpoint, State
from app.webhooks.queries import delivery_named, due_webhooks, endpoint_named
from app.webhooks.services import claiming, forget_old
from app.webhooks.services.claiming import AT_ONCE, LEASE, claim
from app.webhooks.services.endpoints import remove, replay, send_test
from app.webhooks.services.settling import GIVEN_UP, Answer, settle
from tests.browsing import text_of
from tests.factories import add_customer
from tests.people import Shop, Town
from tests.webhooks.receiving import Call, Pass, Receiver, deliver, delivery_of, endpoint_row


def due(shop: Shop) -> list[tuple[int, int]]:
    with shop.app.app_context():
        return due_webhooks()


def attempts(shop: Shop) -> list[Attempt]:
    with shop.work():
        found = db.session.scalars(select(Attempt).order_by(Attempt.id)).all()
        db.session.expunge_all()
    return list(found)


class TestTaken:
    def test_it_is_delivered_once_and_the_answer_kept(
        self, shop: Shop, endpoint: int, event: int, receiver: Receiver
    ) -> None:
        receiver.body = b"th\0anks " + b"x" * 5_000
        deliver(shop, endpoint)
        deliver(shop, endpoint)
        assert len(receiver.calls) == 1
        delivery, (attempt,) = delivery_of(shop), attempts(shop)
        assert (delivery.state, delivery.due_at, delivery.token, delivery.tries) == (State.DELIVERED, None, None, 1)
        assert (attempt.status, attempt.fault) == (200, "")
        assert attempt.answer.startswith("thanks xxx")
        assert len(attempt.answer) <= 2_000

    def test_many_go_together(self, shop: Shop, endpoint: int, receiver: Receiver) -> None:
        with shop.work():
            for _each in range(3 * AT_ONCE):
                add_customer()
        deliver(shop, endpoint)
        assert receiver.types == ["customer.created"] * 3 * AT_ONCE
        assert len({call.headers["webhook-id"] for call in receiver.calls}) == 3 * AT_ONCE


class TestNotTaken:
    @pytest.mark.parametrize("status", [301, 307, 400, 404, 500, 503])
    def test_it_goes_again_later_under_the_same_id(
        self, shop: Shop, endpoint: int, event: int, receiver: Receiver, wait: Pass, status: int
    ) -> None:
        """And where it is sent on to is not called."""
        receiver.status, receiver.headers = status, {"Location": f"http://127.0.0.1:{receiver.port}/elsewhere"}
        deliver(shop, endpoint)
        assert len(receiver.calls) == 1
        delivery = delivery_of(shop)
        assert delivery.state is State.WAITING
        assert delivery.due_at is not None
        assert timedelta(seconds=2) < delivery.due_at - dates.now() < timedelta(seconds=8)
        receiver.status = 204
        wait(timedelta(seconds=8))
        deliver(shop, endpoint)
        assert delivery_of(shop).state is State.DELIVERED
        assert {call.path for call in receiver.calls} == {"/hooks"}
        assert len({call.headers["webhook-id"] for call in receiver.calls}) == 1
        assert len({call.body for call in receiver.calls}) == 1

    def test_each_time_it_waits_longer(
        self, shop: Shop, endpoint: int, event: int, receiver: Receiver, wait: Pass
    ) -> None:
        receiver.status, waited = 500, []
        for _try in range(6):
            deliver(shop, endpoint)
            again = delivery_of(shop).due_at
            assert again is not None
            waited.append((again - dates.now()).total_seconds())
            wait(again - dates.now() + timedelta(minutes=6))
        for number, seconds in enumerate(waited):
            assert 0.7 * 5 * 3**number < seconds < 1.3 * 5 * 3**number
        assert len(receiver.calls) == 6

    def test_it_waits_as_long_as_it_is_asked_to(
        self, shop: Shop, endpoint: int, event: int, receiver: Receiver
    ) -> None:
        receiver.status, receiver.headers = 429, {"Retry-After": "600"}
        deliver(shop, endpoint)
        again, rest = delivery_of(shop).due_at, endpoint_row(shop, endpoint).rest_until
        assert again is not None
        assert rest is not None
        assert min(again, rest) - dates.now() > timedelta(minutes=9)

    def test_a_server_that_is_not_there(
        self, shop: Shop, endpoint: int, event: int, receiver: Receiver, superuser: psycopg.Connection
    ) -> None:
        superuser.execute("UPDATE webhook_endpoint SET url = 'http://127.0.0.1:9/'")
        deliver(shop, endpoint)
        (attempt,) = attempts(shop)
        assert (attempt.status, attempt.fault) == (None, "not_reached")
        assert delivery_of(shop).state is State.WAITING

    def test_after_three_days_it_is_given_up(
        self, shop: Shop, endpoint: int, event: int, receiver: Receiver, wait: Pass
    ) -> None:
        receiver.status = 500
        wait(GIVEN_UP)
        deliver(shop, endpoint)
        delivery = delivery_of(shop)
        assert (delivery.state, delivery.due_at) == (State.FAILED, None)
        assert delivery.ended_at is not None


class TestAddressThatTakesNothing:
    def test_it_rests_and_is_then_asked_by_one_call_alone(
        self, shop: Shop, endpoint: int, receiver: Receiver, wait: Pass
    ) -> None:
        with shop.work():
            for _each in range(AT_ONCE):
                add_customer()
        receiver.status = 500
        deliver(shop, endpoint)
        assert len(receiver.calls) == AT_ONCE
        with shop.work():
            add_customer()
        assert due(shop) == []
        deliver(shop, endpoint)
        assert len(receiver.calls) == AT_ONCE
        wait(timedelta(seconds=10))
        deliver(shop, endpoint)
        assert len(receiver.calls) == AT_ONCE + 1
        receiver.status = 200
        wait(timedelta(seconds=20))
        deliver(shop, endpoint)
        assert len({call.headers["webhook-id"] for call in receiver.calls}) == AT_ONCE + 1
        found = endpoint_row(shop, endpoint)
        assert (found.failures, found.failing_since, found.rest_until) == (0, None, None)

    def test_what_a_person_sends_goes_before_all_that_waits(
        self, town: Town, shop: Shop, endpoint: int, event: int, receiver: Receiver
    ) -> None:
        """Asked by one call alone, it would else hear of the test when it has taken everything before it."""
        receiver.status = 500
        deliver(shop, endpoint)
        with shop.work():
            for _each in range(3):
                add_customer()
        with shop.work(town.anna):
            number = send_test(endpoint_named(endpoint, held=True))
        deliver(shop, endpoint)
        assert receiver.types == ["test", "test"]
        with shop.work(town.anna):
            replay(delivery_named(number).Delivery, endpoint_named(endpoint, held=True))
        deliver(shop, endpoint)
        assert receiver.types == ["test"] * 3

    def test_after_three_days_it_is_disabled_and_admins_are_told(
        self, town: Town, shop: Shop, endpoint: int, event: int, receiver: Receiver, wait: Pass
    ) -> None:
        """One note in the inbox, and an e-mail to Anna, who alone is an admin."""
        receiver.status = 500
        deliver(shop, endpoint)
        wait(GIVEN_UP + timedelta(seconds=10))
        deliver(shop, endpoint)
        found = endpoint_row(shop, endpoint)
        assert found.disabled_why is Disabled.FAILING
        with shop.work():
            (note,) = db.session.scalars(select(Message)).all()
            (letter,) = db.session.scalars(select(UserLetter)).all()
            assert note.title.endswith(receiver.url)
            assert letter.user_id == town.anna.id
            assert f"/settings/webhooks/{endpoint}" in letter.text
        told = text_of(town.browser(town.anna).get("/audit-log?kind=webhook"))
        assert "Webhook disabled" in told
        assert "It took nothing for three days." in told
        with shop.work():
            add_customer()
        assert len(receiver.calls) == 2
        assert due(shop) == []

    def test_one_that_is_gone_is_disabled_at_once(
        self, shop: Shop, endpoint: int, event: int, receiver: Receiver
    ) -> None:
        receiver.status = 410
        deliver(shop, endpoint)
        assert endpoint_row(shop, endpoint).disabled_why is Disabled.GONE

    def test_one_event_that_is_refused_does_not_disable(
        self, shop: Shop, endpoint: int, event: int, receiver: Receiver, wait: Pass
    ) -> None:
        """As long as others are taken."""
        receiver.answer = lambda call: 500 if call.said["type"] == "test" else 200
        for _day in range(4):
            with shop.work():
                add_customer()
            deliver(shop, endpoint)
            wait(timedelta(days=1))
        assert endpoint_row(shop, endpoint).disabled_at is None
        assert receiver.types.count("customer.created") == 4


class TestWorkers:
    def test_what_one_has_no_other_gets_before_its_lease_is_over(
        self, shop: Shop, endpoint: int, event: int, receiver: Receiver, wait: Pass
    ) -> None:
        """RELIABILITY: a worker that dies in the middle leaves a lease; then the same event goes again."""
        with shop.work():
            dead = claim(endpoint)
        assert dead is not None
        deliver(shop, endpoint)
        assert receiver.calls == []
        assert due(shop) == []
        wait(LEASE)
        assert due(shop) == [(shop.id, endpoint)]
        deliver(shop, endpoint)
        assert [call.headers["webhook-id"] for call in receiver.calls] == [dead.deliveries[0].message]
        with shop.app.app_context(), unit_of_work(Scope(shop.id)):
            settle(dead, [Answer(event, dates.now(), 1, 500)])
        assert delivery_of(shop).state is State.DELIVERED
        assert len(attempts(shop)) == 1
        assert endpoint_row(shop, endpoint).failing_since is None

    def test_nobody_is_told_of_one_that_was_removed_during_a_call(
        self, town: Town, shop: Shop, endpoint: int, event: int
    ) -> None:
        with shop.work():
            batch = claim(endpoint)
        assert batch is not None
        with shop.work(town.anna):
            remove(endpoint_named(endpoint, held=True))
        with shop.app.app_context(), unit_of_work(Scope(shop.id)):
            settle(batch, [Answer(event, dates.now(), 1, 410)])
        with shop.work():
            assert db.session.scalars(select(UserLetter)).all() == []
        assert endpoint_row(shop, endpoint).disabled_at is None
        assert delivery_of(shop).state is State.FAILED

    def test_no_transaction_is_open_during_a_call(
        self, shop: Shop, endpoint: int, event: int, receiver: Receiver, superuser: psycopg.Connection
    ) -> None:
        open_during: list[int] = []

        def look(_call: Call) -> int:
            row = superuser.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND state LIKE 'idle in transaction%' AND pid <> pg_backend_pid()"
            ).fetchone()
            open_during.append(row[0] if row else -1)
            return 200

        receiver.answer = look
        deliver(shop, endpoint)
        assert open_during == [0]


def test_a_secret_that_cannot_be_read_sends_nothing(
    shop: Shop, endpoint: int, event: int, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when SECRET_KEY was changed."""
    monkeypatch.setattr(claiming.signing, "read", lambda _kept: None)
    deliver(shop, endpoint)
    assert receiver.calls == []
    assert [each.fault for each in attempts(shop)] == ["unsigned"]


def test_after_thirty_days_nothing_is_kept(
    shop: Shop, endpoint: int, event: int, receiver: Receiver, superuser: psycopg.Connection
) -> None:
    """RELIABILITY: bodies of webhooks are kept for thirty days."""
    deliver(shop, endpoint)
    with shop.work():
        assert forget_old() == 0
    superuser.execute("UPDATE webhook_event SET at = at - interval '30 days'")
    with shop.work():
        add_customer()
    with shop.work():
        assert forget_old() == 1
    assert attempts(shop) == []
    assert delivery_of(shop).id != event
    with shop.work():
        assert db.session.get(Endpoint, (shop.id, endpoint)) is not None
