"""The Kiosk's pages for pictures: a tablet that is not paired, the first screen, and a visitor."""

from __future__ import annotations

from flask import Flask

from app.businesses.models import Kiosk
from app.businesses.services import let_kiosk_in, pair_kiosk
from app.db import unit_of_work
from app.extensions import db
from app.kiosk.tablet import COOKIE
from app.transactions.services.visits import begin_visit
from tests.people import Person

PAGES = {"kiosk": "/kiosk", "kiosk-english": "/kiosk?language=en", "kiosk-visit": "/kiosk/visits/{visit}"}


def tablet(app: Flask, seller: Person, customer: int) -> tuple[str, str, str]:
    """Name and value of the cookie of a tablet beside the seller's Terminal, and the visit of a customer there."""
    with app.app_context(), unit_of_work(seller.scope):
        code = let_kiosk_in(seller.terminal or 0)
        number = db.session.scalars(db.select(Kiosk.id).where(Kiosk.code_hash.is_not(None))).one()
        token = pair_kiosk(number, code)
        return COOKIE, token or "", str(begin_visit(number, customer))
