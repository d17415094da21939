"""Which transactions the log and the report are asked for (TL-1): read from an address, said in SQL, written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any, ClassVar, TypeVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, SmallInteger, Subquery, column, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY
from werkzeug.exceptions import NotFound

from app.address import member, whole_number
from app.businesses.models import PointOfSale, Terminal
from app.db import business_id, current_scope
from app.errors import BadAddress
from app.extensions import db
from app.loyalty.models import Program
from app.period import ARGS as PERIOD_ARGS
from app.period import Period
from app.transactions.models import Kind, Source, Status, Transaction

Row = TypeVar("Row", Program, PointOfSale, Terminal)


@dataclass(frozen=True)
class LogFilter:
    """What is chosen; None is all. Row-level security leaves a location operator its own places (PR-3)."""

    ARGUMENTS: ClassVar = ("program", "point_of_sale", "terminal", "kind", "source", "status", *PERIOD_ARGS)
    """What of an address it reads."""

    period: Period = field(default_factory=Period)
    program: Program | None = None
    point_of_sale: PointOfSale | None = None
    terminal: Terminal | None = None
    kind: Kind | None = None
    source: Source | None = None
    status: Status | None = None

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> LogFilter:
        """Reads an address. Raises BadAddress for what cannot be read, NotFound for what is not there."""
        point_of_sale, terminal = _row(PointOfSale, args, "point_of_sale"), _row(Terminal, args, "terminal")
        if terminal and point_of_sale and terminal.point_of_sale_id != point_of_sale.id:
            raise BadAddress(_("This Terminal does not belong to this point of sale."))
        return cls(
            Period.from_args(args),
            _row(Program, args, "program"),
            point_of_sale,
            terminal,
            member(Kind, args, "kind"),
            member(Source, args, "source"),
            member(Status, args, "status"),
        )

    def args(self) -> dict[str, str]:
        """What of an address stands for this filter."""
        return self.place_args() | self._class_args() | self.period.args()

    def place_args(self) -> dict[str, str]:
        chosen = {"program": self.program, "point_of_sale": self.point_of_sale, "terminal": self.terminal}
        return {name: str(row.id) for name, row in chosen.items() if row is not None}

    def _class_args(self) -> dict[str, str]:
        chosen = {"kind": self.kind, "source": self.source, "status": self.status}
        return {name: member.name.lower() for name, member in chosen.items() if member is not None}

    def conditions(self) -> list[ColumnElement[bool]]:
        chosen: list[tuple[Any, Any]] = [
            (Transaction.program_id, self.program.id if self.program else None),
            (Transaction.point_of_sale_id, self.point_of_sale.id if self.point_of_sale else None),
            (Transaction.terminal_id, self.terminal.id if self.terminal else None),
            (Transaction.kind, self.kind),
            (Transaction.source, self.source),
            (Transaction.status, self.status),
        ]
        mine = [Transaction.business_id == business_id(), *self.period.holds(Transaction.at)]
        return mine + [each == value for each, value in chosen if value is not None]

    def walk(self) -> tuple[Select[Any], Subquery | None]:
        """What a page is chosen out of, and the stretches of an index that have it in the order of time.

        However rare what fits is, nothing else is met on the way. All of the brand's is in one order of its own.
        """
        chosen = select(Transaction.id).where(*self.conditions())
        if self._placed:
            stretches = stretches_of(self._terminals(), self._classes())
            return chosen.where(Transaction.terminal_id == stretches.c.owner, *in_class(stretches)), stretches
        if self.program or self._class_args():
            stretches = stretches_of(self._programs(), self._classes())
            return chosen.where(Transaction.program_id == stretches.c.owner, *in_class(stretches)), stretches
        return chosen, None

    @property
    def _placed(self) -> bool:
        return bool(self.point_of_sale or self.terminal) or current_scope().franchisee_id is not None

    def _terminals(self) -> Select[Any]:
        # Sales at a Terminal belong to its point of sale for good, so these have all of the place's.
        mine = select(Terminal.id.label("owner")).where(Terminal.business_id == business_id())
        if self.point_of_sale:
            mine = mine.where(Terminal.point_of_sale_id == self.point_of_sale.id)
        return mine.where(Terminal.id == self.terminal.id) if self.terminal else mine

    def _programs(self) -> Select[Any]:
        mine = select(Program.id.label("owner")).where(Program.business_id == business_id())
        return mine.where(Program.id == self.program.id) if self.program else mine

    def _classes(self) -> list[tuple[int, int, int]]:
        each = ([self.kind] if self.kind else Kind, [self.source] if self.source else Source)
        return list(product(*each, [self.status] if self.status else Status))


def without_stray_terminal(args: Mapping[str, str]) -> dict[str, str] | None:
    """What an address asks for, but its Terminal, when that stands at another point of sale than it names; else None.

    Without scripts a new point of sale is sent together with the Terminal that was chosen before.
    """
    point_of_sale, terminal = _row(PointOfSale, args, "point_of_sale"), _row(Terminal, args, "terminal")
    if point_of_sale is None or terminal is None or terminal.point_of_sale_id == point_of_sale.id:
        return None
    return {name: value for name, value in args.items() if value and name not in ("terminal", "after", "before")}


def stretches_of(owners: Select[Any], classes: list[tuple[int, int, int]]) -> Subquery:
    """The stretches of an index that begins with an owner, kind, source and status: one for each owner and class."""
    numbers = [literal([int(number) for number in each], ARRAY(SmallInteger)) for each in zip(*classes, strict=True)]
    names = (column(name, SmallInteger) for name in ("kind", "source", "status"))
    kinds = func.unnest(*numbers).table_valued(*names, name="class").render_derived()
    owner = owners.subquery("owner")
    return select(owner.c.owner, *kinds.c).select_from(owner.join(kinds, true())).subquery("stretch")


def in_class(stretches: Subquery) -> list[ColumnElement[bool]]:
    known: dict[str, Any] = {"kind": Transaction.kind, "source": Transaction.source, "status": Transaction.status}
    return [each == stretches.c[name] for name, each in known.items()]


def _row(kind: type[Row], args: Mapping[str, str], name: str) -> Row | None:
    text = args.get(name, "")
    if not text:
        return None
    found = db.session.get(kind, (business_id(), whole_number(text, name)))
    if found is None:
        raise NotFound
    return found
