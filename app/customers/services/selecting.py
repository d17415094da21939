"""Whom a bulk action is for: the ticked ones, or all that a filter selects but some (CT-10)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import BigInteger, Select, all_, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY

from app.customers.condition_words import described
from app.customers.filters import CustomerFilter
from app.customers.queries import customer_count
from app.customers.segments import names_of
from app.customers.statements import selection_statement
from app.filters import language
from app.lib import formats
from app.patience import patiently

NAMED = bindparam("named", type_=ARRAY(BigInteger))


@dataclass(frozen=True)
class Selection:
    """Customers by their ids; without any, those of a filter but `left_out`."""

    ARGUMENTS = CustomerFilter.ARGUMENTS

    args: Mapping[str, str] = field(default_factory=dict)
    """What of an address stands for the filter."""
    ids: tuple[int, ...] = ()
    left_out: tuple[int, ...] = ()

    @classmethod
    def from_args(cls, args: Mapping[str, str], ids: tuple[int, ...] = (), left_out: tuple[int, ...] = ()) -> Selection:
        """Raises BadAddress, NotFound."""
        return cls(CustomerFilter.from_args(args).args(), ids, left_out)

    @classmethod
    def from_kept(cls, kept: Mapping[str, Any]) -> Selection:
        return cls(kept["args"], tuple(kept["ids"]), tuple(kept["left_out"]))

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {"args": dict(self.args), "ids": list(self.ids), "left_out": list(self.left_out)}

    @cached_property
    def filter(self) -> CustomerFilter:
        """Who is ticked is meant, whether or not the filter still selects him."""
        return CustomerFilter() if self.ids else CustomerFilter.from_args(self.args)

    @property
    def is_readable(self) -> bool:
        return not self.filter.problems

    def statement(self) -> Select[Any]:
        """Their ids, as customer_id; takes `parameters`. A location operator's are its own customers (PR-3)."""
        found = selection_statement(self.filter)
        (number,) = found.selected_columns
        if self.ids:
            return found.where(number == any_(NAMED))
        return found.where(number != all_(NAMED)) if self.left_out else found

    def parameters(self) -> dict[str, object]:
        return self.filter.parameters() | {"named": list(self.ids or self.left_out)}

    def number(self) -> int | None:
        """How many they are about; None when counting takes longer than people wait."""
        if self.ids:
            return len(self.ids)
        found = patiently(lambda: customer_count(self.filter))
        return None if found is None else max(0, found - len(self.left_out))

    def words(self) -> str:
        """Who they are, for people."""
        if self.ids:
            number = formats.number(len(self.ids), language())
            return ngettext("%(number)s chosen customer", "%(number)s chosen customers", len(self.ids), number=number)
        said = " · ".join(self._parts()) or _("All customers")
        if not self.left_out:
            return said
        number = formats.number(len(self.left_out), language())
        return _("%(selection)s, but for %(number)s", selection=said, number=number)

    def _parts(self) -> list[str]:
        chosen = self.filter
        rows = (chosen.program and chosen.program.title, chosen.point_of_sale, chosen.terminal)
        parts = [each if isinstance(each, str) else each.name for each in rows if each]
        if chosen.search:
            parts.append(_("“%(value)s”", value=chosen.search.text))
        if chosen.segment and chosen.is_of_segment:
            parts.append(names_of([chosen.segment])[chosen.segment.id])
        elif chosen.conditions:
            parts.append(described(chosen.conditions))
        return parts
