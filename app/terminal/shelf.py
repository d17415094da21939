"""The goods that a Terminal shows: those chosen, and those that are found beside them (LP-6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from app.filters import language
from app.lib import decimals, formats
from app.loyalty.models import Good, GoodGroup
from app.loyalty.queries import offered_among, offered_count, offered_goods, offered_groups, search_goods
from app.transactions.models import OpenSale

LONGEST_SEARCH = 100
QUANTITY = "quantity_"


class Shelf:
    """What is found by `sent`: words, or a group. What was typed of quantities and prices stays as it was."""

    def __init__(self, sale: OpenSale, sent: Mapping[str, str], fault: str = "") -> None:
        self.sale, self.sent, self.fault = sale, sent, fault
        self.words = sent.get("search", "")[:LONGEST_SEARCH]
        self.group = next(iter(numbers([sent.get("group", "")])), None)

    @cached_property
    def lines(self) -> dict[int, dict[str, Any]]:
        return {line["good_id"]: line for line in self.sale.lines if line["good_id"] is not None}

    @cached_property
    def chosen(self) -> list[Good]:
        typed = [name for name, value in self.sent.items() if value.strip()] if self.fault else []
        return list(offered_among({*self.lines, *quantities(typed)}).values())

    @cached_property
    def found(self) -> list[tuple[GoodGroup | None, list[Good]]]:
        """Group by group, or by words as they fit best; without what is chosen already."""
        by_words: list[tuple[GoodGroup | None, list[Good]]] = [(None, list(search_goods(self.words)))]
        found = by_words if self.words.strip() else offered_goods(self.group)
        known = {each.id for each in self.chosen}
        left = [(group, [each for each in goods if each.id not in known]) for group, goods in found]
        return [(group, goods) for group, goods in left if goods]

    @cached_property
    def groups(self) -> list[GoodGroup]:
        return offered_groups()

    @cached_property
    def count(self) -> int:
        """How many goods are offered in all."""
        return offered_count()

    @property
    def shown(self) -> int:
        return len(self.chosen) + sum(len(goods) for _group, goods in self.found)

    def typed(self, name: str, good: Good, kept: str) -> str:
        """What stands in a field of a good: as it was sent, else as it is kept."""
        return self.sent.get(f"{name}_{good.id}", kept)

    def quantity(self, good: Good) -> str:
        """How many are chosen, as its field takes it: a comma is a decimal sign there, so it parts no thousands."""
        line = self.lines.get(good.id)
        return decimals.plain(line["quantity"] * 10).replace(".", formats.decimal_sign(language())) if line else ""

    def price(self, good: Good) -> int:
        """Of one: what the salesperson chose, or the list's."""
        price = self.lines.get(good.id, {}).get("price")
        return int(good.price or 0) if price is None else int(price)


def quantities(names: Iterable[str]) -> set[int]:
    """The goods that fields of these names are quantities of."""
    return numbers(name.removeprefix(QUANTITY) for name in names if name.startswith(QUANTITY))


def numbers(texts: Iterable[str]) -> set[int]:
    """Those texts that can be an id."""
    return {int(each) for each in texts if each.isascii() and each.isdigit() and len(each) < 19}
