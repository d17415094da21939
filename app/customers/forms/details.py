"""The form of a customer's details (CP-7), made of what the business asks and of the programs the customer is in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, Field, HiddenField, SelectField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email, Optional

from app.customers.details import (
    EARLIEST_BIRTHDAY,
    AnswerValue,
    Details,
    Standing,
    access_key,
    answer_key,
    category_key,
    consent_key,
)
from app.customers.forms.fields import CardsField, choices_of, given_answer, question_field, shown_answer
from app.customers.forms.seen import read_seen, seen_text
from app.customers.models import CHANNELS, ConsentKind
from app.customers.wording import Wording, access_labels, consent_labels
from app.filters import local
from app.forms import DayField, line
from app.lib import dates, formats
from app.lib.phones import e164
from app.locale import LANGUAGES, written_languages
from app.loyalty.models import Access
from app.loyalty.queries import ProgramOption, Question


def _lower(text: object) -> object:
    return text.lower() if isinstance(text, str) else text


class CustomerForm(FlaskForm):  # type: ignore[misc]
    """Use `customer_form`, which adds the questions and programs."""

    questions: Sequence[Question] = ()
    programs: Sequence[ProgramOption] = ()
    country = ""

    seen = HiddenField()
    """What was kept when the form was first shown, flat: what differs from it, this person changed."""
    first_name = line(_l("First name"))
    last_name = line(_l("Last name"))
    phone = line(_l("Phone"), longest=40)
    email = line(
        _l("E-mail"), Optional(), Email(_l("Enter an e-mail address such as anna@example.com.")), filters=(_lower,)
    )
    birthday = DayField(_l("Birthday"), [Optional()])
    language = SelectField(_l("Language"))
    cards = CardsField(_l("Card numbers"))
    point_of_sale = SelectField(_l("Registered at"))

    def validate_phone(self, field: Field) -> None:
        if not field.data:
            return
        try:
            e164(field.data, self.country)
        except ValueError:
            example = formats.example_phone(self.country)
            raise ValidationError(_("There is no such phone. Write it as %(example)s.", example=example)) from None

    def validate_birthday(self, field: Field) -> None:
        if field.data and not EARLIEST_BIRTHDAY <= field.data <= local(dates.now()).date():
            raise ValidationError(_("A birthday lies between 1900 and today."))

    @property
    def question_fields(self) -> list[Field]:
        return [self[answer_key(each.id)] for each in self.questions]

    @property
    def channel_fields(self) -> list[Field]:
        return [self[consent_key(kind)] for kind in CHANNELS]

    @property
    def standing_fields(self) -> list[tuple[str, Field, Field]]:
        """Title of a program, its category and access."""
        return [(each.title, self[category_key(each.id)], self[access_key(each.id)]) for each in self.programs]

    def details(self, kept: Details) -> Details:
        """What a valid form says; answers to questions that are asked no more stay as they are kept."""
        return Details(
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            phone=e164(self.phone.data, self.country) if self.phone.data else "",
            email=self.email.data or "",
            birthday=self.birthday.data,
            language=self.language.data or "",
            cards=self.cards.numbers,
            answers=self._answers(kept),
            consents={kind: self[consent_key(kind)].data for kind in ConsentKind},
            standings={each.id: self._standing(each) for each in self.programs},
        )

    def show(self, kept: Details) -> None:
        """Notes what the person sees, to tell later what it changed."""
        self.seen.data = seen_text(kept)

    def changed_meanwhile(self, kept: Details) -> dict[str, bool]:
        """What someone else saved since the form was shown, where it differs from what is typed.

        By name, and whether the person typed something else there too. Raises Problem for a form that was damaged.
        """
        seen, now, mine = read_seen(self.seen), kept.flat(), self.details(kept).flat()
        names = [name for name in mine if now.get(name) not in (seen.get(name), mine[name])]
        return {name: mine[name] != seen.get(name) for name in names}

    def take(self, names: Sequence[str], kept: Details) -> None:
        """Puts kept values into fields that the person left as they were."""
        values = shown(kept, self.questions)
        for name in names:
            self[name].data = values.get(name)
            self[name].raw_data = None

    def _answers(self, kept: Details) -> dict[int, AnswerValue]:
        asked = {each.id for each in self.questions}
        answers = {number: value for number, value in kept.answers.items() if number not in asked}
        given = {each.id: given_answer(each, self[answer_key(each.id)]) for each in self.questions}
        return answers | {number: value for number, value in given.items() if value is not None}

    def _standing(self, program: ProgramOption) -> Standing:
        category = self[category_key(program.id)].data
        return Standing(Access[self[access_key(program.id)].data.upper()], int(category) if category else None)


def customer_form(kept: Details, wording: Wording, country: str, new: bool = False) -> CustomerForm:
    """The form over what is kept of a customer, or for a new one.

    A question that must be answered is insisted on for who is new or has answered it: an older customer can be saved
    before anyone could ask.
    """
    asked = [each for each in wording.questions if each.archived_at is None]
    programs = [each for each in wording.programs if each.id in kept.standings]
    fields: dict[str, Any] = {"questions": asked, "programs": programs, "country": country}
    for kind, label in consent_labels().items():
        fields[consent_key(kind)] = BooleanField(label)
    for each in asked:
        answer = kept.answers.get(each.id)
        fields[answer_key(each.id)] = question_field(each, answer, each.required and (new or answer is not None))
    for program in programs:
        fields[category_key(program.id)] = _category(program, kept.standings[program.id].category_now)
        fields[access_key(program.id)] = SelectField(_("Access"), choices=choices_of(access_labels().items()))
    form: CustomerForm = type("BoundCustomerForm", (CustomerForm,), fields)(data=shown(kept, asked))
    # An import may have brought a language that the panel does not speak.
    written = written_languages()
    others = {kept.language} - {*written, ""}
    form.language.choices = [
        *choices_of([("", "–"), *((code, LANGUAGES.get(code, code)) for code in others)]),
        *(SelectChoice(code, LANGUAGES[code], {"lang": code}) for code in written),
    ]
    if not new:
        # Where a customer registered is a fact, and stays.
        del form.point_of_sale
    return form


def offer_places(form: CustomerForm, options: Sequence[tuple[str, str]], obliged: bool) -> None:
    """Where a new customer can be registered; who works for a franchisee must say at which of its places."""
    first = ("", _("Choose a point of sale") if obliged else _("At none"))
    form.point_of_sale.choices = choices_of([first, *options])
    if obliged:
        form.point_of_sale.validators = [DataRequired(_("Choose where the customer is registered."))]
        form.point_of_sale.flags.required = True


def shown(kept: Details, questions: Sequence[Question]) -> dict[str, Any]:
    """Details as the fields of the form hold them, by name."""
    values: dict[str, Any] = {
        **kept.names,
        "phone": formats.phone(kept.phone),
        "email": kept.email,
        "birthday": kept.birthday,
        "language": kept.language,
        "cards": list(kept.cards),
    }
    values |= {consent_key(kind): kept.granted(kind) for kind in ConsentKind}
    for each in questions:
        if each.id in kept.answers:
            values[answer_key(each.id)] = shown_answer(each, kept.answers[each.id])
    for number, standing in kept.standings.items():
        values[category_key(number)] = str(standing.category_id or "")
        values[access_key(number)] = standing.access.name.lower()
    return values


def _category(program: ProgramOption, now: int) -> SelectField:
    """The first choice leaves the category to the rules, and tells which one it is now."""
    by_rules = _("By the rules: %(category)s", category=program.categories[now])
    choices = [("", by_rules), *((str(number), name) for number, name in program.categories.items())]
    return SelectField(_("Category"), choices=choices_of(choices))
