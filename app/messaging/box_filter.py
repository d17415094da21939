"""Which of all messages are asked for (MS-1): read from an address, said in SQL, written back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from functools import cached_property
from itertools import product
from typing import Any, ClassVar

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, FromClause, Select, SmallInteger, Subquery, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from app.address import member, whole_number
from app.customers.family import stretches, survivor_of
from app.customers.models import Customer
from app.customers.queries import customer_named
from app.db import business_id
from app.errors import BadAddress
from app.messaging.models import Channel, Direction, Message, MessageKind, MessageStatus
from app.messaging.seen import few_customers
from app.period import ARGS as PERIOD_ARGS
from app.period import Period

SORT: dict[str, type[IntEnum]] = {
    "direction": Direction,
    "channel": Channel,
    "kind": MessageKind,
    "status": MessageStatus,
}
"""What messages of a sort have in common, in the order of the index."""


@dataclass(frozen=True)
class BoxFilter:
    """What is chosen; None is all. Row-level security leaves a location operator what it may see (PR-3)."""

    ARGUMENTS: ClassVar = ("unread", *SORT, "customer", *PERIOD_ARGS)
    """What of an address it reads."""

    period: Period = field(default_factory=Period)
    unread: bool = False
    """Only what came in and nobody here has opened yet."""
    customer: Customer | None = None
    sort: Mapping[str, IntEnum] = field(default_factory=dict)
    """Of SORT, what is chosen."""

    @classmethod
    def from_args(cls, args: Mapping[str, str]) -> BoxFilter:
        """Reads an address. Raises BadAddress for what cannot be read, NotFound for what is not there."""
        chosen = {name: member(members, args, name) for name, members in SORT.items()}
        return cls(
            Period.from_args(args),
            _yes(args, "unread"),
            _customer(args),
            {name: each for name, each in chosen.items() if each is not None},
        )

    def args(self) -> dict[str, str]:
        """What of an address stands for this filter."""
        chosen = {"unread": "yes"} if self.unread else {}
        chosen |= {name: each.name.lower() for name, each in self.sort.items()}
        return chosen | self.customer_args() | self.period.args()

    def customer_args(self) -> dict[str, str]:
        return {"customer": str(self.customer.id)} if self.customer else {}

    def walk(self) -> tuple[Select[Any], FromClause | None]:
        """What a page is chosen out of, and the stretches of an index that have it in the order of time.

        However rare what fits is, few others are met on the way: those of one customer, or what is unread.
        """
        chosen = select(Message.id).where(*self._conditions())
        if self.customer:
            records = stretches(self.customer.id)
            return chosen.where(Message.customer_id == records.c.customer_id), records
        if self.unread:
            return chosen, None
        if self._few is not None:
            return chosen.where(Message.customer_id == self._few.c.customer_id), self._few
        return self.sorted_walk() if self._sets_apart else (chosen, None)

    def beside(self) -> Select[Any] | None:
        """What walk() leaves out where it goes by customers: notes to the business, which are about none."""
        if self.customer or self.unread or self._few is None:
            return None
        return select(Message.id).where(*self._conditions(), Message.customer_id.is_(None))

    def sorted_walk(self) -> tuple[Select[Any], Subquery]:
        """The same with each sort a stretch, whatever is chosen."""
        sorts = self._sorts()
        known: dict[str, Any] = {name: getattr(Message, name) for name in SORT}
        of_sort = [each == sorts.c[name] for name, each in known.items()]
        return select(Message.id).where(*self._conditions(), *of_sort), sorts

    @property
    def _sets_apart(self) -> bool:
        """Whether it leaves out more than the few that come in."""
        return self.sort not in ({}, {"direction": Direction.OUT})

    @property
    def is_short(self) -> bool:
        """Whether what it is chosen out of is little, whatever else is asked."""
        return self.unread or self.customer is not None or self._few is not None

    @cached_property
    def _few(self) -> Subquery | None:
        return few_customers()

    def _conditions(self) -> list[ColumnElement[bool]]:
        mine = [Message.business_id == business_id(), *self.period.holds(Message.created_at)]
        if self.unread:
            mine += [*UNREAD]
        return mine + [getattr(Message, name) == each for name, each in self.sort.items()]

    def _sorts(self) -> Subquery:
        each = ([self.sort[name]] if name in self.sort else members for name, members in SORT.items())
        sorts = zip(*product(*each), strict=True)
        numbers = (literal([int(one) for one in ones], ARRAY(SmallInteger)) for ones in sorts)
        names = (column(name, SmallInteger) for name in SORT)
        return select(func.unnest(*numbers).table_valued(*names, name="sort").render_derived()).subquery("stretch")


UNREAD = (Message.direction == Direction.IN, Message.read_at.is_(None))
"""What came in and nobody here has opened: exactly what its index holds."""


def _customer(args: Mapping[str, str]) -> Customer | None:
    """The record that the named one is read with now."""
    text = args.get("customer", "")
    return customer_named(survivor_of(whole_number(text, "customer"))) if text else None


def _yes(args: Mapping[str, str], name: str) -> bool:
    text = args.get(name, "")
    if text not in ("", "yes"):
        raise BadAddress(_("There is no such “%(name)s” as this address names.", name=name))
    return text == "yes"
