"""Events in words: what each tells of; why an address is told none."""

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
WHY: Mapping[Disabled, LazyString] = {
    Disabled.FAILING: _l("It took nothing for three days."),
    Disabled.GONE: _l("It answered that it is gone for good (410)."),
}
"""Why an address was disabled that nobody disabled by hand."""
