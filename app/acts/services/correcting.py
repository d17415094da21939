"""Acts that mend an earlier one: what was charged wrongly, by support; requisites, by the business (BI-5)."""

from __future__ import annotations

from app import audit
from app.acts.models import Act, ActKind
from app.acts.queries import acts_of, last_day, local_day, own_requisites
from app.acts.services.issuing import hold_series, issue, write
from app.billing.services import correct
from app.businesses.queries import own_business
from app.extensions import db
from app.lib import dates


class NothingToCorrectError(Exception):
    """There is no such act, or it says already what it should."""


def correct_charges(corrected: Act, amount: int, reference: str) -> Act:
    """Books an amount that puts a closed month right (above zero, what the business gets back), and issues its act.

    Raises ReferenceTakenError, NotReadyError.
    """
    hold_series()
    correct(amount, reference, last_day(corrected.month))
    act = issue(corrected.month)
    if act is None:
        raise NothingToCorrectError
    _record(act, corrected)
    return act


def correct_requisites(act: Act) -> Act:
    """An act with today's requisites, as the latest of that month has others.

    Raises NotReadyError, NothingToCorrectError.
    """
    hold_series()
    earlier = acts_of(act.month)
    if not differs(earlier[-1]):
        raise NothingToCorrectError
    day = local_day(dates.now(), own_business().time_zone)
    made = write(act.month, ActKind.REQUISITES, day, [], None, earlier)
    _record(made, earlier[0])
    return made


def differs(act: Act) -> bool:
    """Whether the business's requisites are others now than on an act."""
    now = own_requisites()
    return (act.jurisdiction, act.customer) != (now.jurisdiction, now.details)


def _record(act: Act, corrected: Act) -> None:
    db.session.flush()
    subject = audit.Subject("act", act.id)
    audit.record("act.correct", subject, {"corrects": (None, corrected.words), "total": (None, act.total)})
