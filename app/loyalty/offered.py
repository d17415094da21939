"""What a rule of a program can name: places, categories, accounts, goods (LP-2)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from app.businesses.queries import place_options
from app.loyalty.queries import accounts_of, categories_of, good_choices, goods_in_use, group_choices, groups
from app.loyalty.queries.series import series_names
from app.loyalty.rules import Conditions, CouponIssue, Effect, Gift

Names = Mapping[int, str]


@dataclass(frozen=True)
class Offered:
    """Id → name, in the order in which people know them."""

    places: Names
    categories: Names
    accounts: Names
    goods: Names
    groups: Names
    series: Names
    """Of coupons."""


def every_name(program_id: int) -> Offered:
    """All that rules may name, what is archived too; a location operator knows its own places alone."""
    return Offered(
        places={each.id: each.name for each in place_options()},
        categories={each.id: each.name for each in categories_of(program_id)},
        accounts={each.id: each.name for each in accounts_of(program_id)},
        goods={int(number): name for number, name in good_choices()},
        groups={int(number): name for number, name in group_choices()},
        series={each.id: each.title for each in series_names()},
    )


def offered(program_id: int, kept: Conditions, effects: Collection[Effect] = ()) -> Offered:
    """What a rule can name from now on: what is in use, and what it names already."""
    known = every_name(program_id)
    places = {each.id for each in place_options() if each.archived_at is None}
    gifts = {each.good_id for each in effects if isinstance(each, Gift)}
    given = {each.series_id for each in effects if isinstance(each, CouponIssue)}
    used_series = {each.id for each in series_names() if each.in_use}
    used_groups = {each.id for each in groups() if each.archived_at is None}
    return Offered(
        places=_among(known.places, places | kept.points_of_sale),
        categories=known.categories,
        accounts=known.accounts,
        goods=_among(known.goods, goods_in_use() | kept.goods | kept.but_goods | gifts),
        groups=_among(known.groups, used_groups | kept.groups | kept.but_groups),
        series=_among(known.series, used_series | given),
    )


def _among(names: Names, numbers: Collection[int]) -> dict[int, str]:
    return {number: name for number, name in names.items() if number in numbers}
