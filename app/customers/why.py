"""Why a customer is in a selection or out of it: each condition with the customer's own value (CT-8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from app.customers.condition_words import phrase, shown_value
from app.customers.conditions.compiling import Compiler
from app.customers.conditions.meaning import Meaning, meaning
from app.customers.conditions.nodes import Condition, Damaged, Group, Joint, Node, Path
from app.customers.filters import CustomerFilter
from app.customers.parameters import CUSTOMER
from app.kept_statements import ask


@dataclass(frozen=True)
class Reason:
    """A condition or a group, and whether it held."""

    held: bool
    words: str = ""
    """The condition as a sentence."""
    value: str | None = None
    """The customer's value, where one is compared."""
    parts: tuple[Reason, ...] = ()
    """Of a group."""
    all: bool = True
    """Whether all parts must hold, or one is enough."""


@dataclass(frozen=True)
class Why:
    """`in_sample` is whether the customer is among those of the scope at all; without it nothing else is asked."""

    included: bool
    in_sample: bool
    reason: Reason | None


def why(chosen: CustomerFilter, customer_id: int) -> Why | None:
    """Why this customer is included or not; None where no readable condition is asked."""
    if chosen.conditions is None or chosen.problems:
        return None
    asked = _Asked(chosen, chosen.conditions)
    row = ask(None, asked.statement, chosen.parameters() | {"customer": customer_id}).first()
    if row is None:
        return Why(included=False, in_sample=False, reason=None)
    reason = asked.reason(chosen.conditions, (), row)
    return Why(included=reason.held, in_sample=True, reason=reason)


class _Asked:
    """One statement that asks every condition of one customer."""

    def __init__(self, chosen: CustomerFilter, group: Group) -> None:
        self.chosen = chosen
        self.group = group
        self.figures = chosen.figures()
        self.compiler: Compiler = chosen.compiler(self.figures, one_by_one=True)
        self.names = {path: f"c{number}" for number, (path, _node) in enumerate(group.conditions())}

    def statement(self) -> Select[Any]:
        asked: list[Any] = []
        for path, node in self.group.conditions():
            asked.append(self.compiler.holds(node).label(self.names[path]))
            value = self.compiler.value(self._meaning(node))
            if value is not None:
                asked.append(value.label(f"{self.names[path]}_value"))
        joined = self.compiler.joined(self.figures.rows)
        return select(*asked).select_from(joined).where(*self.figures.where, self.figures.customer_id == CUSTOMER)

    def reason(self, node: Node, path: Path, row: Any) -> Reason:
        if isinstance(node, Group):
            parts = tuple(self.reason(each, (*path, place), row) for place, each in enumerate(node.members))
            needs_all = node.joint is Joint.AND
            held = (all if needs_all else any)(part.held for part in parts)
            return Reason(held, parts=parts, all=needs_all)
        name = self.names[path]
        held = bool(getattr(row, name))
        known = hasattr(row, f"{name}_value")
        value = shown_value(self._meaning(node).field, getattr(row, f"{name}_value")) if known else None
        return Reason(held, str(phrase(node)), value)

    def _meaning(self, node: Condition | Damaged) -> Meaning:
        return meaning(node, self.compiler.fields, self.compiler.setting, self.compiler.depth)
