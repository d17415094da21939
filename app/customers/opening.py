"""How many customers a user of the panel opens in a day, as data leaves by screens too (CT-11)."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import text

from app.db import apart, business_id, current_scope
from app.errors import Problem
from app.extensions import db
from app.filters import language
from app.identity import Identity
from app.lib import dates, formats
from app.scope import Scope

MOST = 2_000
"""Four a minute through a whole working day: more than anyone reads, and too few to copy a brand off the screen."""

_KNOWN = text(
    "SELECT CAST(:customer AS bigint) = ANY (customers) AS known, refused_at IS NOT NULL AS refused"
    " FROM opened_profiles WHERE business_id = :business AND user_id = :user AND day = :day"
)
# Its row is held meanwhile, so that of many at once no more open than may.
_OPEN = text(
    """
    INSERT INTO opened_profiles AS o (business_id, user_id, day, customers)
    VALUES (:business, :user, :day, ARRAY[CAST(:customer AS bigint)])
    ON CONFLICT (business_id, user_id, day) DO UPDATE SET
        customers = CASE WHEN CAST(:customer AS bigint) = ANY (o.customers) OR cardinality(o.customers) >= :most
            THEN o.customers ELSE o.customers || CAST(:customer AS bigint) END,
        refused_at = CASE WHEN CAST(:customer AS bigint) <> ALL (o.customers) AND cardinality(o.customers) >= :most
            THEN now() ELSE o.refused_at END
    RETURNING CAST(:customer AS bigint) = ANY (customers)
    """
)


def note_opened(customer_id: int) -> None:
    """Counts that who works in the panel sees this customer: once a day, kept whatever becomes of the rest.

    Terminals and the API have limits of their own. Raises Problem 429, never for one that was opened that day.
    """
    identity, scope = current_user._get_current_object(), current_scope()
    if not isinstance(identity, Identity) or identity.workplace is None or identity.till:
        return
    if scope.user_id != identity.user_id:  # a customer's own page, in a browser where somebody works too
        return
    zone = ZoneInfo(identity.workplace.time_zone)
    day = dates.now().astimezone(zone).date()
    values = {"business": business_id(), "user": scope.user_id, "day": day, "customer": customer_id}
    kept = db.session.execute(_KNOWN, values).first()
    if kept and kept.known:
        return
    if not (kept and kept.refused):
        with apart(Scope(scope.business_id, scope.user_id)) as session:
            if session.scalar(_OPEN, values | {"most": MOST}):
                return
    again = datetime.combine(day + timedelta(days=1), time.min, zone)
    moment = formats.date_time(again, language(), identity.workplace.time_zone)
    raise Problem(
        429,
        _("You opened too many customers today."),
        _("Others can be opened from %(moment)s on. Those that you opened today still open.", moment=moment),
    )
