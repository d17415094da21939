"""Rules of a program, as sales take them and as pages list them (LP-2)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, select
from werkzeug.exceptions import NotFound

from app.db import business_id
from app.extensions import db
from app.loyalty.models import ProgramRule
from app.loyalty.rules import Rule
from app.loyalty.rules.kept import read_conditions, read_effects


def rules_of(program_id: int) -> list[Rule]:
    """The active rules of a program by priority, in one statement. Raises UnreadableRuleError."""
    active = _rules(program_id).where(ProgramRule.active)
    return [rule_read(row) for row in db.session.scalars(active)]


def every_rule(program_id: int) -> Sequence[ProgramRule]:
    """All rules of a program by priority, those switched off too."""
    return db.session.scalars(_rules(program_id)).all()


def rule_named(program_id: int, number: int) -> ProgramRule:
    """A rule of a program by its id. Raises NotFound."""
    found = db.session.get(ProgramRule, (business_id(), number))
    if found is None or found.program_id != program_id:
        raise NotFound
    return found


def rule_read(row: ProgramRule) -> Rule:
    """What a kept rule says. Raises UnreadableRuleError."""
    conditions, effects = read_conditions(row.conditions), read_effects(row.effects)
    return Rule(row.id, row.name, row.priority, row.combines, conditions, effects)


def _rules(program_id: int) -> Select[ProgramRule]:
    mine = select(ProgramRule).where(ProgramRule.business_id == business_id(), ProgramRule.program_id == program_id)
    return mine.order_by(ProgramRule.priority, ProgramRule.id)
