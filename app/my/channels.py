"""On which channels a customer wants to be written to, as a form of its own page or of a link says (LP-5, CP-7)."""

from __future__ import annotations

from collections.abc import Collection

from flask_babel import gettext as _

from app.businesses.models import Feature
from app.businesses.queries import features
from app.customers.details import details_of
from app.customers.models import CHANNELS, ConsentKind, Customer
from app.customers.services.leaving import choose_channels


def offered_channels() -> list[tuple[ConsentKind, str]]:
    """Those that this business can write on."""
    words = {
        ConsentKind.SMS: _("SMS"),
        ConsentKind.EMAIL: _("E-mail"),
        ConsentKind.PUSH: _("Notifications of the app"),
        ConsentKind.VIBER: _("Viber"),
    }
    if Feature.VIBER not in features():
        del words[ConsentKind.VIBER]
    return list(words.items())


def wanted_channels(customer: Customer) -> set[ConsentKind]:
    kept = details_of(customer)
    return {kind for kind in CHANNELS if kept.granted(kind)}


def choose(customer: Customer, act: str | None, ticked: Collection[str]) -> None:
    """Stops all, or keeps those that are ticked; needs the customer held. A channel not offered stays as it is."""
    match act:
        case "stop":
            choose_channels(customer, ())
        case "choose":
            offered = dict(offered_channels())
            hidden = [kind for kind in wanted_channels(customer) if kind not in offered]
            choose_channels(customer, [*hidden, *(kind for kind in offered if kind.name.lower() in ticked)])
