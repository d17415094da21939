"""New prices from a day on (BI-1)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from app import audit
from app.billing.models import Tariff
from app.billing.queries import tariff_at
from app.businesses.queries import lock_places
from app.db import business_id
from app.extensions import db
from app.lib import dates


@dataclass(frozen=True)
class Prices:
    """In whole smallest units of the business's currency."""

    monthly_fee: int
    transaction_price: int
    sms_price: int
    """Of a segment."""
    viber_price: int


def set_tariff(prices: Prices, begins: date | None = None) -> datetime:
    """Has prices hold from the beginning of a day in the business's zone, or at once; answers with that moment.

    Raises ValueError for a day in the past: what was charged stays as it was. For support's commands alone.
    """
    # Its currency does not change meanwhile.
    business = lock_places()
    now, zone = dates.now(), ZoneInfo(business.time_zone)
    today = now.astimezone(zone).date()
    if begins is not None and begins < today:
        raise ValueError(f"{begins} is over. A tariff begins today, {today}, or later.")
    moment = now if begins is None or begins == today else datetime.combine(begins, time(), zone)
    before = tariff_at(moment)
    db.session.add(Tariff(business_id=business_id(), valid_from=moment, **asdict(prices)))
    changes: dict[str, tuple[object, object]] = {
        name: (getattr(before, name, None), price) for name, price in asdict(prices).items()
    }
    subject = audit.Subject("billing", business_id())
    audit.record("billing.tariff", subject, {"valid_from": (None, moment), **changes})
    return moment
