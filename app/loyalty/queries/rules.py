"""Rules of a program, as sales take them and as pages list them (LP-2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from werkzeug.exceptions import NotFound

from app.db import business_id
from app.extensions import db
from app.loyalty.models import ProgramRule
from app.loyalty.rules import Rule
from app.loyalty.rules.kept import read_conditions, read_effects

_COLUMNS = ("id", "name", "priority", "combines", "conditions", "effects")


def active_rules(business: Any, program: Any) -> ColumnElement[Any]:
    """The active rules of a program by priority, as a column that `rules_read` reads; ids or parameters name it."""
    kept = func.json_build_array(*(getattr(ProgramRule, name) for name in _COLUMNS))
    listed = func.json_agg(aggregate_order_by(kept, ProgramRule.priority, ProgramRule.id))
    return select(listed).where(*_of(business, program), ProgramRule.active).scalar_subquery()


def rules_read(listed: Sequence[Sequence[Any]] | None) -> list[Rule]:
    """Raises UnreadableRuleError."""
    return [_rule(*kept) for kept in listed or ()]


def rules_of(program_id: int) -> list[Rule]:
    """The active rules of a program by priority, in one statement. Raises UnreadableRuleError."""
    return rules_read(db.session.scalar(select(active_rules(business_id(), program_id))))


def every_rule(program_id: int) -> Sequence[ProgramRule]:
    """All rules of a program by priority, those switched off too."""
    mine = select(ProgramRule).where(*_of(business_id(), program_id))
    return db.session.scalars(mine.order_by(ProgramRule.priority, ProgramRule.id)).all()


def rule_named(program_id: int, number: int) -> ProgramRule:
    """A rule of a program by its id. Raises NotFound."""
    found = db.session.get(ProgramRule, (business_id(), number))
    if found is None or found.program_id != program_id:
        raise NotFound
    return found


def rule_read(row: ProgramRule) -> Rule:
    """What a kept rule says. Raises UnreadableRuleError."""
    return _rule(*(getattr(row, name) for name in _COLUMNS))


def _rule(number: int, name: str, priority: int, combines: bool, conditions: object, effects: object) -> Rule:
    return Rule(number, name, priority, combines, read_conditions(conditions), read_effects(effects))


def _of(business: Any, program: Any) -> tuple[ColumnElement[bool], ...]:
    return ProgramRule.business_id == business, ProgramRule.program_id == program
