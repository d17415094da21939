"""A customer's details in words, for the form, the profile and the audit log: names of fields, and values as read."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from flask_babel import gettext as _

from app.audit_words import KnownFields, Words, listed, one_of, yes_or_no
from app.businesses import queries as places
from app.customers.details import access_key, answer_key, category_key, consent_key
from app.customers.models import ConsentKind
from app.customers.services.erasing import Reason
from app.filters import language
from app.lib import decimals, formats
from app.locale import LANGUAGES
from app.loyalty.models import Access, FieldKind
from app.loyalty.queries import ProgramOption, Question, every_question, program_options


class Wording(KnownFields):
    """Looks up what it needs of the business once, however many values are put in words."""

    def __init__(self) -> None:
        self.questions = every_question()
        self.programs = program_options()
        known = own_labels()
        known |= {consent_key(kind): (label, yes_or_no) for kind, label in consent_labels().items()}
        known |= {answer_key(each.id): (each.name, _answer_words(each)) for each in self.questions}
        super().__init__(known | _standings(self.programs))

    def words(self, name: str, value: object) -> str:
        by_rules = value is None and name in map(category_key, (each.id for each in self.programs))
        return _("By the rules") if by_rules else super().words(name, value)


def own_labels() -> dict[str, tuple[str, Words]]:
    """The fields that every business has."""
    return {
        "first_name": (_("First name"), str),
        "last_name": (_("Last name"), str),
        "phone": (_("Phone"), lambda value: formats.phone(str(value))),
        "email": (_("E-mail"), str),
        "birthday": (_("Birthday"), day_words),
        "language": (_("Language"), one_of(LANGUAGES)),
        "cards": (_("Card numbers"), listed),
        "registered_point_of_sale_id": (_("Registered at"), _place_words()),
        "tag": (_("Tag"), lambda value: " = ".join(value) if isinstance(value, list) else str(value)),
        "name": (_("Name"), str),
        "tags": (_("Tags"), listed),
        "registered_at": (_("Registered"), lambda value: day_words(datetime.fromisoformat(str(value)).date())),
        "confirmed": (_("Confirmed"), yes_or_no),
        "app_installed": (_("App installed"), yes_or_no),
        "merged": (_("Merged record"), lambda value: _("No. %(number)s", number=value)),
        "other": (_("Another customer"), lambda value: _("No. %(number)s", number=value)),
        "merged_into": (_("Merged into"), lambda value: _("No. %(number)s", number=value)),
        "reason": (_("Reason"), one_of(erasure_reasons())),
        "reason_given": (_("Reason"), str),
        "balance": (_("Balance"), lambda value: formats.points(int(str(value)), language())),
    }


def erasure_reasons() -> dict[str, str]:
    return {
        Reason.REQUEST: _("The customer asked for it"),
        Reason.MISTAKE: _("Registered by mistake"),
        Reason.OTHER: _("Another reason"),
    }


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
        return day_words
    if question.kind is FieldKind.YES_NO:
        return yes_or_no
    if question.kind is FieldKind.CHOICE:
        return one_of({str(choice.id): choice.name for choice in question.choices})
    return str


def _standings(programs: list[ProgramOption]) -> dict[str, tuple[str, Words]]:
    accesses = access_labels()
    known: dict[str, tuple[str, Words]] = {}
    for each in programs:
        names = {str(number): name for number, name in each.categories.items()}
        known[category_key(each.id)] = (_("Category in %(program)s", program=each.title), one_of(names))
        known[access_key(each.id)] = (_("Access in %(program)s", program=each.title), one_of(accesses))
    return known


def _place_words() -> Words:
    """The names of places, looked up at the first that is asked for."""

    @cache
    def names() -> dict[str, str]:
        return {str(place.id): place.name for place in places.place_options()}

    return lambda value: one_of(names())(value)


def day_words(value: object) -> str:
    day = value if isinstance(value, date) else date.fromisoformat(str(value))
    return formats.long_date(day, language())
