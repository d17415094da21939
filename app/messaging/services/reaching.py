"""How customers are reached, in SQL: for whoever writes to thousands and tells beforehand what that comes to.

What is said here of many at once, app/messaging/services/judging.py says of each when it goes.
"""

from __future__ import annotations

from enum import StrEnum

from app.businesses.models import Feature
from app.businesses.queries import features
from app.customers.models import ConsentKind
from app.loyalty.models import Access, Program
from app.messaging.models import Reason, Way


class Route(StrEnum):
    """The way of a message, as far as it is known before it goes."""

    PUSH = "push"
    PUSH_OR_SMS = "push_or_sms"
    """A push of SMART, and an SMS where it is not delivered (BA-2)."""
    SMS = "sms"
    UNCONFIRMED = "unconfirmed"
    """An SMS that is rejected as it is written, since participation is not confirmed (BA-3)."""
    EMAIL = "email"
    VIBER = "viber"


UNREACHED = (Reason.NO_ADDRESS, Reason.OPTED_OUT, Reason.NO_CONSENT, Reason.BLACKLISTED, Reason.LEFT)
"""Why nothing is written to a customer."""
Arms = list[tuple[str, str]]


def refusals(way: Way) -> Arms:
    """Conditions with their Reasons, of customer `c` and its place `n` in the program: the first that holds counts."""
    return [
        (f"n.access = {Access.BLACKLISTED:d}", Reason.BLACKLISTED),
        (f"n.access = {Access.NONE:d} OR {_declined(ConsentKind.PROCESSING)}", Reason.NO_CONSENT),
        ("n.left_at IS NOT NULL", Reason.LEFT),
        (f"NOT ({_ADDRESSES[way]})", Reason.NO_ADDRESS),
        (_silenced(way), Reason.OPTED_OUT),
    ]


def route_of(way: Way, program: Program) -> str:
    """A Route, or a Reason of UNREACHED, as SQL."""
    arms = [*refusals(way), *_routes(way, _has_own_name(program))]
    told = " ".join(f"WHEN {condition} THEN '{word}'" for condition, word in arms)
    return f"CASE {told} END"


def _declined(kind: ConsentKind) -> str:
    return (
        "EXISTS (SELECT FROM consent o WHERE o.business_id = :business AND o.customer_id = c.id"
        f" AND o.kind = {kind:d} AND NOT o.granted)"
    )


_ADDRESSES = {
    Way.SMS: "c.phone <> ''",
    Way.PUSH: "c.app_installed",
    Way.SMART: "c.app_installed OR c.phone <> ''",
    Way.EMAIL: "c.email <> ''",
    Way.VIBER: "c.phone <> ''",
}
_OWN = {
    Way.SMS: ConsentKind.SMS,
    Way.PUSH: ConsentKind.PUSH,
    Way.EMAIL: ConsentKind.EMAIL,
    Way.VIBER: ConsentKind.VIBER,
}


def _silenced(way: Way) -> str:
    """An opt-out of the channel; SMART goes by the other one while there is an address for that."""
    if way is not Way.SMART:
        return _declined(_OWN[way])
    return f"NOT ({_BY_PUSH}) AND NOT ({_BY_SMS})"


_BY_PUSH = f"c.app_installed AND NOT {_declined(ConsentKind.PUSH)}"
_BY_SMS = f"c.phone <> '' AND NOT {_declined(ConsentKind.SMS)}"


def _routes(way: Way, own_name: bool) -> Arms:
    known = "true" if own_name else "c.confirmed"
    by_sms: Arms = [(known, Route.SMS), ("true", Route.UNCONFIRMED)]
    if way is Way.SMS:
        return by_sms
    if way is Way.SMART:
        return [(f"{_BY_PUSH} AND {_BY_SMS} AND {known}", Route.PUSH_OR_SMS), (_BY_PUSH, Route.PUSH), *by_sms]
    return [("true", Route(way.value))]


def _has_own_name(program: Program) -> bool:
    """Under it customers need not have confirmed that they take part (BA-3)."""
    return bool(program.sender) and Feature.ALPHA_NAME in features()
