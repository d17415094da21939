"""Conditions as SQL: bound parameters alone, over rows that are joined by their customer.

A whole selection is asked at once, its sources joined as sets; or customers are asked one by one, as they are met in
an order, and rows that a customer has many of are looked up for each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, not_, or_, select, true

from app.customers.conditions.fields import Field, Fields
from app.customers.conditions.kinds import Setting
from app.customers.conditions.meaning import Meaning, meaning
from app.customers.conditions.nodes import NEGATIONS, Condition, Damaged, Group, Joint, Node, Operator
from app.customers.registry import Sample, Source


@dataclass
class Compiler:
    """Turns nodes into SQL over `figures`, the rows of the sample; then says what to join for it."""

    fields: Fields
    sample: Sample
    setting: Setting
    figures: Source
    one_by_one: bool = False
    depth: int = 0
    """How many segments the conditions stand in."""
    _joins: dict[str, tuple[FromClause, ColumnElement[bool]]] = field(default_factory=dict)
    _sources: dict[str, Source] = field(default_factory=dict)

    def holds(self, node: Node) -> ColumnElement[bool]:
        """Whether a node holds for the customer of a row. Null is no. Raises UnreadableError."""
        if isinstance(node, Group):
            parts = [self.holds(each) for each in node.members]
            return (and_ if node.joint is Joint.AND else or_)(*parts) if parts else true()
        return self._condition(node)

    def joined(self, base: FromClause) -> FromClause:
        """`base`, which has the figures in it, with all that compiled conditions need."""
        for rows, on in self._joins.values():
            base = base.outerjoin(rows, on)
        return base

    def value(self, asked: Meaning) -> ColumnElement[object] | None:
        """The value that a condition of one row compares; None where there are many, or conditions of their own."""
        if asked.field.many or asked.field.nested:
            return None
        return asked.field.column(self._source(asked.field).rows)

    def _condition(self, node: Condition | Damaged) -> ColumnElement[bool]:
        asked = meaning(node, self.fields, self.setting, self.depth)
        operator, negated = NEGATIONS.get(asked.operator, asked.operator), asked.operator in NEGATIONS
        if asked.field.nested is not None:
            holds = self._any_group([asked.field.nested(number) for number in asked.values])
            return holds.is_not(true()) if negated else holds
        if asked.field.many:
            row = self._any_row(asked, operator)
            return row.is_(None) if negated else row.is_not(None)
        column = asked.field.column(self._source(asked.field).rows)
        holds = asked.field.kind.holds(column, operator, asked.values, self.setting)
        # Said so that the planner can tell how many are left, which IS NOT TRUE would hide from it.
        return or_(column.is_(None), not_(holds)) if negated else holds

    def _any_group(self, groups: Sequence[Group]) -> ColumnElement[bool]:
        self.depth += 1
        holds = or_(*[self.holds(each) for each in groups])
        self.depth -= 1
        return holds

    def _any_row(self, asked: Meaning, operator: Operator) -> ColumnElement[Any]:
        """Something of a row for which the operator holds; null without one."""
        source = asked.field.source(self.sample)
        holds = asked.field.kind.holds(asked.field.column(source.rows), operator, asked.values, self.setting)
        named = [asked.field.about(source.rows) == asked.about] if asked.field.about is not None else []
        where = [*source.where, *named, holds]
        if self.one_by_one:
            # As a value and not by EXISTS, which the planner would turn into a join of two whole tables.
            mine = select(true()).select_from(source.rows).where(*where, source.customer_id == self.figures.customer_id)
            return mine.limit(1).correlate_except(source.rows).scalar_subquery()
        found = select(source.customer_id.label("customer_id")).where(*where).distinct().subquery()
        self._join(f"found_{len(self._joins)}", found, found.c.customer_id)
        return found.c.customer_id

    def _source(self, asked: Field) -> Source:
        source = asked.source(self.sample)
        if source.of_sample:
            return self.figures
        if source.name not in self._sources:
            self._sources[source.name] = source
            self._join(source.name, source.rows, source.customer_id, *source.where)
        return self._sources[source.name]

    def _join(self, name: str, rows: FromClause, customer_id: ColumnElement[int], *where: ColumnElement[bool]) -> None:
        self._joins[name] = (rows, and_(customer_id == self.figures.customer_id, *where))
