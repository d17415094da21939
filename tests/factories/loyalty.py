"""Programs, categories, rules, accounts, the questionnaire, goods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from app.db import business_id
from app.extensions import db
from app.lib.collation import sort_key
from app.loyalty.models import (
    Category,
    FieldKind,
    Good,
    GoodGroup,
    Program,
    ProgramRule,
    QuestionnaireChoice,
    QuestionnaireField,
    Wallet,
    WalletKind,
)
from app.loyalty.rules import Conditions, Effect
from app.loyalty.rules.kept import written_conditions, written_effects
from tests.factories.rows import add


def default_program() -> Program:
    return db.session.scalars(select(Program).where(Program.business_id == business_id(), Program.is_default)).one()


def add_account(name: str, unit: str = "") -> int:
    """A money account of the business, in its currency or something else; answers with the wallet's id."""
    wallet = Wallet(business_id=business_id(), kind=WalletKind.MONEY, name=name, unit=unit)
    add(wallet)
    return wallet.id


def add_rule(
    program_id: int, *effects: Effect, name: str = "Always", conditions: Conditions | None = None, priority: int = 0
) -> int:
    """An active rule that combines; answers with its id."""
    rule = ProgramRule(
        business_id=business_id(),
        program_id=program_id,
        name=name,
        priority=priority,
        conditions=written_conditions(conditions or Conditions()),
        effects=written_effects(effects),
    )
    add(rule)
    return rule.id


def add_category(name: str, position: int = 1, program_id: int | None = None) -> int:
    """A category, of the default program unless told otherwise."""
    program = program_id or default_program().id
    category = Category(business_id=business_id(), program_id=program, name=name, position=position)
    add(category)
    return category.id


def add_question(
    name: str, kind: FieldKind = FieldKind.TEXT, *, required: bool = False, choices: Sequence[str] = ()
) -> int:
    """A question behind those that there are; answers with its id."""
    position = db.session.scalar(select(func.count()).select_from(QuestionnaireField)) or 0
    question = QuestionnaireField(business_id=business_id(), name=name, kind=kind, required=required, position=position)
    add(question)
    add(
        *(
            QuestionnaireChoice(business_id=business_id(), field_id=question.id, name=each, position=place)
            for place, each in enumerate(choices)
        )
    )
    return question.id


def choice_ids(question_id: int) -> list[int]:
    """The choices of a question in their order."""
    mine = select(QuestionnaireChoice.id).where(QuestionnaireChoice.field_id == question_id)
    return list(db.session.scalars(mine.order_by(QuestionnaireChoice.position)))


def add_good_group(name: str = "Drinks") -> int:
    group = GoodGroup(business_id=business_id(), name=name, name_key=sort_key(name))
    add(group)
    return group.id


def add_good(name: str = "Flat white", **values: Any) -> int:
    """A good for 95.00 unless told otherwise; answers with its id."""
    keys = {"name_key": sort_key(name), "code_key": values.get("code", "").casefold()}
    good = Good(business_id=business_id(), name=name, **keys, **({"price": 9_500} | values))
    add(good)
    return good.id
