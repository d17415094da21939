"""What offers, coupons and gift cards hang in at start-up.

Of a customer: columns, fields, facts, a tab, steps of its creation, erasure and merges, its file. Of the business:
words of the audit log, series for rules, and which pictures are in use.
"""

from __future__ import annotations

from flask_babel import lazy_gettext

from app import pictures
from app.audit_words import describe
from app.customers.conditions.fields import add_fields
from app.customers.registry import (
    ErasureStep,
    MergeStep,
    Tab,
    add_columns,
    add_creation_step,
    add_drawer_facts,
    add_erasure_step,
    add_merge_step,
    add_overview_facts,
    add_personal_data,
    add_tab,
)
from app.loyalty.queries.series import add_series_names
from app.offers import merging, personal_data
from app.offers.audit_words import KINDS
from app.offers.columns import holding_columns
from app.offers.facts import facts
from app.offers.fields import holding_fields
from app.offers.models import Offer
from app.offers.queries.of_customer import count_of_all
from app.offers.queries.rules import series_names
from app.offers.services import open_holding
from app.offers.services.forgetting import forget_holdings

ERASURE = ErasureStep(lazy_gettext("Coupons and offers in hand"), forget_holdings)


def register() -> None:
    for kind in KINDS:
        describe(kind)
    pictures.held_by(Offer.picture_id)
    add_columns(55, holding_columns)
    add_fields(45, holding_fields)
    add_drawer_facts(facts)
    add_overview_facts(facts)
    add_tab(50, Tab("offers", lazy_gettext("Offers"), "offers.of_customer", count=count_of_all))
    add_personal_data("offers", personal_data.offers)
    add_personal_data("coupons", personal_data.coupons)
    add_personal_data("gift_cards", personal_data.gift_cards)
    add_creation_step(open_holding)
    add_erasure_step(ERASURE)
    add_merge_step(MergeStep(merging.merge, merging.undo, merging.compare, merging.foretell))
    add_series_names(series_names)
