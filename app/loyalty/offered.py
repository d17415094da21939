"""What a rule of a program can name: places, categories, accounts, goods (LP-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.businesses.queries import place_options
from app.loyalty.queries import accounts_of, categories_of
from app.loyalty.rules import Conditions

Names = Mapping[int, str]


@dataclass(frozen=True)
class Offered:
    """Id → name, in the order in which people know them."""

    places: Names
    categories: Names
    accounts: Names
    goods: Names = field(default_factory=dict)
    groups: Names = field(default_factory=dict)


def every_name(program_id: int) -> Offered:
    """All that rules may name, what is archived too; a location operator knows its own places alone."""
    return Offered(
        places={each.id: each.name for each in place_options()},
        categories={each.id: each.name for each in categories_of(program_id)},
        accounts={each.id: each.name for each in accounts_of(program_id)},
    )


def offered(program_id: int, kept: Conditions) -> Offered:
    """What a rule can name from now on: what is in use, and what it names already."""
    known = every_name(program_id)
    in_use = {each.id for each in place_options() if each.archived_at is None} | kept.points_of_sale
    places = {number: name for number, name in known.places.items() if number in in_use}
    return Offered(places, known.categories, known.accounts, known.goods, known.groups)
