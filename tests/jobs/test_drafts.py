"""Drafts of filters are forgotten, in every business, once they lapsed (CT-7)."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from app.customers.models import SavedFilter
from app.customers.services.drafts import forget_drafts
from app.extensions import db
from app.lib import dates
from jobs import housekeeping
from tests.people import Town

HOUR = timedelta(hours=1)


def test_drafts_that_lapsed_are_forgotten_in_every_business(town: Town) -> None:
    """CT-7: what was applied, and so never lapses, stays."""
    lapses = {"lapsed": dates.now() - HOUR, "draft": dates.now() + HOUR, "applied": None}
    for shop in (town.kavalier, town.teremok):
        with shop.work():
            for key, moment in lapses.items():
                db.session.add(SavedFilter(business_id=shop.id, key=key, conditions={}, lapses_at=moment))
    with town.app.app_context():
        assert forget_drafts() == 2
        housekeeping.forget_drafts()
    for shop in (town.kavalier, town.teremok):
        with shop.work():
            assert set(db.session.scalars(select(SavedFilter.key))) == {"draft", "applied"}


def test_a_draft_that_is_applied_is_kept(town: Town) -> None:
    """CT-7: when it lapses is all of it that can be changed."""
    with town.kavalier.work():
        db.session.add(SavedFilter(business_id=town.kavalier.id, key="draft", conditions={}, lapses_at=dates.now()))
    with town.kavalier.work():
        db.session.get_one(SavedFilter, (town.kavalier.id, "draft")).lapses_at = None
    with town.app.app_context():
        assert forget_drafts() == 0
