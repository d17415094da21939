"""What waits for a second person, or is paused, for 30 days lapses (RELIABILITY: files in; BA-9, BA-15)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from app.audit import AuditEntry
from app.bulk.models import Batch, BatchState
from app.bulk.services import steering
from app.bulk.services.ending import settle
from app.bulk.services.lapsing import lapse_resting
from app.bulk.services.locking import held_batch
from app.extensions import db
from app.lib import dates
from app.offers.models import CouponSeries
from app.permissions import Role
from jobs.bulk import forget_batches
from tests.browsing import text_of
from tests.bulk.batches import became, confirm, preview, run, state
from tests.bulk.test_notes import notes
from tests.factories import add_customer, add_series
from tests.people import Shop, Town

TAG = {"way": "add", "key": "city", "value": "Kyiv"}


@pytest.fixture
def customers(shop: Shop) -> list[int]:
    with shop.work():
        return [add_customer(f"C{number}") for number in range(3)]


@pytest.fixture
def waiting(town: Town, shop: Shop, customers: list[int]) -> int:
    """Coupons of which three are set aside, for a second person to approve."""
    with shop.work():
        steering.set_limits({Role.ADMIN: 2})
        said = {"program": shop.program, "series": add_series(number_limit=3), "texts": {}}
    number = preview(shop, town.anna, "coupons", said, customers)
    confirm(shop, town.anna, number)
    return number


@pytest.fixture
def paused(town: Town, shop: Shop, customers: list[int]) -> int:
    number = preview(shop, town.anna, "tags", TAG, customers)
    confirm(shop, town.anna, number)
    pause(town, number)
    return number


def pause(town: Town, number: int) -> None:
    with town.kavalier.work(town.anna):
        steering.pause(held_batch(number))


def days_pass(shop: Shop, days: int) -> None:
    with shop.work():
        rests = Batch.rests_since - timedelta(days)
        db.session.execute(update(Batch).where(Batch.rests_since.is_not(None)).values(rests_since=rests))
    with shop.app.app_context():
        forget_batches()


def reserved(shop: Shop) -> int:
    with shop.work():
        return sum(each.reserved for each in db.session.query(CouponSeries))


def test_what_nobody_approves_lapses(town: Town, shop: Shop, waiting: int) -> None:
    """What was set aside for it is free again; the note, the page and the log say that it lapsed."""
    days_pass(shop, 29)
    assert (state(shop, waiting), reserved(shop)) == (BatchState.WAITING, 3)
    assert "Unless somebody decides, it lapses" in text_of(town.browser(town.anna).get(f"/bulk-actions/{waiting}"))
    days_pass(shop, 2)
    assert (state(shop, waiting), reserved(shop)) == (BatchState.CANCELLED, 0)
    title, text = notes(shop)[-1]
    assert title.startswith("Lapsed: ")
    assert text.startswith("Nobody approved or continued it for 30 days. 0 of 3 customers done.")
    page = text_of(town.browser(town.anna).get(f"/bulk-actions/{waiting}"))
    assert "Nobody approved or continued it for 30 days, so it lapsed." in page
    assert "Lapsed" in text_of(town.browser(town.anna).get("/bulk-actions"))
    with shop.work():
        last = db.session.query(AuditEntry).order_by(AuditEntry.id.desc()).first()
        assert last is not None
        assert (last.action, last.user_id) == ("batch.lapse", None)
        assert lapse_resting() == 0


def test_what_nobody_continues_lapses(town: Town, shop: Shop, paused: int) -> None:
    """What is done stays, and nothing more is done."""
    days_pass(shop, 31)
    assert state(shop, paused) is BatchState.CANCELLED
    run(shop, paused)
    assert became(shop, paused) == {"pending": 3}


def test_it_counts_from_the_last_pause(town: Town, shop: Shop, paused: int) -> None:
    with shop.work():
        db.session.execute(update(Batch).values(rests_since=dates.now() - timedelta(31)))
    with shop.work(town.anna):
        steering.go_on(held_batch(paused))
    pause(town, paused)
    days_pass(shop, 0)
    assert state(shop, paused) is BatchState.PAUSED


def test_what_a_person_cancels_did_not_lapse(town: Town, shop: Shop, paused: int) -> None:
    with shop.work(town.anna):
        batch = held_batch(paused)
        steering.cancel(batch)
        settle(batch)
        assert batch.state is BatchState.CANCELLED
        assert not batch.has_lapsed
    assert notes(shop)[-1][0].startswith("Cancelled: ")


def test_what_runs_does_not_lapse(town: Town, shop: Shop, paused: int) -> None:
    with shop.work(town.anna):
        steering.go_on(held_batch(paused))
    days_pass(shop, 31)
    assert state(shop, paused) is BatchState.RUNNING
