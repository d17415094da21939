"""What a row says: cells by what their columns are, each read as forms read it, or why the row is refused (IM-1)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from email_validator import EmailNotValidError, validate_email

from app.customers.details import answer_key
from app.imports.parsing import Record, plain
from app.imports.targets import CARDS
from app.lib import dates, decimals, phones
from app.lib.collation import sort_key
from app.lib.texts import has_control_characters, one_line
from app.locale import LANGUAGES
from app.loyalty.models import FieldKind
from app.loyalty.queries import Question

LONGEST_LINE, LONGEST_ANSWER, LONGEST_CARD, MOST_CARDS = 300, 1000, 64, 20
_EARLIEST = date(1900, 1, 1)
_MOST_POINTS = 10**11
# As spreadsheets save a long number that is no text: its last digits are lost.
_ROUNDED = re.compile(r"(?<!\w)[0-9]([.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
_BETWEEN_CARDS = re.compile("[,;|/]")
# Of most addresses that is all there is to see; the others are looked at in full, which takes fifty times as long.
_PLAIN_EMAIL = re.compile(
    r"(?=.{6,60}$)[A-Za-z0-9_+-]+(\.[A-Za-z0-9_+-]+)*@([A-Za-z0-9]{1,40}\.)+(com|net|org|ua|ru|eu|de|pl|info|me)"
)
# By code and by name; a country's code for a language's is the commonest slip.
_LANGUAGES = {said.casefold(): code for code, name in LANGUAGES.items() for said in (code, name)} | {"ua": "uk"}
# One sign before the last three digits parts thousands in one country and begins the fraction in another.
_DOUBTFUL = re.compile(r"[+\-−]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_DAYS = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%Y/%m/%d", "%Y.%m.%d", "%d-%m-%Y")
_YES = {"1", "+", "yes", "y", "true", "так", "да"}
_NO = {"0", "-", "no", "n", "false", "ні", "нет", "−"}


class Refused(Exception):  # noqa: N818 - it is an answer, not a failure
    """The row is not taken; `reason` as app.imports.words tells it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass
class Clean:
    """A row that is understood, or refused."""

    reason: str = ""
    detail: str = ""
    phone: str = ""
    national: str = ""
    """The phone's digits as dialled within its country."""
    cards: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    """first_name, last_name, email, birthday, language, points."""
    answers: list[dict[str, Any]] = field(default_factory=list)


class Cleaner:
    """Reads the rows of one file."""

    def __init__(self, mapping: Sequence[str], country: str, questions: Sequence[Question], today: date) -> None:
        self.country, self.today = country, today
        asked = {answer_key(each.id): each for each in questions}
        self.columns = [(place, key, self._reader(key, asked)) for place, key in enumerate(mapping) if key]

    def clean(self, record: Record) -> Clean:
        found = Clean(record.reason)
        if record.reason:
            return found
        for place, key, read in self.columns:
            cell = plain(record.cells[place]).strip()
            if not cell:
                continue
            try:
                read(found, self._line(cell.replace("\n", ",") if key == CARDS else cell))
            except Refused as refused:
                found.reason, found.detail = refused.reason, key
                return found
        if not found.phone and not found.cards:
            found.reason = "nobody"
        return found

    @staticmethod
    def _line(cell: str) -> str:
        """Raises Refused for what nobody could have meant."""
        if cell.isascii() and cell.isprintable():
            return " ".join(cell.split())
        # What can be printed has no control characters, which are looked for letter by letter.
        hidden = not cell.isprintable() and has_control_characters(cell.replace("\n", " ").replace("\t", " "))
        if hidden or "\ufffd" in cell:
            raise Refused("unreadable")
        return one_line(cell)

    def _reader(self, key: str, asked: Mapping[str, Question]) -> Callable[[Clean, str], None]:
        own = {
            "phone": self._phone,
            "cards": self._cards,
            "first_name": _name("first_name"),
            "last_name": _name("last_name"),
            "email": _email,
            "birthday": self._birthday,
            "language": _language,
            "points": _points,
        }
        return own[key] if key in own else _answer(asked[key])

    def _phone(self, found: Clean, cell: str) -> None:
        if _ROUNDED.search(cell):
            raise Refused("rounded")
        if not self.country and not cell.startswith(("+", "＋")):
            raise Refused("no_plus")
        try:
            found.phone, found.national = phones.read(cell, self.country)
        except ValueError:
            raise Refused("phone") from None

    @staticmethod
    def _cards(found: Clean, cell: str) -> None:
        if _ROUNDED.search(cell):
            raise Refused("rounded")
        for part in _BETWEEN_CARDS.split(cell):
            number = part.replace(" ", "").replace("-", "")
            if len(number) > LONGEST_CARD:
                raise Refused("long_card")
            if number and number not in found.cards:
                found.cards.append(number)
        if len(found.cards) > MOST_CARDS:
            raise Refused("many_cards")

    def _birthday(self, found: Clean, cell: str) -> None:
        day = _day(cell)
        if not _EARLIEST <= day <= self.today:
            raise Refused("birthday")
        found.values["birthday"] = day


