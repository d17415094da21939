"""The selects over the log and the report: program, point of sale, Terminal, kind, source, status (TL-1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from flask_babel import gettext as _
from sqlalchemy import Row

from app.businesses.models import PointOfSale, Terminal
from app.businesses.queries import place_options, terminal_options
from app.loyalty.queries import program_options
from app.selects import Options, Select, members, select
from app.transactions.log_filter import LogFilter
from app.transactions.models import Kind, Source, Status


class Words(Protocol):
    """How kinds, sources and statuses are called."""

    @property
    def kind_words(self) -> dict[Kind, str]: ...

    @property
    def source_words(self) -> dict[Source, str]: ...

    @property
    def status_words(self) -> dict[Status, str]: ...


def place_selects(chosen: LogFilter) -> list[Select]:
    """Terminals stand under their point of sale, those of the chosen one alone."""
    values = chosen.place_args()
    places = [each for each in place_options() if _listed(each, chosen.point_of_sale)]
    programs = [(str(each.id), each.title) for each in program_options()]
    shops = [(str(each.id), each.name) for each in places]
    return [
        select("program", _("Program"), [(None, programs)], values),
        select("point_of_sale", _("Point of sale"), [(None, shops)], values),
        select("terminal", _("Terminal"), _terminals(chosen, places), values),
    ]


def class_selects(chosen: LogFilter, words: Words) -> list[Select]:
    values = chosen.args()
    return [
        select("kind", _("Kind"), [(None, members(words.kind_words))], values),
        select("source", _("Source"), [(None, members(words.source_words))], values),
        select("status", _("Status"), [(None, members(words.status_words))], values),
    ]


def _terminals(chosen: LogFilter, places: Sequence[Row[Any]]) -> list[tuple[str | None, Options]]:
    found: dict[int, Options] = {}
    for each in terminal_options():
        if _listed(each, chosen.terminal):
            found.setdefault(each.point_of_sale_id, []).append((str(each.id), each.name))
    here = chosen.point_of_sale.id if chosen.point_of_sale else None
    return [(shop.name, found[shop.id]) for shop in places if here in (None, shop.id) and shop.id in found]


def _listed(place: Row[Any], current: PointOfSale | Terminal | None) -> bool:
    # An archived place is not offered anew; an address that names it still shows it.
    return place.archived_at is None or (current is not None and current.id == place.id)
