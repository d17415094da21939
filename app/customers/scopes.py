"""The three selects over the table: loyalty program, point of sale, Terminal (CT-2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Row, select

from app.businesses import queries as places
from app.businesses.models import PointOfSale, Terminal
from app.customers.filters import CustomerFilter
from app.db import business_id
from app.extensions import db
from app.loyalty.models import Program

Choices = list[tuple[str | None, list[tuple[str, str]]]]


@dataclass(frozen=True)
class ScopeSelect:
    """A select of the toolbar; its groups are (label, options), options (value, words)."""

    name: str
    label: str
    choices: Choices
    value: str
    narrowed: bool


def scope_choices(chosen: CustomerFilter) -> list[ScopeSelect]:
    """What may be chosen; Terminals stand under their point of sale, those of the chosen one alone."""
    shops, terminals = places.place_options(), _by_place(chosen.terminal)
    here = chosen.point_of_sale.id if chosen.point_of_sale else None
    return [
        _select("program", _("Program"), chosen.program, _("All loyalty programs"), [(None, _programs())]),
        _select(
            "point_of_sale",
            _("Point of sale"),
            chosen.point_of_sale,
            _("All"),
            [(None, [(str(shop.id), shop.name) for shop in shops if _listed(shop, chosen.point_of_sale)])],
        ),
        _select(
            "terminal",
            _("Terminal"),
            chosen.terminal,
            _("All"),
            [(shop.name, terminals[shop.id]) for shop in shops if here in (None, shop.id) and shop.id in terminals],
        ),
    ]


def without_stray_terminal(args: Mapping[str, str]) -> dict[str, str] | None:
    """What an address asks for, but its Terminal, when that stands at another point of sale than it names; else None.

    Without scripts a new point of sale is sent together with the Terminal that was chosen before.
    """
    here, terminal = _asked(args, "point_of_sale").point_of_sale, _asked(args, "terminal").terminal
    if here is None or terminal is None or terminal.point_of_sale_id == here.id:
        return None
    dropped = ("terminal", "after", "before", "start")
    return {name: value for name, value in args.items() if value and name not in dropped}


def _asked(args: Mapping[str, str], name: str) -> CustomerFilter:
    return CustomerFilter.from_args({name: args.get(name, "")})


def _programs() -> list[tuple[str, str]]:
    mine = select(Program.id, Program.title).where(Program.business_id == business_id())
    return [(str(row.id), row.title) for row in db.session.execute(mine.order_by(Program.title, Program.id))]


def _by_place(current: Terminal | None) -> dict[int, list[tuple[str, str]]]:
    """Point of sale → its Terminals."""
    found: dict[int, list[tuple[str, str]]] = {}
    for each in places.terminal_options():
        if _listed(each, current):
            found.setdefault(each.point_of_sale_id, []).append((str(each.id), each.name))
    return found


def _listed(place: Row[Any], current: PointOfSale | Terminal | None) -> bool:
    # An archived place is not offered anew; an address that names it still shows it.
    return place.archived_at is None or (current is not None and current.id == place.id)


def _select(
    name: str, label: str, row: Program | PointOfSale | Terminal | None, everything: str, choices: Choices
) -> ScopeSelect:
    first: Choices = [(None, [("", everything)])]
    return ScopeSelect(name, label, first + choices, str(row.id) if row else "", row is not None)