def _name(key: str) -> Callable[[Clean, str], None]:
    def read(found: Clean, cell: str) -> None:
        if len(cell) > LONGEST_LINE:
            raise Refused("long_name")
        found.values[key] = cell

    return read


def _email(found: Clean, cell: str) -> None:
    if len(cell) > LONGEST_LINE:
        raise Refused("email")
    if not _PLAIN_EMAIL.fullmatch(cell):
        try:
            validate_email(cell, check_deliverability=False)
        except EmailNotValidError:
            raise Refused("email") from None
    found.values["email"] = cell.lower()


def _language(found: Clean, cell: str) -> None:
    if cell.casefold() not in _LANGUAGES:
        raise Refused("language")
    found.values["language"] = _LANGUAGES[cell.casefold()]


def _points(found: Clean, cell: str) -> None:
    hundredths, rest = divmod(_number(cell, "points"), 100)
    if rest or not 0 <= hundredths < _MOST_POINTS:
        raise Refused("points")
    found.values["points"] = hundredths


def _answer(question: Question) -> Callable[[Clean, str], None]:
    """Reads an answer by its question's kind (LP-7)."""
    choices = {one_line(each.name).casefold(): each.id for each in question.choices if not each.archived}

    def read(found: Clean, cell: str) -> None:
        found.answers.append({"field_id": question.id, **_answered(question.kind, cell, choices)})

    return read


def _answered(kind: FieldKind, cell: str, choices: Mapping[str, int]) -> dict[str, Any]:
    match kind:
        case FieldKind.TEXT:
            if len(cell) > LONGEST_ANSWER:
                raise Refused("long_answer")
            return {"words": cell, "words_key": sort_key(cell)}
        case FieldKind.NUMBER:
            return {"number": _number(cell, "number")}
        case FieldKind.DATE:
            return {"day": _day(cell).isoformat()}
        case FieldKind.YES_NO:
            said = cell.casefold()
            if said not in _YES | _NO:
                raise Refused("yes_no")
            return {"yes": said in _YES}
    if cell.casefold() not in choices:
        raise Refused("choice")
    return {"choice_id": choices[cell.casefold()]}


def _number(cell: str, reason: str) -> int:
    """In ten-thousandths. A comma begins the fraction, unless it only parts thousands; what may be both is refused."""
    if _DOUBTFUL.fullmatch(cell.replace(" ", "")):
        raise Refused("doubtful")
    for language in ("uk", "en"):
        try:
            return decimals.parse(cell, language)
        except ValueError:
            continue
    raise Refused(reason)


def _day(cell: str) -> date:
    for written in _DAYS:
        try:
            day = datetime.strptime(cell, written).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        if dates.FIRST_DAY <= day <= dates.LAST_DAY:
            return day
        break
    raise Refused("day")
