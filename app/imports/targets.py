"""What a column can be (IM-1): keys, their words, and a guess by what columns are called."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.customers.details import answer_key
from app.db import business_id
from app.extensions import db
from app.imports.models import ImportColumn
from app.loyalty.queries import Question, questions

PHONE, CARDS, POINTS = "phone", "cards", "points"
LEFT_OUT = ""
# As people and other systems call columns, in English, Ukrainian and Russian.
_CALLED = {
    PHONE: "phone|phone number|mobile|mobile phone|tel|telephone|msisdn|телефон|номер телефону|номер телефона|тел"
    "|мобільний|мобильный|мобільний телефон|мобильный телефон",
    CARDS: "card|cards|card number|additional cards|loyalty card|карта|картка|карти|картки|карты|номер карти"
    "|номер картки|номер карты|додаткові картки|дополнительные карты",
    "first_name": "first name|name|given name|firstname|ім'я|имя|ім’я|імя",
    "last_name": "last name|surname|family name|lastname|прізвище|фамилия",
    "email": "email|e-mail|mail|ел. пошта|електронна пошта|пошта|эл. почта|электронная почта|почта|имейл|імейл",
    "birthday": "birthday|date of birth|birth date|birthdate|dob|день народження|дата народження|день рождения"
    "|дата рождения",
    "language": "language|lang|мова|язык",
    POINTS: "points|bonus|bonuses|bonus points|balance|points to begin with|бали|бонуси|бонуси на рахунку|баллы|бонусы"
    "|баланс",
}
_GUESSED = {name: key for key, names in _CALLED.items() for name in names.split("|")}


class MappingError(Exception):
    """Columns cannot be so: `twice` holds what two of them are, and without `known` nothing says who a customer is."""

    def __init__(self, twice: Sequence[str] = (), *, known: bool = True) -> None:
        super().__init__("The columns cannot be so.")
        self.twice, self.known = list(twice), known


@dataclass(frozen=True)
class Target:
    """What a column can be."""

    key: str
    label: str
    question: Question | None = None


def targets() -> list[Target]:
    """All of them, in the person's language; answers to the questions that are asked stand last (LP-7)."""
    own = [
        Target(PHONE, _("Phone")),
        Target(CARDS, _("Additional cards")),
        Target("first_name", _("First name")),
        Target("last_name", _("Last name")),
        Target("email", _("E-mail")),
        Target("birthday", _("Birthday")),
        Target("language", _("Language")),
        Target(POINTS, _("Points to begin with")),
    ]
    return own + [Target(answer_key(each.id), each.name, each) for each in questions()]


def suggested(columns: Sequence[str]) -> list[str]:
    """What each column was the last time, else what it seems to be by its name; each but cards once."""
    known = _remembered({_name(each) for each in columns})
    asked = {_name(each.name): answer_key(each.id) for each in questions()}
    there = {*_CALLED, *asked.values()}
    found: list[str] = []
    for each in columns:
        name = _name(each)
        key = known.get(name, asked.get(name, _GUESSED.get(name, LEFT_OUT)))
        is_free = key in there and (key == CARDS or key not in found)
        found.append(key if is_free else LEFT_OUT)
    return found


def check_mapping(mapping: Sequence[str]) -> None:
    """Raises MappingError."""
    twice = {each for each in mapping if each not in (LEFT_OUT, CARDS) and mapping.count(each) > 1}
    known = PHONE in mapping or CARDS in mapping
    if twice or not known:
        raise MappingError(sorted(twice), known=known)


def remember(columns: Sequence[str], mapping: Sequence[str]) -> None:
    """Keeps what columns of these names are, for the next file of this business."""
    said: Mapping[str, str] = {_name(each): target for each, target in zip(columns, mapping, strict=True)}
    rows = [{"business_id": business_id(), "name": name, "target": target} for name, target in sorted(said.items())]
    if rows:
        row = insert(ImportColumn).values(rows)
        db.session.execute(
            row.on_conflict_do_update(index_elements=["business_id", "name"], set_={"target": row.excluded.target})
        )


def _remembered(names: Collection[str]) -> dict[str, str]:
    mine = select(ImportColumn).where(ImportColumn.business_id == business_id(), ImportColumn.name.in_(names))
    return {each.name: each.target for each in db.session.scalars(mine)}


def _name(column: str) -> str:
    return " ".join(column.casefold().split())
