"""Proof of gift cards, of series' numbers and of what customers hold (LP-8, CT-1)."""

from __future__ import annotations

from app.proofs import Fault, broken

_CHECKS = {
    "balance and sum of entries of gift cards": """
        WITH entries AS (
            SELECT card_id, sum(amount) AS amount, count(*) FILTER (WHERE balance_after <> reached) AS wrong FROM (
                SELECT card_id, amount, balance_after, sum(amount) OVER (PARTITION BY card_id ORDER BY id) AS reached
                FROM gift_card_entry WHERE business_id = :business
            ) chain GROUP BY card_id
        )
        SELECT format('gift card %s: balance %s, entries %s, %s of them wrong', c.id, c.balance, e.amount, e.wrong)
        FROM gift_card c LEFT JOIN entries e ON e.card_id = c.id
        WHERE c.business_id = :business AND (c.balance IS DISTINCT FROM e.amount OR e.wrong > 0)
    """,
    "coupons issued and used of a series": """
        WITH counted AS (
            SELECT series_id, count(*) FILTER (WHERE status <> 4) AS issued, count(*) FILTER (WHERE status = 2) AS used
            FROM coupon WHERE business_id = :business GROUP BY series_id
        )
        SELECT format('series %s: issued %s, coupons %s; used %s, coupons %s', s.id, s.issued, coalesce(c.issued, 0),
            s.used, coalesce(c.used, 0))
        FROM coupon_series s LEFT JOIN counted c ON c.series_id = s.id
        WHERE s.business_id = :business
            AND (s.issued <> coalesce(c.issued, 0) OR s.used <> coalesce(c.used, 0))
    """,
    "coupons and offers that customers hold": """
        WITH coupons AS (
            SELECT holder_id AS customer_id, count(*) AS coupons FROM coupon
            WHERE business_id = :business AND status = 1 AND holder_id IS NOT NULL GROUP BY 1
        ), offers AS (
            SELECT holder_id AS customer_id, count(*) AS offers FROM customer_offer
            WHERE business_id = :business AND redeemed_at IS NULL AND removed_at IS NULL AND lapsed_at IS NULL
            GROUP BY 1
        ), kept AS (
            SELECT customer_id, h.coupons AS kept_coupons, h.offers AS kept_offers
            FROM customer_holding h WHERE business_id = :business
        )
        SELECT format('customer %s: coupons %s, counted %s; offers %s, counted %s', customer_id, kept_coupons,
            coalesce(coupons, 0), kept_offers, coalesce(offers, 0))
        FROM kept FULL JOIN coupons USING (customer_id) FULL JOIN offers USING (customer_id)
        WHERE kept_coupons IS DISTINCT FROM coalesce(coupons, 0) OR kept_offers IS DISTINCT FROM coalesce(offers, 0)
    """,
    "customers without a row of what they hold": """
        SELECT format('customer %s', c.id) FROM customer c
        LEFT JOIN customer_holding h ON h.business_id = :business AND h.customer_id = c.id
        WHERE c.business_id = :business AND h.customer_id IS NULL
    """,
}


def faults() -> list[Fault]:
    """What is wrong in this business; nothing, if all is well."""
    return broken(_CHECKS)
