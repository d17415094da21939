"""The list of news as an address asks for it: stage, point of sale, archive, page (LP-9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from flask_babel import gettext as _

from app import pictures
from app.address import address, whole_number
from app.businesses.models import PointOfSale
from app.businesses.queries import place_named, points_of_sale
from app.errors import BadAddress
from app.news.models import Stage
from app.news.queries import ChosenNews, is_changeable, news_count, news_page, places_of, shown_among, today
from app.news.words import stage_names
from app.paging import ARGS, Page, PageKey
from app.pictures import Picture

ARGUMENTS = ("stage", "place", "archived", *ARGS)


class NewsList:
    """Reads an address. Raises BadAddress for what cannot be read, NotFound for what is not there."""

    def __init__(self, args: Mapping[str, str]) -> None:
        place = whole_number(args["place"], "place") if args.get("place") else None
        if place is not None:
            place_named(PointOfSale, place)
        self.key = PageKey.from_args(args)
        self.chosen = ChosenNews(today(), _stage(args.get("stage", "")), place, _flag(args.get("archived", "")))

    @cached_property
    def page(self) -> Page[Any]:
        return news_page(self.chosen, self.key)

    @cached_property
    def counts(self) -> tuple[int, int]:
        """In use, and in the archive."""
        all_of_them = ChosenNews(self.chosen.today)
        return news_count(all_of_them), news_count(replace(all_of_them, archived=True))

    @cached_property
    def pictures(self) -> dict[int, Picture]:
        return pictures.of_ids({each.picture_id for each in self.page.lines if each.picture_id})

    @cached_property
    def places(self) -> dict[int, list[str]]:
        """News → the names of its points of sale, of those that this person sees."""
        chosen = places_of(self._ids)
        names = {each.id: each.name for each in points_of_sale()}
        return {number: [name for place, name in names.items() if place in chosen[number]] for number in self._ids}

    @cached_property
    def hidden(self) -> set[int]:
        """What is published and yet read nowhere, as its places are not shown to customers."""
        published = [each for each in self.page.lines if each.published and is_changeable(each)]
        return {each.id for each in published} - shown_among([each.id for each in published])

    @property
    def changeable(self) -> set[int]:
        return {each.id for each in self.page.lines if is_changeable(each)}

    @property
    def narrowed(self) -> bool:
        return self.chosen.stage is not None or self.chosen.point_of_sale_id is not None

    @property
    def stage_choices(self) -> list[tuple[str, str]]:
        return [("", _("All")), *((stage.value, name) for stage, name in stage_names().items())]

    @property
    def place_choices(self) -> list[tuple[str, str]]:
        """Points of sale in use, and the chosen one even if it is not."""
        chosen = self.chosen.point_of_sale_id
        listed = [each for each in points_of_sale() if each.archived_at is None or each.id == chosen]
        return [("", _("All")), *((str(each.id), each.name) for each in listed)]

    def page_href(self, place: dict[str, str] | None) -> str | None:
        return address("news.index", self._args, place) if place else None

    @property
    def all_href(self) -> str:
        return address("news.index", {"archived": "1"} if self.chosen.archived else {})

    @property
    def _ids(self) -> list[int]:
        return [each.id for each in self.page.lines]

    @property
    def _args(self) -> dict[str, str]:
        chosen = {
            "archived": "1" if self.chosen.archived else "",
            "stage": self.chosen.stage or "",
            "place": str(self.chosen.point_of_sale_id or ""),
        }
        return {name: value for name, value in chosen.items() if value}


def _stage(text: str) -> Stage | None:
    if text and text not in set(Stage):
        raise BadAddress(_("There is no such “%(name)s” as this address names.", name="stage"))
    return Stage(text) if text else None


def _flag(text: str) -> bool:
    if text not in ("", "1"):
        raise BadAddress(_("“%(name)s” in this address can only be 1.", name="archived"))
    return bool(text)
