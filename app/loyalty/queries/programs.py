"""Programs with their categories, and the questionnaire, as forms and columns need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, text
from werkzeug.exceptions import NotFound

from app.db import business_id
from app.extensions import db
from app.loyalty.models import Access, Category, FieldKind, Program, QuestionnaireChoice, QuestionnaireField


@dataclass(frozen=True)
class Choice:
    """What can be answered to a question; an archived one is kept where it was chosen."""

    id: int
    name: str
    archived: bool


@dataclass(frozen=True)
class Question:
    """A question of the questionnaire, with its choices in their order (LP-7)."""

    id: int
    name: str
    kind: FieldKind
    required: bool
    archived_at: datetime | None
    choices: tuple[Choice, ...]

    @property
    def offered(self) -> list[str]:
        """The names of the choices that are not archived."""
        return [choice.name for choice in self.choices if not choice.archived]


@dataclass(frozen=True)
class ProgramOption:
    """A program as forms offer it: its categories by rank, the default one, the access type of newcomers."""

    id: int
    title: str
    is_default: bool
    default_access: Access
    categories: dict[int, str]
    default_category: int


def every_question() -> list[Question]:
    """All questions, archived ones too, in their order."""
    mine = select(QuestionnaireField).where(QuestionnaireField.business_id == business_id())
    fields = db.session.scalars(mine.order_by(QuestionnaireField.position, QuestionnaireField.id)).all()
    # Most businesses ask nothing, and then there is nothing to look up.
    choices = _choices() if fields else {}
    return [
        Question(each.id, each.name, each.kind, each.required, each.archived_at, tuple(choices.get(each.id, ())))
        for each in fields
    ]


def questions() -> list[Question]:
    """The questions that are asked, in their order."""
    return [each for each in every_question() if each.archived_at is None]


def question_named(number: int) -> Question:
    """A question by its id, archived or not. Raises NotFound."""
    found = next((each for each in every_question() if each.id == number), None)
    if found is None:
        raise NotFound
    return found


def lock_questionnaire() -> None:
    """Holds the questionnaire until the end of this unit of work: who changes it too waits."""
    db.session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended('questionnaire', :business))"), {"business": business_id()}
    )


def program_options() -> list[ProgramOption]:
    """Every program, the default one first, with its categories."""
    programs = select(Program).where(Program.business_id == business_id())
    categories = select(Category).where(Category.business_id == business_id())
    ordered = db.session.scalars(programs.order_by(Program.is_default.desc(), Program.title, Program.id)).all()
    ranked = db.session.scalars(categories.order_by(Category.position, Category.name, Category.id)).all()
    return [_option(program, [each for each in ranked if each.program_id == program.id]) for program in ordered]


def _option(program: Program, ranked: Sequence[Category]) -> ProgramOption:
    default = next(each.id for each in ranked if each.is_default)
    names = {each.id: each.name for each in ranked}
    return ProgramOption(program.id, program.title, program.is_default, program.default_access, names, default)


def _choices() -> dict[int, list[Choice]]:
    mine = select(QuestionnaireChoice).where(QuestionnaireChoice.business_id == business_id())
    found: dict[int, list[Choice]] = {}
    for each in db.session.scalars(mine.order_by(QuestionnaireChoice.position, QuestionnaireChoice.id)):
        found.setdefault(each.field_id, []).append(Choice(each.id, each.name, each.archived_at is not None))
    return found
