"""What offers show of a customer: a tab; which it was given, for the file that it may ask for."""

from __future__ import annotations

from flask_babel import lazy_gettext

from app.customers.registry import Tab, add_creation_step, add_personal_data, add_tab
from app.offers.personal_data import personal_data
from app.offers.queries.of_customer import offer_count
from app.offers.services import open_holding


def register() -> None:
    add_tab(50, Tab("offers", lazy_gettext("Offers"), "offers.of_customer", count=offer_count))
    add_personal_data("offers", personal_data)
    add_creation_step(open_holding)
