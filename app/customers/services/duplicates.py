"""Finding records that may be one person, and keeping that they are not (CP-9)."""

from __future__ import annotations

from sqlalchemy import text
from werkzeug.exceptions import NotFound

from app import audit
from app.customers.models import LikelyDuplicate
from app.db import business_id
from app.extensions import db
from app.lib import dates

# By whole tables; of a single customer the function find_duplicates_of looks at a few stretches of indexes instead.
# Phones that differ in one digit have one half in common. What more than twenty share tells nothing.
_SOUGHT = (
    """
    SELECT a.id, b.id, 1 FROM (
        SELECT email FROM customer WHERE business_id = :business AND email <> '' AND merged_into_id IS NULL
        GROUP BY email HAVING count(*) BETWEEN 2 AND 20
    ) shared
    JOIN customer a ON a.business_id = :business AND a.email = shared.email AND a.merged_into_id IS NULL
    JOIN customer b ON b.business_id = :business AND b.email = shared.email AND b.merged_into_id IS NULL
    WHERE a.id < b.id
    """,
    """
    SELECT a.id, b.id, 2 FROM (
        SELECT name_key, birthday FROM customer
        WHERE business_id = :business AND name_key <> '' AND birthday IS NOT NULL AND merged_into_id IS NULL
        GROUP BY name_key, birthday HAVING count(*) BETWEEN 2 AND 20
    ) shared
    JOIN customer a ON a.business_id = :business AND a.name_key = shared.name_key AND a.birthday = shared.birthday
    JOIN customer b ON b.business_id = :business AND b.name_key = shared.name_key AND b.birthday = shared.birthday
    WHERE a.id < b.id AND a.merged_into_id IS NULL AND b.merged_into_id IS NULL
    """,
    *(
        f"""
        SELECT a.id, b.id, 4 FROM customer a JOIN customer b ON b.business_id = :business
            AND b.name_key = a.name_key AND {half.format("b")} = {half.format("a")}
            AND length(b.phone) = length(a.phone)
        WHERE a.business_id = :business AND a.name_key <> '' AND a.phone <> '' AND b.phone <> '' AND a.id < b.id
            AND a.merged_into_id IS NULL AND b.merged_into_id IS NULL
            AND (SELECT count(*) FROM generate_series(1, length(a.phone)) place
                WHERE substr(a.phone, place, 1) <> substr(b.phone, place, 1)) = 1
        """  # noqa: S608 - our own words
        for half in ("right({}.phone, 6)", "left({}.phone, -6)")
    ),
)
_KEEP = """
    INSERT INTO likely_duplicate AS d (business_id, first_id, second_id, reasons)
    SELECT :business, first_id, second_id, reason FROM ({}) sought (first_id, second_id, reason)
    ON CONFLICT (business_id, first_id, second_id) DO UPDATE SET reasons = d.reasons | excluded.reasons
    WHERE d.reasons <> d.reasons | excluded.reasons
"""


def find_duplicates() -> None:
    """Looks over all customers of this business, also those that no form wrote; seconds for a million."""
    for setting in ("statement_timeout = 0", "work_mem = '256MB'", "enable_nestloop = off"):
        db.session.execute(text(f"SET LOCAL {setting}"))
    for sought in _SOUGHT:
        db.session.execute(text(_KEEP.format(sought)), {"business": business_id()})


def find_duplicates_of(customer_id: int) -> None:
    """Looks up anew whom one customer may be the same person as."""
    db.session.execute(text("SELECT find_duplicates_of(:customer)"), {"customer": customer_id})


def deny_duplicate(duplicate_id: int) -> None:
    """Keeps that two records are not one person: they are not proposed again. Raises NotFound."""
    pair = db.session.get(LikelyDuplicate, (business_id(), duplicate_id), with_for_update=True)
    if pair is None:
        raise NotFound
    if pair.denied_at is None:
        pair.denied_at = dates.now()
        audit.record(
            "customer.distinguish", audit.Subject("customer", pair.first_id), {"other": (None, pair.second_id)}
        )
