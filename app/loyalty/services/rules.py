"""Changing rules of a program (LP-2): in the audit log field by field, and never touching what was sold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app import audit
from app.db import business_id
from app.extensions import db
from app.loyalty.models import ProgramRule
from app.loyalty.queries import every_rule, rule_read
from app.loyalty.rules import Conditions, Effect
from app.loyalty.rules.kept import written_conditions, written_effects
from app.loyalty.services.names import check_name


@dataclass(frozen=True)
class RuleSaid:
    """What an admin says of a rule."""

    name: str
    active: bool
    priority: int
    combines: bool
    conditions: Conditions
    effects: tuple[Effect, ...]

    @classmethod
    def of(cls, row: ProgramRule) -> RuleSaid:
        """What a kept rule says. Raises UnreadableRuleError."""
        rule = rule_read(row)
        return cls(rule.name, row.active, rule.priority, rule.combines, rule.conditions, rule.effects)

    def columns(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "active": self.active,
            "priority": self.priority,
            "combines": self.combines,
            "conditions": written_conditions(self.conditions),
            "effects": written_effects(self.effects),
        }


def add_rule(program_id: int, said: RuleSaid) -> int:
    """Adds a rule to a program; answers with its id. Needs the programs held. Raises NameTakenError."""
    _check_name(program_id, said.name, None)
    rule = ProgramRule(business_id=business_id(), program_id=program_id, **said.columns())
    db.session.add(rule)
    db.session.flush()
    changes = {field: (None, value) for field, value in _flat(said.columns()).items()}
    audit.record("rule.add", _subject(rule), {**changes, "program_id": (None, program_id)})
    return rule.id


def change_rule(rule: ProgramRule, said: RuleSaid) -> None:
    """Has a rule say something else from the next sale on. Needs the programs held. Raises NameTakenError."""
    _check_name(rule.program_id, said.name, rule.id)
    before, after = _flat(RuleSaid.of(rule).columns()), _flat(said.columns())
    changes = {
        field: (before.get(field), after.get(field))
        for field in (before | after)
        if before.get(field) != after.get(field)
    }
    for field, value in said.columns().items():
        setattr(rule, field, value)
    if changes:
        audit.record("rule.change", _subject(rule), changes)


def _flat(columns: dict[str, Any]) -> dict[str, Any]:
    """Each condition and effect as a field of its own, so that the log tells which one changed."""
    plain = {field: value for field, value in columns.items() if field not in ("conditions", "effects")}
    return {**plain, **columns["conditions"], **columns["effects"]}


def _check_name(program_id: int, name: str, own: int | None) -> None:
    check_name(name, (each.name for each in every_rule(program_id) if each.id != own))


def _subject(rule: ProgramRule) -> audit.Subject:
    return audit.Subject("rule", rule.id)
