"""What a program must know of the business before its first sale (AP-1)."""

from __future__ import annotations

from sqlalchemy import select

from app.api.operations import operation
from app.api.schemas import Shown
from app.businesses.queries import terminal_options
from app.db import business_id
from app.extensions import db
from app.identity import Caller, caller
from app.lib.formats import precision
from app.loyalty.models import Program
from app.loyalty.queries import questions
from app.permissions import KeyScope


class ProgramShown(Shown):
    """A loyalty program."""

    id: int
    title: str
    is_default: bool
    """The one that newcomers are enrolled in."""
    active: bool
    """Nothing is sold in one that is not."""


class ChoiceShown(Shown):
    """What can be answered to a question of choices."""

    id: int
    name: str


class QuestionShown(Shown):
    """A question of the questionnaire."""

    id: int
    name: str
    kind: str
    """text, number, date, yes_no or choice."""
    required: bool
    choices: list[ChoiceShown]


class TerminalShown(Shown):
    """A Terminal at which the key may sell."""

    id: int
    name: str
    point_of_sale_id: int


class AboutShown(Shown):
    """The key, and the business that it works for."""

    key: str
    scopes: list[KeyScope]
    business: str
    currency: str
    currency_digits: int
    """Digits of the currency behind the decimal sign: amounts are in the smallest unit."""
    time_zone: str
    country: str
    """How phones without a + are read."""
    terminals: list[TerminalShown]
    programs: list[ProgramShown]
    questions: list[QuestionShown]


@operation("GET", "/about", None)
def about_key() -> AboutShown:
    """What this key is, and where it works.

    Names the Terminals that it may sell at, the loyalty programs, and what newcomers are asked.
    """
    key = caller()
    return AboutShown(
        key=key.name,
        scopes=sorted(key.scopes),
        business=key.workplace.name,
        currency=key.workplace.currency,
        currency_digits=precision(key.workplace.currency),
        time_zone=key.workplace.time_zone,
        country=key.workplace.country,
        terminals=_terminals(key),
        programs=_programs(),
        questions=_questions(),
    )


def _terminals(key: Caller) -> list[TerminalShown]:
    """Those in use, of the key's own place where it has one."""
    return [
        TerminalShown(id=each.id, name=each.name, point_of_sale_id=each.point_of_sale_id)
        for each in terminal_options()
        if each.archived_at is None
        and key.place_id in (None, each.point_of_sale_id)
        and (key.till is None or key.till.id == each.id)
    ]


def _programs() -> list[ProgramShown]:
    mine = select(Program).where(Program.business_id == business_id())
    rows = db.session.scalars(mine.order_by(Program.is_default.desc(), Program.id))
    return [ProgramShown(id=each.id, title=each.title, is_default=each.is_default, active=each.active) for each in rows]


def _questions() -> list[QuestionShown]:
    return [
        QuestionShown(
            id=each.id,
            name=each.name,
            kind=each.kind.name.lower(),
            required=each.required,
            choices=[ChoiceShown(id=choice.id, name=choice.name) for choice in each.choices if not choice.archived],
        )
        for each in questions()
    ]
