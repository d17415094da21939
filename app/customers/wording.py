"""A customer's details in words, for the form, the profile and the audit log: names of fields, and values as read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cached_property

from flask_babel import gettext as _

from app.businesses import queries as places
from app.customers.details import access_key, answer_key, category_key, consent_key
from app.customers.models import ConsentKind
from app.filters import language
from app.lib import decimals, formats
from app.locale import LANGUAGES
from app.loyalty.models import Access, FieldKind
from app.loyalty.queries import ProgramOption, Question, every_question, program_options

NOTHING = "–"
Words = Callable[[object], str]


class Wording:
    """Looks up what it needs of the business once, however many values are put in words."""

    @cached_property
    def questions(self) -> list[Question]:
        return every_question()

    @cached_property
    def programs(self) -> list[ProgramOption]:
        return program_options()

    def label(self, name: str) -> str:
        """What a detail is called: phone as Phone, answer_12 as its question. A name nobody knows stays as it is."""
        return self._known[name][0] if name in self._known else name

    def words(self, name: str, value: object) -> str:
        """A flat value as people read it; – for none."""
        if value in (None, "", []):
            return NOTHING
        return self._known[name][1](value) if name in self._known else str(value)

    @cached_property
    def _known(self) -> dict[str, tuple[str, Words]]:
        known: dict[str, tuple[str, Words]] = {
            "first_name": (_("First name"), str),
            "last_name": (_("Last name"), str),
            "phone": (_("Phone"), lambda value: formats.phone(str(value))),
            "email": (_("E-mail"), str),
            "birthday": (_("Birthday"), _day),
            "language": (_("Language"), _one_of(LANGUAGES)),
            "cards": (_("Card numbers"), lambda value: ", ".join(value) if isinstance(value, list) else str(value)),
            "registered_point_of_sale_id": (_("Registered at"), lambda value: _one_of(self._places)(value)),
        }
        known |= {consent_key(kind): (label, _yes_or_no) for kind, label in consent_labels().items()}
        known |= {answer_key(each.id): (each.name, _answer_words(each)) for each in self.questions}
        return known | self._standings()

    @cached_property
    def _places(self) -> dict[str, str]:
        return {str(place.id): place.name for place in places.place_options()}

    def _standings(self) -> dict[str, tuple[str, Words]]:
        accesses = access_labels()
        known: dict[str, tuple[str, Words]] = {}
        for each in self.programs:
            names = {str(number): name for number, name in each.categories.items()}
            known[category_key(each.id)] = (_("Category in %(program)s", program=each.title), _one_of(names))
            known[access_key(each.id)] = (_("Access in %(program)s", program=each.title), _one_of(accesses))
        return known


def consent_labels() -> dict[ConsentKind, str]:
    return {
        ConsentKind.PROCESSING: _("Consent to processing personal data"),
        ConsentKind.SMS: _("Receives SMS"),
        ConsentKind.PUSH: _("Receives push notifications"),
        ConsentKind.EMAIL: _("Receives e-mail"),
        ConsentKind.VIBER: _("Receives Viber messages"),
    }


def access_labels() -> dict[str, str]:
    """Access types as they are kept flat, in the order of AC-1."""
    return {
        Access.FULL.name.lower(): _("Full access"),
        Access.LIMITED.name.lower(): _("Limited"),
        Access.NONE.name.lower(): _("No access"),
        Access.BLACKLISTED.name.lower(): _("Blacklisted"),
    }


def answer_words(question: Question, value: object) -> str:
    """An answer as people read it."""
    return _answer_words(question)(value)


def _answer_words(question: Question) -> Words:
    if question.kind is FieldKind.NUMBER:
        return lambda value: decimals.written(int(str(value)), language())
    if question.kind is FieldKind.DATE:
        return _day
    if question.kind is FieldKind.YES_NO:
        return _yes_or_no
    if question.kind is FieldKind.CHOICE:
        return _one_of({str(choice.id): choice.name for choice in question.choices})
    return str


def _one_of(names: Mapping[str, str]) -> Words:
    """The name of what a value stands for; a value that is gone stays as it is."""
    return lambda value: names.get(str(value), str(value))


def _day(value: object) -> str:
    day = value if isinstance(value, date) else date.fromisoformat(str(value))
    return formats.long_date(day, language())


def _yes_or_no(value: object) -> str:
    return _("Yes") if value else _("No")
