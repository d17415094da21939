"""Coupons and gift cards of the demonstration, and what every customer holds, once customers are there (LP-8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from app.demo.chance import seeded
from app.demo.plans import BusinessPlan
from app.demo.structure import Structure, Writer
from app.lib.short_codes import ALPHABET, with_check
from app.offers.models import CodeKind, CouponKind, CouponStatus


@dataclass(frozen=True)
class SeriesPlan:
    """A series: its days are counted from the last day of the data; `share` of the customers had one."""

    kind: CouponKind
    value: int
    starts: int
    share: float
    used: float
    titles: dict[str, str]
    valid_days: int | None = 30
    code: str = ""
    number_limit: int | None = None
    customer_limit: int | None = None
    least_amount: int = 0


SERIES = (
    SeriesPlan(
        *(CouponKind.PERCENT, 1_000, -120, 0.3, 0.35),
        {
            "en": "10 % off your next visit",
            "uk": "10 % знижки на наступний візит",
            "ru": "Скидка 10 % на следующий визит",
        },
        valid_days=60,
    ),
    SeriesPlan(
        *(CouponKind.AMOUNT, 5_000, -60, 0.12, 0.3),
        {
            "en": "50 ₴ off a check from 300 ₴",
            "uk": "50 ₴ знижки на чек від 300 ₴",
            "ru": "Скидка 50 ₴ на чек от 300 ₴",
        },
        valid_days=90,
        number_limit=200_000,
        least_amount=30_000,
    ),
    SeriesPlan(
        *(CouponKind.GOOD, 0, -20, 0.15, 0.25),
        {"en": "A croissant on us", "uk": "Круасан від нас", "ru": "Круассан от нас"},
        valid_days=21,
        customer_limit=1,
    ),
    SeriesPlan(
        *(CouponKind.POINTS, 10_000, -30, 0.05, 0.5),
        {"en": "100 points for bringing a friend", "uk": "100 балів за друга", "ru": "100 баллов за друга"},
        valid_days=None,
    ),
    SeriesPlan(
        *(CouponKind.PERCENT, 1_500, -45, 0.02, 1),
        {"en": "Autumn with us", "uk": "Осінь із нами", "ru": "Осень с нами"},
        code="AUTUMN15",
        customer_limit=1,
    ),
)
_CARDS = ((50_000, 365), (100_000, 365), (30_000, 180), (200_000, None))
_CROISSANT = "201"


def write_coupons(connection: Connection, plan: BusinessPlan, made: Structure, until: datetime) -> None:
    """Coupons of every series and gift cards, of customers that are there already."""
    if not plan.offers:
        return
    rng, writer = seeded("coupons", plan.seed), Writer(connection, made.business)
    customers = connection.execute(
        "SELECT id, registered_at FROM customer WHERE business_id = %s ORDER BY id", [made.business]
    ).fetchall()
    for number, series in enumerate(SERIES):
        _write_series(
            connection, writer, made, series, list(_drawn(rng, series, number, customers, made, until)), until
        )
    for number in range(12):
        _write_card(writer, rng, made, customers, number, until)


def write_holdings(connection: Connection, business: int) -> None:
    """What each customer holds, counted."""
    connection.execute(_HOLDINGS, {"business": business})


def _drawn(
    rng: Random, plan: SeriesPlan, number: int, customers: list[Any], made: Structure, until: datetime
) -> Iterator[tuple[Any, ...]]:
    """The coupons of a series: some used, some expired, one or another removed."""
    for customer, registered in customers:
        if rng.random() >= plan.share:
            continue
        at = max(until + timedelta(plan.starts), registered) + timedelta(days=rng.random() * -plan.starts * 0.8)
        used = at + timedelta(days=rng.expovariate(1 / 10))
        expires = at + timedelta(plan.valid_days) if plan.valid_days else None
        if at >= until:
            continue
        status = _status(rng, plan, used, expires, until)
        place = rng.choice(made.places).id if status is CouponStatus.USED else None
        yield (
            *(customer, customer, "" if plan.code else _code(rng), int(status), at, expires),
            *(f"demo:{number}:{customer}", used if place else None, place),
            at if status is CouponStatus.REMOVED else None,
        )


def _status(rng: Random, plan: SeriesPlan, used: datetime, expires: datetime | None, until: datetime) -> CouponStatus:
    drawn = rng.random()
    if (drawn < plan.used or plan.code) and used < min(until, expires or until):
        return CouponStatus.USED
    if expires is not None and expires <= until:
        return CouponStatus.LAPSED
    return CouponStatus.REMOVED if drawn > 0.99 else CouponStatus.HELD


def _write_series(
    connection: Connection,
    writer: Writer,
    made: Structure,
    plan: SeriesPlan,
    rows: list[tuple[Any, ...]],
    until: datetime,
) -> None:
    """The series first, with how many of it are out and used."""
    statuses = [row[3] for row in rows]
    series = writer.add(
        "coupon_series",
        title=plan.titles["en"],
        public_titles=Jsonb(plan.titles),
        kind=plan.kind,
        value=plan.value,
        good_id=made.goods.get(_CROISSANT, min(made.goods.values())) if plan.kind is CouponKind.GOOD else None,
        least_amount=plan.least_amount,
        number_limit=plan.number_limit,
        customer_limit=plan.customer_limit,
        issued=len(rows) - statuses.count(CouponStatus.REMOVED),
        used=statuses.count(CouponStatus.USED),
        issue_from=until + timedelta(plan.starts),
        valid_days=plan.valid_days,
        code_kind=CodeKind.SHARED if plan.code else CodeKind.UNIQUE,
        code=plan.code,
        code_key=plan.code,
        created_at=until + timedelta(plan.starts),
    )
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for row in rows:
            copy.write_row((made.business, series, row[0], row[1], row[2], row[2], *row[3:]))


def _write_card(
    writer: Writer, rng: Random, made: Structure, customers: list[Any], number: int, until: datetime
) -> None:
    """A card that was issued, and mostly paid with."""
    amount, days = _CARDS[number % len(_CARDS)]
    at, code = until - timedelta(days=rng.randrange(1, 150), hours=rng.randrange(9)), _code(rng)
    paid = [each for each in (amount // 4 // 100 * 100, amount // 3 // 100 * 100) if rng.random() < 0.6]
    card = writer.add(
        "gift_card",
        code=code,
        code_key=code,
        initial=amount,
        balance=amount - sum(paid),
        sold_at=at,
        expires_at=at + timedelta(days) if days else None,
        customer_id=rng.choice(customers)[0] if number % 2 else None,
    )
    left = amount
    writer.add("gift_card_entry", card_id=card, amount=amount, balance_after=left, at=at, key=f"issue:{card}")
    for each, part in enumerate(paid, 1):
        left -= part
        moment = min(until, at + timedelta(days=20 * each, hours=rng.randrange(8)))
        where = {"point_of_sale_id": rng.choice(made.places).id, "key": f"demo:{card}:{each}"}
        writer.add("gift_card_entry", card_id=card, amount=-part, balance_after=left, at=moment, **where)


def _code(rng: Random) -> str:
    """Seeded, unlike real ones, so that the demonstration is the same on every machine."""
    return with_check("".join(rng.choices(ALPHABET, k=10)))


_COPY = """
    COPY coupon (business_id, series_id, customer_id, holder_id, code, code_key, status, issued_at, expires_at,
        issue_key, used_at, used_point_of_sale_id, removed_at) FROM STDIN
"""
_HOLDINGS = """
    INSERT INTO customer_holding (business_id, customer_id, coupons, offers)
    SELECT %(business)s, c.id, coalesce(k.number, 0), coalesce(o.number, 0)
    FROM customer c
    LEFT JOIN (SELECT holder_id, count(*) AS number FROM coupon WHERE business_id = %(business)s AND status = 1
        GROUP BY 1) k ON k.holder_id = c.id
    LEFT JOIN (SELECT holder_id, count(*) AS number FROM customer_offer WHERE business_id = %(business)s
        AND redeemed_at IS NULL AND removed_at IS NULL AND lapsed_at IS NULL GROUP BY 1) o ON o.holder_id = c.id
    WHERE c.business_id = %(business)s ORDER BY c.id
"""
