"""Sales that were begun and never made are forgotten, also where nobody sells any more (TE-2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.db import business_id
from app.extensions import db
from app.lib import dates
from app.transactions.models import OpenSale
from app.transactions.services.open_sales import begin_sale
from jobs import housekeeping
from tests.people import Town


def test_a_phone_that_nobody_was_registered_under_is_kept_for_a_day(town: Town) -> None:
    """TE-1: also at a Terminal that begins no other sale."""
    for shop, person in ((town.kavalier, town.sasha), (town.teremok, town.oleg)):
        with shop.work(person):
            begin_sale(shop.own_terminal, None, "+380671112233")
            db.session.execute(update(OpenSale).values(created_at=dates.now() - timedelta(hours=25)))
            begin_sale(shop.franchised_terminal, None, "+380674120855")
    with town.app.app_context():
        housekeeping.forget_open_sales()
    for shop in (town.kavalier, town.teremok):
        with shop.work():
            assert list(db.session.scalars(select(OpenSale.phone))) == ["+380674120855"]


def test_a_business_that_fails_keeps_no_other_waiting(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else one damaged row anywhere would stop the looking after of all behind it."""
    reached = []

    def forget() -> None:
        reached.append(business_id())
        if business_id() == town.kavalier.id:
            raise RuntimeError("a damaged row")

    monkeypatch.setattr(housekeeping, "forget_old_sales", forget)
    with town.app.app_context():
        housekeeping.forget_open_sales()
    assert {town.kavalier.id, town.teremok.id} <= set(reached)
