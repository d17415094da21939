"""Events in words: what each tells of, and of what its items are made."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.webhooks.models import Disabled, Event

CHOSEN = tuple(event for event in Event if event is not Event.TEST)
"""What an address can listen to; a test goes to any."""
ABOUT: Mapping[Event, LazyString] = {
    Event.TEST: _l("A test that you asked for"),
    Event.CUSTOMER_CREATED: _l("A customer was registered"),
    Event.CUSTOMER_UPDATED: _l("Details of a customer changed"),
    Event.CUSTOMER_ERASED: _l("A customer was deleted"),
    Event.CUSTOMER_MERGED: _l("A record was merged into another, or taken out of it again"),
    Event.SALE_CREATED: _l("A sale was made, at a Terminal or through the API"),
    Event.SALE_CANCELLED: _l("A sale was cancelled"),
    Event.BALANCE_CHANGED: _l("Points or money of a customer moved, for whatever reason"),
}
_CUSTOMER = ("customer_id",)
ITEMS: Mapping[Event, tuple[str, ...]] = {
    Event.TEST: ("endpoint_id",),
    Event.CUSTOMER_CREATED: (*_CUSTOMER, "point_of_sale_id"),
    Event.CUSTOMER_UPDATED: _CUSTOMER,
    Event.CUSTOMER_ERASED: _CUSTOMER,
    Event.CUSTOMER_MERGED: (*_CUSTOMER, "merged_into"),
    Event.SALE_CREATED: (
        *("sale_id", "customer_id", "program_id", "point_of_sale_id", "terminal_id", "source"),
        *("amount", "discount", "points_paid", "points_earned"),
    ),
    Event.SALE_CANCELLED: ("sale_id", "customer_id"),
    Event.BALANCE_CHANGED: (*("entry_id", "customer_id", "wallet_id", "kind", "amount", "balance", "transaction_id"),),
}
"""What an item of each says. Money is in the smallest unit of the currency, points in hundredths."""
WHY: Mapping[Disabled, LazyString] = {
    Disabled.FAILING: _l("It took nothing for three days."),
    Disabled.GONE: _l("It answered that it is gone for good (410)."),
}
"""Why an address was disabled that nobody disabled by hand."""
