"""The list of goods as an address asks for it: group, search, archive, page (LP-6)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from app.address import address, whole_number
from app.errors import BadAddress
from app.lib.texts import one_line
from app.loyalty.models import GoodGroup
from app.loyalty.queries import ChosenGoods, goods_count, goods_page, group_named, groups
from app.paging import ARGS, Page, PageKey

ARGUMENTS = ("group", "search", "archived", *ARGS)
LONGEST_SEARCH = 100


class GoodsList:
    """Reads an address. Raises BadAddress for what cannot be read, NotFound for what is not there."""

    def __init__(self, args: Mapping[str, str]) -> None:
        self.in_archive = _flag(args.get("archived", ""))
        self.group = group_named(whole_number(args["group"], "group")) if args.get("group") else None
        self.search = one_line(args.get("search", ""))[:LONGEST_SEARCH].replace("\0", "")
        self.key = PageKey.from_args(args)

    @cached_property
    def page(self) -> Page[Any]:
        return goods_page(self._chosen, self.key)

    @cached_property
    def groups(self) -> dict[int, GoodGroup]:
        return {each.id: each for each in groups()}

    @cached_property
    def in_use_count(self) -> int:
        return goods_count(ChosenGoods())

    @cached_property
    def archived_count(self) -> int:
        return goods_count(ChosenGoods(archived=True))

    @property
    def narrowed(self) -> bool:
        return self.group is not None or bool(self.search)

    @property
    def group_choices(self) -> list[tuple[str, str]]:
        """Groups in use, and the chosen one even if it is not."""
        listed = [each for each in self.groups.values() if each.archived_at is None or each == self.group]
        return [("", _("All")), *((str(each.id), each.name) for each in listed)]

    @property
    def sections(self) -> list[tuple[str, list[Any]]]:
        """The page's goods under the names of their groups."""
        found: dict[int | None, list[Any]] = {}
        for good in self.page.lines:
            found.setdefault(good.group_id, []).append(good)
        return [(self.groups[each].name if each is not None else _("Without a group"), found[each]) for each in found]

    def page_href(self, place: dict[str, str] | None) -> str | None:
        return address("loyalty.goods", self._args, place) if place else None

    @property
    def all_href(self) -> str:
        return address("loyalty.goods", {"archived": "1"} if self.in_archive else {})

    @property
    def _args(self) -> dict[str, str]:
        chosen = {
            "archived": "1" if self.in_archive else "",
            "group": str(self.group.id) if self.group else "",
            "search": self.search,
        }
        return {name: value for name, value in chosen.items() if value}

    @property
    def _chosen(self) -> ChosenGoods:
        return ChosenGoods(self.group.id if self.group else None, self.search, self.in_archive)


def _flag(text: str) -> bool:
    if text not in ("", "1"):
        raise BadAddress(_("“%(name)s” in this address can only be 1.", name="archived"))
    return bool(text)
