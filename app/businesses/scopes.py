"""The scopes in which figures are kept: each place, over all programs and in each of them (CT-2)."""

from __future__ import annotations

from sqlalchemy import text

from app.db import business_id
from app.extensions import db

# Everywhere, each franchisee, point of sale and Terminal; each of them over all programs and in every one.
_WANTED = """
    SELECT p.id AS program_id, place.*
    FROM (SELECT NULL::bigint AS id UNION ALL SELECT id FROM program WHERE business_id = :business) p
    CROSS JOIN (
        SELECT NULL::bigint AS franchisee_id, NULL::bigint AS point_of_sale_id, NULL::bigint AS terminal_id,
            NULL::bigint AS owner_franchisee_id
        UNION ALL SELECT id, NULL, NULL, id FROM franchisee WHERE business_id = :business
        UNION ALL SELECT NULL, id, NULL, franchisee_id FROM point_of_sale WHERE business_id = :business
        UNION ALL SELECT NULL, NULL, t.id, s.franchisee_id
            FROM terminal t
            JOIN point_of_sale s ON s.business_id = t.business_id AND s.id = t.point_of_sale_id
            WHERE t.business_id = :business
    ) place
"""

_ENSURE = text(
    f"""
    INSERT INTO stats_scope
        (business_id, program_id, franchisee_id, point_of_sale_id, terminal_id, owner_franchisee_id)
    SELECT :business, wanted.* FROM ({_WANTED}) wanted
    ON CONFLICT ON CONSTRAINT stats_scope_places_key
    DO UPDATE SET owner_franchisee_id = excluded.owner_franchisee_id
    WHERE stats_scope.owner_franchisee_id IS DISTINCT FROM excluded.owner_franchisee_id
    """  # noqa: S608 - put together of our own words
)


def ensure_scopes() -> None:
    """Adds the scopes that this business's places and programs need, and tells each whose it is (PR-3).

    Call it after a place or program is added, or a point of sale changes its franchisee.
    """
    db.session.flush()
    db.session.execute(_ENSURE, {"business": business_id()})
